"""Retention: on the day on which its time is over a sealed half is destroyed, in parts, one leaf a part.

What goes is the ciphertext; its hash stays beside the row, so that commitment and batch still verify, and
``gateway verify`` holds the rows against the leaf. The version's secret stays, because it salts the hash of
the open half; there is nothing left for it to open. A record whose whole time is over is erased as any
erasure (``gateway.log.erasing``). Killed at any point, a part is either done with its leaf or not begun.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.log.erasing import Erasing
from gateway.store.retaining import Body, destroy_bodies, still_sealed
from gateway.store.retention_tables import RETENTION_HOLD
from gateway.store.tx import Tx


@dataclass(frozen=True, slots=True)
class WorkedOut:
    """Under what a part was chosen: the law, and the holds of retention."""

    law_epoch: int
    holds: bytes

    def stands(self, tx: Tx) -> bool:
        """Whether both still stand, so that the part may be carried out."""
        return tx.head.law_epoch == self.law_epoch and self.holds == holds_digest(
            [row["body"] for row in tx.every(RETENTION_HOLD)]
        )


def holds_digest(bodies: Sequence[str]) -> bytes:
    """Return a hash over every hold, standing or ended."""
    return sha256("\n".join(sorted(bodies)).encode()).digest()


def body_entry(position: int, body_sha256: bytes) -> bytes:
    """Return the bytes of one destroyed sealed half that go into its leaf's root."""
    return position.to_bytes(8, "big") + body_sha256


@dataclass(frozen=True, slots=True)
class DestroyingSealed:
    """The job that destroys a part of the sealed halves of one feed. May be called again."""

    feed: str
    bodies: Sequence[Body]
    rules: Mapping[int, str]
    """Class id → the name of the rule whose time is over."""
    worked_out: WorkedOut
    actor: str
    at: str
    day: str
    nonce: str

    def __call__(self, tx: Tx) -> int | None:
        """Destroy what is still there; return how many, or None where it is to be worked out anew."""
        if not self.worked_out.stands(tx):
            return None
        bodies = still_sealed(tx, self.bodies)
        if not bodies:
            return 0
        by_rule = Counter(self.rules[one.class_id] for one in bodies)
        index = tx.seal(
            leaf(
                Operation.RETENTION,
                at=self.at,
                actor=self.actor,
                nonce=self.nonce,
                feed=self.feed,
                day=self.day,
                count=len(bodies),
                root=batch_root([body_entry(one.position, one.sha256) for one in bodies]).hex(),
                rules=dict(by_rule),
            )
        )
        destroy_bodies(tx, bodies, index)
        return len(bodies)


@dataclass(frozen=True, slots=True)
class ErasingDue:
    """The job that erases whole records whose time is over, unless law or holds moved."""

    erasing: Erasing
    worked_out: WorkedOut

    def __call__(self, tx: Tx) -> int | None:
        """Erase; return how many, or None where it is to be worked out anew."""
        return self.erasing(tx).done if self.worked_out.stands(tx) else None
