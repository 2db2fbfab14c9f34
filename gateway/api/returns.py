"""Section 17A returns: how each duty of a period stands, the files owed to the caller, and receipts."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from gateway.api.caller import Recipient, ServiceDep
from gateway.api.documented import body_with
from gateway.api.receipts import receipted
from gateway.audit.returns import matrix
from gateway.errors import RequestInvalid
from gateway.intake.wire import NotJson, strict_json, unreadable
from gateway.release.return_asked import Ask
from gateway.release.return_written import CSV, JSON_LINES, json_lines, table
from gateway.release.returned import Handed, hand, receive
from policies.periods import Quarter
from schemas.codes import Slug
from schemas.problems import ProblemError

router = APIRouter(prefix="/v1/returns/section-17a", tags=["returns"])
Period = Annotated[str, Path(description="Information period, such as `2026Q3`.", max_length=6)]
Holder = Annotated[Slug, Path(description="The authority whose information it is.")]
Number = Annotated[int, Path(ge=1, le=12, description="Paragraph of SI 2007/1831.")]


@router.get("", summary="What is owed to you and by you for a period, and how it stands")
async def read_matrix(
    service: ServiceDep,
    access: Recipient,
    quarter: Annotated[str, Query(max_length=6, description="Such as `2026Q3`.")],
) -> Response:
    """Give the matrix authority × paragraph × recipient of a period, as far as it concerns you.

    `due`, `sent` (you acknowledged it in time), `sent_late`, `overdue`, `withheld` (by a decision of the
    holder's nominated person: the duty is in default), `met_by_standing_subscription`, `no_feed`,
    `needs_legal_view`, `period_runs`. `protocol: missing` stops nothing here, and is a fault of its own.
    """
    asked = _quarter(quarter)
    found = await asyncio.to_thread(matrix, service.house.return_desk, asked)
    return Response(
        json.dumps(found.seen_by(access.partner).document()), 200, None, "application/json"
    )


@router.get(
    "/{quarter}/{holder}/{paragraph}",
    summary="The return that an authority owes you",
    responses={200: {"content": {JSON_LINES: {}, "text/csv": {}}}},
)
async def read_return(
    quarter: Period,
    holder: Holder,
    paragraph: Number,
    request: Request,
    service: ServiceDep,
    access: Recipient,
) -> Response:
    """Give one file whole: JSON Lines with its manifest first, or with `Accept: text/csv` a table.

    It is made when it is first asked for and never made again. It counts as sent when you repeat its
    `content_sha256` in a receipt.
    """
    ask = Ask(holder, access.partner, _quarter(quarter))
    handed = await asyncio.to_thread(
        hand, service.house.return_desk, ask, paragraph, access.client_id
    )
    headers = _headers(handed)
    receipted(request, handed.manifest.entry)
    if "text/csv" in request.headers.get("accept", ""):
        return Response(table(handed), 200, headers, CSV)
    return Response(json_lines(handed), 200, headers, JSON_LINES)


@router.post(
    "/{quarter}/{holder}/{paragraph}/acknowledgements",
    summary="Say that you have a return",
    openapi_extra=body_with("content_sha256", "The one of the file's manifest."),
)
async def acknowledge_return(
    quarter: Period,
    holder: Holder,
    paragraph: Number,
    request: Request,
    service: ServiceDep,
    access: Recipient,
) -> Response:
    """Say that a file has arrived: `{"content_sha256": "…"}`, from its manifest."""
    content = _content_of(await request.body())
    ask = Ask(holder, access.partner, _quarter(quarter))
    desk, actor = service.house.return_desk, access.client_id
    done = await asyncio.to_thread(receive, desk, ask, paragraph, content, actor)
    return Response(json.dumps({"acknowledged": done}), 200, None, "application/json")


def _headers(handed: Handed) -> dict[str, str]:
    manifest = handed.manifest
    return {
        "Gateway-Marking": handed.marking,
        "Gateway-Content-SHA256": manifest.content_sha256,
        "Gateway-Entry": str(manifest.entry),
    }


def _quarter(name: str) -> Quarter:
    try:
        return Quarter.parse(name)
    except ValueError:
        says = "It is a quarter from 2007Q3 on, written as 2026Q3."
        fault = ProblemError(pointer="/quarter", rule="return.quarter", says=says)
        raise RequestInvalid(errors=(fault,)) from None


def _content_of(body: bytes) -> str:
    try:
        document = strict_json(body)
    except NotJson as fault:
        raise unreadable(fault) from None
    if isinstance(document, dict) and document.keys() == {"content_sha256"}:
        content = document["content_sha256"]
        if isinstance(content, str):
            return content
    says = 'It holds {"content_sha256": the one of the file\'s manifest}.'
    fault_ = ProblemError(pointer="/content_sha256", rule="return.receipt", says=says)
    raise RequestInvalid(errors=(fault_,))
