"""Counts, by the audience rule (``policies.audience``).

Periods are closed: the present month and quarter are not counted. Counts of crime and other prescribed
incidents are never added to anti-social behaviour. The recipient's subscription says which it is: one of
records sees its own counts, from the roll-ups; one of statistics alone sees the newest published edition
of each quarter and nothing else, whatever he asks. Open data anybody may have as records.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import to_json

from gateway.analysis.editions import edition_code, is_read_from_editions
from gateway.analysis.entitled import MAX_DRAFTS, Desk, Entitled, entitle, filter_digest
from gateway.errors import LawRefuses, StoreUnavailable
from gateway.ledger.leaf import Operation, leaf
from gateway.release.disclosed import Stale, content_hash
from gateway.store.analysing import Sum, sums
from gateway.store.publishing import newest_editions
from gateway.store.tx import Tx
from policies.audience import CountRule
from policies.edition_text import read_basis, read_shown
from policies.editions import months_of
from policies.marking import high_water
from schemas.codes import Marking
from schemas.counted import CountedBehaviour, CountedPeriod, StatisticsQuestion
from schemas.sensitivity import Lane

_LANES = frozenset({Lane.DEPERSONALISED, Lane.STATISTICS})
_MONTHS_A_QUARTER = 3
_NARROWED = {
    "id": "statistics.whole_totals_only",
    "says": "Published tables count all behaviours and sources; one less could be subtracted from them.",
    "cites": "Data Protection Act 2018 s.57(3)",
}
_NOT_HIS = {
    "id": "statistics.edition_holds_more",
    "says": "The newest edition counts what you may not have any more; read the next one.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One count as it may be seen."""

    kind: str
    period: str
    """``2026-10`` or ``2026Q4``."""
    place: str | None
    """Code of the area; None where it is not known at this level."""
    behaviour: str | None
    """None where counts are not split, or none is known."""
    count: int | None
    rule: str
    """Id of the rule that shows or hides it (``policies.audience.CountRule``)."""
    edition: str | None = None
    """The published edition in which it was last shown anew; none where it is the reader's own count."""


@dataclass(frozen=True, slots=True)
class Table:
    """An answer, on record before it leaves."""

    cells: Sequence[Cell]
    first: str
    last: str
    """The months that were counted; none where ``first`` comes after it."""
    at: datetime
    leaf: int
    marking: Marking
    """The highest of the records that were counted, as statistics leave (``policies.marking``)."""
    editions: tuple[str, ...] = ()
    """Names of the published editions that it is read from."""


def ask_for_counts(desk: Desk, question: StatisticsQuestion, partner: str, actor: str) -> Table:
    """Answer a question with one table (raises as ``ask_for_incidents``).

    Raises:
        LawRefuses: Also where a subscription of statistics asks for some behaviours or sources only, and
            where the newest edition counts what the law does not let this reader have today.
    """
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, question.subscription, partner, _LANES)
        asked = entitled.subscription
        narrowed = asked.filter.behaviours or asked.filter.sources
        if is_read_from_editions(asked) and narrowed:
            raise LawRefuses(extra={"conditions": [_NARROWED]})
        try:
            return _answer(desk, question, entitled, actor)
        except Stale:
            continue
    raise StoreUnavailable


def _answer(desk: Desk, question: StatisticsQuestion, entitled: Entitled, actor: str) -> Table:
    last = min(question.last, _last_closed(entitled.day, question.period))
    decided = entitled.decided
    editions: tuple[str, ...] = ()
    if is_read_from_editions(entitled.subscription):
        cells, counted, editions = _published(desk, question, entitled, last)
    else:
        with desk.reader.connection() as connection:
            allowed = decided.allowed
            found = sums(connection, question.place.value, allowed, question.first, last)
        counted = {one.class_id for one in found}
        cells = _cells(question, entitled, found)
    marked = high_water((decided.classes[one] for one in counted), Lane.STATISTICS)
    lines = [to_json(asdict(cell)) for cell in cells]
    said = entitled.said(desk, actor) | {
        "table": "statistics",
        "measure": "count",
        "cells": len(cells),
        "count": sum(cell.count is not None for cell in cells),
        "filter_sha256": filter_digest(question.model_dump(mode="json")),
        "content_sha256": content_hash(lines).hex(),
        "marking": marked.leaves.value.lower(),
        "marking_source": marked.came.value.lower() if marked.lowered else None,
    }
    if editions:
        said["editions"] = list(editions)
    index = desk.writer.run(_Tabling(entitled.edition.epoch, said))
    return Table(cells, question.first, last, entitled.at, index, marked.leaves, editions)


