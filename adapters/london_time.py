"""Local wall-clock times of England, as partners' systems print them: without an offset.

Summer time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October
(Summer Time Order 2002, SI 2002/262; the same dates since 1996). A time in the hour that happens twice
in autumn is taken as the first of the two; a time in the hour that spring skips does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from adapters.faults import UnreadableError
from schemas.codes import TimePrecision

YEARS: Final = range(1996, 2100)
"""Years that are read: before 1996 the rule was another one, and «0001» means «not known»."""

ISO: Final = "iso"
"""The format that reads ISO 8601, with or without an offset."""

_HOUR: Final = timedelta(hours=1)
_MONTHS: Final = [
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
]
_DIRECTIVES: Final = {
    "%d": r"(?P<day>[0-9]{1,2})",
    "%m": r"(?P<month>[0-9]{1,2})",
    "%b": rf"(?P<name>{'|'.join(_MONTHS)})",
    "%Y": r"(?P<year>[0-9]{4})",
    "%H": r"(?P<hour>[0-9]{1,2})",
    "%M": r"(?P<minute>[0-9]{2})",
    "%S": r"(?P<second>[0-9]{2})",
}
_MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})(?:-[0-9]{2})?")

TimeReader = Callable[[str], tuple[datetime, TimePrecision]]
"""Reads a text to an instant in UTC and says how exact it is."""


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, tzinfo=UTC)
    return last - timedelta(days=(last.weekday() + 1) % 7)


_SUMMER: Final = {
    year: (
        _last_sunday(year, 3) + _HOUR,
        _last_sunday(year, 3) + 2 * _HOUR,
        _last_sunday(year, 10) + 2 * _HOUR,
    )
    for year in YEARS
}
"""By year, in wall-clock time: from when and until when the skipped hour is, and the end of summer."""


def london_to_utc(wall: datetime) -> datetime:
    """The instant of a wall-clock time in England.

    Args:
        wall: What the clock showed; its ``tzinfo`` is UTC only because a datetime must have one.

    Raises:
        UnreadableError: The hour was skipped that night, or the year lies outside ``YEARS``.
    """
    turns = _SUMMER.get(wall.year)
    if turns is None:
        raise UnreadableError("time.out_of_range")
    forward, skipped_until, back = turns
    if forward <= wall < back:
        if wall < skipped_until:
            raise UnreadableError("time.does_not_exist")
        return wall - _HOUR
    return wall


def month_start(text: str) -> datetime:
    """First instant in England of a month written ``YYYY-MM`` (a day after it is not looked at).

    Raises:
        UnreadableError: The text is no month, or its year lies outside ``YEARS``.
    """
    match = _MONTH.fullmatch(text)
    if match is None or not 1 <= int(match[2]) <= len(_MONTHS):
        raise UnreadableError("month.unreadable")
    if int(match[1]) not in YEARS:
        raise UnreadableError("time.out_of_range")
    return london_to_utc(datetime(int(match[1]), int(match[2]), 1, tzinfo=UTC))


def usable_format(text: str) -> bool:
    """Whether a format names a day, a month and a year with directives that are known here."""
    if text == ISO:
        return True
    found = re.findall(r"%.", text)
    day_month_year = {"%d", "%Y"} <= set(found) and ("%m" in found) != ("%b" in found)
    return day_month_year and set(found) <= _DIRECTIVES.keys() and len(set(found)) == len(found)


def _usable_formats(formats: tuple[str, ...]) -> tuple[str, ...]:
    if not all(usable_format(one) for one in formats):
        message = "a time format needs %d, %Y and one of %m and %b; also %H %M %S, or iso"
        raise ValueError(message)
    return formats


TimeFormats = Annotated[tuple[str, ...], Field(min_length=1), AfterValidator(_usable_formats)]
"""Formats of a feed's times as its settings list them, tried in order; see ``time_reader``."""


def time_reader(formats: tuple[str, ...]) -> TimeReader:
    """A reader that tries formats in order (``%d %m %b %Y %H %M %S`` and ``iso``).

    Its result is a time in UTC, to the minute; a format or text without an hour is exact to the day.
    It raises ``UnreadableError`` when no format fits or the time did not exist.
    """
    tried = tuple(_read_iso if one == ISO else _format_reader(one) for one in formats)

    def read(text: str) -> tuple[datetime, TimePrecision]:
        for attempt in tried:
            found = attempt(text)
            if found is not None:
                return found
        raise UnreadableError("time.unreadable")

    return read


_Attempt = Callable[[str], tuple[datetime, TimePrecision] | None]


def _format_reader(form: str) -> _Attempt:
    pieces = re.split(r"(%.)", form)
    pattern = "".join(_DIRECTIVES.get(piece) or re.escape(piece) for piece in pieces)
    compiled = re.compile(pattern, re.IGNORECASE)
    named = compiled.groupindex
    month = "name" if "name" in named else "month"
    parts = ("year", month, "day", *(one for one in ("hour", "minute", "second") if one in named))
    precision = TimePrecision.MINUTE if "hour" in named else TimePrecision.DAY
    number = _number if "name" in named else int

    def attempt(text: str) -> tuple[datetime, TimePrecision] | None:
        match = compiled.fullmatch(text)
        if match is None:
            return None
        try:
            wall = datetime(*map(number, match.group(*parts)), tzinfo=UTC)  # type: ignore[arg-type, misc]
        except ValueError:
            return None
        return london_to_utc(wall), precision

    return attempt


def _number(text: str) -> int:
    return int(text) if text[0].isdigit() else _MONTHS.index(text.casefold()) + 1


def _read_iso(text: str) -> tuple[datetime, TimePrecision] | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    precision = TimePrecision.MINUTE if ":" in text else TimePrecision.DAY
    if read.tzinfo is None:
        return london_to_utc(read.replace(tzinfo=UTC)), precision
    if read.year not in YEARS:
        raise UnreadableError("time.out_of_range")
    return read.astimezone(UTC), precision
