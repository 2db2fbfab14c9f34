"""The figures of a run: one receipt a feed, one account a subscription, and whether all of it balances."""

from __future__ import annotations

from collections.abc import Iterable

from gateway.audit.accounts import Account, account_of, added
from schemas.base import Word
from schemas.receipts import Receipt

__all__ = ["Account", "LedgerState", "Summary", "account_of", "summed"]
_PARTS = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")
_BY_NAME = ("recorded_by_kind", "mapping", "dropped_fields")


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
    named = {name: added(getattr(one, name) for one in once) for name in _BY_NAME}
    return Receipt.model_validate({"id": f"sum-of-{len(once)}", "feed": feed, **total, **named})
