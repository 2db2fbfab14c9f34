"""Time limits that run for a person who asks, as pure functions of days.

Data Protection Act 2018 s.54 and UK GDPR art. 12(3): one month from the day on which the request, or
the identity or fee that was asked for, came in; the corresponding day of the next month, its last day
where there is none, and the next working day where that is none. Two months more where the request is
complex (UK GDPR art. 12(3)). A clarification asked for stops the clock (Data (Use and Access) Act 2025).
"""

from __future__ import annotations

import calendar
import tomllib
from datetime import date, timedelta
from functools import cache

from schemas.base import Word
from schemas.packaged import packaged_text

ANSWER_MONTHS = 1
EXTENSION_MONTHS = 2
_SATURDAY = 5
_DECEMBER = 12


class BankHolidays(Word):
    """``bank_holidays.toml``: days of England and Wales on which no time limit ends."""

    edition: str
    uncertain: str
    first_year: int
    last_year: int
    days: frozenset[date]

    def knows(self, day: date) -> bool:
        """Whether the day's year is one that the list covers."""
        return self.first_year <= day.year <= self.last_year

    def is_working_day(self, day: date) -> bool:
        """Whether the day is neither a Saturday, a Sunday nor a holiday of the list."""
        return day.weekday() < _SATURDAY and day not in self.days


class Deadline(Word):
    """The last day of a time limit, and what is not sure about it."""

    due: date
    uncertain: str | None = None
    """Set where the day lies outside the years of the list of holidays."""


@cache
def packaged_holidays() -> BankHolidays:
    """Return the list that travels inside the package."""
    return BankHolidays.model_validate(
        tomllib.loads(packaged_text("policies", "data/bank_holidays.toml"))
    )


def months_after(day: date, months: int) -> date:
    """Return the corresponding day that many months on, or that month's last day where it has none."""
    years, month = divmod(day.month - 1 + months, _DECEMBER)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def next_working_day(day: date, holidays: BankHolidays) -> date:
    """Return the day itself, or the first working day after it."""
    while not holidays.is_working_day(day):
        day += timedelta(days=1)
    return day


def answer_due(
    received: date,
    *,
    extended: bool = False,
    stopped_days: int = 0,
    holidays: BankHolidays | None = None,
) -> Deadline:
    """Return by when a person who asked must have the answer.

    Args:
        received: The day on which the request, or the proof of identity or fee asked for, came in.
        extended: The request is complex, and the person was told so within the first month.
        stopped_days: Days for which the clock stood while a clarification was awaited.
        holidays: The days on which it cannot end; the packaged list where absent.

    Raises:
        ValueError: The clock stood for fewer than no days.
    """
    if stopped_days < 0:
        message = "a clock does not stand for fewer than no days"
        raise ValueError(message)
    known = holidays or packaged_holidays()
    months = ANSWER_MONTHS + (EXTENSION_MONTHS if extended else 0)
    due = next_working_day(months_after(received, months) + timedelta(days=stopped_days), known)
    doubt = None if known.knows(due) else f"holidays of {due.year} are not in the list"
    return Deadline(due=due, uncertain=doubt)
