"""The figures of a run: one receipt a feed, one account a subscription, and whether all of it balances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gateway.intake.wire import strict_json
from gateway.store.reading import Reader
from schemas.base import Word
from schemas.receipts import Receipt

_PARTS = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")
_BY_NAME = ("recorded_by_kind", "mapping", "dropped_fields")
_ACCOUNT = ("considered", "released", "withheld", "held", "superseded")


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


class LedgerState(Word):
    """The ledger at the end."""

    size: int
    verified: bool


class Summary(Word):
    """What ``gateway demo --once --json`` prints."""

    feeds: dict[str, Receipt]
    subscriptions: dict[str, Account]
    retracted: int
    ledger: LedgerState
    seconds: float

    @property
    def is_well(self) -> bool:
        """Whether the ledger verified and every account balances (a receipt cannot do otherwise)."""
        return self.ledger.verified and all(one.balances for one in self.subscriptions.values())


def summed(feed: str, receipts: Iterable[Receipt]) -> Receipt:
    """Return one receipt for all pushes to a feed; a push that was repeated counts once."""
    once = {receipt.id: receipt for receipt in receipts}.values()
    total = {name: sum(getattr(one, name) for one in once) for name in ("received", *_PARTS)}
    named = {name: _added(getattr(one, name) for one in once) for name in _BY_NAME}
    return Receipt.model_validate({"id": f"sum-of-{len(once)}", "feed": feed, **total, **named})


def account_of(reader: Reader, subscription: str) -> Account:
    """Return the sum over all releases of a subscription."""
    counts: list[dict[str, Any]] = [
        strict_json(text.encode()) for text in reader.release_counts(subscription)
    ]
    sums = {name: sum(one[name] for one in counts) for name in _ACCOUNT}
    again = sum(one.get("held_before", 0) for one in counts)
    # what a release by cells kept back is considered again by the next one
    sums |= {"considered": sums["considered"] - again, "held": sums["held"] - again}
    return Account(**sums, reasons=_added(one["reasons"] for one in counts))


def _added(counted: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counted:
        total.update(one)
    return dict(sorted(total.items()))
