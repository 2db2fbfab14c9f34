"""Keying: by what a sealed half is found later, and how it goes.

What names people and homes in it is brought into one spelling and hashed under a key of the ring, in the
transaction that writes it. Recomputable from the sealed half, so ``gateway verify`` does (decision 0030).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic_core import from_json

from gateway.keys.derive import sealed_half_key, subject_digest
from gateway.keys.ring import KeyRing
from gateway.keys.sealing import decrypt, position_bytes, unwrap
from gateway.ledger.leaf import Operation, leaf
from gateway.log.entries import Subjects
from gateway.store.opening import SealedRow
from gateway.store.subjects import IndexMark, begin_anew, fill_down, index_mark
from gateway.store.tx import Tx
from policies.subject_keys import EDITION, subject_texts

BATCH = 500
"""Sealed halves that are keyed in one commit, where older ones are filled in."""


def subject_keys(key: bytes, sealed_half: bytes) -> Subjects:
    """Return part, kind and keyed hash of what names people and homes in a sealed half.

    Args:
        key: ``KeyRing.subject``.
        sealed_half: As JSON bytes (``policies.kept.Kept.sealed_half``).
    """
    return tuple(
        (part, kind.value, subject_digest(key, kind.value, text))
        for part, kind, text in subject_texts(from_json(sealed_half))
    )


def subject_keys_of(keys: KeyRing, position: int, row: SealedRow) -> Subjects:
    """Open a sealed half for its keys alone; nothing of it is handed on.

    Raises:
        SealBroken: It does not open.
    """
    secret = unwrap(keys.wrapping, row.wrapped_secret, row.content_hmac)
    body = decrypt(sealed_half_key(secret), row.ciphertext, position_bytes(position))
    return subject_keys(keys.subject, body)


@dataclass(frozen=True, slots=True)
class Filling:
    """The job that keys sealed halves which were recorded before there were keys, a batch downwards.

    Killed at any point a batch is done with its leaf or not begun.
    """

    mark: IndexMark
    """As it stood when the batch was read."""
    keyed: Mapping[int, Subjects]
    """By position; every sealed half between the batch's first and the mark is among them."""
    last: bool
    """Whether no older one is left."""
    actor: str
    at: str
    nonce: str

    def __call__(self, tx: Tx) -> int | None:
        """Keep the keys; return how many were keyed, or None where the mark has moved meanwhile."""
        if index_mark(tx.connection) != self.mark:
            return None
        if self.mark.edition != EDITION:
            begin_anew(tx, EDITION)
            return 0
        first = 1 if self.last else min(self.keyed)
        rows = {at: [(at, *key) for key in found] for at, found in self.keyed.items()}
        count = fill_down(tx, first, rows)
        tx.seal(
            leaf(
                Operation.KEYS,
                at=self.at,
                actor=self.actor,
                nonce=self.nonce,
                key_name="subject",
                change="filled",
                first=first,
                count=count,
            )
        )
        return count
