"""Incidents for who may have them."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request, Response

from gateway.analysis.frames import frame_of
from gateway.analysis.incidents import ask_for_incidents
from gateway.api.asked_of_analysis import CSV, FORMS, csv_table, desk_of, question_of, wants_csv
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.analysis import IncidentQuestion

router = APIRouter(prefix="/v1", tags=["analysis"])


@router.get(
    "/incidents",
    summary="Incidents that you may have, filtered",
    responses=FORMS,
    openapi_extra=parameters_of(IncidentQuestion),
)
async def read_incidents(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give one page of depersonalised incidents under a subscription of your own.

    Ask again with `after` for the next page, until it is null. `Accept: text/csv` gives a table, with
    `after` in the header Gateway-After.
    """
    question = question_of(IncidentQuestion, request)
    found = await asyncio.to_thread(
        ask_for_incidents, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    if wants_csv(request):
        if found.after is not None:
            headers["Gateway-After"] = found.after
        table = csv_table(frame_of(found.records))
        return Response(table, 200, headers, CSV)
    records = b",".join(found.lines).decode()
    page = {
        "subscription": question.subscription,
        "after": found.after,
        "leaf": found.leaf,
        "marking": found.marking.value,
        "quality": quality(stamp(found.at)).model_dump(),
    }
    body = f'{{"records":[{records}],{json.dumps(page)[1:]}'
    return Response(body, 200, headers, "application/json")
