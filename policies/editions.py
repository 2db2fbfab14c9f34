"""Published tables of counts: what an edition shows, and that nothing small can be worked out from it.

An edition shows a quarter on fixed hierarchies, place by time, each split one way at a time
(``policies.edition_tables``). A figure stays as it was last shown until the true count has moved by 8 or
more, so that no two editions can be subtracted to a household (law.md §5).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from policies.audience import REPUBLISHED_FROM, CountRule, Shown, masked
from policies.edition_tables import (
    ASB,
    CURRENT,
    MONTH,
    QUARTER,
    WHOLE,
    WHOLE_LEVEL,
    Key,
    keys_of,
    ordered_keys,
)


class Reported(NamedTuple):
    """What was reported, by whom and what came of it; empty where it is not known."""

    area: str = ""
    behaviour: str = ""
    sub_behaviour: str = ""
    source: str = ""
    """Name of the feed."""
    nsir_class: str = ""
    mapping_status: str = ""
    """What the crosswalk could say, or that the class is all that is known: the coverage of figures."""
    stage: str = ""
    """How far intervention had gone."""


class Spot(NamedTuple):
    """Where it was, at the four levels; empty where it is not known."""

    lsoa: str
    msoa: str
    ward: str
    district: str

    def at(self, level: str) -> str:
        """Return its place at a level."""
        return WHOLE if level == WHOLE_LEVEL else str(getattr(self, level))


class Atom(NamedTuple):
    """The finest count there is; every published cell is a sum of these."""

    kind: str
    month: str
    spot: Spot
    what: Reported


class Split(NamedTuple):
    """The cells that belong together: one place and period, at one level of behaviour."""

    kind: str
    period: str
    level: str
    place: str
    by: str

    @property
    def exact(self) -> bool:
        """Whether it is a total as data.police.uk publishes it."""
        return self.by == "none" and self.kind == ASB


class Cell(NamedTuple):
    """One published cell."""

    split: Split
    name: str
    """Code of the behaviour; empty where counts are not split or none is known."""


class Figure(NamedTuple):
    """What a cell shows, and since which edition of its quarter."""

    shown: Shown
    since: int


Truth = Mapping[Atom, int]
Hours = Mapping[tuple[str, str], Mapping[str, int]]
"""Kind and district → part of the week → how many in the quarter."""


class World(NamedTuple):
    """True counts that could be as well: what is moved, and in which editions of the quarter."""

    move: tuple[tuple[Atom, int], ...]
    first: int
    stop: int
    """The editions from ``first`` to before ``stop``, counted from 0."""


Target = tuple[int, int]
"""A small count: the number of its cell, and the edition (from 0) whose truth it is."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition of a quarter was made from."""

    truth: Truth
    months: tuple[str, ...]
    """Those that were closed; with all three the quarter is shown too."""
    left_out: frozenset[Split] = frozenset()
    worlds: tuple[World, ...] = ()
    """Second worlds that keep the small counts of this edition and of those before it open."""
    hours: Hours = field(default_factory=dict)
    """How many at each hour of the week, by place and quarter: the wheel, which nothing is crossed with."""
    tables: int = CURRENT
    """The set of tables that it shows (``policies.edition_tables``)."""


@lru_cache(maxsize=4_096)
def quarter_of_month(month: str) -> str:
    """Return ``2026Q4`` for ``2026-10``."""
    return f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"


def months_of(quarter: str) -> tuple[str, ...]:
    """Return the three months of ``2026Q4``."""
    first = int(quarter[5]) * 3 - 2
    return tuple(f"{quarter[:4]}-{month:02d}" for month in range(first, first + 3))


def name_of(what: Reported, by: str) -> str:
    """Return under which name a way of splitting counts a report."""
    return "" if by == "none" else str(getattr(what, by))


@lru_cache(maxsize=262_144)
def cells_of(atom: Atom) -> tuple[Cell, ...]:
    """Return the cells that an atom is counted in, in the order of ``ordered_keys``."""
    periods = {MONTH: atom.month, QUARTER: quarter_of_month(atom.month)}
    return tuple(
        Cell(
            Split(atom.kind, periods[length], level, atom.spot.at(level), by),
            name_of(atom.what, by),
        )
        for level, length, by in ordered_keys(atom.kind)
    )


def shows(edition: Edition, split: Split) -> bool:
    """Whether an edition covers the period of a split, and shows its table."""
    length = QUARTER if "Q" in split.period else MONTH
    if Key(split.level, length, split.by) not in keys_of(edition.tables, split.kind):
        return False
    if length == MONTH:
        return split.period in edition.months
    quarter = quarter_of_month(edition.months[0])
    return split.period == quarter and set(months_of(quarter)) <= {*edition.months}


def figure_of(number: int, split: Split) -> Shown:
    """Return how a count of a split is shown, where it is shown anew."""
    return Shown(number, CountRule.PUBLISHED_TOTAL) if split.exact else masked(number)


@lru_cache(maxsize=16_384)
def looks(number: int) -> int | None:
    """Return the figure of a count that is not exact."""
    return masked(number).number


def unseen(
    numbers: Sequence[int],
    change: int,
    span: tuple[int, int],
    spoken: Sequence[int],
    *,
    exact: bool = False,
) -> bool:
    """Whether a count that differs in a span of editions gives the same figures.

    Args:
        numbers: The count, one number an edition.
        change: By how much it differs.
        span: The editions in which it does, from 0, the last not among them.
        spoken: The editions that show it.
        exact: Whether it is shown as it is.
    """
    last: tuple[int, int] | None = None
    for at in spoken:
        number = numbers[at]
        other = number + change if span[0] <= at < span[1] else number
        fresh = last is None or abs(number - last[0]) >= REPUBLISHED_FROM
        refreshed = last is None or abs(other - last[1]) >= REPUBLISHED_FROM
        if other < 0 or fresh != refreshed:
            return False
        if fresh:
            if number != other and (exact or looks(number) != looks(other)):
                return False
            last = number, other
    return True
