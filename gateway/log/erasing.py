"""Erasing: the content of every version goes, the proof that something stood there stays.

What goes: the secrets of all entries of the incident with their sealed halves, every open column, the
keyed hash of the content, the natural key, and the natural key of rows of it in quarantine and among what
an unfinished full extract held. Without its
secret a version's ``inner_hash`` says nothing about what it was made from, and class and row still verify.

What stays: positions, versions, record class, which recipient had which version under which id (the law
wants to know whom to tell, DPA 2018 s.48(9)), and of the content the quarter of first report, under which
recipients know the incident. In the place of the natural key stands a tombstone, so that the same row
sent again is counted as excluded (``erased_before``) and not recorded again.

Other places hold nothing of it: answers to pushes hold row numbers, fields and rules; the counts of
places and units are numbers under keys from which no incident can be reached; roll-ups go down by one.
Pages of the database are overwritten (SQLite ``secure_delete``) and its write-ahead log is emptied;
PostgreSQL frees them at its next
VACUUM. Backups hold the content until they end: ``erasure_list`` is what a restore is put right by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from typing_extensions import override

from gateway.clock import LONDON
from gateway.ledger.leaf import Operation
from gateway.log.commitment import EntryKind, State
from gateway.log.correcting import Corrected, Correcting, Named, Order, tombstone
from gateway.log.erasure_list import ErasureLine, ErasureList
from gateway.store.correcting import erase, natural_keys
from gateway.store.tx import Tx


def quarter_begins(quarter: str) -> int:
    """Return the first instant of a quarter such as ``2026Q4``, in seconds since 1970."""
    year, _, number = quarter.partition("Q")
    return int(datetime(int(year), 3 * int(number) - 2, 1, tzinfo=LONDON).timestamp())


class Erasing(Correcting):
    """Destroys the content of incidents, from whatever state, for good."""

    operation, kind, ends = Operation.ERASURE, EntryKind.ERASED, State.ERASED
    begins = frozenset({State.LIVE.value, State.RESTRICTED.value, State.RETRACTED.value})

    def __init__(self, order: Order, listed: ErasureList) -> None:
        super().__init__(order)
        self._listed = listed

    @override
    def _prepare(self, tx: Tx, changing: Sequence[Named]) -> None:
        order = self._order
        stones = {named.standing.id: self._stone(named.key) for named in changing}
        self._listed.note(
            ErasureLine(order.stamp, order.feed_name, stone, order.reason, order.id)
            for stone in stones.values()
        )
        going = [(n.standing.id, n.key, stones[n.standing.id]) for n in changing]
        erase(tx, order.feed_id, going)

    def _stone(self, key: bytes) -> bytes:
        return tombstone(self._order.natural_key_key, key)

    @override
    def _after(self, named: Named) -> Named:
        standing = named.standing._replace(state=State.ERASED.value, content_hmac=b"", updated=None)
        return Named(self._stone(named.key), standing)

    @override
    def _said(self, named: Named) -> dict[str, Any]:
        begins = quarter_begins(named.standing.quarter)
        return super()._said(named) | {"reported": begins, "time_precision": "quarter"}


class _Listed:
    """The list, for an erasure that stands on it already."""

    def note(self, lines: Iterable[ErasureLine]) -> None:
        """Add nothing."""

    def read(self) -> list[ErasureLine]:
        """Return nothing: nobody asks."""
        return []


class Reapplying:
    """Carries out again what the list says and the database does not: after a crash or a restore.

    Erasures of incidents that the database does not know (they were recorded after the backup) stay on
    the list; run it again once senders have sent again.
    """

    def __init__(self, order: Order, keys: Sequence[bytes]) -> None:
        """Args: ``order`` names nothing, and has a secret for each of ``keys``, tombstones of its feed."""
        self._order, self._keys = order, keys

    def __call__(self, tx: Tx) -> Corrected | None:
        """Erase what is on the list; None where nothing was left to do, and no leaf is sealed."""
        order = self._order
        wanted = set(self._keys) - set(natural_keys(tx, order.feed_id, erased=True))
        if not wanted:
            return None
        found = [
            key
            for key in natural_keys(tx, order.feed_id, erased=False)
            if tombstone(order.natural_key_key, key) in wanted
        ]
        if not found:
            return None
        named = replace(order, named=found, secrets=order.secrets[: len(found)])
        return Erasing(named, _Listed())(tx)
