"""Holds: while one stands nothing is released, on any way out, until an operator says how to go on.

A gateway that was put back to an earlier state has forgotten releases, retractions and stops of agreements
that others know of. It goes on recording; what it may say is for a person to decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from schemas.base import Word

ROLLED_BACK = "older-than-a-checkpoint"
"""Why a hold is placed: a checkpoint that we signed is of a later ledger, or of another."""


class Hold(Word):
    """One hold, standing or lifted; a lifted one is kept, so that it is not placed again."""

    name: str
    reason: str
    ledger_size: int
    """Operations that the ledger had when it was placed."""
    known_size: int
    """Operations that it is known to have had."""
    log_size: int = 0
    """Entries that the log had when it was placed: incidents after it bear other names than those of the
    future that was lost (``eras``)."""
    placed_at: str | None = None
    """None until the ledger says that it stands: a restore begins with it, before the ledger can."""
    lifted_at: str | None = None
    lifted_by: str | None = None
    lifted_because: str | None = None

    @property
    def stands(self) -> bool:
        """Whether it still holds everything back."""
        return self.lifted_at is None

    def covers(self, size: int) -> bool:
        """Whether a checkpoint of this size belongs to the future that was lost."""
        return self.ledger_size < size <= self.known_size


def holds(reader: Reader) -> list[Hold]:
    """Return every hold, standing and lifted."""
    return [Hold.model_validate_json(body) for body in reader.bodies("hold").values()]


def eras(known: Iterable[Hold]) -> tuple[int, ...]:
    """Return where the log was put back to, in order: each begins an era of incident numbers.

    An incident's number is a position of the log. After a log was put back, a number may belong to another
    incident than it did in the future that was lost, and a recipient must not take the one for the other.
    """
    return tuple(sorted({hold.log_size for hold in known if hold.placed_at is not None}))


def hold_row(hold: Hold, at: int) -> dict[str, object]:
    """Return a hold's row (columns of ``tables.HOLD``); ``at`` in seconds since 1970."""
    return {"name": hold.name, "body": hold.model_dump_json(), "at": at}


@dataclass(frozen=True, slots=True)
class Placing:
    """The job that says in the ledger that a hold stands, and raises the law's epoch."""

    hold: Hold
    act: Act
    at: int

    def __call__(self, tx: Tx) -> bool:
        """Place it; return whether it is new to the ledger."""
        about = {"name": self.hold.name}
        row = tx.one(t.HOLD, about)
        at = self.at if row is None else int(row["at"])
        placed = self.hold.model_copy(
            update={"placed_at": self.act.stamp, "log_size": tx.head.log_size}
        )
        if row is None:
            tx.add(t.HOLD, [hold_row(placed, at)])
        elif Hold.model_validate_json(row["body"]).placed_at is None:
            tx.change(t.HOLD, about, {"body": placed.model_dump_json()})
        else:
            return False
        tx.seal(_leaf(tx, placed, self.act, "held", self.hold.reason, at))
        tx.raise_law_epoch()
        return True


@dataclass(frozen=True, slots=True)
class Lifting:
    """The job that lifts a hold in the name of an operator."""

    name: str
    because: str
    act: Act

    def __call__(self, tx: Tx) -> bool:
        """Lift it; return whether there was one that stood."""
        row = tx.one(t.HOLD, {"name": self.name})
        if row is None:
            return False
        hold = Hold.model_validate_json(row["body"])
        if not hold.stands:
            return False
        lifted = hold.model_copy(
            update={
                "lifted_at": self.act.stamp,
                "lifted_by": self.act.actor,
                "lifted_because": self.because,
            }
        )
        tx.change(t.HOLD, {"name": self.name}, {"body": lifted.model_dump_json()})
        tx.seal(_leaf(tx, lifted, self.act, "lifted", self.because, int(row["at"])))
        tx.raise_law_epoch()
        return True


def _leaf(tx: Tx, hold: Hold, act: Act, method: str, reason: str, at: int) -> bytes:
    """Seal a hold as it stands now; ``count`` names it, because a future is let go once."""
    return leaf(
        Operation.RESTORE,
        at=act.stamp,
        actor=act.actor,
        nonce=act.nonce,
        log_size=tx.head.log_size,
        ledger_size=tx.head.ledger_size,
        count=hold.known_size,
        method=method,
        reason=reason,
        content_sha256=sha256(hold.model_dump_json().encode()).hexdigest(),
        as_of=stamp(datetime.fromtimestamp(at, tz=UTC)),
    )
