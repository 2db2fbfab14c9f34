"""What a full extract leaves open, and what its sender answers.

A record that stands in an extract no more is asked after, never deleted: «gone» takes it back, with a
notice to whoever holds it, and «still there» closes the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from gateway.intake.correct import Request, correct
from gateway.intake.recorded import Desk, natural_key
from gateway.ledger.leaf import stamp
from gateway.log.erasure_list import ErasureList
from gateway.store.questions import answer_questions, named_questions, open_questions
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from schemas.released import NoticeKind, RetractionReason


def listed(reader: Reader, feed: int, after: int = 0, limit: int = 1_000) -> list[dict[str, Any]]:
    """Return a feed's open questions with what is kept readable of each record; instants as ISO 8601."""
    with reader.connection() as connection:
        rows = open_questions(connection, feed, after, limit)
    return [_told(row) for row in rows]


_INSTANTS = ("raised_at", "recorded_at", "reported", "occurred_from")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    for name in _INSTANTS:
        if row[name] is not None:
            row[name] = stamp(datetime.fromtimestamp(row[name], tz=UTC))
    asked = {name: row.pop(name) for name in ("id", "asks", "raised_at")}
    return {**asked, "receipt": row.pop("receipt_id"), "record": row}


class Answer(StrEnum):
    """What a sender may answer."""

    GONE = "gone"
    STILL_THERE = "still_there"


@dataclass(frozen=True, slots=True)
class Answered:
    """How many questions were closed, records taken back, and names without an open question."""

    answered: int
    retracted: int
    unknown: int


def _key(desk: Desk, one: int | str) -> int | bytes:
    return one if isinstance(one, int) else natural_key(desk, one)


@dataclass(frozen=True, slots=True)
class Answering:
    """Where questions are answered: reads which record, corrects it, closes the question."""

    reader: Reader
    writer: Writer
    erasures: ErasureList

    def answer(
        self,
        named: Sequence[int] | Sequence[str],
        answer: Answer,
        desk: Desk,
        request: Request,
        reason: RetractionReason = RetractionReason.OTHER,
    ) -> Answered:
        """Answer questions by their numbers, or by the source's own references.

        The record is taken back before its question is closed: where something breaks in between, the
        answer can be given again.
        """
        distinct: dict[int | str, None] = dict.fromkeys(named)
        keys = [_key(desk, one) for one in distinct]
        with self.reader.connection() as connection:
            found = named_questions(connection, desk.feed_id, keys)
        incidents = sorted(set(found.values()))
        retracted = 0
        if answer is Answer.GONE and incidents:
            kind = NoticeKind.RETRACTED
            done = correct(
                kind, incidents, reason, desk, request, self.writer, self.erasures
            ).result()
            retracted = done.done
        at = int(request.at.timestamp())
        close = partial(
            answer_questions, feed=desk.feed_id, incidents=incidents, answer=answer.value, at=at
        )
        answered = self.writer.run(close) if incidents else 0
        return Answered(answered, retracted, len(keys) - len(found))
