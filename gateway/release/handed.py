"""What is noted about attempts: that a release is handed out, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.store import tables as t
from gateway.store.tx import Tx


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
