"""Counts by the audience rule."""

from __future__ import annotations

import asyncio
import json
from dataclasses import asdict

from fastapi import APIRouter, Request, Response

from gateway.analysis.frames import frame_of_cells
from gateway.analysis.statistics import ask_for_counts
from gateway.api.asked_of_analysis import CSV, FORMS, csv_table, desk_of, question_of, wants_csv
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.counted import StatisticsQuestion
from schemas.sensitivity import Lane

router = APIRouter(prefix="/v1", tags=["analysis"])


@router.get(
    "/statistics",
    summary="Counts by period and place",
    responses=FORMS,
    openapi_extra=parameters_of(StatisticsQuestion),
)
async def read_statistics(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give counts of closed periods under a subscription of your own.

    A subscription of records sees its own counts. One of statistics reads the published editions: totals
    of anti-social behaviour; of everything else 1 to 7 is hidden and other numbers are rounded to 5, each
    with its rule. A cell that a split does not name is zero. Each cell says since which edition it stands.
    """
    question = question_of(StatisticsQuestion, request)
    found = await asyncio.to_thread(
        ask_for_counts, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    cells = [asdict(cell) for cell in found.cells]
    if wants_csv(request):
        return Response(csv_table(frame_of_cells(found.cells)), 200, headers, CSV)
    document = {
        "cells": cells,
        "subscription": question.subscription,
        "first": found.first,
        "last": found.last,
        "editions": list(found.editions),
        "leaf": found.leaf,
        "as_of": stamp(found.at),
        "marking": found.marking.value,
        "quality": quality(stamp(found.at), Lane.STATISTICS).model_dump(),
    }
    return Response(json.dumps(document), 200, headers, "application/json")
