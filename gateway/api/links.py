"""Records of two sources that are probably one event."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request, Response
from pydantic_core import to_json

from gateway.analysis.links.asked import NEVER_MERGED, ask_for_links, frame_of_links
from gateway.api.asked_of_analysis import CSV, FORMS, csv_table, desk_of, question_of, wants_csv
from gateway.api.caller import Analyst, ServiceDep
from gateway.api.documented import parameters_of
from gateway.api.receipts import receipted
from gateway.ledger.leaf import stamp
from gateway.release.sent import quality
from schemas.hotspots import LinkQuestion

router = APIRouter(prefix="/v1", tags=["analysis"])


@router.get(
    "/links",
    summary="Records that are probably the same event, told of by two sources",
    responses=FORMS,
    openapi_extra=parameters_of(LinkQuestion),
)
async def read_links(request: Request, service: ServiceDep, access: Analyst) -> Response:
    """Give about how many of your records tell of an event that another source's record tells of.

    Each pair has its probability and the declared score (log-odds of space, time and behaviour), by
    released ids. Pairs are proposals: nothing is merged and no count changes. Needs a subscription of
    records; only what its controller allowed in the partnership's protocol is linked.
    """
    question = question_of(LinkQuestion, request)
    found = await asyncio.to_thread(
        ask_for_links, desk_of(service), question, access.partner, access.client_id
    )
    receipted(request, found.leaf)
    headers = {"Gateway-Marking": found.marking.value}
    if wants_csv(request):
        return Response(csv_table(frame_of_links(found.links)), 200, headers, CSV)
    whole = found.estimate
    document = {
        "subscription": question.subscription,
        "about": whole.about,
        "low": whole.low,
        "high": whole.high,
        "records": found.records,
        "says": [found.says, NEVER_MERGED],
        "pairs": found.pairs,
        "links": found.links,
        "proposed": found.proposed,
        "left_aside": found.left_aside,
        "parameters": found.parameters,
        "leaf": found.leaf,
        "as_of": stamp(found.at),
        "marking": found.marking.value,
        "quality": quality(stamp(found.at)).model_dump(mode="json"),
    }
    return Response(to_json(document), 200, headers, "application/json")
