"""Whole answers: every record that fits a question, as one file that can be read in ranges."""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.analysis.dictionary import dictionary_document, dictionary_table
from gateway.analysis.incidents_whole import broke_off, still_stands, whole_answer
from gateway.analysis.written.forms import FORMS, Form
from gateway.api.asked_of_analysis import asks_nothing, desk_of, question_of
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.formed import DOCUMENTED, FORMAT_PARAMETER, PARAMETER, form_of
from gateway.api.ranged import answer, asks_for_part
from gateway.api.receipts import receipted
from gateway.errors import RequestInvalid
from gateway.ledger.leaf import stamp
from schemas.analysis import IncidentQuestion
from schemas.problems import ProblemError

router = APIRouter(prefix="/v1/incidents", tags=["analysis"])
DICTIONARY = "/v1/incidents/dictionary"
DESCRIBED = f'<{DICTIONARY}>; rel="describedby"; type="application/json"'
_OF_PAGES = ("after", "limit")


@router.get("/dictionary", summary="What each column means")
async def read_dictionary(request: Request, access: Analyst) -> Response:
    """Give, for records and for counts, each column's name, type, unit and meaning, and what its codes mean.

    One document, or with `format=csv` one table.
    """
    del access
    asks_nothing(request)
    form = form_of(request)
    receipted(request, None)
    if form is Form.CSV:
        return Response(dictionary_table(), 200, media_type=FORMS[form].media_type)
    return Response(dictionary_document(), 200, media_type="application/json")


def _documented() -> dict[str, Any]:
    described = parameters_of(IncidentQuestion)
    of_it = [one for one in described["parameters"] if one["name"] not in _OF_PAGES]
    return {"parameters": [*of_it, FORMAT_PARAMETER]}


@router.head("/download", include_in_schema=False)
@router.get(
    "/download",
    summary="All incidents that you may have, filtered, as one file",
    responses=DOCUMENTED,
    openapi_extra=_documented(),
)
async def download(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give every record that fits, as CSV unless `format` or `Accept` asks for another form.

    HEAD and Range work, for readers such as DuckDB and polars: for a quarter of an hour what you read is
    one and the same file, one disclosure in the ledger. It is gone earlier where the law or one of its
    records moves: then a range is answered with 410, and you ask anew.
    """
    form = form_of(request, Form.CSV)
    question = question_of(IncidentQuestion, request, aside=(PARAMETER,))
    given = [name for name in _OF_PAGES if name in request.query_params]
    if given:
        says = "A download is no page: leave this out."
        faults = [
            ProblemError(pointer=f"/query/{name}", rule="request.query", says=says)
            for name in given
        ]
        raise RequestInvalid(errors=tuple(faults))
    desk = desk_of(service)
    make = partial(
        whole_answer,
        desk,
        question,
        form,
        access.partner,
        access.client_id,
        folder=service.house.home,
        most_bytes=service.settings.download_limit_bytes,
    )
    asked = (access.client_id, access.partner, form.value, question.model_dump_json())
    key = sha256("\x00".join(asked).encode()).digest()
    whole = await service.shelf.find(
        key, make, partial(still_stands, desk), part=asks_for_part(request)
    )
    receipted(request, whole.leaf, whole.sha256)
    writing = FORMS[form]
    name = f"incidents-{question.subscription}-{whole.day.isoformat()}.{writing.ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Gateway-Marking": whole.marking.value,
        "Gateway-As-Of": stamp(whole.at),
        "Link": DESCRIBED,
    }

    def may_go_on(sent: int) -> bool:
        if still_stands(desk, whole):
            return True
        broke_off(desk, whole, sent)
        return False

    return answer(request, whole, headers, writing.media_type, may_go_on)
