"""The sixteen questions for people's systems: each one call. The operator asks all, a partner its own."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request, Response

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import ServiceDep, caller
from gateway.api.documented import body, closed
from gateway.audit.answers import QUESTIONS
from gateway.audit.questions import Asked, House, Question, faulty
from gateway.errors import ScopeMissing
from gateway.intake.wire import NotJson, strict_json, unreadable

router = APIRouter(prefix="/v1/questions", tags=["governance"])
Caller = Annotated[Access, Depends(caller)]
Number = Annotated[int, Path(ge=1, le=16, description="Of the question.")]


@router.get("", summary="The questions that you may ask, and what each needs to be told")
def list_questions(access: Caller) -> Response:
    """List them as a person asks them. A partner (`ledger:read`) sees those it may ask about itself."""
    partner = _partner(access)
    known = [one for one in QUESTIONS.all() if partner is None or one.partners_too]
    return _json({"questions": [_described(one) for one in known]})


_TOLD = {name: {"type": "string"} for name in sorted(QUESTIONS.told())}


@router.post(
    "/{number}",
    summary="Ask one of the sixteen questions",
    openapi_extra=body(closed(_TOLD), required=False),
)
async def ask_question(
    number: Number, request: Request, service: ServiceDep, access: Caller
) -> Response:
    """Answer from tables and ledger as they are now; what it needs to be told stands in the body.

    A record's reference is in the body, never in an address. For the IG role (`admin`); with
    `ledger:read` a partner asks what concerns itself, and no other question exists for it.
    """
    partner = _partner(access)
    given = _given(await request.body())
    house = House.of(service.house, service.settings)
    answer = await asyncio.to_thread(QUESTIONS.ask, number, Asked(house, given, partner))
    return _json(answer)


def _partner(access: Access) -> str | None:
    if Scope.ADMIN in access.scopes:
        return None
    if Scope.LEDGER_READ in access.scopes:
        return access.partner
    raise ScopeMissing


def _given(body: bytes) -> dict[str, str]:
    if not body:
        return {}
    try:
        document = strict_json(body)
    except NotJson as fault:
        raise unreadable(fault) from None
    if not isinstance(document, dict) or not all(isinstance(one, str) for one in document.values()):
        raise faulty("", "Send one JSON object of texts.")
    return document


def _described(one: Question) -> dict[str, Any]:
    return {
        "number": one.number,
        "asks": one.asks,
        "cites": one.cites,
        "page": one.see or f"/console/questions/{one.number}",
        "parameters": [
            {"name": p.name, "says": p.says, "kind": p.kind, "required": p.required}
            for p in one.parameters
        ],
    }


def _json(document: dict[str, Any]) -> Response:
    return Response(json.dumps(document), media_type="application/json")
