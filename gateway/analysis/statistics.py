"""One table of counts, by the audience rule (``policies.audience``).

Periods are whole and over: the present month and quarter are not counted. Counts of crime and of other
prescribed incidents are never added to anti-social behaviour. The recipient's subscription says which it
is: one of records sees its own counts, from the roll-ups; one of statistics alone sees the newest
published edition of each quarter and nothing else, whatever he asks. Open data anybody may have as records.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from gateway.analysis.counting import Cell, Coverage, Into, own_counts
from gateway.analysis.editions import edition_code, is_read_from_editions
from gateway.analysis.editions_read import basis_of, rows_of, unnamed_parts
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.grouping import Grouping, grouping_of
from gateway.analysis.measuring import Held, areas_changed, measured, reach
from gateway.analysis.places.wards import wards_of_lsoas
from gateway.errors import LawRefuses
from gateway.store.counted_log import first_month
from gateway.store.populations import residents_of
from gateway.store.publishing import newest_editions
from policies.audience import CountRule
from policies.edition_tables import CURRENT, Key, keys_of
from policies.editions import months_of
from policies.stages import NOT_PRESCRIBED
from schemas.codes import Kind
from schemas.counted import (
    CountedBehaviour,
    CountedMeasure,
    CountedPeriod,
    CountedPlace,
    Split,
    StatisticsQuestion,
    month_named,
    month_number,
    whole_periods,
)
from schemas.powers import Power

_MONTHS_A_QUARTER = 3
_NOT_PUBLISHED = {
    "id": "statistics.not_in_editions",
    "says": "Published editions hold months and quarters by place, split one way at a time.",
    "cites": "Data Protection Act 2018 s.57(3)",
}
_NOT_HIS = {
    "id": "statistics.edition_holds_more",
    "says": "The newest edition counts what you may not have any more; read the next one.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """One table of an answer."""

    cells: Sequence[Cell]
    coverage: Sequence[Coverage] | None
    """None where published editions hold none."""
    months: tuple[str, str] | None
    """The months that were counted, whole periods alone; None where there is no whole period."""
    classes: frozenset[int]
    editions: tuple[str, ...]
    grouping: Grouping | None = None
    """The areas that the cells are of, where they are not the level's own."""


class _Read(NamedTuple):
    """What published editions tell of a question."""

    cells: list[Cell]
    classes: frozenset[int]
    editions: tuple[str, ...]


def answered(desk: Desk, question: StatisticsQuestion, entitled: Entitled) -> Answered:
    """Work one table out; nothing is on record yet.

    Raises:
        NotFound, RequestInvalid: As ``grouping_of``.
        LawRefuses: The editions hold no such table, or what is asked for is not the reader's.
        TooManyCells: It would be too large.
    """
    grouping = grouping_of(desk.reader, question, entitled.day)
    last = min(question.last, last_closed(entitled.day))
    months = whole_periods(question.first, last, question.period)
    if months is None:
        return Answered((), (), None, frozenset(), (), grouping)
    reached = reach(question, months[0]), months[1]
    if is_read_from_editions(entitled.subscription):
        return _from_editions(desk, question, entitled, (months, reached), grouping)
    by_ward = question.place is CountedPlace.WARD or question.within
    wards = wards_of_lsoas(desk.reader) if by_ward else {}
    into = Into(wards, None if grouping is None else grouping.area_of)
    with desk.reader.connection() as connection:
        counts = desk.reader.held_counts
        hours = question.split is Split.HOUR
        blocks = counts.blocks(connection, entitled.decided.since, reached, hours=hours)
        found = own_counts(counts, blocks, question, entitled, reached, months[0], into)
        begins = first_month(connection)
        residents = residents_of(connection) if question.measure is CountedMeasure.RATE else {}
    held = Held(
        frozenset(_months(max(reached[0], begins or reached[1]), reached[1])),
        areas_changed(question.place),
        residents if grouping is None else grouping.residents(residents),
        CountRule.OWN_COUNT,
    )
    cells = measured(question, found.cells, months, held)
    cells = cells if grouping is None else grouping.told(cells)
    return Answered(cells, found.coverage, months, found.classes, (), grouping)


def _months(first: str, last: str) -> list[str]:
    return [month_named(one) for one in range(month_number(first), month_number(last) + 1)]


