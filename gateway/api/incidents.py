"""Incidents for who may have them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.analysis.incidents import ask_for_incidents
from gateway.api.asked_of_analysis import CSV, FORMS, csv_table, desk_of, question_of, wants_csv
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.analysis import IncidentQuestion
from schemas.released import DepersonalisedIncident, Place

router = APIRouter(prefix="/v1", tags=["analysis"])
_PLACE = tuple(f"place_{name}" for name in Place.model_fields)
_INCIDENT_COLUMNS = tuple(
    column
    for name in DepersonalisedIncident.model_fields
    for column in (_PLACE if name == "place" else (name,))
)


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
        rows = (_flat(record) for record in found.records)
        return Response(csv_table(_INCIDENT_COLUMNS, rows), 200, headers, CSV)
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


def _flat(record: DepersonalisedIncident) -> dict[str, Any]:
    fields = record.model_dump(mode="json")
    place = fields.pop("place")
    return fields | {f"place_{name}": value for name, value in place.items()}
