"""Incidents for who may have them."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Request, Response

from gateway.analysis.incidents import Incidents, ask_for_incidents
from gateway.analysis.incidents_about import about_records, small_file
from gateway.analysis.written.forms import FORMS, Form
from gateway.api.asked_of_analysis import desk_of, question_of
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.downloads import DESCRIBED
from gateway.api.formed import DOCUMENTED, FORMAT_PARAMETER, PARAMETER, form_of
from gateway.api.ranged import names_tag
from gateway.api.receipts import receipted
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.analysis import IncidentQuestion

router = APIRouter(prefix="/v1", tags=["analysis"])
_DOCUMENTED = {"parameters": [*parameters_of(IncidentQuestion)["parameters"], FORMAT_PARAMETER]}


@router.head("/incidents", include_in_schema=False)
@router.get(
    "/incidents",
    summary="Incidents that you may have, filtered",
    responses=DOCUMENTED,
    openapi_extra=_DOCUMENTED,
)
async def read_incidents(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give one page of depersonalised incidents under a subscription of your own.

    Ask again with `after` for the next page, until it is null. `format` or `Accept` ask for a table, with
    `after` in the header Gateway-After. A list of values stands apart by commas. The ETag is of the records:
    where you have them already, If-None-Match is answered with 304.
    """
    form = form_of(request)
    question = question_of(IncidentQuestion, request, aside=(PARAMETER,))
    found = await asyncio.to_thread(
        ask_for_incidents, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    tag = f'W/"{found.content_sha256}"'
    headers = {"Gateway-Marking": found.marking.value, "ETag": tag, "Link": DESCRIBED}
    if found.after is not None:
        headers["Gateway-After"] = found.after
    if "if-none-match" in request.headers and names_tag(request.headers["if-none-match"], tag):
        return Response(None, 304, headers)
    if form is Form.JSON:
        body = _page(question, found)
    else:
        headers["Gateway-As-Of"] = stamp(found.at)
        body = await asyncio.to_thread(_table, form, question, found)
    headers["Content-Length"] = str(len(body))
    sent = None if request.method == "HEAD" else body
    return Response(sent, 200, headers, FORMS[form].media_type)


def _page(question: IncidentQuestion, found: Incidents) -> bytes:
    page = {
        "subscription": question.subscription,
        "after": found.after,
        "leaf": found.leaf,
        "marking": found.marking.value,
        "quality": quality(stamp(found.at)).model_dump(),
    }
    records = b",".join(found.lines)
    return b'{"records":[' + records + b"]," + json.dumps(page).encode()[1:]


def _table(form: Form, question: IncidentQuestion, found: Incidents) -> bytes:
    about = about_records(question, form, found.subscription, found.at, found.marking)
    return small_file(form, found.records, about)
