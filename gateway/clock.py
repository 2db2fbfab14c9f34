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


def instant_of(text: str) -> datetime:
    """Return an instant that somebody typed, ISO 8601; without a zone it is Europe/London's.

    Raises:
        ValueError: It is none, or of a year in which nothing can be counted from it in every zone.
    """
    read = datetime.fromisoformat(text)
    if not 1 < read.year < 9999:  # noqa: PLR2004 - a zone moves by a day at most
        message = "no instant of a year that this gateway sees"
        raise ValueError(message)
    return read if read.tzinfo is not None else read.replace(tzinfo=LONDON)


class HistoryClock:
    """Stands in the past while a history is written, then goes on as the machine's: for demonstrations."""

    def __init__(self, at: datetime) -> None:
        self.at: datetime | None = at

    def now(self) -> datetime:
        """Return the instant it was set to; the machine's once that is None."""
        return SystemClock().now() if self.at is None else self.at
