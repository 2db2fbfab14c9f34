"""What is noted about attempts: before each, that it is made; after it, what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gateway.ledger.leaf import Operation, leaf
from gateway.release.closed import Acknowledging
from gateway.store import tables as t
from gateway.store.leasing import Lease, hold
from gateway.store.states import Delivery, EndpointState
from gateway.store.tx import Tx
from schemas.subscriptions import Subscription

COURIER = "courier"
"""The actor of what is done without a person, and the method of an acknowledgement by answer."""


@dataclass(frozen=True, slots=True)
class Handing:
    """The job that notes that a pending release is handed out: from now on it counts as had."""

    subscription: str
    number: int
    at: int

    def __call__(self, tx: Tx) -> bool:
        """Note it; return whether it was the first time."""
        about = {"subscription": self.subscription, "number": self.number}
        row = tx.one(t.DELIVERY, about)
        if row is None or row["attempts"] > 0:
            return False
        tx.change(t.DELIVERY, about, {"attempts": 1, "first_tried_at": self.at})
        return True


@dataclass(frozen=True, slots=True)
class Trying:
    """The job that notes a try before it is made: what is tried counts as had, whatever happens next."""

    subscription: str
    number: int
    at: int
    lease: Lease | None

    def __call__(self, tx: Tx) -> int | None:
        """Note it; return which try it is, or None where the release is no longer the pending one.

        Raises:
            LeaseLost: Another worker sends for it.
        """
        _hold(tx, self.lease)
        row = tx.one(t.SUBSCRIPTION, {"id": self.subscription})
        about = {"subscription": self.subscription, "number": self.number}
        delivery = tx.one(t.DELIVERY, about)
        if row is None or delivery is None or row["pending"] != self.number:
            return None
        attempts = int(delivery["attempts"]) + 1
        first = delivery["first_tried_at"] or self.at
        tx.change(t.DELIVERY, about, {"attempts": attempts, "first_tried_at": first})
        return attempts


@dataclass(frozen=True, slots=True)
class NotTried:
    """The job that takes a try back: at the last look it could not go, and no byte of it went."""

    subscription: str
    number: int
    lease: Lease | None

    def __call__(self, tx: Tx) -> None:
        """Take it back (raises ``LeaseLost``)."""
        _hold(tx, self.lease)
        about = {"subscription": self.subscription, "number": self.number}
        delivery = tx.one(t.DELIVERY, about)
        if delivery is None or delivery["attempts"] < 1:
            return
        left = int(delivery["attempts"]) - 1
        first = delivery["first_tried_at"] if left else None
        tx.change(t.DELIVERY, about, {"attempts": left, "first_tried_at": first})


@dataclass(frozen=True, slots=True)
class Delivered:
    """The job that notes that the subscriber has it."""

    acknowledging: Acknowledging
    code: str
    lease: Lease | None

    def __call__(self, tx: Tx) -> bool:
        """Acknowledge, and forget earlier failures (raises ``LeaseLost``)."""
        _hold(tx, self.lease)
        subscription = self.acknowledging.subscription.id
        new = self.acknowledging(tx)
        about = {"subscription": subscription, "number": self.acknowledging.number}
        tx.change(t.DELIVERY, about, {"outcome": self.code})
        _recovered(tx, subscription)
        return new


@dataclass(frozen=True, slots=True)
class Replayed:
    """The job that notes that a page sent again has arrived, or that there is none."""

    subscription: str
    number: int | None
    """The release that arrived; None where nothing is left to be sent again."""
    lease: Lease | None

    def __call__(self, tx: Tx) -> None:
        """Go on to the next one (raises ``LeaseLost``)."""
        _hold(tx, self.lease)
        about = {"subscription": self.subscription}
        row = tx.one(t.ENDPOINT, about)
        if row is None or row["replay_next"] is None:
            return
        done = self.number is None or self.number >= row["replay_to"]
        span: dict[str, int | None] = {"replay_next": None, "replay_to": None}
        if not done and self.number is not None:
            span = {"replay_next": self.number + 1}
        tx.change(t.ENDPOINT, about, span)
        if self.number is not None:
            _recovered(tx, self.subscription)


@dataclass(frozen=True, slots=True)
class Failed:
    """The job that notes a failure, when to try again, and whether to give the endpoint up."""

    subscription: Subscription
    number: int
    replay: bool
    """Whether it was a page sent again: its release is acknowledged and stays so."""
    code: str
    at: int
    next_at: int
    opens_at: int | None
    gives_up: Delivery | None
    """``refused`` or ``expired`` where nothing more is tried."""
    stamp: str
    nonce: str
    lease: Lease | None

    def __call__(self, tx: Tx) -> None:
        """Note it (raises ``LeaseLost``)."""
        _hold(tx, self.lease)
        name = self.subscription.id
        endpoint = tx.one(t.ENDPOINT, {"subscription": name})
        if endpoint is None:
            return
        about = {"subscription": name, "number": self.number}
        delivery = tx.one(t.DELIVERY, about)
        if not self.replay and delivery is not None and delivery["state"] in _WAITING:
            state = self.gives_up or Delivery.RETRYING
            next_at = None if self.gives_up else self.next_at
            values = {"state": state.value, "outcome": self.code, "next_at": next_at}
            tx.change(t.DELIVERY, about, values)
        opens_at = max(self.opens_at or 0, self.next_at if self.replay else 0) or None
        values = {
            "failures": int(endpoint["failures"]) + 1,
            "failing_since": endpoint["failing_since"] or self.at,
            "opens_at": opens_at,
        }
        if self.gives_up is not None and endpoint["state"] == EndpointState.ACTIVE:
            values["state"] = EndpointState.DISABLED.value
            tx.seal(self._disabled(int(endpoint["failures"]) + 1))
        tx.change(t.ENDPOINT, {"subscription": name}, values)

    def _disabled(self, failures: int) -> bytes:
        return leaf(
            Operation.ENDPOINT,
            at=self.stamp,
            actor=COURIER,
            nonce=self.nonce,
            subscription=self.subscription.id,
            recipient=self.subscription.partner,
            change=EndpointState.DISABLED.value,
            reason="gone" if self.gives_up is Delivery.REFUSED else "failed-too-long",
            attempts=failures,
        )


_WAITING = (Delivery.PENDING, Delivery.RETRYING)


def _recovered(tx: Tx, subscription: str) -> None:
    fresh: dict[str, Any] = {"failing_since": None, "failures": 0, "opens_at": None}
    tx.change(t.ENDPOINT, {"subscription": subscription}, fresh)


def _hold(tx: Tx, lease: Lease | None) -> None:
    """Fence with the lease, where several processes share the database."""
    if lease is not None:
        hold(tx, lease)
