"""When a released record says that it was, as a stretch of time: an hour, a day, a month or a quarter.

Map programs know instants and no months, and a column of both would change its type from page to page.
So a feature says the first instant, and ``time_precision`` beside it how long it lasts. An hour is one
of UTC; a day, month or quarter, told by the calendar of Europe/London (``policies.depersonalise.iso``),
stands under its own date at midnight UTC, so that June begins on 1 June whatever the clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LONGEST = 93 * 24 * 3600
"""Seconds: no record says more than a quarter, and none differs by more from when it was."""
_MONTH, _DAY = len("2026-10"), len("2026-10-31")
_MONTHS_A_QUARTER, _MONTHS_A_YEAR = 3, 12


def extent_of(told: str | None) -> tuple[datetime, datetime] | None:
    """Return the first instant of a released time and the first behind it, in UTC."""
    if told is None:
        return None
    if "Q" in told:
        first = (int(told[5:]) - 1) * _MONTHS_A_QUARTER + 1
        return _months(int(told[:4]), first, _MONTHS_A_QUARTER)
    if len(told) == _MONTH:
        return _months(int(told[:4]), int(told[5:]), 1)
    if len(told) == _DAY:
        day = datetime.fromisoformat(told).replace(tzinfo=UTC)
        return day, day + timedelta(days=1)
    hour = datetime.fromisoformat(told).astimezone(UTC)
    return hour, hour + timedelta(hours=1)


def instant(told: str | None) -> str | None:
    """Return the first instant of a released time as RFC 3339, such as ``2026-10-31T21:00:00Z``."""
    extent = extent_of(told)
    return None if extent is None else f"{extent[0]:%Y-%m-%dT%H:%M:%SZ}"


def _months(year: int, month: int, number: int) -> tuple[datetime, datetime]:
    years, following = divmod(month - 1 + number, _MONTHS_A_YEAR)
    ends = datetime(year + years, following + 1, 1, tzinfo=UTC)
    return datetime(year, month, 1, tzinfo=UTC), ends
