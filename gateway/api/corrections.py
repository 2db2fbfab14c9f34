"""What becomes of records that a source has sent: retracted, restricted, lifted, erased.

The references stand in the body, never in a URL, and are not kept. Whoever holds one of the records is
told by a notice, and nobody else.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeVar

from fastapi import APIRouter, Request, Response
from pydantic import Field

from gateway.access.verify import Access
from gateway.api.caller import Sender, ServiceDep
from gateway.api.documented import body_of
from gateway.api.feeds import FeedName, own_feed
from gateway.api.receipts import receipted
from gateway.api.service import Service
from gateway.errors import RequestInvalid
from gateway.events import Event, emit
from gateway.intake import correct as orders
from gateway.intake.wire import NotJson, strict_json, unreadable
from gateway.log.correcting import Corrected
from schemas.base import Word
from schemas.problems import ProblemError
from schemas.receipts import ErasureResult, LiftingResult, RestrictionResult, RetractionResult
from schemas.released import (
    ErasureReason,
    LiftingReason,
    NoticeKind,
    Reason,
    RestrictionReason,
    RetractionReason,
)

router = APIRouter(prefix="/v1/feeds/{feed}", tags=["sending"])
References = Annotated[
    tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
    Field(min_length=1, max_length=1_000),
]


class RetractionRequest(Word):
    """Which records a source takes back."""

    references: References
    reason: RetractionReason


class RestrictionRequest(Word):
    """Which records are kept and no longer used."""

    references: References
    reason: RestrictionReason


class LiftingRequest(Word):
    """Which restricted records may be used again."""

    references: References
    reason: LiftingReason


class ErasureRequest(Word):
    """Which records are destroyed, for good."""

    references: References
    reason: ErasureReason


Wanted = TypeVar("Wanted", RetractionRequest, RestrictionRequest, LiftingRequest, ErasureRequest)


@router.post(
    "/retractions",
    response_model=RetractionResult,
    summary="Take records back",
    openapi_extra=body_of(RetractionRequest),
)
async def post_retraction(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """Retract records by the source's own references: there was no such incident."""
    made, done = await _ordered(
        NoticeKind.RETRACTED, RetractionRequest, feed, request, service, access
    )
    return _answer(
        RetractionResult(
            id=made,
            retracted=done.done,
            already_retracted=done.already,
            unknown=done.unknown,
            leaf=done.leaf,
        )
    )


@router.post(
    "/restrictions",
    response_model=RestrictionResult,
    summary="Restrict records",
    openapi_extra=body_of(RestrictionRequest),
)
async def post_restriction(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """Keep records and use them no longer: they leave by no lane until the restriction is lifted."""
    made, done = await _ordered(
        NoticeKind.RESTRICTED, RestrictionRequest, feed, request, service, access
    )
    return _answer(
        RestrictionResult(
            id=made,
            restricted=done.done,
            unchanged=done.already,
            unknown=done.unknown,
            leaf=done.leaf,
        )
    )


@router.post(
    "/liftings",
    response_model=LiftingResult,
    summary="Lift restrictions",
    openapi_extra=body_of(LiftingRequest),
)
async def post_lifting(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """Lift restrictions: the current version of each record is offered again."""
    made, done = await _ordered(NoticeKind.LIFTED, LiftingRequest, feed, request, service, access)
    return _answer(
        LiftingResult(
            id=made,
            lifted=done.done,
            unchanged=done.already,
            unknown=done.unknown,
            leaf=done.leaf,
        )
    )


@router.post(
    "/erasures",
    response_model=ErasureResult,
    summary="Erase records, for good",
    openapi_extra=body_of(ErasureRequest),
)
async def post_erasure(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """Destroy the content of records in all their versions; the ledger still verifies."""
    made, done = await _ordered(NoticeKind.ERASED, ErasureRequest, feed, request, service, access)
    return _answer(
        ErasureResult(
            id=made,
            erased=done.done,
            unchanged=done.already,
            unknown=done.unknown,
            leaf=done.leaf,
        )
    )


async def _ordered(
    kind: NoticeKind,
    form: type[Wanted],
    feed: str,
    request: Request,
    service: Service,
    access: Access,
) -> tuple[str, Corrected]:
    """Read an order of the feed's own sender, carry it out, and return its id and what came of it."""
    desk, _ = own_feed(service, access, feed)
    wanted = _read(form, await request.body())
    house = service.house
    made = orders.Request(house.new_id(), access.client_id, access.partner, house.clock.now())
    reason: Reason = wanted.reason
    done = await asyncio.wrap_future(
        orders.correct(
            kind, list(wanted.references), reason, desk, made, house.writer, house.erasures
        )
    )
    emit(
        Event.CORRECTION_RECORDED,
        feed=feed,
        kind=kind.value,
        changed=done.done,
        unchanged=done.already,
        unknown=done.unknown,
    )
    receipted(request, done.leaf)
    return made.id, done


def _read(form: type[Wanted], body: bytes) -> Wanted:
    try:
        return form.model_validate(strict_json(body))
    except NotJson as fault:
        raise unreadable(fault) from None
    except ValueError:
        says = 'It holds {"references": [1 to 1,000 texts], "reason": one of the list}.'
        fault_ = ProblemError(pointer="", rule="correction.form", says=says)
        raise RequestInvalid(errors=(fault_,)) from None


def _answer(result: Word) -> Response:
    return Response(result.model_dump_json(), 201, media_type="application/json")
