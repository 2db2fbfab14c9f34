"""Disclosure on request: ask, see what came of it, collect; and answer for the holder that is asked.

Whom a request is about stands in the body and never in a URL. Who may not ask is told why by the
conditions about asker and request alone, in the same steps whether anything is held or not.
"""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import Field, ValidationError

from gateway.access.verify import Access
from gateway.api.caller import Recipient, Sender, ServiceDep
from gateway.api.documented import body_of
from gateway.api.receipts import receipted
from gateway.api.service import Service
from gateway.audit.request_desk import requests_of
from gateway.audit.request_state import Decider
from gateway.audit.request_state import Request as Asked
from gateway.audit.request_words import for_asker, for_holder
from gateway.audit.requests import Requests
from gateway.errors import NotFound, RequestInvalid
from gateway.intake.recorded import natural_key
from gateway.intake.wire import NotJson, strict_json, unreadable
from gateway.release.disclosed import content_hash
from gateway.release.sent import accepted, written
from schemas.base import Word, own_words
from schemas.codes import Slug
from schemas.problems import ProblemError
from schemas.requests import MOST_RECORDS, Answer, AnswerSaid, Asking, RequestId, Subject

router = APIRouter(prefix="/v1/requests", tags=["requests"])
Form = TypeVar("Form", bound=Word)
Named = Annotated[RequestId, Path(description="Id of the request.")]


class OwnRecord(Word):
    """One of the holder's own records."""

    feed: Slug
    reference: Annotated[str, Field(min_length=1, max_length=64)]


class AnswerGiven(Word):
    """An answer as a holder's system sends it: who decided, and which of its own records are meant."""

    office: Annotated[str, Field(min_length=1, max_length=200)]
    """The nominated person's office, as the register has it; in an urgent request a deputy's."""
    answer: AnswerSaid
    records: Annotated[tuple[OwnRecord, ...], Field(max_length=MOST_RECORDS)] = ()


def _desk(service: Service) -> Requests:
    return requests_of(service.house, service.settings)


@router.post(
    "", status_code=201, summary="Ask a holder about somebody", openapi_extra=body_of(Asking)
)
async def ask(request: Request, service: ServiceDep, access: Recipient) -> Response:
    """Ask about a person, an address or a case. Nothing is looked for: the holder's person answers."""
    asking = _read(Asking, await request.body())
    desk = _desk(service)
    name = await asyncio.to_thread(desk.ask, access.partner, access.client_id, asking)
    found = await asyncio.to_thread(desk.one, name, access.partner)
    return _json(_shown(service, access, found), 201)


@router.get("", summary="What you asked, and what you are asked")
def list_requests(service: ServiceDep, access: Recipient) -> Response:
    """List the requests that the caller's partner asked, or is asked as the holder. Newest first."""
    found = _desk(service).every(access.partner)
    return _json({"requests": [_shown(service, access, one) for one in found]})


@router.get("/{request}", summary="One request, and what came of it")
def show_request(request: Named, service: ServiceDep, access: Recipient) -> Response:
    """Show one request to its asker or its holder; anybody else's does not exist for you."""
    return _json(_shown(service, access, _desk(service).one(request, access.partner)))


@router.get(
    "/{request}/records",
    summary="Collect what was released",
    responses={200: {"content": {"application/json": {}, "application/x-ndjson": {}}}},
)
async def collect(
    request: Named,
    asked: Request,
    service: ServiceDep,
    access: Recipient,
    after: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """Give what was released of a request, and later the notices about it; as a subscription's page.

    Send `after` with the cursor at the end of the page to acknowledge it.
    """
    door = service.house.door
    pulled = await asyncio.to_thread(
        door.pull, request, access.partner, access.client_id, after, MOST_RECORDS
    )
    form = accepted(asked.headers.get("accept"))
    service.count_release("on-request", len(pulled.page.records), len(pulled.page.notices))
    page = pulled.page
    receipted(asked, page.entry, content_hash([*page.notices, *page.records]))
    headers = {"Gateway-Marking": page.marking}
    return StreamingResponse(
        written(pulled.page, form, pulled.look, pulled.broken), 200, headers, form.value
    )


@router.post("/{request}/withdrawal", summary="Take a request back", openapi_extra=body_of(Word))
async def withdraw(
    request: Named, asked: Request, service: ServiceDep, access: Recipient
) -> Response:
    """Take back a request that was not answered yet: `{}`."""
    _read(Word, await asked.body())
    desk = _desk(service)
    await asyncio.to_thread(desk.withdraw, request, access.partner, access.client_id)
    found = await asyncio.to_thread(desk.one, request, access.partner)
    return _json(_shown(service, access, found))


@router.post(
    "/{request}/answer", summary="Answer for the holder", openapi_extra=body_of(AnswerGiven)
)
async def answer(request: Named, asked: Request, service: ServiceDep, access: Sender) -> Response:
    """Answer a request that your partner is asked, as its nominated person decided."""
    given = _read(AnswerGiven, await asked.body())
    desk = _desk(service)

    def take() -> dict[str, Any]:
        # first whose request it is: another's reference is not looked up
        if desk.one(request, access.partner).holder != access.partner:
            raise NotFound
        places = _positions(service, access, given.records)
        said = _answer_of(given.answer, places)
        decider = Decider(access.client_id, given.office)
        desk.answer(request, access.partner, decider, said)
        return for_holder(desk.one(request, access.partner))

    return _json(await asyncio.to_thread(take))


def _positions(service: Service, access: Access, records: tuple[OwnRecord, ...]) -> tuple[int, ...]:
    """Return where the current versions of own records stand (raises ``NotFound``)."""
    house, edition = service.house, service.house.book.current()
    found: list[int] = []
    for one in records:
        known = edition.register.feeds.get(one.feed)
        if known is None or access.partner not in {known[1].sender, known[1].controller}:
            raise NotFound
        desk = house.desk(one.feed, edition)
        row = house.reader.incident(known[0], natural_key(desk, one.reference))
        if row is None:
            raise NotFound
        found.append(int(row["position"]))
    return tuple(found)


def _answer_of(given: AnswerSaid, places: tuple[int, ...]) -> Answer:
    try:
        return Answer.model_validate({**given.model_dump(), "positions": places})
    except ValidationError as faults:
        raise _invalid(faults, "/answer") from None


def _shown(service: Service, access: Access, found: Asked) -> dict[str, Any]:
    if found.holder == access.partner:
        return for_holder(found)
    partners = service.house.book.current().register.partners
    return for_asker(found, partners.get(found.holder))


def _read(form: type[Form], body: bytes) -> Form:
    try:
        return form.model_validate(strict_json(body))
    except NotJson as fault:
        raise unreadable(fault) from None
    except ValidationError as faults:
        raise _invalid(faults, "") from None


def _invalid(faults: ValidationError, under: str) -> RequestInvalid:
    """Name each place and rule; never what stood there."""
    said = tuple(
        ProblemError(
            pointer=under
            + "".join(f"/{part}" for part in one["loc"] if part in _PLACES or type(part) is int),
            rule="request.form",
            says=own_words(one) or "It does not fit: see /openapi.json for the form.",
        )
        for one in faults.errors(include_input=False, include_url=False)
    )
    return RequestInvalid(errors=said)


_FORMS = (Asking, Subject, Answer, AnswerGiven, OwnRecord)
_PLACES = {name for form in _FORMS for name in form.model_fields} | set(range(MOST_RECORDS))


def _json(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
