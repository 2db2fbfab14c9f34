"""Counts by the audience rule."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from gateway.analysis.counting import Coverage
from gateway.analysis.frames import frame_of_cells
from gateway.analysis.grouping import Grouping
from gateway.analysis.several import Tables, ask_for_counts
from gateway.analysis.statistics import last_closed
from gateway.api.asked_of_analysis import CSV, FORMS, csv_table, desk_of, question_of, wants_csv
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.clock import LONDON
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.counted import StatisticsQuestion
from schemas.sensitivity import Lane

router = APIRouter(prefix="/v1", tags=["analysis"])


@router.get(
    "/statistics",
    summary="Counts, rates and changes by period and place",
    responses=FORMS,
    openapi_extra=parameters_of(StatisticsQuestion),
)
async def read_statistics(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give counts of whole periods that are over, under a subscription of your own.

    A subscription of records sees its own counts. One of statistics reads the published editions: totals
    of anti-social behaviour; of everything else 1 to 7 is hidden and other numbers are rounded to 5, each
    with its rule. A cell that a split does not name is zero; a place or a part that is null is one that
    is not known at this level. Each published cell says since which edition it stands. ``value`` is what
    the measure makes of the count, ``says`` why there is none. ``coverage`` says of the rows behind your
    own counts how many were mapped; ``unclassified`` and ``class_only`` (the class of the police alone is
    known) together are what records call unclassified. ``left_out`` says why months that you asked for
    are not counted: they are not over, or make no whole period. With ``set``
    the figures of the level are added up by the areas of a named set, with ``on`` shown on another edition
    of its areas; ``areas`` names them, and ``says`` how much of a figure lies elsewhere.
    """
    question = question_of(StatisticsQuestion, request)
    found = await asyncio.to_thread(
        ask_for_counts, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    if wants_csv(request):
        table = frame_of_cells(found.cells[question.subscription])
        return Response(csv_table(table), 200, headers, CSV)
    body = (
        b'{"cells":' + found.text[question.subscription] + b"," + to_json(told(question, found))[1:]
    )
    return Response(body, 200, headers, "application/json")


def told(question: StatisticsQuestion, found: Tables) -> dict[str, Any]:
    """Return what stands beside a table's cells."""
    months = found.months[question.subscription]
    coverage = found.coverage[question.subscription]
    grouping = found.groupings[question.subscription]
    return {
        "subscription": question.subscription,
        "measure": question.measure.value,
        "first": months[0] if months else None,
        "last": months[1] if months else None,
        "left_out": _left_out(question, found.at, months),
        "coverage": None if coverage is None else [_covered(one) for one in coverage],
        "areas": None if grouping is None else _areas(grouping),
        "editions": list(found.editions),
        "leaf": found.leaf,
        "as_of": stamp(found.at),
        "marking": found.marking.value,
        "quality": quality(stamp(found.at), Lane.STATISTICS).model_dump(mode="json"),
    }


def _left_out(
    question: StatisticsQuestion, at: datetime, months: tuple[str, str] | None
) -> str | None:
    """Return what is said of months that are asked for and not counted; None where all are."""
    closed = last_closed(at.astimezone(LONDON).date())
    if question.last > closed:
        return f"Months after {closed} are not over and not counted; a longer period counts when it is over."
    if months == (question.first, question.last):
        return None
    return "Only whole periods are counted; of those at the ends not every month was asked for."


def _areas(grouping: Grouping) -> dict[str, Any]:
    """The areas that figures are given for, where they are not the level's own."""
    filled = set(grouping.area_of.values())
    return {
        "says": grouping.says,
        "areas": [
            {
                "code": code,
                "name": name,
                "beside": grouping.beside.get(code),
                "made": code in filled,
            }
            for code, name in grouping.names.items()
        ],
    }


def _covered(one: Coverage) -> dict[str, Any]:
    """Coverage as numbers and as the share of the rows that was mapped."""
    return one._asdict() | {"mapped_share": round(one.mapped / one.rows, 4)}
