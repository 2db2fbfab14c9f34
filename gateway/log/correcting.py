"""What happens to records after they were recorded: retracted, restricted, lifted. Erasing has its own file.

Each is a log entry with a secret of its own and one ledger leaf an order; release makes the notices from
the log. Where an incident stands says what may happen to it:

| | live | restricted | retracted | erased |
| --- | --- | --- | --- | --- |
| revise | live, new version | restricted, new version | nothing | nothing |
| retract | retracted | retracted | nothing | nothing |
| restrict | restricted | nothing | nothing | nothing |
| lift | nothing | live | nothing | nothing |
| erase | erased | erased | erased | nothing |

«Nothing» is counted as ``already``: the order changed nothing, and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

from gateway.keys.derive import keyed_hash
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
from gateway.store.correcting import classes_at, has_erased, standing_of
from gateway.store.tx import Standing, Tx


class Secret(NamedTuple):
    """The secret of one log entry as the log needs it."""

    salt: bytes
    """Of the entry's commitment."""
    wrapped: bytes
    """Under the key-encryption key; associated data: the entry's content HMAC, empty but for a version."""


class Named(NamedTuple):
    """An incident that an order names, as it stands."""

    key: bytes
    standing: Standing


def corrected_row(
    kind: EntryKind,
    of: tuple[int, bytes],
    position: int,
    named: Named,
    said: dict[str, Any],
    salt: bytes,
) -> tuple[tuple[Any, ...], bytes]:
    """Return the log row that says what happened to an incident of a class, and its commitment.

    Args:
        kind: What happened.
        of: Id and SHA-256 of the record class.
        position: Of the row.
        named: The incident; its key is hashed with the row.
        said: The open columns that the row has: ``recorded_at``, ``reason``.
        salt: Of the commitment.
    """
    class_id, class_sha256 = of
    columns = [said.get(name) for name in OPEN_COLUMNS]
    inner = inner_hash(salt, named.key, b"", open_bytes(columns), None)
    incident, version = named.standing.id, named.standing.version
    row = (position, incident, version, kind.value, class_id, *columns, b"", inner)
    return row, commitment(position, incident, version, kind.value, class_sha256, inner)


def tombstone(natural_key_key: bytes, natural_key: bytes) -> bytes:
    """Return what stands in the place of an erased incident's natural key.

    Keyed, one way, and equal to no other natural key: it only tells that the same row is sent again.
    """
    return keyed_hash(natural_key_key, b"erased", natural_key)


@dataclass(slots=True)
class Order:
    """What somebody orders for records of one feed, worked out as far as it can be without the lock."""

    id: str
    actor: str
    partner: str
    """Whose system or post it is."""
    feed_id: int
    feed_name: str
    reason: str
    named: Sequence[bytes | int]
    """Natural keys, or ids of incidents of the feed; without repeats."""
    secrets: Sequence[Secret]
    """One for each that is named."""
    at: int
    """Seconds since 1970."""
    stamp: str
    nonce: str
    natural_key_key: bytes
    """By which a natural key becomes a tombstone."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """How many were changed, needed no change, or are not known."""

    done: int
    already: int
    unknown: int
    leaf: int


class Correcting:
    """Appends one entry for each incident that is named and may change so. Callable again."""

    operation: ClassVar[Operation]
    kind: ClassVar[EntryKind]
    begins: ClassVar[frozenset[str]]
    """States from which it changes an incident."""
    ends: ClassVar[State]

    def __init__(self, order: Order) -> None:
        self._order = order

    def __call__(self, tx: Tx) -> Corrected:
        """Append the entries and seal one leaf, also where there is nothing to do."""
        order = self._order
        found = self._found(tx)
        changing = [
            (named, secret)
            for named, secret in zip(found, order.secrets, strict=True)
            if named is not None and named.standing.state in self.begins
        ]
        classes = classes_at(tx, [named.standing.position for named, _ in changing])
        self._prepare(tx, [named for named, _ in changing])
        first = tx.head.log_size + 1
        log: list[tuple[Any, ...]] = []
        sealed: list[tuple[Any, ...]] = []
        commitments: list[bytes] = []
        for position, (named, secret) in enumerate(changing, start=first):
            of = classes[named.standing.position]
            after = self._after(named)
            said = self._said(named)
            row, hashed = corrected_row(self.kind, of, position, after, said, secret.salt)
            log.append(row)
            sealed.append((position, secret.wrapped, None))
            commitments.append(hashed)
            tx.stand(order.feed_id, after.key, after.standing, born=False)
        if log:
            tx.append_log(log, sealed)
        index = tx.seal(self._leaf(first if log else 0, commitments))
        known = sum(named is not None for named in found)
        return Corrected(len(log), known - len(log), len(found) - known, index)

    def _found(self, tx: Tx) -> list[Named | None]:
        """Return each incident that is named, or None; an erased one is known by its tombstone."""
        order = self._order
        ids = [one for one in order.named if isinstance(one, int)]
        by_id = standing_of(tx, order.feed_id, ids) if ids else {}
        keys = [one for one in order.named if isinstance(one, bytes)]
        by_key = tx.standing(order.feed_id, keys)
        stones = {
            key: tombstone(order.natural_key_key, key)
            for key in (keys if has_erased(tx, order.feed_id) else ())
            if key not in by_key
        }
        erased = tx.standing(order.feed_id, list(stones.values()))
        found: list[Named | None] = []
        for one in order.named:
            if isinstance(one, int):
                at = by_id.get(one)
                found.append(None if at is None else Named(*at))
            else:
                key = one if one in by_key else stones.get(one, one)
                standing = by_key.get(key) or erased.get(key)
                found.append(None if standing is None else Named(key, standing))
        return found

    def _prepare(self, tx: Tx, changing: Sequence[Named]) -> None:
        """Do what comes before the entries are appended."""

    def _after(self, named: Named) -> Named:
        """Return the incident as it stands afterwards."""
        return Named(named.key, named.standing._replace(state=self.ends.value))

    def _said(self, named: Named) -> dict[str, Any]:
        """Return the open columns of the entry."""
        del named
        return {"recorded_at": self._order.at, "reason": self._order.reason}

    def _leaf(self, first: int, commitments: list[bytes]) -> bytes:
        order = self._order
        return leaf(
            self.operation,
            at=order.stamp,
            actor=order.actor,
            nonce=order.nonce,
            partner=order.partner,
            feed=order.feed_name,
            request=order.id,
            reason=order.reason,
            first=first,
            count=len(commitments),
            root=batch_root(commitments).hex(),
        )


class Retracting(Correcting):
    """A source takes records back; whoever holds one deletes it."""

    operation, kind, ends = Operation.RETRACTION, EntryKind.RETRACTED, State.RETRACTED
    begins = frozenset({State.LIVE.value, State.RESTRICTED.value})


class Restricting(Correcting):
    """Records are kept and no longer used: they leave by no lane until the restriction is lifted."""

    operation, kind, ends = Operation.RESTRICTION, EntryKind.RESTRICTED, State.RESTRICTED
    begins = frozenset({State.LIVE.value})


class Lifting(Correcting):
    """A restriction ends: the current version is offered again."""

    operation, kind, ends = Operation.LIFTING, EntryKind.LIFTED, State.LIVE
    begins = frozenset({State.RESTRICTED.value})
