"""What is said of each count beside it: rates, changes, rolling sums. One code for both kinds of readers.

It sees cells as they are shown and no true count, so what it makes tells nobody more than the cells do
(``policies.derived``). A cell that is not there is a zero, as both kinds of tables leave zeros unsaid, but
only in a period that is held: before that, and where an edition of areas changed in between, a figure is
«not comparable» and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from gateway.analysis.counting import Cell
from gateway.analysis.places.standing import Editions, area_kind
from gateway.store.populations import Residents
from policies.audience import CountRule, Shown
from policies.derived import rate, rule_of
from schemas.counted import (
    CountedMeasure,
    CountedPlace,
    StatisticsQuestion,
    month_named,
    month_number,
    period_named,
)

YEAR = 12
NOTHING_HELD = "not comparable: not all of the time before is held"
NOTHING_BEFORE = "no percentage: there was nothing before"
AREAS_CHANGED = "not comparable: the edition of areas changed"
NO_RESIDENTS = "no rate: no population is loaded for this place"
NOT_YET_TWELVE = "not all of the twelve months are held"

Key = tuple[str, str | None, str | None, str | None]
"""Kind, place, behaviour and the other part."""


class Held(NamedTuple):
    """What stands behind the cells."""

    months: frozenset[str]
    """The months of which figures are held; those asked for and those before."""
    changed: Callable[[str, str], bool]
    """Whether the edition of the areas asked for changed between two months."""
    residents: Mapping[str, Sequence[Residents]]
    """By place, the newest year first."""
    zero: CountRule
    """The rule of a zero that is left unsaid."""


def areas_changed(
    place: CountedPlace, editions: Editions | None = None
) -> Callable[[str, str], bool]:
    """Return what says whether the edition of a level's areas changed between two months.

    Args:
        place: The level.
        editions: The dates of editions; without them what everybody knows of the census areas.
    """
    dates = (Editions.of() if editions is None else editions).dates.values()
    starts = {
        f"{one.starts:%Y-%m}"
        for one in dates
        if one.starts is not None and one.kind == area_kind(place.value)
    }
    return lambda first, last: any(first < one <= last for one in starts)


def reach(question: StatisticsQuestion, first: str) -> str:
    """Return the first month that is needed to answer from a month on."""
    back = {
        CountedMeasure.CHANGE: question.period.months,
        CountedMeasure.YEAR_CHANGE: YEAR,
        CountedMeasure.ROLLING_12: YEAR - 1,
    }.get(question.measure, 0)
    return month_named(month_number(first) - back)


def measured(
    question: StatisticsQuestion, cells: Sequence[Cell], months: tuple[str, str], held: Held
) -> Sequence[Cell]:
    """Return the cells of the months asked for, each with what the measure makes of it.

    Args:
        question: What is asked.
        cells: Of these months and, for a comparison, of those before (``reach``).
        months: First and last that are asked for, whole periods.
        held: What stands behind the cells.
    """
    if question.measure is CountedMeasure.COUNT:
        return cells
    if question.measure is CountedMeasure.RATE:
        return [_rated(cell, held) for cell in cells]
    if question.measure is CountedMeasure.ROLLING_12:
        return list(_rolled(cells, months, held))
    return list(_compared(question, cells, months, held))


def _rated(cell: Cell, held: Held) -> Cell:
    year = int(cell.period[-7:-3] if "/" in cell.period else cell.period[:4])
    of = residents_in(held.residents.get(cell.place or "", ()), year)
    if of is None:
        return cell._replace(says=NO_RESIDENTS)
    made = rate(_shown(cell), of.number)
    return cell._replace(value=made.value, says=f"residents {of.year}, {of.edition}")


def residents_in(known: Sequence[Residents], year: int) -> Residents | None:
    """Return who lived in a place in a year: of the last year before it, else of the first after it."""
    return next((one for one in known if one.year <= year), known[-1] if known else None)


def _by_key(cells: Iterable[Cell]) -> dict[Key, dict[str, Cell]]:
    found: dict[Key, dict[str, Cell]] = {}
    for cell in cells:
        key = (cell.kind, cell.place, cell.behaviour, cell.split)
        found.setdefault(key, {})[cell.period] = cell
    return found


def _in_order(found: Mapping[Key, Mapping[str, Cell]]) -> list[Key]:
    return sorted(found, key=lambda key: tuple(part or "" for part in key))


def _zero(key: Key, period: str, held: Held) -> Cell:
    kind, place, behaviour, split = key
    return Cell(kind, period, place, behaviour, 0, held.zero.value, None, split)


def _compared(
    question: StatisticsQuestion, cells: Sequence[Cell], months: tuple[str, str], held: Held
) -> Iterable[Cell]:
    length = question.period.months
    back = length if question.measure is CountedMeasure.CHANGE else YEAR
    pairs: list[tuple[str, str, str | None]] = []
    for number in range(month_number(months[0]), month_number(months[1]) + 1, length):
        now, before = (
            period_named(one, question.period, months) for one in (number, number - back)
        )
        earlier = {month_named(number - back + month) for month in range(length)}
        why = None
        if not earlier <= held.months:
            why = NOTHING_HELD
        elif held.changed(month_named(number - back), month_named(number + length - 1)):
            why = AREAS_CHANGED
        pairs.append((now, before, why))
    found = _by_key(cells)
    for key in _in_order(found):
        by_period = found[key]
        for now, before, why in pairs:
            if now in by_period or (why is None and before in by_period):
                cell = by_period.get(now) or _zero(key, now, held)
                earlier_cell = by_period.get(before) or _zero(key, before, held)
                yield _against(cell, earlier_cell, why)


def _against(cell: Cell, earlier: Cell, why: str | None) -> Cell:
    if why is not None:
        return cell._replace(says=why)
    now, before = cell.count, earlier.count
    if now is None or before is None:
        return cell._replace(says=rule_of(map(_shown, (cell, earlier))).value)
    if not before:
        return cell._replace(value=float(now - before), says=NOTHING_BEFORE)
    return cell._replace(value=float(now - before), percent=(now - before) * 100 / before)


def _shown(cell: Cell) -> Shown:
    return Shown(cell.count, CountRule(cell.rule))


def _rolled(cells: Sequence[Cell], months: tuple[str, str], held: Held) -> Iterable[Cell]:
    first, last = month_number(months[0]), month_number(months[1])
    names = [month_named(number) for number in range(first - YEAR + 1, last + 1)]
    why: list[str | None] = []
    for at in range(last - first + 1):
        window = names[at : at + YEAR]
        if not held.months.issuperset(window):
            why.append(NOT_YET_TWELVE)
        else:
            why.append(AREAS_CHANGED if held.changed(window[0], window[-1]) else None)
    found = _by_key(cells)
    for key in _in_order(found):
        yield from _rolled_of(key, [found[key].get(name) for name in names], why, names, held)


def _rolled_of(
    key: Key,
    by_month: Sequence[Cell | None],
    why: Sequence[str | None],
    names: Sequence[str],
    held: Held,
) -> Iterable[Cell]:
    """Roll one place and part: sums from the first month on, whose differences are the windows'."""
    sums = list(accumulate((one.count or 0 for one in _filled(by_month)), initial=0))
    hidden = list(
        accumulate((one is not None and one.count is None for one in by_month), initial=0)
    )
    there = list(accumulate((one is not None for one in by_month), initial=0))
    for at, reason in enumerate(why):
        if there[at + YEAR] == there[at]:
            continue
        cell = by_month[at + YEAR - 1] or _zero(key, names[at + YEAR - 1], held)
        if reason is not None:
            yield cell._replace(says=reason)
        elif hidden[at + YEAR] > hidden[at]:
            window = [_shown(one) for one in by_month[at : at + YEAR] if one is not None]
            yield cell._replace(says=rule_of(window).value)
        else:
            yield cell._replace(value=float(sums[at + YEAR] - sums[at]))


_NOTHING = Cell("", "", None, None, 0, "")


def _filled(by_month: Iterable[Cell | None]) -> Iterable[Cell]:
    return (_NOTHING if one is None else one for one in by_month)
