"""The retraction job: a source takes records back; release makes the notices from the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.log.commitment import (
    OPEN_COLUMNS,
    EntryKind,
    State,
    commitment,
    inner_hash,
    open_bytes,
)
from gateway.store.tx import Standing, Tx
from schemas.released import RetractionReason

_NO_OPEN_COLUMNS: tuple[None, ...] = (None,) * (len(OPEN_COLUMNS) - 3)
"""Every open column between ``recorded_at`` and ``reason``."""


def retracted_row(
    of: tuple[int, bytes],
    position: int,
    key: bytes,
    standing: Standing,
    when_why: tuple[int, RetractionReason],
    salt: bytes,
) -> tuple[tuple[Any, ...], bytes]:
    """Return the log row that takes an incident of a class back, and its commitment."""
    kind = EntryKind.RETRACTED.value
    class_id, class_sha256 = of
    at, reason = when_why
    columns = [at, *_NO_OPEN_COLUMNS, reason.value, None]
    inner = inner_hash(salt, key, b"", open_bytes(columns), None)
    incident, version = standing.id, standing.version
    row = (position, incident, version, kind, class_id, *columns, b"", inner)
    return row, commitment(position, incident, version, kind, class_sha256, inner)


@dataclass(slots=True)
class Retraction:
    """What a source takes back, worked out as far as it can be without the lock."""

    id: str
    client_id: str
    partner: str
    feed_id: int
    feed_name: str
    reason: RetractionReason
    keys: list[bytes]
    """Natural keys, without repeats."""
    secrets: list[tuple[bytes, bytes]]
    """For each key: commitment salt and wrapped secret (associated data: the empty content)."""
    at: int
    stamp: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Retracted:
    """How many were taken back, were taken back before, or are not known."""

    retracted: int
    already: int
    unknown: int
    leaf: int


class Retracting:
    """Appends one ``retracted`` entry for each live incident named."""

    def __init__(self, retraction: Retraction) -> None:
        self._r = retraction

    def __call__(self, tx: Tx) -> Retracted:
        """Append the entries and seal one leaf."""
        r = self._r
        known = tx.standing(r.feed_id, r.keys)
        first = tx.head.log_size + 1
        log: list[tuple[Any, ...]] = []
        sealed: list[tuple[Any, ...]] = []
        commitments: list[bytes] = []
        already = 0
        for key, (salt, wrapped) in zip(r.keys, r.secrets, strict=True):
            standing = known.get(key)
            if standing is None or standing.state == State.RETRACTED:
                already += standing is not None
                continue
            position = first + len(log)
            of = tx.class_at(standing.position)
            row, hashed = retracted_row(of, position, key, standing, (r.at, r.reason), salt)
            log.append(row)
            commitments.append(hashed)
            sealed.append((position, wrapped, None))
            now = standing._replace(state=State.RETRACTED.value)
            tx.stand(r.feed_id, key, now, born=False)
        if log:
            tx.append_log(log, sealed)
        index = tx.seal(self._leaf(first if log else 0, commitments))
        return Retracted(len(log), already, len(r.keys) - len(log) - already, index)

    def _leaf(self, first: int, commitments: list[bytes]) -> bytes:
        r = self._r
        return leaf(
            Operation.RETRACTION,
            at=r.stamp,
            actor=r.client_id,
            nonce=r.nonce,
            partner=r.partner,
            feed=r.feed_name,
            request=r.id,
            reason=r.reason.value,
            first=first,
            count=len(commitments),
            root=batch_root(commitments).hex(),
        )
