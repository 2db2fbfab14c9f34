"""Receiving: list subscriptions, pull records, acknowledge."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Header, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from gateway.api.caller import Recipient, ServiceDep
from gateway.api.documented import body_with
from gateway.api.receipts import receipted
from gateway.errors import RequestInvalid
from gateway.intake.wire import NotJson, strict_json, unreadable
from gateway.release.disclosed import content_hash
from gateway.release.pull import Pulled
from gateway.release.sent import accepted, written
from schemas.codes import Slug
from schemas.problems import ProblemError
from schemas.subscriptions import Subscription

router = APIRouter(prefix="/v1/subscriptions", tags=["receiving"])
SubscriptionId = Annotated[Slug, Path(description="Id of your subscription.")]
_LOOK_SECONDS = 5.0
"""How often a waiting pull looks whether its caller is still there, and what the day changed."""


@router.get("", summary="Your subscriptions, and how far each has got")
def list_subscriptions(service: ServiceDep, access: Recipient) -> Response:
    """List the caller's own subscriptions."""
    listed = []
    for row in service.house.reader.subscriptions_of(access.partner):
        subscription = Subscription.model_validate_json(row["body"])
        if subscription.request is not None:
            continue  # one decided request: it stands at /v1/requests
        listed.append(
            {
                **subscription.model_dump(mode="json", exclude={"version"}),
                "cursor": service.house.door.cursor(row["id"], row["acknowledged"]),
                "pending": row["pending"] is not None,
            }
        )
    return Response(json.dumps({"subscriptions": listed}), media_type="application/json")


@router.get(
    "/{subscription}/records",
    summary="Pull the next page",
    responses={
        200: {
            "content": {
                "application/json": {},
                "application/x-ndjson": {},
                "application/cloudevents-batch+json": {},
            }
        }
    },
)
async def pull_records(
    subscription: SubscriptionId,
    request: Request,
    service: ServiceDep,
    access: Recipient,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 500,
    wait: Annotated[float, Query(ge=0, le=30)] = 0.0,
    accept: Annotated[str | None, Header()] = None,
) -> Response:
    """Acknowledge up to `after` and give the pending page, or make the next.

    An older cursor gives that page again. Read the page whole before you use its cursor: it stands
    at the end, and a page that says `complete: false` was broken off and gives the old cursor.
    """
    house = service.house

    def pull() -> Pulled:
        return house.door.pull(subscription, access.partner, access.client_id, after, limit)

    clock = asyncio.get_running_loop().time
    until = clock() + wait
    while True:
        mark = house.wakener.mark()
        pulled = await asyncio.to_thread(pull)
        left = until - clock()
        if not pulled.page.is_empty or left <= 0 or await request.is_disconnected():
            break
        await house.wakener.waited(mark, min(left, _LOOK_SECONDS))
    form = accepted(accept)
    service.count_release(subscription, len(pulled.page.records), len(pulled.page.notices))
    page = pulled.page
    receipted(request, page.entry, content_hash([*page.notices, *page.records]))
    headers = {"Gateway-Marking": pulled.page.marking}
    return StreamingResponse(
        written(pulled.page, form, pulled.look, pulled.broken), 200, headers, form.value
    )


@router.post(
    "/{subscription}/acknowledgements",
    summary="Acknowledge without pulling",
    openapi_extra=body_with("cursor", "The cursor of the last page that you have."),
)
async def acknowledge(
    subscription: SubscriptionId, request: Request, service: ServiceDep, access: Recipient
) -> Response:
    """Say that every page up to a cursor has arrived: `{"cursor": "…"}`."""
    cursor = cursor_of(await request.body())
    house = service.house
    done = await asyncio.to_thread(
        house.door.acknowledge, subscription, access.partner, access.client_id, cursor
    )
    return Response(json.dumps({"acknowledged": done}), media_type="application/json")


def cursor_of(body: bytes) -> str:
    """Read ``{"cursor": "…"}`` (raises ``RequestInvalid``)."""
    try:
        document = strict_json(body)
    except NotJson as fault:
        raise unreadable(fault) from None
    if isinstance(document, dict) and document.keys() == {"cursor"}:
        cursor = document["cursor"]
        if isinstance(cursor, str):
            return cursor
    says = 'It holds {"cursor": the text of your last page}.'
    fault_ = ProblemError(pointer="/cursor", rule="acknowledgement.form", says=says)
    raise RequestInvalid(errors=(fault_,))
