"""How deliveries stand, for their recipient; and asking for what was sent to be sent again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from gateway.api.caller import Recipient, ServiceDep
from gateway.api.documented import body_with
from gateway.api.subscriptions import SubscriptionId, cursor_of
from gateway.audit.notices import Notices
from gateway.errors import NotFound
from gateway.ledger.leaf import stamp
from gateway.release.courier import webhook_id
from gateway.release.endpoints import BeginReplay
from gateway.store.delivering import Deliveries
from schemas.subscriptions import DeliveryMode, Subscription

router = APIRouter(prefix="/v1/subscriptions", tags=["receiving"])


@router.get("/{subscription}/notices", summary="What you were told about records you hold")
def list_notices(
    subscription: SubscriptionId,
    service: ServiceDep,
    access: Recipient,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """List the newest notices of a subscription of yours, newest first: `delivered` or `acknowledged`.

    A notice counts as acknowledged with the page that held it. One that is `overdue` is on the
    operator's list too.
    """
    house = service.house
    if house.reader.subscription(subscription, access.partner) is None:
        raise NotFound
    allowed = timedelta(days=service.settings.notice_overdue_days)
    found = Notices(house.reader, house.clock.now(), allowed).of(subscription, limit)
    told = [
        {k: v for k, v in one.document().items() if k not in {"subscription", "recipient"}}
        for one in found
    ]
    return Response(json.dumps({"notices": told}), media_type="application/json")


@router.get("/{subscription}/deliveries", summary="How your deliveries stand")
def list_deliveries(
    subscription: SubscriptionId,
    service: ServiceDep,
    access: Recipient,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """List the newest releases made for a subscription of yours, newest first, and its endpoint.

    `pending`, `retrying`, `refused` (your endpoint said 410), `expired` (it failed for too long),
    `acknowledged`, `withdrawn` (the law changed before it was tried), `unconfirmed` (after). What is not
    acknowledged can be pulled.
    """
    house = service.house
    if house.reader.subscription(subscription, access.partner) is None:
        raise NotFound
    deliveries = Deliveries(house.reader)
    listed = [
        {
            "release": row["number"],
            "webhook_id": webhook_id(
                house.keys.cursor, subscription, row["number"], bytes(row["content_hash"])
            ),
            "state": row["state"],
            "attempts": row["attempts"],
            "made_at": _instant(row["at"]),
            "first_tried_at": _instant(row["first_tried_at"]),
            "next_try_at": _instant(row["next_at"]),
            "outcome": row["outcome"],
        }
        for row in deliveries.listed(subscription, limit)
    ]
    standing = deliveries.standing(subscription)
    document = {"deliveries": listed, "endpoint": None if standing is None else _endpoint(standing)}
    return Response(json.dumps(document), media_type="application/json")


@router.post(
    "/{subscription}/replay",
    status_code=202,
    summary="Have it sent again",
    openapi_extra=body_with("cursor", "What came after this cursor goes again."),
)
async def replay(
    subscription: SubscriptionId, request: Request, service: ServiceDep, access: Recipient
) -> Response:
    """Send again what you had after a cursor: `{"cursor": "…"}`, as the law stands now.

    To an endpoint the releases go again in their order under the ids that they had, before anything new.
    Where you pull, `next` is the address to begin at. Each page that goes again is an entry of the ledger
    of its own and is counted apart.
    """
    after = cursor_of(await request.body())
    house = service.house

    def ask() -> dict[str, Any]:
        number = house.door.number_of(subscription, access.partner, after)
        row = house.reader.subscription(subscription, access.partner)
        if row is None:
            raise NotFound
        mode = Subscription.model_validate_json(row["body"]).mode
        address = f"/v1/subscriptions/{subscription}/records?after={after}"
        if mode is DeliveryMode.PULL:
            return {"mode": mode.value, "replaying": number < row["acknowledged"], "next": address}
        begun = house.writer.run(BeginReplay(subscription, number, house.act(access.client_id)))
        return {"mode": mode.value, "replaying": begun, "next": address}

    answer = await asyncio.to_thread(ask)
    return Response(json.dumps(answer), 202, media_type="application/json")


def _endpoint(standing: dict[str, Any]) -> dict[str, Any]:
    return {
        "state": standing["state"],
        "failures": standing["failures"],
        "failing_since": _instant(standing["failing_since"]),
        "left_alone_until": _instant(standing["opens_at"]),
        "replaying": standing["replay_next"] is not None,
    }


def _instant(seconds: int | None) -> str | None:
    return None if seconds is None else stamp(datetime.fromtimestamp(seconds, tz=UTC))
