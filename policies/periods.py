"""Information periods: calendar quarters by the clock of Europe/London, and the day a return is due.

Source: SI 2007/1831 reg 1 (each consecutive period of three months from 1 July 2007) and reg 3 (disclose
by the end of the period following that to which the information relates).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self

from policies.pseudonym import LONDON, quarter_of

_NAME = re.compile(r"(20[0-9]{2})Q([1-4])")
_QUARTERS = 4
_MONTHS = 3


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """One information period. None came before the third quarter of 2007."""

    year: int
    number: int

    @classmethod
    def parse(cls, name: str) -> Self:
        """Read ``2026Q3``.

        Raises:
            ValueError: It names no quarter, or one before the first information period.
        """
        found = _NAME.fullmatch(name)
        quarter = None if found is None else cls(int(found[1]), int(found[2]))
        if quarter is None or quarter < cls(2007, 3):
            raise ValueError("no information period of SI 2007/1831")
        return quarter

    @classmethod
    def of(cls, instant: datetime) -> Self:
        """Return the period that an aware instant lies in (raises ``ValueError`` as ``parse``)."""
        return cls.parse(quarter_of(instant))

    @property
    def name(self) -> str:
        """As it is written: ``2026Q3``."""
        return f"{self.year:04d}Q{self.number}"

    @property
    def following(self) -> Self:
        """The next period."""
        if self.number == _QUARTERS:
            return type(self)(self.year + 1, 1)
        return type(self)(self.year, self.number + 1)

    @property
    def previous(self) -> Self:
        """The period before."""
        return (
            type(self)(self.year, self.number - 1)
            if self.number > 1
            else type(self)(self.year - 1, _QUARTERS)
        )

    @property
    def first_day(self) -> date:
        """Its first day."""
        return date(self.year, _MONTHS * self.number - 2, 1)

    @property
    def due(self) -> date:
        """The last day on which its information is disclosed in time: the end of the next period."""
        return self.following.following.first_day - timedelta(days=1)

    @property
    def ends(self) -> datetime:
        """The first instant after it, in Europe/London."""
        day = self.following.first_day
        return datetime(day.year, day.month, day.day, tzinfo=LONDON)

    @property
    def due_ends(self) -> datetime:
        """The first instant at which its information is late."""
        return self.following.ends
