"""How a release ends: acknowledged, withdrawn, or unconfirmed. Each end is a leaf.

*Withdrawn*: it was closed before anything was tried, so nobody had it and nobody is told about it.
*Unconfirmed*: it was closed after a try, so the recipient counts as having had it and notices go on.
It is closed where the law changed, and where a cell of it would leave in part (decision 0033).
Either way what it covered is decided anew under the next number.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.states import Delivery
from gateway.store.tx import Tx
from schemas.subscriptions import Subscription

LAW_CHANGED, CELL_CUT = "law-changed", "cell-cut"
"""Why a pending release is closed: what it holds may no longer go; something of one of its cells was taken
back, and the rest would be fewer than the recipient is to have together."""


def acknowledge(
    tx: Tx,
    subscription: Subscription,
    number: int,
    actor: str,
    at: str,
    nonce: str,
    *,
    method: str | None = None,
) -> None:
    """Note that the recipient has every release up to ``number``, with one leaf.

    Args:
        tx: The open transaction.
        subscription: Whose releases.
        number: The newest of them.
        actor: Who says so.
        at: When, as leaves write it.
        nonce: Of the leaf.
        method: ``push`` where the recipient's answer to an attempt says so.
    """
    tx.seal(
        leaf(
            Operation.ACKNOWLEDGEMENT,
            at=at,
            actor=actor,
            nonce=nonce,
            subscription=subscription.id,
            recipient=subscription.partner,
            number=number,
            method=method,
        )
    )
    tx.acknowledge_deliveries(subscription.id, number)


@dataclass(frozen=True, slots=True)
class Acknowledging:
    """The job that acknowledges without asking for more."""

    subscription: Subscription
    number: int
    actor: str
    stamp: str
    nonce: str
    method: str | None = None

    def __call__(self, tx: Tx) -> bool:
        """Acknowledge; return whether anything was new."""
        row = tx.one(t.SUBSCRIPTION, {"id": self.subscription.id})
        if row is None or self.number <= row["acknowledged"]:
            return False
        acknowledge(
            tx,
            self.subscription,
            self.number,
            self.actor,
            self.stamp,
            self.nonce,
            method=self.method,
        )
        pending = row["pending"]
        still = pending if pending is not None and pending > self.number else None
        values = {"acknowledged": self.number, "pending": still}
        tx.change(t.SUBSCRIPTION, {"id": self.subscription.id}, values)
        return True


@dataclass(frozen=True, slots=True)
class Reopening:
    """The job that closes a pending release: the law changed, or a cell of it would leave in part."""

    subscription: Subscription
    number: int
    actor: str
    stamp: str
    nonce: str
    reason: str = LAW_CHANGED

    def __call__(self, tx: Tx) -> bool:
        """Close it as withdrawn or unconfirmed; return whether it was still pending."""
        about = {"subscription": self.subscription.id, "number": self.number}
        row = tx.one(t.SUBSCRIPTION, {"id": self.subscription.id})
        release = tx.one(t.RELEASE, about)
        delivery = tx.one(t.DELIVERY, about)
        if row is None or release is None or delivery is None or row["pending"] != self.number:
            return False
        tried = delivery["attempts"] > 0
        tx.seal(
            leaf(
                Operation.UNCONFIRMED if tried else Operation.WITHDRAWAL,
                at=self.stamp,
                actor=self.actor,
                nonce=self.nonce,
                subscription=self.subscription.id,
                recipient=self.subscription.partner,
                number=self.number,
                reason=self.reason,
                attempts=delivery["attempts"],
            )
        )
        state = Delivery.UNCONFIRMED if tried else Delivery.WITHDRAWN
        tx.change(t.DELIVERY, about, {"state": state.value, "next_at": None})
        tx.change(
            t.SUBSCRIPTION,
            {"id": self.subscription.id},
            {"decided_to": release["from_position"], "pending": None},
        )
        return True
