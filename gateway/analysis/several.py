"""Several tables for one page: decided once, one operation in the ledger, on record before any is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import chain

from pydantic_core import to_json

from gateway.analysis.editions import is_read_from_editions
from gateway.analysis.entitled import MAX_DRAFTS, Desk, Entitled, entitle, filter_digest
from gateway.analysis.statistics import (
    _LANES,
    _NARROWED,
    Cell,
    _cells,
    _last_closed,
    _published,
    _Tabling,
)
from gateway.errors import LawRefuses, StoreUnavailable
from gateway.release.disclosed import Stale, content_hash
from gateway.store.analysing import sums
from policies.marking import high_water
from schemas.codes import Marking
from schemas.counted import StatisticsQuestion
from schemas.sensitivity import Lane


@dataclass(frozen=True, slots=True)
class Tables:
    """What a page is made of, on record before it leaves."""

    cells: Mapping[str, Sequence[Cell]]
    """By the name of the question."""
    at: datetime
    leaf: int
    marking: Marking
    editions: tuple[str, ...]
    published: bool
    """Whether they are read from published editions."""


def ask_for_tables(
    desk: Desk,
    subscription: str,
    questions: Mapping[str, StatisticsQuestion],
    partner: str,
    actor: str,
) -> Tables:
    """Answer all questions of one page under one subscription (raises as ``ask_for_counts``)."""
    for _ in range(MAX_DRAFTS):
        entitled = entitle(desk, subscription, partner, _LANES)
        asked = entitled.subscription
        if is_read_from_editions(asked) and (asked.filter.behaviours or asked.filter.sources):
            raise LawRefuses(extra={"conditions": [_NARROWED]})
        try:
            return _answered(desk, questions, entitled, actor)
        except Stale:
            continue
    raise StoreUnavailable


def _answered(
    desk: Desk, questions: Mapping[str, StatisticsQuestion], entitled: Entitled, actor: str
) -> Tables:
    found: dict[str, Sequence[Cell]] = {}
    counted: set[int] = set()
    editions: set[str] = set()
    for name, question in questions.items():
        last = min(question.last, _last_closed(entitled.day, question.period))
        if is_read_from_editions(entitled.subscription):
            cells, classes, named = _published(desk, question, entitled, last)
            editions |= set(named)
            counted |= classes
        else:
            allowed = entitled.decided.allowed
            with desk.reader.connection() as connection:
                rows = sums(connection, question.place.value, allowed, question.first, last)
            cells = _cells(question, entitled, rows)
            counted |= {one.class_id for one in rows}
        found[name] = cells
    marked = high_water((entitled.decided.classes[one] for one in counted), Lane.STATISTICS)
    every = list(chain.from_iterable(found.values()))
    lines = [to_json(asdict(cell)) for cell in every]
    asked = {name: question.model_dump(mode="json") for name, question in questions.items()}
    said = entitled.said(desk, actor) | {
        "table": "statistics",
        "measure": "count",
        "cells": len(every),
        "count": sum(cell.count is not None for cell in every),
        "filter_sha256": filter_digest(asked),
        "content_sha256": content_hash(lines).hex(),
        "marking": marked.leaves.value.lower(),
        "marking_source": marked.came.value.lower() if marked.lowered else None,
    }
    if editions:
        said["editions"] = sorted(editions)
    index = desk.writer.run(_Tabling(entitled.edition.epoch, said))
    return Tables(
        found,
        entitled.at,
        index,
        marked.leaves,
        tuple(sorted(editions)),
        is_read_from_editions(entitled.subscription),
    )
