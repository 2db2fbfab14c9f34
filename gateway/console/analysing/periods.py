"""Months and quarters that are over, what they are compared with, and what they are called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from policies.editions import months_of, quarter_of_month
from schemas.counted import CountedPeriod


@dataclass(frozen=True, slots=True)
class Compared:
    """A period that is over, the one before it, and the same a year before."""

    now: str
    before: str
    year_before: str

    @classmethod
    def of(cls, last: str, period: CountedPeriod) -> Compared:
        """Return the last that is over at the end of a month."""
        if period is CountedPeriod.MONTH:
            return cls(last, month_back(last, 1), month_back(last, 12))
        quarter = quarter_of_month(last)
        if months_of(quarter)[-1] != last:
            quarter = quarter_back(quarter, 1)
        return cls(quarter, quarter_back(quarter, 1), quarter_back(quarter, 4))

    @property
    def first_month(self) -> str:
        """The first month of the period."""
        return months_of(self.now)[0] if "Q" in self.now else self.now

    @property
    def last_month(self) -> str:
        """The last month of the period."""
        return months_of(self.now)[-1] if "Q" in self.now else self.now

    @property
    def earliest(self) -> str:
        """The first month of the same period a year before."""
        return months_of(self.year_before)[0] if "Q" in self.year_before else self.year_before


def month_back(month: str, by: int) -> str:
    """Return the month that lies so many months before one."""
    number = int(month[:4]) * 12 + int(month[5:]) - 1 - by
    return f"{number // 12:04}-{number % 12 + 1:02}"


def months(last: str, count: int) -> list[str]:
    """Return so many months up to one, oldest first."""
    return [month_back(last, back) for back in range(count - 1, -1, -1)]


def quarter_back(quarter: str, by: int) -> str:
    """Return the quarter that lies so many quarters before one."""
    number = int(quarter[:4]) * 4 + int(quarter[5]) - 1 - by
    return f"{number // 4:04}Q{number % 4 + 1}"


def period_name(period: str) -> str:
    """Return «October 2026» or «July to September 2026»."""
    if "Q" in period:
        first, last = (f"{date(2000, int(one[5:]), 1):%B}" for one in months_of(period)[::2])
        return f"{first} to {last} {period[:4]}"
    return f"{date(int(period[:4]), int(period[5:]), 1):%B %Y}"


def period_short(period: str) -> str:
    """Return «Oct 2026», or «Q3 2026»."""
    if "Q" in period:
        return f"{period[4:]} {period[:4]}"
    return f"{date(int(period[:4]), int(period[5:]), 1):%b %Y}"
