"""The periods that a partnership meets by: all closed, all of whole calendar months.

Delivery groups meet every two months, the Board every six, the strategic assessment is made once a year
(Crime and Disorder (Formulation and Implementation of Strategy) Regulations 2007, SI 2007/1830, reg 5).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

_A_YEAR = 12
_NAMES = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Months(NamedTuple):
    """Consecutive calendar months, as numbers since year 0."""

    first: int
    number: int

    @property
    def names(self) -> tuple[str, ...]:
        """Each as ``2026-10``."""
        return tuple(_name(self.first + step) for step in range(self.number))

    @property
    def days(self) -> int:
        """How many days they have."""
        return (_begins(self.first + self.number) - _begins(self.first)).days

    @property
    def says(self) -> str:
        """As a reader writes them: «January to June 2025»."""
        year, month = divmod(self.first, _A_YEAR)
        last_year, last_month = divmod(self.first + self.number - 1, _A_YEAR)
        begins, ends = _NAMES[month], f"{_NAMES[last_month]} {last_year}"
        if self.number == 1:
            return ends
        return f"{begins} to {ends}" if year == last_year else f"{begins} {year} to {ends}"

    def back(self, months: int) -> Months:
        """Return as many months, begun so many earlier."""
        return Months(self.first - months, self.number)


class Compared(NamedTuple):
    """A period that is over, the one before it, and the same a year before."""

    now: Months
    before: Months
    year_before: Months


def last_closed(today: date, number: int) -> Months:
    """Return so many months, the last of them the last that is over on a day."""
    present = today.year * _A_YEAR + today.month - 1
    return Months(present - number, number)


def last_meeting(today: date, number: int) -> Compared:
    """Return the last period of so many months that is over, counted from January, with the two others.

    Args:
        today: The day.
        number: Of months, a divisor of twelve: 2 for a delivery group, 6 for the Board, 12 for the
            strategic assessment.
    """
    present = today.year * _A_YEAR + today.month - 1
    now = Months(present - present % number - number, number)
    return Compared(now, now.back(number), now.back(_A_YEAR))


def _name(month: int) -> str:
    return f"{month // _A_YEAR:04d}-{month % _A_YEAR + 1:02d}"


def _begins(month: int) -> date:
    return date(month // _A_YEAR, month % _A_YEAR + 1, 1)
