"""Sending a section 17A return to a recipient whose system takes pushes: sent when it answers 2xx.

It goes to the endpoint of the recipient's own push subscription under section 17A, signed as its releases
are. Any other answer leaves it due; it can be sent again, or pulled.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass

from gateway.keys.derive import keyed_hash
from gateway.net.egress import EgressClient, Withheld
from gateway.release.courier import SUCCESS, signed
from gateway.release.endpoints import Endpoint
from gateway.release.handed import COURIER
from gateway.release.return_asked import Ask, ReturnDesk
from gateway.release.return_written import JSON_LINES, json_lines
from gateway.release.returned import hand, receive
from gateway.store.delivering import ACTIVE, Deliveries
from schemas.powers import Power
from schemas.subscriptions import DeliveryMode, Subscription

WITHHELD = "withheld"
"""Outcome of an attempt that was broken off at the last look: no byte of it went."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a recipient takes pushes under section 17A."""

    subscription: str
    url: str


def target_of(desk: ReturnDesk, recipient: str) -> Target | None:
    """Return the active endpoint of a recipient's push subscription under section 17A, or None."""
    deliveries = Deliveries(desk.reader)
    for row in desk.reader.subscriptions_of(recipient):
        one = Subscription.model_validate_json(row["body"])
        if one.power is not Power.SECTION_17A or one.mode is not DeliveryMode.PUSH:
            continue
        standing = deliveries.standing(one.id)
        if standing is not None and standing["state"] == ACTIVE:
            endpoint = Endpoint.model_validate_json(standing["endpoint"])
            return Target(one.id, endpoint.url)
    return None


async def push_return(
    desk: ReturnDesk, client: EgressClient, target: Target, ask: Ask, paragraph: int
) -> str:
    """Send one file and return what came of it, such as ``http-204`` (raises as ``returned.hand``)."""
    handed = await asyncio.to_thread(hand, desk, ask, paragraph, COURIER, "push")
    content, body = handed.manifest.content_sha256, json_lines(handed)
    deliveries, now = Deliveries(desk.reader), int(desk.clock.now().timestamp())
    parts = (str(handed.manifest.entry).encode(), bytes.fromhex(content))
    digest = keyed_hash(desk.keys.cursor, b"return-webhook-id", *parts)
    own_id = "ret_" + base64.b32encode(digest[:16]).decode().rstrip("=").lower()
    headers = {
        "Content-Type": JSON_LINES,
        "User-Agent": "charnwood-gateway",
        "Gateway-Return": f"{ask.quarter.name}/{ask.holder}/{paragraph}",
        "Gateway-Marking": handed.marking,
        "Gateway-Content-SHA256": content,
        **signed(desk.keys, deliveries, target.subscription, own_id, now, body),
    }

    async def given() -> AsyncIterator[bytes]:
        if not await asyncio.to_thread(handed.still):
            raise Withheld
        yield body

    line = client.line()
    try:
        answer = await line.post(target.url, headers, len(body), given)
    except Withheld:
        return WITHHELD
    finally:
        await line.close()
    if answer.status in SUCCESS:
        await asyncio.to_thread(receive, desk, ask, paragraph, content, COURIER, "push")
    return answer.code
