"""How often somebody may fail to sign in: counted by account and by address, for known and unknown alike."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv6Address, IPv6Network

from gateway.clock import Clock
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer

FAILURES_OF_ACCOUNT, FAILURES_OF_ADDRESS = 10, 50
"""Failures until nobody of this name, or from this address, is let try."""
WAIT_SECONDS = 15 * 60
"""How long after the last failure."""


@dataclass(frozen=True, slots=True)
class Throttle:
    """Counts failures, in the store, so that every process counts the same."""

    reader: Reader
    writer: Writer
    clock: Clock

    def lets_try(self, account: str, address: str) -> bool:
        """Whether another try is taken now."""
        for key, most in _keys(account, address):
            for failures, last in self.reader.sign_in_failures([key]):
                if failures >= most and self._now() - last < WAIT_SECONDS:
                    return False
        return True

    def failed(self, account: str, address: str) -> None:
        """Count one failure."""
        now = self._now()

        def job(tx: Tx) -> None:
            tx.forget_sign_ins(now - WAIT_SECONDS)
            for key, _ in _keys(account, address):
                known = tx.one(t.SIGN_IN_FAILURE, {"key_sha256": key})
                if known is None:
                    tx.add(t.SIGN_IN_FAILURE, [{"key_sha256": key, "failures": 1, "last": now}])
                else:
                    values = {"failures": known["failures"] + 1, "last": now}
                    tx.change(t.SIGN_IN_FAILURE, {"key_sha256": key}, values)

        self.writer.run(job)

    def forgive(self, account: str) -> None:
        """As ``succeeded``, and without a word to the store where an account has no failures."""
        (key, _), _ = _keys(account, "")
        if self.reader.sign_in_failures([key]):
            self.succeeded(account)

    def succeeded(self, account: str) -> None:
        """Forget an account's failures; an address keeps its own."""
        (key, _), _ = _keys(account, "")
        self.writer.run(lambda tx: tx.remove(t.SIGN_IN_FAILURE, {"key_sha256": key}))

    def _now(self) -> int:
        return int(self.clock.now().timestamp())


def _whence(address: str) -> str:
    """Return what an address counts as: of IPv6 its /64, of which one line has every address."""
    try:
        read = IPv6Address(address)
    except ValueError:
        return address
    mapped = read.ipv4_mapped
    return str(IPv6Network((read, 64), strict=False)) if mapped is None else str(mapped)


def _keys(account: str, address: str) -> tuple[tuple[bytes, int], tuple[bytes, int]]:
    typed = account.strip().lower().encode("utf-8", "surrogatepass")
    return (
        (sha256(b"account\x00" + typed).digest(), FAILURES_OF_ACCOUNT),
        (sha256(b"address\x00" + _whence(address).encode()).digest(), FAILURES_OF_ADDRESS),
    )
