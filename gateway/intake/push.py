"""A push from body to answer: received → mapped → located → recorded."""

from __future__ import annotations

from concurrent.futures import Future

from gateway.intake.mapped import map_rows
from gateway.intake.received import receive
from gateway.intake.recorded import (
    Desk,
    PushRequest,
    natural_key,
    prepare,
    retraction_secrets,
)
from gateway.ledger.leaf import stamp
from gateway.log.entries import PreparedPush, PushAnswer
from gateway.log.recording import Recording
from gateway.log.retracting import Retracted, Retracting, Retraction
from gateway.store.writer import Writer
from schemas.released import RetractionReason


def work_out(
    body: bytes, media_type: str, desk: Desk, request: PushRequest, limit: int
) -> PreparedPush:
    """Work a push out as far as it goes without the lock: received, mapped, located, coarsened.

    Raises:
        MediaTypeNotTaken, BodyUnreadable, TooManyRecords: As ``receive``.
    """
    received = receive(body, media_type, desk.mapper, limit)
    return prepare(map_rows(received, desk.mapper), desk, request)


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


def retract(
    references: list[str],
    reason: RetractionReason,
    desk: Desk,
    request: PushRequest,
    writer: Writer,
) -> Future[Retracted]:
    """Take records back by the source's own references."""
    keys = list(dict.fromkeys(natural_key(desk, reference) for reference in references))
    retraction = Retraction(
        id=request.receipt_id,
        client_id=request.client_id,
        partner=request.partner,
        feed_id=desk.feed_id,
        feed_name=desk.feed.name,
        reason=reason,
        keys=keys,
        secrets=list(retraction_secrets(desk, len(keys))),
        at=int(request.at.timestamp()),
        stamp=stamp(request.at),
        nonce=desk.random(16).hex(),
    )
    return writer.submit(Retracting(retraction), weight=max(1, len(keys)))
