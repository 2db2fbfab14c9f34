"""What became of every version that a subscription was decided about: the sum over its releases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gateway.intake.wire import strict_json
from gateway.store.reading import Reader
from schemas.base import Word

_PARTS = ("considered", "released", "withheld", "held", "superseded")


class Account(Word):
    """What became of every version that a subscription was decided about."""

    considered: int
    released: int
    withheld: int
    held: int
    superseded: int
    reasons: dict[str, int]
    """Every unmet condition, once for each version that it withheld."""

    @property
    def balances(self) -> bool:
        """Whether nothing was lost between considering and deciding."""
        return self.considered == self.released + self.withheld + self.held + self.superseded


def account_of(reader: Reader, subscription: str) -> Account:
    """Return the sum over all releases of a subscription."""
    counts: list[dict[str, Any]] = [
        strict_json(text.encode()) for text in reader.release_counts(subscription)
    ]
    sums = {name: sum(one[name] for one in counts) for name in _PARTS}
    again = sum(one.get("held_before", 0) for one in counts)
    # what a release by cells kept back is considered again by the next one
    sums |= {"considered": sums["considered"] - again, "held": sums["held"] - again}
    return Account(**sums, reasons=added(one["reasons"] for one in counts))


def added(counted: Iterable[dict[str, int]]) -> dict[str, int]:
    """Return counts by name added up, in the order of the names."""
    total: Counter[str] = Counter()
    for one in counted:
        total.update(one)
    return dict(sorted(total.items()))
