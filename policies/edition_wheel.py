"""The wheel of an edition: day of the week by part of the day, for each district and quarter.

It is crossed with nothing, so that an incident's hour may be another without any other figure changing,
and is proven by itself. Where totals are masked, a second world of another table may hold one incident
more or less: the wheel is shown only where it takes that up unseen, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from policies.audience import HIDDEN_FROM, HIDDEN_TO, REPUBLISHED_FROM, CountRule, masked_split
from policies.edition_tables import ASB
from policies.editions import (
    Cell,
    Edition,
    Figure,
    Split,
    figure_of,
    quarter_of_month,
    shows,
    unseen,
)

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PARTS = ("night", "morning", "afternoon", "evening")
"""From midnight, from 6, from 12 and from 18 o'clock, in Europe/London."""
UNKNOWN = ""
_HOURS = 24
_A_PART = _HOURS // len(PARTS)
_Counts = Mapping[str, Sequence[int]]
"""Part of the week → how many, one number an edition."""


def part_of_week(slot: int) -> str:
    """Return the part of the week of an hour of it, 0 for Monday from midnight; empty beyond 167."""
    if slot >= len(DAYS) * _HOURS:
        return UNKNOWN
    return f"{DAYS[slot // _HOURS]}.{PARTS[slot % _HOURS // _A_PART]}"


def wheel_split(kind: str, district: str, edition: Edition) -> Split:
    """Return the split that an edition's wheel of a district is."""
    quarter = quarter_of_month(edition.months[0])
    return Split(kind, quarter, "district", district, "wheel")


def wheel_figures(editions: Sequence[Edition]) -> list[dict[Cell, Figure]]:
    """Return what each edition shows of the wheels."""
    shown: list[dict[Cell, Figure]] = [{} for _ in editions]
    for split, counts in _wheels(editions):
        spoken = _spoken(editions, split)
        for name, numbers in counts.items():
            last: tuple[int, Figure] | None = None
            for at in spoken:
                number = numbers[at]
                if last is None or abs(number - last[0]) >= REPUBLISHED_FROM:
                    last = number, Figure(figure_of(number, split), at + 1)
                shown[at][Cell(split, name)] = last[1]
    return shown


def wheels_left_out(editions: Sequence[Edition]) -> frozenset[Split]:
    """Return the wheels that the newest of some editions must leave out."""
    newest = editions[-1]
    return frozenset(
        split
        for split, counts in _wheels(editions)
        if shows(newest, split) and not _keeps_open(editions, split, counts)
    )


def _wheels(editions: Sequence[Edition]) -> Iterator[tuple[Split, _Counts]]:
    for kind, district in sorted({key for edition in editions for key in edition.hours}):
        each = [edition.hours.get((kind, district), {}) for edition in editions]
        names = sorted({name for one in each for name in one})
        split = wheel_split(kind, district, editions[-1])
        yield split, {name: [one.get(name, 0) for one in each] for name in names}


def _spoken(editions: Sequence[Edition], split: Split) -> list[int]:
    return [
        at
        for at, edition in enumerate(editions)
        if shows(edition, split) and split not in edition.left_out
    ]


def _keeps_open(editions: Sequence[Edition], split: Split, counts: _Counts) -> bool:
    """Whether every small count keeps another value, and one more or less in all goes unseen."""
    if split.kind == ASB:
        parts = {name: numbers[-1] for name, numbers in counts.items()}
        if any(one.rule is CountRule.LEFT_OUT for one in masked_split(parts).values()):
            return False
    spoken = _spoken(editions, split)
    end = len(editions)
    spans = [(first, stop) for first in range(end) for stop in range(first + 1, end + 1)]
    movable = {
        (span, change): {
            name
            for name, numbers in counts.items()
            if unseen(numbers, change, span, spoken)
            and (
                change > 0 or all(numbers[at] for at in range(*span) if shows(editions[at], split))
            )
        }
        for span in spans
        for change in (1, -1)
    }
    if split.kind != ASB and not all(movable.values()):
        return False
    opened = {
        (name, at)
        for span in spans
        for change in (1, -1)
        for name in movable[span, change]
        if movable[span, -change] - {name}
        for at in range(*span)
    }
    return all(
        (name, at) in opened
        for name, numbers in counts.items()
        for at, number in enumerate(numbers)
        if HIDDEN_FROM <= number <= HIDDEN_TO and shows(editions[at], split)
    )
