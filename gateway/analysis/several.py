"""Several tables for one page or download: decided once, one operation in the ledger, committed first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

from gateway.analysis.cell_text import cells_text
from gateway.analysis.counting import Cell, Coverage
from gateway.analysis.editions import is_read_from_editions
from gateway.analysis.entitled import Desk, Entitled, entitle, filter_digest
from gateway.analysis.grouping import Grouping
from gateway.analysis.on_record import OnRecord, until_it_stands
from gateway.analysis.statistics import Answered, answered
from gateway.errors import LawRefuses
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import content_hash
from policies.marking import high_water
from schemas.codes import Marking
from schemas.counted import StatisticsQuestion
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

LANES = frozenset({Lane.DEPERSONALISED, Lane.STATISTICS})
_NARROWED = {
    "id": "statistics.whole_totals_only",
    "says": "Published tables count all behaviours and sources; one less could be subtracted from them.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


Beside = Callable[[Entitled], Mapping[str, Answered]]
"""Counts more of a reader's own records, by name."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What a page is made of, on record before it leaves."""

    cells: Mapping[str, Sequence[Cell]]
    """By the name of the question."""
    at: datetime
    leaf: int
    marking: Marking
    """The highest of the records that were counted, as statistics leave (``policies.marking``)."""
    editions: tuple[str, ...]
    """Names of the published editions that they are read from."""
    published: bool
    """Whether they are read from published editions."""
    coverage: Mapping[str, Sequence[Coverage] | None] = field(default_factory=dict)
    """Beside the figures of each table; None where the editions hold none."""
    months: Mapping[str, tuple[str, str] | None] = field(default_factory=dict)
    """First and last month that each table counts; None where no period asked for is whole and over."""
    groupings: Mapping[str, Grouping | None] = field(default_factory=dict)
    """The areas of each table, where they are not its level's own."""
    text: Mapping[str, bytes] = field(default_factory=dict)
    """The cells of each table as they leave in JSON, and as their hash stands in the ledger."""


def ask_for_tables(
    desk: Desk,
    subscription: str,
    questions: Mapping[str, StatisticsQuestion],
    partner: str,
    actor: str,
    beside: Beside | None = None,
) -> Tables:
    """Answer all questions of one page under one subscription, with one leaf.

    Args:
        desk: What questions are answered with.
        subscription: One of the partner's own.
        questions: By name.
        partner: Who asks.
        actor: By which system or post.
        beside: What else a reader of records is counted; never asked for one of published tables.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``; also where a subscription of
            statistics asks for some behaviours or sources only, or for what the editions do not hold, and
            where the newest edition counts what the law does not let this reader have today.
        TooManyCells: A table would be too large.
        StoreUnavailable: The law moved faster than it could be answered.
    """

    def answer() -> Tables:
        entitled = entitle(desk, subscription, partner, LANES)
        asked = entitled.subscription
        refuse_narrowed(asked)
        found = {name: answered(desk, one, entitled) for name, one in questions.items()}
        if beside is not None and not is_read_from_editions(asked):
            found |= beside(entitled)
        return _on_record(desk, questions, found, entitled, actor)

    return until_it_stands(answer)


def refuse_narrowed(asked: Subscription) -> None:
    """Refuse a part of the published tables (raises ``LawRefuses``)."""
    if is_read_from_editions(asked) and (asked.filter.behaviours or asked.filter.sources):
        raise LawRefuses(extra={"conditions": [_NARROWED]})


def ask_for_counts(desk: Desk, question: StatisticsQuestion, partner: str, actor: str) -> Tables:
    """Answer one question, as the table of its subscription's name (raises as ``ask_for_tables``)."""
    name = question.subscription
    return ask_for_tables(desk, name, {name: question}, partner, actor)


def _on_record(
    desk: Desk,
    questions: Mapping[str, StatisticsQuestion],
    found: Mapping[str, Answered],
    entitled: Entitled,
    actor: str,
) -> Tables:
    classes = set(chain.from_iterable(one.classes for one in found.values()))
    editions = tuple(sorted(set(chain.from_iterable(one.editions for one in found.values()))))
    marked = high_water((entitled.decided.classes[one] for one in classes), Lane.STATISTICS)
    text = {name: cells_text(one.cells) for name, one in found.items()}
    asked = {name: question.model_dump(mode="json") for name, question in questions.items()}
    said = entitled.said(desk, actor) | {
        "table": "statistics",
        "measure": _measure(questions),
        "cells": sum(len(one.cells) for one in found.values()),
        "count": sum(cell.count is not None for one in found.values() for cell in one.cells),
        "filter_sha256": filter_digest(asked),
        "content_sha256": content_hash(list(text.values())).hex(),
        "marking": marked.leaves.value.lower(),
        "marking_source": marked.came.value.lower() if marked.lowered else None,
    }
    if editions:
        said["editions"] = list(editions)
    index = desk.writer.run(OnRecord(Operation.TABLE, entitled.edition.epoch, said))
    return Tables(
        {name: one.cells for name, one in found.items()},
        entitled.at,
        index,
        marked.leaves,
        editions,
        is_read_from_editions(entitled.subscription),
        {name: one.coverage for name, one in found.items()},
        {name: one.months for name, one in found.items()},
        {name: one.grouping for name, one in found.items()},
        text,
    )


def _measure(questions: Mapping[str, StatisticsQuestion]) -> str:
    """Return what the ledger says was made of the counts: one measure, or that there were several."""
    measures = {one.measure.value for one in questions.values()}
    return measures.pop().replace("_", "-") if len(measures) == 1 else "several"