def _published(
    desk: Desk, question: StatisticsQuestion, entitled: Entitled, last: str
) -> tuple[list[Cell], set[int], tuple[str, ...]]:
    """Return the cells asked for of the newest editions, the classes they count, the editions' names."""
    decided, kinds = entitled.decided, entitled.subscription.filter.kinds
    cells: list[Cell] = []
    classes: set[int] = set()
    names: list[str] = []
    quarters = _period(question.first, CountedPeriod.QUARTER), _period(last, CountedPeriod.QUARTER)
    with desk.reader.connection() as connection:
        found = newest_editions(connection, *quarters)
    for edition in found:
        counted = read_basis(edition["basis"]).classes
        classes |= {one for one in counted if not kinds or decided.classes[one].kind in kinds}
        if not classes <= set(decided.allowed):
            raise LawRefuses(extra={"conditions": [_NOT_HIS]})
        names.append(edition_code(edition["quarter"], edition["number"]))
        cells += [
            Cell(
                row.kind,
                row.period,
                row.place or None,
                row.name or None,
                row.number,
                row.rule,
                edition_code(edition["quarter"], row.since) if row.since else names[-1],
            )
            for row in read_shown(edition["shown"])
            if (row.level, row.by) == (question.place.value, question.by.value)
            and (not kinds or row.kind in kinds)
            and _is_asked(row.period, question, last)
        ]
    return cells, classes, tuple(names)


def _is_asked(period: str, question: StatisticsQuestion, last: str) -> bool:
    months = months_of(period) if "Q" in period else (period,)
    asked = ("Q" in period) is (question.period is CountedPeriod.QUARTER)
    return asked and question.first <= months[0] and months[-1] <= last


@dataclass(frozen=True, slots=True)
class _Tabling:
    """The job that puts a table on record."""

    epoch: int
    said: dict[str, Any]

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf (raises ``Stale`` where the law moved)."""
        if tx.head.law_epoch != self.epoch:
            raise Stale
        return tx.seal(leaf(Operation.TABLE, log_size=tx.head.log_size, **self.said))


def _last_closed(day: date, period: CountedPeriod) -> str:
    """Return the last month of the last period that is over on a day."""
    months = day.year * 12 + day.month - 2
    if period is CountedPeriod.QUARTER:
        months -= (months + 1) % _MONTHS_A_QUARTER
    return f"{months // 12:04d}-{months % 12 + 1:02d}"


def _period(month: str, period: CountedPeriod) -> str:
    if period is CountedPeriod.MONTH:
        return month
    return f"{month[:4]}Q{(int(month[5:]) + 2) // _MONTHS_A_QUARTER}"


Row = tuple[str, str, str]
"""Kind, period and place, the last empty where it is not known."""


def _cells(question: StatisticsQuestion, entitled: Entitled, found: Iterable[Sum]) -> list[Cell]:
    classes = entitled.decided.classes
    counted: dict[Row, Counter[str]] = defaultdict(Counter)
    for one in found:
        record_class = classes[one.class_id]
        row = (record_class.kind.value, _period(one.month, question.period), one.place)
        named = {
            CountedBehaviour.NONE: "",
            CountedBehaviour.AREA: record_class.typology_area or "",
            CountedBehaviour.BEHAVIOUR: record_class.typology_behaviour or "",
            CountedBehaviour.SUB_BEHAVIOUR: one.sub_behaviour,
        }[question.by]
        counted[row][named] += one.number
    return [
        Cell(kind, period, place or None, behaviour or None, number, CountRule.OWN_COUNT.value)
        for (kind, period, place), parts in sorted(counted.items())
        for behaviour, number in sorted(parts.items())
    ]
