"""The steps of a request for disclosure: one job, one row and one operation of the ledger each.

What was asked, and every reason in words, is locked under a secret of its own (``keys.bodies``) and
destroyed when the request's time is over; the ledger holds keyed hashes of the words, and codes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from gateway.errors import GatewayError
from gateway.keys.bodies import LockedBody, lock_body, open_body
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, Value, leaf
from gateway.store import tables as t
from gateway.store.tx import Tx
from schemas.requests import Step

OPERATIONS = {
    Step.ASKED: Operation.REQUEST,
    Step.TOLD: Operation.REQUEST_TOLD,
    Step.COLLECTED: Operation.REQUEST_SHOWN,
    Step.ERASED: Operation.REQUEST_ERASED,
}
"""Steps that are operations of DPA 2018 s.62(1); every other one is ``request_step``."""
_WORDS, _SUBJECT, _ABOUT = b"request/words", b"request/subject", b"disclosure-request"


class RequestMoved(GatewayError):
    """409: the step does not fit how the request stands."""

    code, status = "request.moved", 409
    title = "This step does not fit how the request stands; nothing was changed."
    remedy = "Open the request again and see its last step."


@dataclass(frozen=True, slots=True)
class Taking:
    """The job that takes one step of a request."""

    request: str
    step: Step
    act: Act
    said: Mapping[str, Any]
    """Codes, days and counts; ``state`` and ``review_due`` are where it stands afterwards."""
    fits: Callable[[Mapping[str, Any]], bool]
    """Told the request's row, says whether the step may be taken."""
    hashed: str | None = None
    """HMAC of the words, in hex."""
    locked: LockedBody | None = None
    codes: Mapping[str, Value] = field(default_factory=dict)
    """What the leaf says beside the request, its parties and the step."""
    beside: tuple[Callable[[Tx], Any], ...] = ()
    """Jobs that are done in the same commit."""
    begins: Mapping[str, Any] | None = None
    """The request's row, where this is its first step."""

    def __call__(self, tx: Tx) -> int:
        """Take it; return the index of its leaf.

        Raises:
            RequestMoved: It may not be taken as the request stands.
        """
        row = tx.one(t.DISCLOSURE_REQUEST, {"id": self.request})
        if self.begins is not None and row is None:
            row = dict(self.begins)
            tx.add(t.DISCLOSURE_REQUEST, [row])
        if row is None or not self.fits(row):
            raise RequestMoved
        number, body = int(row["steps"]) + 1, body_of(self.said)
        index = tx.seal(self._leaf(row, number, body))
        kept = LockedBody(b"", b"") if self.locked is None else self.locked
        tx.add(
            t.DISCLOSURE_REQUEST_STEP,
            [
                {
                    "leaf": index,
                    "request": self.request,
                    "number": number,
                    "step": self.step.value,
                    "actor": self.act.actor,
                    "at": seconds_of(self.act.stamp),
                    "said": body,
                    "wrapped_secret": kept.wrapped_secret or None,
                    "ciphertext": kept.ciphertext or None,
                }
            ],
        )
        stands = {name: self.said[name] for name in ("state", "review_due")}
        tx.change(t.DISCLOSURE_REQUEST, {"id": self.request}, {**stands, "steps": number})
        for job in self.beside:
            job(tx)
        return index

    def _leaf(self, row: Mapping[str, Any], number: int, body: str) -> bytes:
        return leaf(
            OPERATIONS.get(self.step, Operation.REQUEST_STEP),
            at=self.act.stamp,
            actor=self.act.actor,
            nonce=self.act.nonce,
            request=self.request,
            change=self.step.value,
            number=number,
            recipient=row["partner"],
            holder=row["holder"],
            content_sha256=sha256(body.encode()).hexdigest(),
            reason_hmac=self.hashed,
            **self.codes,
        )


def body_of(said: Mapping[str, Any]) -> str:
    """Return what a step says in its one form."""
    return json.dumps(dict(said), sort_keys=True, separators=(",", ":"))


def lock_words(
    keys: KeyRing, random: RandomSource, request: str, act: Act, words: bytes
) -> LockedBody:
    """Lock the words of a step."""
    return lock_body(keys, random, words, _about(request, act.nonce))


def open_words(keys: KeyRing, request: str, nonce: str, locked: LockedBody) -> bytes:
    """Open the words of a step (raises ``SealBroken``)."""
    return open_body(keys, locked, _about(request, nonce))


def words_hmac(keys: KeyRing, request: str, words: bytes) -> str:
    """Return the HMAC of a step's words as its leaf has it, in hex."""
    return keyed_hash(keys.content, _WORDS, request.encode(), words).hex()


def subject_hmac(keys: KeyRing, subject: bytes) -> str:
    """Return the HMAC of what a request is about, in hex: the ledger's only word of it."""
    return keyed_hash(keys.content, _SUBJECT, subject).hex()


def seconds_of(stamped: str) -> int:
    """Return an instant as leaves write it in seconds since 1970."""
    return int(datetime.fromisoformat(stamped).timestamp())


def _about(request: str, nonce: str) -> bytes:
    return _ABOUT + request.encode() + bytes.fromhex(nonce)


@dataclass(frozen=True, slots=True)
class Forgetting:
    """Destroys every word of a request, beside the step that says so."""

    request: str

    def __call__(self, tx: Tx) -> None:
        """Delete secrets and ciphertexts of all its steps."""
        gone: dict[str, Any] = {"wrapped_secret": None, "ciphertext": None}
        tx.change(t.DISCLOSURE_REQUEST_STEP, {"request": self.request}, gone)
        tx.destroyed = True
