"""Sending: push records, read receipts and quarantine. Corrections have a file of their own."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.access.clients import Scope
from gateway.access.verify import Access
from gateway.api.caller import Sender, ServiceDep, caller
from gateway.api.receipts import receipted
from gateway.api.service import Sent, Service
from gateway.errors import (
    AllRowsRefused,
    MarkingNotTaken,
    MediaTypeNotTaken,
    NotFound,
    RequestInvalid,
    ScopeMissing,
)
from gateway.intake.marked import read_marking
from gateway.intake.recorded import Desk, PushRequest, fingerprint, idempotency_hmac
from gateway.intake.wire import strict_json
from gateway.keys.derive import keyed_hash
from gateway.log.entries import PushAnswer
from schemas.codes import Marking, Slug
from schemas.feeds import Feed, FeedMode
from schemas.problems import ProblemError
from schemas.receipts import PushResult

router = APIRouter(prefix="/v1/feeds/{feed}", tags=["sending"])
FeedName = Annotated[Slug, Path(description="Name of the feed, such as `police-nsir`.")]
_RECEIPT = re.compile(r"[0-9a-f]{32}")
_PRINTABLE = re.compile(r"[ -~]+")


def _parameter(name: str, place: str, says: str) -> dict[str, Any]:
    """Describe a parameter that a route reads by hand, for /openapi.json."""
    required = place == "path"
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return {"name": name, "in": place, "required": required, "description": says, "schema": schema}


def own_feed(service: Service, access: Access, feed: str) -> tuple[Desk, Access]:
    """Return the desk of a feed that the caller's partner sends; another's does not exist for it."""
    edition = service.house.book.current()
    found = edition.register.feeds.get(feed)
    if found is None or access.partner != (found[1].sender or found[1].controller):
        raise NotFound
    return service.house.desk(feed, edition), access


@router.post(
    "/records",
    response_model=PushResult,
    summary="Push records: one JSON object, an array, NDJSON, CSV, or XML where the feed reads it",
    openapi_extra={
        "parameters": [
            _parameter("feed", "path", "Name of the feed, such as `police-nsir`."),
            _parameter("Idempotency-Key", "header", "The same key and body get the same answer."),
            _parameter(
                "Gateway-Unit",
                "header",
                "One run of sending a file in several pushes; needs an Idempotency-Key each.",
            ),
            _parameter(
                "Gateway-Marking",
                "header",
                "What the whole push is marked; SECRET and above is refused before it is read.",
            ),
            _parameter(
                "Gateway-Full",
                "header",
                "`complete` on the last push of a full extract: what no push of it held is asked after.",
            ),
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": ["object", "array"]}},
                "application/x-ndjson": {"schema": {"type": "string"}},
                "text/csv": {"schema": {"type": "string"}},
                "application/xml": {"schema": {"type": "string"}},
            },
        },
    },
)
async def push_records(request: Request) -> Response:
    """Take records in. The answer comes after the commit: what it counts is on the disk.

    Good rows are kept, bad rows go to quarantine by number, field and rule. A repeated
    Idempotency-Key with the same body gets the same answer, with another body 409.
    """
    # Parameters are read by hand: FastAPI's own reading costs as much as the whole mapping of a row.
    access = await caller(request)
    if Scope.FEED_WRITE not in access.scopes:
        raise ScopeMissing
    service: Service = request.app.state.service
    feed = str(request.path_params["feed"])
    desk, _ = own_feed(service, access, feed)
    media_type = request.headers.get("content-type", "")
    if not media_type:
        raise MediaTypeNotTaken
    key, unit = _header(request, "Idempotency-Key", 255), _header(request, "Gateway-Unit", 128)
    if unit is not None and key is None:
        # sent again without a key, the same rows would be counted on and doubled
        says = "A push that is part of a unit has an Idempotency-Key, so that it can be sent again."
        fault = ProblemError(pointer="/header/Idempotency-Key", rule="request.header", says=says)
        raise RequestInvalid(errors=(fault,))
    complete = _completes(request, desk.feed)
    try:
        stated = _header(request, "Gateway-Marking", 100)
        marked = None if stated is None else read_marking(stated, "/header/Gateway-Marking")
        return await _taken(request, service, desk, access, (key, unit, complete, marked))
    except MarkingNotTaken:
        await service.refused_for_marking(feed, access)
        raise


async def _taken(
    request: Request,
    service: Service,
    desk: Desk,
    access: Access,
    said: tuple[str | None, str | None, bool, Marking | None],
) -> Response:
    """Take the body in, of which the headers said key, unit, end of an extract, and marking."""
    key, unit, complete, marked = said
    feed, media_type = desk.feed.name, request.headers["content-type"]
    body = await request.body()
    keys = service.house.keys
    # the same rows with and without the end of an extract are two different pushes
    form = f"{media_type}\0complete" if complete else media_type
    form = form if marked is None else f"{form}\0{marked.value}"
    push_request = PushRequest(
        receipt_id=service.house.new_id(),
        client_id=access.client_id,
        partner=access.partner,
        fingerprint=fingerprint(keys, feed, form, body),
        key_hmac=None if key is None else idempotency_hmac(keys, access.client_id, key),
        unit=None if unit is None else _unit_hmac(service, feed, access, unit),
        at=service.house.clock.now(),
        complete=complete,
        marking=marked,
    )
    answer = await service.take(feed, desk, Sent(body, media_type), push_request)
    if not answer.repeated:
        service.count_push(feed, answer.receipt)
    receipted(request, answer.leaf)
    return _answered(answer)


def _header(request: Request, name: str, longest: int) -> str | None:
    """Return a header that is 1 to ``longest`` printable ASCII characters, or None."""
    value = request.headers.get(name)
    if value is None or (0 < len(value) <= longest and _PRINTABLE.fullmatch(value)):
        return value
    says = f"It has 1 to {longest} printable ASCII characters."
    fault = ProblemError(pointer=f"/header/{name}", rule="request.header", says=says)
    raise RequestInvalid(errors=(fault,))


def _completes(request: Request, feed: Feed) -> bool:
    """Whether a full extract ends with this push."""
    said = _header(request, "Gateway-Full", 255)
    if said is None:
        return False
    if said == "complete" and feed.mode is FeedMode.FULL:
        return True
    says = "It is `complete`, on a feed that is registered as sending full extracts."
    fault = ProblemError(pointer="/header/Gateway-Full", rule="request.header", says=says)
    raise RequestInvalid(errors=(fault,))


def _unit_hmac(service: Service, feed: str, access: Access, unit: str) -> bytes:
    parts = (part.encode() for part in ("unit", feed, access.client_id, unit))
    return keyed_hash(service.house.keys.idempotency, *parts)


def _answered(answer: PushAnswer) -> Response:
    receipt = answer.receipt
    document: dict[str, Any] = {
        "receipt": receipt.model_dump(mode="json"),
        "problems": [problem.model_dump(mode="json") for problem in answer.problems],
        "excluded_by_reason": answer.excluded_by_reason,
        "leaf": answer.leaf,
        "repeated": answer.repeated,
    }
    if receipt.quarantined == receipt.received:
        faults = tuple(
            ProblemError(pointer=f"/{p.row - 1}{f.pointer}", rule=f.rule, says=f.says)
            for p in answer.problems[:100]
            for f in p.faults
        )
        raise AllRowsRefused(errors=faults, extra={"receipt": document["receipt"]})
    created = receipt.recorded + receipt.revised > 0 and not answer.repeated
    return Response(json.dumps(document), 201 if created else 200, media_type="application/json")


@router.get("/receipts/{receipt}", response_model=PushResult, summary="Read a receipt again")
def read_receipt(feed: FeedName, receipt: str, service: ServiceDep, access: Sender) -> Response:
    """Give the answer that a push of this feed got."""
    desk, _ = own_feed(service, access, feed)
    found = None
    if _RECEIPT.fullmatch(receipt):
        found = service.house.reader.receipt(receipt, desk.feed_id)
    if found is None:
        raise NotFound
    return Response(found, media_type="application/json")


@router.get("/quarantine", summary="Rows that could not be taken: receipt, row, field, rule")
def read_quarantine(
    feed: FeedName,
    service: ServiceDep,
    access: Sender,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}\.[0-9]{1,9}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """List the feed's open quarantine. The gateway keeps no row; the sender has it."""
    desk, _ = own_feed(service, access, feed)
    start = None
    if after is not None:
        receipt, _, row = after.partition(".")
        start = (receipt, int(row))
    rows = service.house.reader.quarantined(desk.feed_id, start, limit)
    listed = [
        {"receipt": r["receipt_id"], "row": r["row"], "faults": strict_json(r["faults"].encode())}
        for r in rows
    ]
    last = f"{rows[-1]['receipt_id']}.{rows[-1]['row']}" if len(rows) == limit else None
    return Response(
        json.dumps({"quarantine": listed, "after": last}), media_type="application/json"
    )
