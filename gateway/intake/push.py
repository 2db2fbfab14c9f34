"""A push from body to answer: received → mapped → located → recorded."""

from __future__ import annotations

from concurrent.futures import Future

from gateway.intake.mapped import map_rows
from gateway.intake.received import receive
from gateway.intake.recorded import (
    Desk,
    PushRequest,
    prepare,
)
from gateway.log.entries import PreparedPush, PushAnswer
from gateway.log.recording import Recording
from gateway.store.writer import Writer


def work_out(
    body: bytes, media_type: str, desk: Desk, request: PushRequest, limit: int
) -> PreparedPush:
    """Work a push out as far as it goes without the lock: received, mapped, located, coarsened.

    Raises:
        MediaTypeNotTaken, BodyUnreadable, TooManyRecords: As ``receive``.
    """
    received = receive(body, media_type, desk.mapper, limit)
    return prepare(map_rows(received, desk.mapper, desk.feed, request.marking), desk, request)


def record(prepared: PreparedPush, desk: Desk, writer: Writer) -> Future[PushAnswer]:
    """Record a push that was worked out; the future is done when it is on the disk.

    Raises:
        Overloaded, StoreUnavailable: As ``Writer.submit``.
    """
    job = Recording(prepared, desk.keys.natural_key)
    return writer.submit(job, weight=max(1, len(prepared.entries)))


def push(
    body: bytes, media_type: str, desk: Desk, request: PushRequest, writer: Writer, limit: int
) -> Future[PushAnswer]:
    """Take a push in; the future is done when it is on the disk (raises as ``work_out``, ``record``)."""
    return record(work_out(body, media_type, desk, request, limit), desk, writer)