def _from_editions(
    desk: Desk,
    question: StatisticsQuestion,
    entitled: Entitled,
    periods: tuple[tuple[str, str], tuple[str, str]],
    grouping: Grouping | None,
) -> Answered:
    months, reached = periods
    if question.split is Split.STAGE and entitled.subscription.power is Power.SECTION_17A:
        raise LawRefuses(extra={"conditions": [NOT_PRESCRIBED]})
    if not question.is_plain or _table_of(question) is None:
        raise LawRefuses(extra={"conditions": [_NOT_PUBLISHED]})
    wider = question.model_copy(update={"first": reached[0]})
    read = _published(desk, wider, entitled, months[1])
    cells = read.cells
    kept = [one for one in cells if not question.kind or one.kind in question.kind]
    kept = kept if grouping is None else grouping.cells(kept)
    if question.measure is not CountedMeasure.COUNT:
        kept += unnamed_parts(kept)
    with desk.reader.connection() as connection:
        residents = residents_of(connection) if question.measure is CountedMeasure.RATE else {}
    held = Held(
        frozenset(
            month
            for period in {one.period for one in cells}
            for month in (months_of(period) if "Q" in period else (period,))
        ),
        areas_changed(question.place),
        residents if grouping is None else grouping.residents(residents),
        CountRule.ROUNDED,
    )
    measures = measured(question, kept, months, held)
    measures = measures if grouping is None else grouping.told(measures)
    return Answered(measures, None, months, read.classes, read.editions, grouping)


def _published(desk: Desk, question: StatisticsQuestion, entitled: Entitled, last: str) -> _Read:
    """Return what the newest editions tell of what is asked for."""
    decided, kinds = entitled.decided, entitled.subscription.filter.kinds
    cells: list[Cell] = []
    classes: set[int] = set()
    names: list[str] = []
    quarters = _period(question.first, CountedPeriod.QUARTER), _period(last, CountedPeriod.QUARTER)
    with desk.reader.connection() as connection:
        found = newest_editions(connection, *quarters)
    table = _table_of(question)
    for edition in found:
        tables, counted = basis_of(edition["basis"])
        if not any(table in keys_of(tables, kind.value) for kind in Kind):
            raise LawRefuses(extra={"conditions": [_NOT_PUBLISHED]})
        classes |= {one for one in counted if not kinds or decided.classes[one].kind in kinds}
        if not classes <= set(decided.allowed):
            raise LawRefuses(extra={"conditions": [_NOT_HIS]})
        names.append(edition_code(edition["quarter"], edition["number"]))
        rows = [
            row
            for row in rows_of(edition["shown"])
            if row.level == question.place.value
            and (not kinds or row.kind in kinds)
            and _is_asked(row.period, question, last)
        ]
        cells += [
            Cell(
                row.kind,
                row.period,
                row.place or None,
                row.name or None if question.split is Split.NONE else None,
                row.number,
                row.rule,
                edition_code(edition["quarter"], row.since) if row.since else names[-1],
                None if question.split is Split.NONE else row.name or None,
            )
            for row in rows
            if table is not None and row.by == table.by
        ]
    return _Read(cells, frozenset(classes), tuple(names))


def _table_of(question: StatisticsQuestion) -> Key | None:
    """Return where editions hold what is asked for; None where they do not."""
    by, split = question.by, question.split
    if split is not Split.NONE and by is not CountedBehaviour.NONE:
        return None
    way = by.value if split is Split.NONE else "wheel" if split is Split.HOUR else split.value
    key = Key(question.place.value, question.period.value, way)
    return key if any(key in keys_of(CURRENT, kind.value) for kind in Kind) else None


def _is_asked(period: str, question: StatisticsQuestion, last: str) -> bool:
    months = months_of(period) if "Q" in period else (period,)
    asked = ("Q" in period) is (question.period is CountedPeriod.QUARTER)
    return asked and question.first <= months[0] and months[-1] <= last


def last_closed(day: date) -> str:
    """Return the last month that is over on a day."""
    return month_named(day.year * 12 + day.month - 2)


def _period(month: str, period: CountedPeriod) -> str:
    if period is CountedPeriod.MONTH:
        return month
    return f"{month[:4]}Q{(int(month[5:]) + 2) // _MONTHS_A_QUARTER}"
