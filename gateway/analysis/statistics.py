"""Counts from the roll-ups, by the audience rule (``policies.audience``).

Periods are closed: the present month and quarter are not counted. Counts of crime and other prescribed
incidents are never added to anti-social behaviour. The recipient's subscription says which it is: one of
records sees its own counts, one of statistics alone sees published totals and masked splits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import to_json

from gateway.analysis.entitled import MAX_DRAFTS, Desk, Entitled, entitle, filter_digest
from gateway.errors import LawRefuses, StoreUnavailable
from gateway.ledger.leaf import Operation, leaf
from gateway.release.disclosed import Stale, content_hash
from gateway.store.analysing import Sum, sums
from gateway.store.tx import Tx
from policies.audience import CountRule, Shown, masked, masked_split
from policies.marking import high_water
from schemas.analysis import CountedBehaviour, CountedPeriod, StatisticsQuestion
from schemas.codes import Kind, Marking
from schemas.sensitivity import Lane

_LANES = frozenset({Lane.DEPERSONALISED, Lane.STATISTICS})
_MONTHS_A_QUARTER = 3
_NARROWED = {
    "id": "statistics.whole_totals_only",
    "says": "Totals are counted over all behaviours; a filter by behaviour would show a hidden part whole.",
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


def ask_for_counts(desk: Desk, question: StatisticsQuestion, partner: str, actor: str) -> Table:
    """Answer a question with one table (raises as ``ask_for_incidents``).

    Raises:
        LawRefuses: Also where a subscription of statistics asks for some behaviours only: its exact total
            would be the very part that a split hides, and two such totals could be subtracted.
    """
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, question.subscription, partner, _LANES)
        asked = entitled.subscription
        if asked.lane is Lane.STATISTICS and asked.filter.behaviours:
            raise LawRefuses(extra={"conditions": [_NARROWED]})
        try:
            return _answer(desk, question, entitled, actor)
        except Stale:
            continue
    raise StoreUnavailable


def _answer(desk: Desk, question: StatisticsQuestion, entitled: Entitled, actor: str) -> Table:
    last = min(question.last, _last_closed(entitled.day, question.period))
    decided = entitled.decided
    with desk.reader.connection() as connection:
        found = list(sums(connection, question.place.value, decided.allowed, question.first, last))
    counted = {one.class_id for one in found}
    marked = high_water((decided.classes[one] for one in counted), Lane.STATISTICS)
    cells = _cells(question, entitled, found)
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
    index = desk.writer.run(_Tabling(entitled.edition.epoch, said))
    return Table(cells, question.first, last, entitled.at, index, marked.leaves)


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
            CountedBehaviour.BEHAVIOUR: record_class.typology_behaviour or "",
            CountedBehaviour.SUB_BEHAVIOUR: one.sub_behaviour,
        }[question.by]
        counted[row][named] += one.number
    split = question.by is not CountedBehaviour.NONE
    own = entitled.subscription.lane is not Lane.STATISTICS
    return [
        Cell(kind, period, place or None, behaviour or None, shown.number, shown.rule.value)
        for (kind, period, place), parts in sorted(counted.items())
        for behaviour, shown in sorted(_shown(kind, parts, own=own, split=split).items())
    ]


def _shown(kind: str, parts: Counter[str], *, own: bool, split: bool) -> dict[str, Shown]:
    if own:
        return {name: Shown(number, CountRule.OWN_COUNT) for name, number in parts.items()}
    if kind != Kind.ASB_INCIDENT.value:
        return {name: masked(number) for name, number in parts.items()}
    if split:
        return masked_split(parts)
    return {name: Shown(number, CountRule.PUBLISHED_TOTAL) for name, number in parts.items()}
