"""What a picture shows: cells with their figures, words about all of them, classes; the same as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.analysis.shown import Shown

MOST_CLASSES = 5


@dataclass(frozen=True, slots=True)
class Cell:
    """One area, square or point: its code or key, its name, its figure."""

    key: str
    name: str
    shown: Shown


@dataclass(frozen=True, slots=True)
class Told:
    """The words that are printed with a picture.

    Raises:
        ValueError: No title, or nothing said of the edition of the areas.
    """

    title: str
    measure: str
    """What is counted, over what: «incidents, July to September 2026»."""
    edition: str
    """Of the areas (``Standing.says``), or what stands in their stead: «grid squares of 1 km»."""
    as_of: str = ""
    notes: tuple[str, ...] = field(default=())
    """Such as coverage, or how much was moved."""
    decimals: int = 0

    def __post_init__(self) -> None:
        if not self.title.strip() or not self.edition.strip():
            message = "a picture has a title and names the edition of its areas"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Breaks:
    """Classes of figures: the greatest value of each, ascending; a class of its own for 0 where it occurs."""

    upper: tuple[float, ...]
    least: float
    zero: bool
    stated: str
    decimals: int = 0

    @classmethod
    def quantiles(
        cls, cells: Sequence[Cell], classes: int = MOST_CLASSES, decimals: int = 0
    ) -> Breaks:
        """Return classes of about equally many cells; fewer where figures are equal.

        Args:
            cells: Hidden and unknown ones are left aside.
            classes: At most five.
            decimals: Places to which figures are printed.
        """
        values = sorted(round(c.shown.value, decimals) for c in cells if c.shown.value is not None)
        zero = bool(values) and values[0] == 0
        counted = [value for value in values if value != 0] if zero else values
        wanted = min(classes, MOST_CLASSES)
        places = (math.ceil(len(counted) * (n + 1) / wanted) - 1 for n in range(wanted))
        upper = tuple(sorted({counted[place] for place in places if counted}))
        word = "class" if len(upper) == 1 else "classes"
        stated = f"{len(upper)} {word} of about equally many areas (quantiles)"
        return cls(upper, counted[0] if counted else 0, zero, stated, decimals)

    @classmethod
    def fixed(cls, upper: Sequence[float], cells: Sequence[Cell], decimals: int = 0) -> Breaks:
        """Return classes with given greatest values; what lies above the last one joins the last class.

        Raises:
            ValueError: None, more than five, or not ascending.
        """
        if not 0 < len(upper) <= MOST_CLASSES or list(upper) != sorted(set(upper)):
            message = "fixed classes are one to five greatest values, ascending"
            raise ValueError(message)
        values = [round(c.shown.value, decimals) for c in cells if c.shown.value is not None]
        highest = max([upper[-1], *values])
        least = min([value for value in values if value != 0], default=upper[0])
        zero = bool(values) and min(values) == 0
        stated = "fixed classes, the same on every picture of this measure"
        return cls((*upper[:-1], highest), least, zero, stated, decimals)

    def of(self, value: float) -> int:
        """Return the class of a figure: 0 for none at all, else from 1."""
        found = round(value, self.decimals)
        if self.zero and found == 0:
            return 0
        return next(
            (n for n, most in enumerate(self.upper, 1) if found <= most), len(self.upper) or 1
        )

    def label(self, number: int) -> str:
        """Return the words of a class: «1 to 4»."""
        if number == 0:
            return _number(0, self.decimals)
        step = 10**-self.decimals
        most = self.upper[number - 1]
        least = min(self.least, most) if number == 1 else self.upper[number - 2] + step
        ends = [_number(least, self.decimals), _number(most, self.decimals)]
        return ends[1] if ends[0] == ends[1] else " to ".join(ends)

    @property
    def numbers(self) -> list[int]:
        """All classes, 0 first where it is one."""
        return [*([0] if self.zero else []), *range(1, len(self.upper) + 1)]


class Row(NamedTuple):
    """One row of the table beside a picture, in the words of the picture."""

    key: str
    name: str
    figure: str
    beside: str


def table(cells: Sequence[Cell], told: Told) -> list[Row]:
    """Return the table that says what a picture of these cells says, highest figure first."""
    ordered = sorted(cells, key=lambda c: (c.shown.value is None, -(c.shown.value or 0), c.name))
    return [Row(c.key, c.name, c.shown.text(told.decimals), c.shown.beside) for c in ordered]


def titled(cell: Cell, decimals: int) -> str:
    """Return what a shape says of itself: «Loughborough Ashby: 12»."""
    beside = f" ({cell.shown.beside})" if cell.shown.beside else ""
    return f"{cell.name}: {cell.shown.text(decimals)}{beside}"


def _number(value: float, decimals: int) -> str:
    return f"{value:,.{decimals}f}"
