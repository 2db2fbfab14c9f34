"""Acknowledged or overdue: how the notices about records stand, for their recipients and the IG lead.

A notice is *waiting* until its recipient fetches it or is sent it, *delivered* until it is acknowledged,
and *overdue* when it stays either for longer than the set time (DPA 2018 s.38(5)(c), s.48(9); UK GDPR
art. 19: recipients are told, and whether they were is known).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.ledger.leaf import stamp
from gateway.store.noticing import NoticeRow, given, open_ones
from gateway.store.reading import Reader
from gateway.store.states import Delivery


@dataclass(frozen=True, slots=True)
class NoticeStanding:
    """How one notice stands."""

    subscription: str
    recipient: str
    release: int | None
    id: str
    """The recipient's own id of the record."""
    version: int
    kind: str
    reason: str | None
    state: str
    """``waiting``, ``delivered`` or ``acknowledged``."""
    since: str
    overdue: bool

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Notices:
    """Reads notices by one clock and one set time."""

    reader: Reader
    now: datetime
    allowed: timedelta
    """After this time a notice that nobody acknowledged is overdue."""

    def of(self, subscription: str, most: int) -> list[NoticeStanding]:
        """Return the newest notices that a subscription was given; the caller has looked whose it is."""
        with self.reader.connection() as connection:
            return [self._standing(row) for row in given(connection, subscription, most)]

    def open(self, *, overdue: bool) -> list[NoticeStanding]:
        """Return what nobody acknowledged, over all recipients; only what is overdue where asked."""
        before = int((self.now - self.allowed).timestamp()) if overdue else None
        with self.reader.connection() as connection:
            return [self._standing(row) for row in open_ones(connection, before)]

    def _standing(self, row: NoticeRow) -> NoticeStanding:
        state = "delivered"
        if row.delivery == Delivery.ACKNOWLEDGED.value:
            state = "acknowledged"
        elif row.release is None:
            state = "waiting"
        since = datetime.fromtimestamp(row.since, UTC)
        return NoticeStanding(
            subscription=row.subscription,
            recipient=row.recipient,
            release=row.release,
            id=row.released_id,
            version=row.version,
            kind=row.what.removeprefix("notice:"),
            reason=row.reason,
            state=state,
            since=stamp(since),
            overdue=state != "acknowledged" and self.now - since > self.allowed,
        )
