"""The clock is an argument. ``SystemClock`` is the only place that asks the machine for the time."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
"""The law's days and quarters are local (SI 2007/1831; law.md §0.5)."""


class Clock(Protocol):
    """Anything that knows the time."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the present instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the one place


class FixedClock:
    """A clock that stands, and moves when told: for the demonstration, replay and tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.at


def london_day(clock: Clock) -> date:
    """The day in Europe/London: what law, expiry and quarters are judged by."""
    return clock.now().astimezone(LONDON).date()


class HistoryClock:
    """Stands in the past while a history is written, then goes on as the machine's: for demonstrations."""

    def __init__(self, at: datetime) -> None:
        self.at: datetime | None = at

    def now(self) -> datetime:
        """Return the instant it was set to; the machine's once that is None."""
        return SystemClock().now() if self.at is None else self.at
