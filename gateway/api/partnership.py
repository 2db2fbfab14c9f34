"""The partnership's own questions, each one URL: figures, what they rest on, and a sentence made of them."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from gateway.analysis.partnership.asked import ask_partnership
from gateway.analysis.partnership.questions import QUESTIONS
from gateway.analysis.partnership.tables import Answer
from gateway.api.asked_of_analysis import asks_nothing, desk_of, question_of
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.errors import NotFound
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.partnership import PartnershipName, PartnershipQuestion
from schemas.sensitivity import Lane

router = APIRouter(prefix="/v1/statistics/partnership", tags=["analysis"])


@router.get("", summary="The questions that a partnership asks again and again")
async def list_questions(request: Request, access: Analyst) -> Response:
    """List the questions by name. Each is asked at its own address with a subscription of yours."""
    del access
    asks_nothing(request)
    listed = [
        {"name": one.name.value, "asks": one.asks, "months_between_meetings": one.meets}
        for one in QUESTIONS.values()
    ]
    return Response(json.dumps({"questions": listed}), 200, media_type="application/json")


@router.get(
    "/{question}",
    summary="One of the partnership's questions, answered",
    openapi_extra=parameters_of(PartnershipQuestion),
)
async def answer_question(
    question: Annotated[str, Path(max_length=64, description="Its name, as listed.")],
    request: Request,
    service: ServiceDep,
    access: Analyst,
) -> Response:
    """Give the answer in a sentence or two, the tables that it is made from, and what they rest on.

    A reader of records is answered from his own records, one of statistics from the published editions.
    Kinds of incidents stand beside each other and are never added up.
    """
    if question not in {one.value for one in PartnershipName}:
        raise NotFound
    asked = question_of(PartnershipQuestion, request)
    name = PartnershipName(question)
    found = await asyncio.to_thread(
        ask_partnership, desk_of(service), name, asked, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    return Response(json.dumps(_document(found)), 200, headers, "application/json")


def _document(found: Answer) -> dict[str, Any]:
    return {
        "question": found.name,
        "asks": found.asks,
        "says": list(found.told.sentences),
        "tables": [
            {
                "name": table.name,
                "title": table.title,
                "columns": [column._asdict() for column in table.columns],
                "rows": table.records(),
            }
            for table in found.told.tables
        ],
        "first": found.period.names[0],
        "last": found.period.names[-1],
        "rules": dict(found.rules),
        "coverage": dict(found.coverage),
        "editions": list(found.editions),
        "areas": list(found.areas),
        "leaf": found.leaf,
        "as_of": stamp(found.at),
        "marking": found.marking.value,
        "quality": quality(stamp(found.at), Lane.STATISTICS).model_dump(),
    }
