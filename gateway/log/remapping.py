"""The re-mapping job: incidents whose codes mean something else now get a further version.

Only what changed is appended, one leaf a batch. An incident that moved since it was read is left alone: what
moved it was worked out by the crosswalk of today.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from gateway.errors import LawMoved
from gateway.keys.sealing import encrypt, position_bytes
from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.log.commitment import EntryKind, State, commitment, inner_hash, open_bytes
from gateway.log.correcting import Named, Retracting, Secret, corrected_row
from gateway.log.entries import Subjects
from gateway.store.tx import Standing, Tx


class Anew(NamedTuple):
    """A version that takes the place of the current one."""

    class_json: str
    columns: list[Any]
    """The open columns, ordered as ``commitment.OPEN_COLUMNS``."""
    content_hmac: bytes
    sealed_key: bytes | None
    sealed_half: bytes | None
    nonce: bytes
    subjects: Subjects = ()


class Change(NamedTuple):
    """What becomes of one incident; without a version it is taken back."""

    natural_key: bytes
    position: int
    """Of the version that was read."""
    secret: Secret
    version: Anew | None


@dataclass(frozen=True, slots=True)
class Remap:
    """One batch of changes, worked out as far as it can be without the lock."""

    actor: str
    feed_id: int
    feed_name: str
    crosswalk: str
    """Its version, as a code of the ledger."""
    reason: str
    """Why what is no incident of ours any more is taken back."""
    law_epoch: int
    at: int
    stamp: str
    nonce: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Remapped:
    """How many incidents got a further version, were taken back, or had moved meanwhile."""

    revised: int
    retracted: int
    moved: int


class Remapping:
    """Appends a batch. Callable as a job of the writer; may be called again."""

    def __init__(self, remap: Remap) -> None:
        self._remap = remap

    def __call__(self, tx: Tx) -> Remapped:
        """Append what still stands as it was read, and seal one leaf where there is something.

        Raises:
            LawMoved: It was worked out under another law or register.
        """
        remap = self._remap
        if tx.head.law_epoch != remap.law_epoch:
            raise LawMoved
        known = tx.standing(remap.feed_id, [one.natural_key for one in remap.changes])
        first = tx.head.log_size + 1
        log: list[tuple[Any, ...]] = []
        sealed: list[tuple[Any, ...]] = []
        subjects: list[tuple[int, int, str, bytes]] = []
        commitments: list[bytes] = []
        standings: list[tuple[bytes, Standing]] = []
        revised = 0
        for change in remap.changes:
            standing = known.get(change.natural_key)
            if standing is None or standing.position != change.position:
                continue
            if standing.state not in Retracting.begins:
                continue  # taken back meanwhile, by which its current version stays where it is
            position = first + len(log)
            row, held, hashed, now = self._entry(tx, change, standing, position)
            log.append(row)
            sealed.append((position, change.secret.wrapped, held))
            if change.version is not None:
                subjects += [(position, *key) for key in change.version.subjects]
            commitments.append(hashed)
            standings.append((change.natural_key, now))
            revised += change.version is not None
        if log:
            # first the versions, then where incidents stand: roll-ups count the one by the other
            tx.append_log(log, sealed)
            tx.key_subjects(subjects)
            for key, now in standings:
                tx.stand(remap.feed_id, key, now, born=False)
            tx.seal(self._leaf(first, commitments, revised))
        return Remapped(revised, len(log) - revised, len(remap.changes) - len(log))

    def _entry(
        self, tx: Tx, change: Change, standing: Standing, position: int
    ) -> tuple[tuple[Any, ...], bytes | None, bytes, Standing]:
        """Return log row, sealed half, commitment, and where the incident then stands."""
        remap, anew = self._remap, change.version
        if anew is None:
            said = {"recorded_at": remap.at, "reason": remap.reason}
            of, named = tx.class_at(standing.position), Named(change.natural_key, standing)
            row, hashed = corrected_row(
                EntryKind.RETRACTED, of, position, named, said, change.secret.salt
            )
            return row, None, hashed, standing._replace(state=State.RETRACTED.value)
        class_id, class_sha256 = tx.class_id(anew.class_json)
        held = None
        if anew.sealed_key is not None and anew.sealed_half is not None:
            held = encrypt(anew.sealed_key, anew.sealed_half, position_bytes(position), anew.nonce)
        inner = inner_hash(
            change.secret.salt,
            change.natural_key,
            anew.content_hmac,
            open_bytes(anew.columns),
            held,
        )
        kind, version = EntryKind.RECORDED.value, standing.version + 1
        start = (position, standing.id, version, kind, class_id)
        row = (*start, *anew.columns, anew.content_hmac, inner)
        hashed = commitment(position, standing.id, version, kind, class_sha256, inner)
        now = standing._replace(version=version, position=position, content_hmac=anew.content_hmac)
        return row, held, hashed, now

    def _leaf(self, first: int, commitments: list[bytes], revised: int) -> bytes:
        remap = self._remap
        return leaf(
            Operation.REMAPPING,
            at=remap.stamp,
            actor=remap.actor,
            nonce=remap.nonce,
            feed=remap.feed_name,
            crosswalk=remap.crosswalk,
            first=first,
            count=len(commitments),
            revised=revised,
            root=batch_root(commitments).hex(),
        )
