"""What a full extract leaves open: its sender sees which records it did not hold, and answers."""

from __future__ import annotations

import asyncio
import json
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field, model_validator

from gateway.api.caller import Sender, ServiceDep
from gateway.api.corrections import References
from gateway.api.documented import body_of
from gateway.api.feeds import FeedName, own_feed
from gateway.errors import RequestInvalid
from gateway.intake.correct import Request as Order
from gateway.intake.questions import Answer, Answering, listed
from gateway.intake.wire import NotJson, strict_json, unreadable
from schemas.base import Word
from schemas.problems import ProblemError
from schemas.released import RetractionReason

router = APIRouter(prefix="/v1/feeds/{feed}", tags=["sending"])


class AnswerRequest(Word):
    """Which questions are answered, by number or by the source's own references, and how."""

    answer: Answer
    questions: Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(max_length=1_000)] = ()
    references: References | tuple[()] = ()
    reason: RetractionReason = RetractionReason.OTHER
    """Why what is gone is taken back."""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if bool(self.questions) == bool(self.references):
            message = "questions or references"
            raise ValueError(message)
        return self


class AnswerResult(Word):
    """How many questions were closed and records taken back; names without an open question."""

    answered: int
    retracted: int
    unknown: int


@router.get("/questions", summary="Records that a full extract did not hold")
def read_questions(
    feed: FeedName,
    service: ServiceDep,
    access: Sender,
    after: Annotated[int, Query(ge=0)] = 0,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> Response:
    """List the feed's open questions, each with what is kept readable of its record.

    Nothing was deleted. The gateway keeps no reference; the sender finds the record by its own extracts.
    """
    desk, _ = own_feed(service, access, feed)
    questions = listed(service.house.reader, desk.feed_id, after, limit)
    last = questions[-1]["id"] if len(questions) == limit else None
    document = {"questions": questions, "after": last}
    return Response(json.dumps(document), media_type="application/json")


@router.post(
    "/questions",
    response_model=AnswerResult,
    summary="Answer questions",
    openapi_extra=body_of(AnswerRequest),
)
async def post_answer(
    feed: FeedName, request: Request, service: ServiceDep, access: Sender
) -> Response:
    """`gone` takes the record back and tells whoever holds it; `still_there` closes the question."""
    desk, _ = own_feed(service, access, feed)
    wanted = _wanted(await request.body())
    house = service.house
    answering = Answering(house.reader, house.writer, house.erasures)
    order = Order(house.new_id(), access.client_id, access.partner, house.clock.now())
    named: Any = list(wanted.questions or wanted.references)
    done = await asyncio.to_thread(
        answering.answer, named, wanted.answer, desk, order, wanted.reason
    )
    result = AnswerResult(answered=done.answered, retracted=done.retracted, unknown=done.unknown)
    return Response(result.model_dump_json(), 200, media_type="application/json")


def _wanted(body: bytes) -> AnswerRequest:
    try:
        return AnswerRequest.model_validate(strict_json(body))
    except NotJson as fault:
        raise unreadable(fault) from None
    except ValueError:
        says = (
            'It holds {"answer": "gone" or "still_there", and either "questions": [numbers]'
            ' or "references": [texts]}, at most 1,000 of them.'
        )
        fault_ = ProblemError(pointer="", rule="answer.form", says=says)
        raise RequestInvalid(errors=(fault_,)) from None
