"""Signals: that a household which the caller knows reached a threshold, and whom to ask. Existence only."""

from __future__ import annotations

import asyncio
import json

from fastapi import APIRouter, Response

from gateway.api.caller import Recipient, ServiceDep
from gateway.assembly import signals_of

router = APIRouter(prefix="/v1/signals", tags=["receiving"])


@router.get("", summary="Households that you know and that others report too")
async def read_signals(service: ServiceDep, access: Recipient) -> Response:
    """List the signals that a live agreement's matching clause lets you be told, the newest first.

    `why` is `reports` (the agreed number of reports in the agreed months, by default the third in six: the
    case-review threshold) or `second_partner`. `ask` names the partners to ask; `yours` says under which
    names you know it: your own pushes, and what you received. Nobody's record, name, place, ground or
    vulnerability is in it, and nothing was merged. A person confirms or dismisses each: see `state`. When
    the agreement stops, its signals stop.
    """
    told = await asyncio.to_thread(
        signals_of(service.house).hand_out, access.partner, access.client_id
    )
    return Response(json.dumps({"signals": told}), media_type="application/json")
