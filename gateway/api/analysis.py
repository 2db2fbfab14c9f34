"""Questions of analysts: incidents for who may have them, counts by the audience rule."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from gateway.analysis.entitled import Desk
from gateway.analysis.incidents import ask_for_incidents
from gateway.analysis.statistics import ask_for_counts
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.problems import sentence_of
from gateway.api.receipts import receipted
from gateway.api.service import Service
from gateway.errors import RequestInvalid
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.analysis import IncidentQuestion, StatisticsQuestion
from schemas.problems import ProblemError
from schemas.released import DepersonalisedIncident, Place
from schemas.sensitivity import Lane

router = APIRouter(prefix="/v1", tags=["analysis"])
Question = TypeVar("Question", IncidentQuestion, StatisticsQuestion)
_BOM = "\ufeff"
_CSV = "text/csv; charset=utf-8"
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PLACE = tuple(f"place_{name}" for name in Place.model_fields)
_INCIDENT_COLUMNS = tuple(
    column
    for name in DepersonalisedIncident.model_fields
    for column in (_PLACE if name == "place" else (name,))
)
_CELL_COLUMNS = ("kind", "period", "place", "behaviour", "count", "rule", "edition")
_FORMS: dict[int | str, Any] = {200: {"content": {"application/json": {}, "text/csv": {}}}}


@router.get(
    "/incidents",
    summary="Incidents that you may have, filtered",
    responses=_FORMS,
    openapi_extra=parameters_of(IncidentQuestion),
)
async def read_incidents(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give one page of depersonalised incidents under a subscription of your own.

    Ask again with `after` for the next page, until it is null. `Accept: text/csv` gives a table, with
    `after` in the header Gateway-After.
    """
    question = _question(IncidentQuestion, request)
    found = await asyncio.to_thread(
        ask_for_incidents, _desk(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    if _wants_csv(request):
        if found.after is not None:
            headers["Gateway-After"] = found.after
        rows = (_flat(record) for record in found.records)
        return Response(_csv(_INCIDENT_COLUMNS, rows), 200, headers, _CSV)
    records = ",".join(record.model_dump_json(exclude_defaults=True) for record in found.records)
    page = {
        "subscription": question.subscription,
        "after": found.after,
        "leaf": found.leaf,
        "marking": found.marking.value,
        "quality": quality(stamp(found.at)).model_dump(),
    }
    body = f'{{"records":[{records}],{json.dumps(page)[1:]}'
    return Response(body, 200, headers, "application/json")


@router.get(
    "/statistics",
    summary="Counts by period and place",
    responses=_FORMS,
    openapi_extra=parameters_of(StatisticsQuestion),
)
async def read_statistics(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give counts of closed periods under a subscription of your own.

    A subscription of records sees its own counts. One of statistics reads the published editions: totals
    of anti-social behaviour; of everything else 1 to 7 is hidden and other numbers are rounded to 5, each
    with its rule. A cell that a split does not name is zero. Each cell says since which edition it stands.
    """
    question = _question(StatisticsQuestion, request)
    found = await asyncio.to_thread(
        ask_for_counts, _desk(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    cells = [asdict(cell) for cell in found.cells]
    if _wants_csv(request):
        return Response(_csv(_CELL_COLUMNS, cells), 200, headers, _CSV)
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


def _desk(service: Service) -> Desk:
    house = service.house
    return Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


def _question(form: type[Question], request: Request) -> Question:
    """Read a question from the query; what it does not know is refused, and no value is repeated."""
    given = request.query_params.multi_items()
    twice = len(given) != len(request.query_params)
    try:
        if not twice:
            return form.model_validate_strings(dict(given))
    except ValidationError as refused:
        faults = refused.errors(include_input=False, include_url=False)
        said = {str(fault["loc"][0]): sentence_of(fault) for fault in faults}
        known = sorted(said.keys() & form.model_fields.keys())
        errors = [_fault(name, said[name]) for name in known]
        errors += [_UNKNOWN] if said.keys() - form.model_fields.keys() else []
        raise RequestInvalid(errors=tuple(errors)) from None
    raise RequestInvalid(errors=(_UNKNOWN,))


def _fault(name: str, says: str) -> ProblemError:
    return ProblemError(pointer=f"/query/{name}", rule="request.query", says=says)


_UNKNOWN = ProblemError(
    pointer="/query", rule="request.query", says="A parameter is unknown or stands twice."
)


def _wants_csv(request: Request) -> bool:
    return "text/csv" in request.headers.get("accept", "")


def _flat(record: DepersonalisedIncident) -> dict[str, Any]:
    fields = record.model_dump(mode="json")
    place = fields.pop("place")
    return fields | {f"place_{name}": value for name, value in place.items()}


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> str:
    """Write a table for a spreadsheet: UTF-8 with a mark, and no text that is taken for a formula."""
    out = io.StringIO()
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([_cell(row[column]) for column in columns] for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:  # noqa: ANN401 - a JSON value
    if isinstance(value, list | dict):
        value = json.dumps(value, separators=(",", ":"))
    if isinstance(value, str) and value.startswith(_STARTS_A_FORMULA):
        return f"'{value}"
    return "" if value is None else value
