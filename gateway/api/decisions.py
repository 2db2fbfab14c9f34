"""Explaining a decision: for the IG role, and for the source of the record."""

from __future__ import annotations

import asyncio
import json
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import ServiceDep, caller
from gateway.api.documented import body_of
from gateway.assembly import House
from gateway.audit.explained import explain_record
from gateway.clock import london_day
from gateway.errors import NotFound, RequestInvalid, ScopeMissing
from gateway.intake.wire import NotJson, strict_json, unreadable
from policies.answered import answer
from policies.described import DescriptionRefused
from policies.description_form import DescriptionFaulty, description_of
from schemas.base import Word
from schemas.codes import Slug
from schemas.described import Description
from schemas.problems import ProblemError

router = APIRouter(prefix="/v1/decisions", tags=["governance"])


class ExplainRequest(Word):
    """Which record, for which subscription, on which day (today where absent)."""

    feed: Slug
    reference: str
    subscription: Slug
    day: date | None = None


@router.post(
    "/explain",
    summary="Why may this record go to this subscription, or not?",
    openapi_extra=body_of(ExplainRequest, Description),
)
async def explain(
    request: Request, service: ServiceDep, access: Annotated[Access, Depends(caller)]
) -> Response:
    """Give every condition met and unmet, in the policy's words, with the section.

    For the IG role (`admin`) and for the partner that sends the feed; to others a record's existence
    would itself be a disclosure. The reference stands in the body, never in a URL. For the IG role a
    body may describe record and request instead (`gateway explain --schema` prints the form): nothing
    of it is stored.
    """
    if not access.scopes & {Scope.ADMIN, Scope.FEED_WRITE}:
        raise ScopeMissing
    document = _document(await request.body())
    if not document.keys() & ExplainRequest.model_fields.keys() - {"day"}:
        if Scope.ADMIN not in access.scopes:
            raise ScopeMissing
        answered = await asyncio.to_thread(_described, service.house, document)
        return Response(answered, media_type="application/json")
    wanted = _wanted(document)
    house = service.house
    edition = house.book.current()
    found = edition.register.feeds.get(wanted.feed)
    if Scope.ADMIN not in access.scopes and (
        found is None or access.partner != (found[1].sender or found[1].controller)
    ):
        raise NotFound
    desk = house.desk(wanted.feed, edition)
    explained = await asyncio.to_thread(
        explain_record,
        house.reader,
        edition,
        desk,
        wanted.reference,
        wanted.subscription,
        wanted.day or london_day(house.clock),
        None if Scope.ADMIN in access.scopes else access.partner,
    )
    return Response(json.dumps(explained.document()), media_type="application/json")


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = strict_json(body)
    except NotJson as fault:
        raise unreadable(fault) from None
    if isinstance(document, dict):
        return document
    raise _no_form()


def _wanted(document: dict[str, Any]) -> ExplainRequest:
    try:
        return ExplainRequest.model_validate_json(json.dumps(document))
    except ValidationError:
        raise _no_form() from None


def _no_form() -> RequestInvalid:
    says = (
        'It holds {"feed", "reference", "subscription"} and at will "day", or describes a record.'
    )
    return RequestInvalid(errors=(ProblemError(pointer="", rule="explain.form", says=says),))


def _described(house: House, document: dict[str, Any]) -> str:
    """Judge a described record by the law of the house."""
    edition = house.book.current()
    feeds = {name: feed for name, (_, feed) in edition.register.feeds.items()}
    try:
        found = answer(edition.law, description_of(document), london_day(house.clock), feeds)
    except DescriptionFaulty as faulty:
        raise RequestInvalid(errors=faulty.faults) from None
    except DescriptionRefused as refusal:
        fault = ProblemError(pointer=refusal.pointer, rule="description.unknown", says=refusal.says)
        raise RequestInvalid(errors=(fault,)) from None
    return found.model_dump_json()
