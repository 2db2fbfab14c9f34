"""Paragraph 7: how coarse a racial incident must be told so that nobody can find its other row.

The same incident stands in the file of paragraph 8, by hour and map point. Somebody who holds both files
looks there for every row that fits date, time and place of the racial one; if it is one, he knows which
call, at which corner, was about race. So a racial row leaves only at a level at which, for every racial row
of its cell, at least ``crowd`` rows of the other paragraphs fit as well; place is a ward or coarser, time a
part of the day or none. What stands alone at every level stays, counted with its reason: section 17A(4)
compels no personal data.

A change of a row is told beside changes alone, and its old row is known, so all its *spots*, old and new,
must fit those of the crowd, among lines that do the same (late, revised, retracted). A row whose category
says hate hides among such rows only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from schemas.returns import Change

PART_HOURS = 6
"""A day is told in four parts."""


class Level(IntEnum):
    """How coarse a racial incident is told, finest first."""

    PART_WARD = 0
    PART_DISTRICT = 1
    DAY_DISTRICT = 2
    DAY = 3


@dataclass(frozen=True, slots=True)
class Spot:
    """When and where one row is, as finely as the other files tell it."""

    date: str
    hour: int | None
    ward: str | None
    district: str | None
    hate: bool = False
    """Whether its category says by itself that it was about hate: such rows are looked at first."""


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a return: what it does, and where it is, its old row's spot first if there is one."""

    change: Change
    period: str
    spots: tuple[Spot, ...]


def part_of_day(hour: int | None) -> str | None:
    """Return the part of the day that an hour lies in, as ``18:00/24:00``."""
    if hour is None:
        return None
    begin = hour // PART_HOURS * PART_HOURS
    return f"{begin:02d}:00/{begin + PART_HOURS:02d}:00"


def cell_of(told: Told, level: Level) -> Hashable | None:
    """Return what a line says at a level; None where it does not know a part of it."""
    if not told.spots:
        return None
    parts: list[str] = []
    for spot in told.spots:
        part, ward, district = part_of_day(spot.hour), spot.ward, spot.district
        said: dict[Level, tuple[str | None, ...]] = {
            Level.PART_WARD: (spot.date, part, ward),
            Level.PART_DISTRICT: (spot.date, part, district),
            Level.DAY_DISTRICT: (spot.date, district),
            Level.DAY: (spot.date,),
        }
        for word in said[level]:
            if word is None:
                return None
            parts.append(word)
        parts.append("hate" if spot.hate else "other")
    return (told.change, told.period, *parts)


def levels(
    race: Sequence[Told],
    others: Sequence[Told],
    crowd: int,
    before: Sequence[Level | None] | None = None,
) -> list[Level | None]:
    """Return the finest level at which each racial line may be told, or None where it stands alone.

    Args:
        race: Lines of paragraph 7.
        others: Lines of every other paragraph of the same holder that the recipient gets beside them.
        crowd: Rows that must fit for each racial row, its own other row included.
        before: The level at which a line was told before and must be told again; None where it was not.
    """
    found: list[Level | None] = [None] * len(race)
    told_at = before or found[:]
    for level in Level:
        fit = Counter(cell_of(one, level) for one in others)
        alike = Counter(cell_of(one, level) for one in race)
        for place, one in enumerate(race):
            cell = cell_of(one, level)
            enough = cell is not None and fit[cell] >= crowd * alike[cell]
            open_to = told_at[place] in {None, level}
            if found[place] is None and open_to and enough:
                found[place] = level
    return found
