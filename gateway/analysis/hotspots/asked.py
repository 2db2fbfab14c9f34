"""Answering where it stands out: one disclosure, on record before it leaves.

True counts are computed for readers of records alone, of their own records. A reader of statistics has what
can be worked out from the published editions: a rank, a Gi* or a trend of hidden counts would tell them
(decision 0041; it narrows the design's sentence on ranks).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic_core import to_json

from gateway.analysis.editions import is_read_from_editions
from gateway.analysis.entitled import Desk, Entitled, entitle, filter_digest
from gateway.analysis.hotspots.found import Row
from gateway.analysis.hotspots.own_squares import OfSquares, of_own_records
from gateway.analysis.hotspots.shown_areas import OfAreas, of_published
from gateway.analysis.hotspots.top_places import Ranking
from gateway.analysis.on_record import OnRecord, until_it_stands
from gateway.analysis.places.grid import Square
from gateway.errors import LawRefuses
from gateway.ledger.leaf import Operation
from gateway.release.disclosed import content_hash
from policies.audience import CountRule
from policies.marking import high_water
from schemas.codes import Marking
from schemas.hotspots import HotspotQuestion
from schemas.sensitivity import Lane

_LANES = frozenset({Lane.DEPERSONALISED, Lane.STATISTICS})
_NARROWED = {
    "id": "statistics.whole_totals_only",
    "says": "Published tables count all behaviours and sources; one less could be subtracted from them.",
    "cites": "Data Protection Act 2018 s.57(3)",
}


@dataclass(frozen=True, slots=True)
class Hotspots:
    """An answer, on record before it leaves."""

    unit: str
    """``square`` or ``lsoa``."""
    rows: Sequence[Row]
    says: Sequence[str]
    """In plain words: how many stand out, how many would by chance, what is in no place."""
    told: dict[str, Any]
    """What stands beside: rankings, weights, edition of grid or areas, quarters, coverage, rule."""
    squares: Sequence[Square]
    """Of the rows, one each; none where the rows are areas."""
    at: datetime
    leaf: int
    marking: Marking


def ask_for_hotspots(desk: Desk, question: HotspotQuestion, partner: str, actor: str) -> Hotspots:
    """Answer one question.

    Raises:
        NotFound, LawRefuses, ReleaseHeld, LawUnavailable: As ``entitle``.
        RequestInvalid: More records or squares than are worked out at once.
        StoreUnavailable: The law moved faster than it could be answered.
    """

    def answer() -> Hotspots:
        entitled = entitle(desk, question.subscription, partner, _LANES)
        return _answer(desk, question, entitled, actor)

    return until_it_stands(answer)


def _answer(desk: Desk, question: HotspotQuestion, entitled: Entitled, actor: str) -> Hotspots:
    asked = entitled.subscription
    if is_read_from_editions(asked):
        if asked.filter.behaviours or asked.filter.sources:
            raise LawRefuses(extra={"conditions": [_NARROWED]})
        of: OfSquares | OfAreas = of_published(desk, question, entitled)
    else:
        of = of_own_records(desk, question, entitled)
    told = _told(question, of)
    marked = high_water((entitled.decided.classes[one] for one in of.classes), Lane.STATISTICS)
    rows, says = of.found.rows, of.says()
    lines = [to_json(row._asdict()) for row in rows] + [to_json({"says": says, **told})]
    said = entitled.said(desk, actor) | {
        "table": "hotspots",
        "measure": "gi-star",
        "cells": len(rows),
        "count": sum(row.count is not None for row in rows),
        "filter_sha256": filter_digest(question.model_dump(mode="json")),
        "content_sha256": content_hash(lines).hex(),
        "marking": marked.leaves.value.lower(),
        "marking_source": marked.came.value.lower() if marked.lowered else None,
    }
    if isinstance(of, OfAreas) and of.editions:
        said["editions"] = list(of.editions)
    index = desk.writer.run(OnRecord(Operation.TABLE, entitled.edition.epoch, said))
    return Hotspots(
        unit="square" if isinstance(of, OfSquares) else "lsoa",
        rows=rows,
        says=says,
        told=told,
        squares=of.squares if isinstance(of, OfSquares) else (),
        at=entitled.at,
        leaf=index,
        marking=marked.leaves,
    )


def _told(question: HotspotQuestion, of: OfSquares | OfAreas) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": question.kind.value,
        "first": question.first,
        "last": question.last,
        "quarters": list(of.found.quarters),
        "significance": of.found.findings.level,
        "tested": of.found.findings.tested,
        "stand_out_uncorrected": of.found.findings.plain,
        "by_chance": round(of.found.findings.by_chance, 1),
    }
    if isinstance(of, OfAreas):
        return told | {
            "near": "queen",
            "areas": of.edition,
            "editions": list(of.editions),
            "hidden": of.hidden,
            "top": _ranked(of.top),
            "rule": CountRule.ROUNDED.value,
        }
    return told | {
        "near": question.near.value,
        "grid": of.ground.edition,
        "records": of.records,
        "at_an_area": of.apart,
        "at_no_place": of.nowhere,
        "coverage": dict(sorted(of.coverage.items())),
        "top_points": _ranked(of.points),
        "top_areas": _ranked(of.areas),
        "rule": CountRule.OWN_COUNT.value,
    }


def _ranked(ranking: Ranking) -> dict[str, Any]:
    return {"places": [asdict(one) for one in ranking.places], "says": ranking.says}
