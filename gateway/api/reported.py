"""Corrections that recipients report, and the sources' answers (DPA 2018 s.48(7)).

Ids and references stand in bodies, never in a URL; what was said in words is given to the source alone, one
report at a time, and each look is an entry of the ledger.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Path, Request, Response

from gateway.api.caller import Recipient, Sender, ServiceDep
from gateway.api.documented import body_of
from gateway.api.feeds import FeedName, own_feed
from gateway.api.subscriptions import SubscriptionId
from gateway.errors import RequestInvalid
from gateway.intake.wire import NotJson, strict_json, unreadable
from schemas.base import Word
from schemas.corrections import Deciding, Matching, Reporting
from schemas.problems import ProblemError

router = APIRouter(tags=["corrections"])
_SUBSCRIPTION, _FEED = (
    "/v1/subscriptions/{subscription}/corrections",
    "/v1/feeds/{feed}/corrections",
)
ReportId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="Id of the report.")]
Form = TypeVar("Form", bound=Word)
_FORMS: dict[type[Word], str] = {
    Reporting: 'It holds {"id": your id of the record, "wrong": one of the list, "words": text or absent}.',
    Deciding: 'It holds {"outcome": "accepted" or "refused", "reference", "reason", "words": as needed}.',
    Matching: 'It holds {"references": [1 to 1,000 texts]}.',
}


@router.post(
    _SUBSCRIPTION,
    status_code=201,
    summary="Report that a record you hold is wrong",
    openapi_extra=body_of(Reporting),
)
async def post_report(
    subscription: SubscriptionId, request: Request, service: ServiceDep, access: Recipient
) -> Response:
    """Tell the source of a record, by your own id of it, what is wrong: a code, and words where needed.

    The source accepts it and sends the record anew, which comes to you as any correction does, or refuses
    it with a reason. The same report again, while it waits, is the same report.
    """
    reporting = _read(Reporting, await request.body())
    reports = service.house.reports

    def take() -> Response:
        report, new = reports.take(subscription, access.partner, access.client_id, reporting)
        return _answer(report.document(source=False), 201 if new else 200)

    return await asyncio.to_thread(take)


@router.get(_SUBSCRIPTION, summary="What became of what you reported")
def list_reports(subscription: SubscriptionId, service: ServiceDep, access: Recipient) -> Response:
    """List what you reported under a subscription of yours, newest first, and what became of each."""
    found = service.house.reports.of_subscription(subscription, access.partner)
    return _answer({"corrections": [one.document(source=False) for one in found]})


@router.get(_FEED, summary="What recipients find wrong with records of yours")
def list_for_source(feed: FeedName, service: ServiceDep, access: Sender) -> Response:
    """List what was reported about records of a feed that you send, newest first, in codes.

    Which record is meant you find by your own references: `…/corrections/matches`.
    """
    own_feed(service, access, feed)
    found = service.house.reports.of_feeds([feed])
    return _answer({"corrections": [one.document(source=True) for one in found]})


@router.post(
    _FEED + "/matches",
    summary="Which of your records were reported",
    openapi_extra=body_of(Matching),
)
async def match_references(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """Return, for each of your references in its order, the reports about it that wait for an answer."""
    desk, _ = own_feed(service, access, feed)
    wanted = _read(Matching, await request.body())
    found = await asyncio.to_thread(
        service.house.reports.matches, feed, desk, list(wanted.references)
    )
    return _answer({"matches": found})


@router.get(_FEED + "/{correction}", summary="Read one report with what was said")
def read_report(
    feed: FeedName, correction: ReportId, service: ServiceDep, access: Sender
) -> Response:
    """Give one report about a record of yours, with the recipient's words. The look is in the ledger."""
    own_feed(service, access, feed)
    reports = service.house.reports
    report = reports.find(correction, [feed])
    words = reports.read_words(report, access.client_id, access.partner, "source")
    return _answer({**report.document(source=True), "words": words})


@router.post(
    _FEED + "/{correction}/decision",
    summary="Accept or refuse a report",
    openapi_extra=body_of(Deciding),
)
async def decide_report(
    feed: FeedName,
    correction: ReportId,
    request: Request,
    service: ServiceDep,
    access: Sender,
) -> Response:
    """Answer a report. Accepted: send the record anew, or take it back. Refused: with a reason.

    Give the record's `reference` and the gateway checks that it is the one that was meant.
    """
    desk, _ = own_feed(service, access, feed)
    said = _read(Deciding, await request.body())
    reports = service.house.reports

    def decide() -> Response:
        report = reports.find(correction, [feed])
        done = reports.decide(report, access.client_id, access.partner, said, desk)
        return _answer(done.document(source=True))

    return await asyncio.to_thread(decide)


def _read(form: type[Form], body: bytes) -> Form:
    read: Callable[[Any], Form] = form.model_validate
    try:
        return read(strict_json(body))
    except NotJson as fault:
        raise unreadable(fault) from None
    except ValueError:
        fault_ = ProblemError(pointer="", rule="correction.form", says=_FORMS[form])
        raise RequestInvalid(errors=(fault_,)) from None


def _answer(document: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(document), status, media_type="application/json")
