"""Holds of retention: what is not erased on its day, until when, and why (Q10 of the IG lead's questions).

A hold is on records that are named, on a whole feed, or on a case; it ends on its day or when it is lifted.
It stops retention and nothing else: an order to erase is an order, and a held record leaves as before. The
reason stands in the database; the ledger has its hash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Annotated

from pydantic import StringConstraints

from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.store.reading import Reader
from gateway.store.retention_tables import RETENTION_HELD, RETENTION_HOLD
from gateway.store.tx import Tx
from schemas.base import Word
from schemas.codes import Slug

Because = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class RetentionHold(Word):
    """One hold, standing, over or lifted; it is kept for good."""

    id: str
    reason: Because
    until: date
    """The last day on which it holds, in Europe/London."""
    feed: Slug | None = None
    """The feed of the records that it names; with none named and no case, the whole feed."""
    case: str | None = None
    """Keyed hash of a case: whatever is of it, of any feed or of the one named."""
    records: int = 0
    """How many records it names."""
    placed_by: str
    placed_at: str
    lifted_by: str | None = None
    lifted_at: str | None = None

    def stands_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.lifted_at is None and day <= self.until

    @property
    def whole_feed(self) -> bool:
        """Whether it holds everything of its feed."""
        return self.feed is not None and self.case is None and not self.records


def retention_holds(reader: Reader) -> list[RetentionHold]:
    """Return every hold, the oldest first."""
    bodies = reader.bodies(RETENTION_HOLD.name).values()
    found = [RetentionHold.model_validate_json(body) for body in bodies]
    return sorted(found, key=lambda hold: (hold.placed_at, hold.id))


def held_entry(feed: int, natural_key: bytes) -> bytes:
    """Return the bytes of one record that a hold names, for the root in its leaf."""
    return feed.to_bytes(8, "big") + natural_key


@dataclass(frozen=True, slots=True)
class PlacingHold:
    """The job that places a hold."""

    hold: RetentionHold
    feed_id: int | None
    keys: Sequence[bytes]
    """Natural keys of the records that it names, without repeats."""
    act: Act

    def __call__(self, tx: Tx) -> int:
        """Place it; return the index of its leaf."""
        named = sorted(self.keys)
        feed_id = self.feed_id or 0
        root = batch_root([held_entry(feed_id, key) for key in named])
        index = tx.seal(hold_leaf(self.hold, "placed", self.act, root.hex()))
        body = self.hold.model_dump_json()
        tx.add(RETENTION_HOLD, [{"id": self.hold.id, "body": body, "leaf": index}])
        held = [{"hold": self.hold.id, "feed": feed_id, "natural_key": key} for key in named]
        if held:
            tx.add(RETENTION_HELD, held)
        return index


@dataclass(frozen=True, slots=True)
class LiftingHold:
    """The job that lifts a hold before its day."""

    id: str
    act: Act

    def __call__(self, tx: Tx) -> bool:
        """Lift it; return whether there was one that nobody had lifted."""
        row = tx.one(RETENTION_HOLD, {"id": self.id})
        if row is None:
            return False
        hold = RetentionHold.model_validate_json(row["body"])
        if hold.lifted_at is not None:
            return False
        lifted = hold.model_copy(update={"lifted_at": self.act.stamp, "lifted_by": self.act.actor})
        named = sorted(
            (row["feed"], bytes(row["natural_key"]))
            for row in tx.every(RETENTION_HELD, {"hold": self.id})
        )
        root = batch_root([held_entry(*one) for one in named])
        index = tx.seal(hold_leaf(lifted, "lifted", self.act, root.hex()))
        values = {"body": lifted.model_dump_json(), "leaf": index}
        tx.change(RETENTION_HOLD, {"id": self.id}, values)
        return True


def hold_leaf(hold: RetentionHold, change: str, act: Act, root: str) -> bytes:
    """Return what the ledger says of a hold: which, until when, of what; its reason as a hash."""
    return leaf(
        Operation.RETENTION_HOLD,
        at=act.stamp,
        actor=act.actor,
        nonce=act.nonce,
        hold=hold.id,
        change=change,
        content_sha256=sha256(hold.model_dump_json().encode()).hexdigest(),
        count=hold.records,
        root=root,
        feed=hold.feed,
        case_hmac=hold.case,
        valid_to=hold.until.isoformat(),
    )
