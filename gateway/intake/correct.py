"""Corrections on their way in: a source, or the IG lead, says what becomes of records.

References become natural keys here and are not kept. Every order is one job of the writer.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from gateway.intake.recorded import Desk, correction_secrets, natural_key
from gateway.ledger.leaf import stamp
from gateway.log.correcting import (
    Corrected,
    Correcting,
    Lifting,
    Order,
    Restricting,
    Retracting,
    Secret,
)
from gateway.log.erasing import Erasing, Reapplying
from gateway.log.erasure_list import ErasureLine, ErasureList
from gateway.log.retaining import ErasingDue, WorkedOut
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from schemas.released import REASONS, ErasureReason, NoticeKind, Reason

_JOBS: MappingProxyType[NoticeKind, type[Correcting]] = MappingProxyType(
    {
        NoticeKind.RETRACTED: Retracting,
        NoticeKind.RESTRICTED: Restricting,
        NoticeKind.LIFTED: Lifting,
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """Who orders a correction, when, and under which id."""

    id: str
    actor: str
    """The calling system, or the post on whose behalf the operator acts."""
    partner: str
    at: datetime


def correct(
    kind: NoticeKind,
    named: Sequence[str] | Sequence[int],
    reason: Reason,
    desk: Desk,
    request: Request,
    writer: Writer,
    erasures: ErasureList,
) -> Future[Corrected]:
    """Retract, restrict, lift or erase records of a feed; the future is done when it is on the disk.

    Args:
        kind: What becomes of them; who holds one is told so.
        named: The source's own references, or ids of incidents (the IG role's way).
        reason: One of ``REASONS[kind]``.
        desk: Of the feed.
        request: Who orders it.
        writer: Runs the job.
        erasures: Where erasures are noted outside the database.

    Raises:
        ValueError: The reason is none of this kind.
        Overloaded, StoreUnavailable: As ``Writer.submit``.
    """
    job, weight = order_job(kind, named, reason, desk, request, erasures)
    return writer.submit(job, weight=weight)


def order_job(
    kind: NoticeKind,
    named: Sequence[str] | Sequence[int],
    reason: Reason,
    desk: Desk,
    request: Request,
    erasures: ErasureList,
) -> tuple[Callable[[Tx], Corrected], int]:
    """Return the job of an order and its weight, for whoever commits more with it (as ``correct``)."""
    if not isinstance(reason, REASONS[kind]):
        message = "a reason of another kind"
        raise ValueError(message)  # noqa: TRY004 - the caller chose the wrong pair
    keys = list(dict.fromkeys(_key(desk, one) for one in named))
    order = _order(desk, request, reason.value, len(keys), keys)
    job: Callable[[Tx], Corrected] = (
        Erasing(order, erasures) if kind is NoticeKind.ERASED else _JOBS[kind](order)
    )
    return job, max(1, len(keys))


def erase_due(
    incidents: Sequence[int],
    desk: Desk,
    request: Request,
    writer: Writer,
    erasures: ErasureList,
    worked_out: WorkedOut,
) -> int | None:
    """Erase incidents of a feed whose time to be kept is over; return how many.

    None where law or holds moved since they were chosen: nothing was erased.
    """
    reason = ErasureReason.RETENTION_ENDED.value
    order = _order(desk, request, reason, len(incidents), list(incidents))
    return writer.run(ErasingDue(Erasing(order, erasures), worked_out))


def reapply(
    erasures: ErasureList,
    desk_of: Callable[[str], Desk | None],
    request: Callable[[str], Request],
    writer: Writer,
) -> int:
    """Carry out every erasure on the list that the database does not know; return how many.

    To be called after a restore, before anything is released, and at every start: a process may have
    died between the list and the commit. Does nothing, and seals nothing, where all is done.

    Args:
        erasures: The list.
        desk_of: The desk of a feed by its name; None where the feed is not registered.
        request: Makes who asks for a feed, with a new id each.
        writer: Runs the jobs.
    """
    done = 0
    for (feed, reason), keys in _by_feed(erasures.read()).items():
        desk = desk_of(feed)
        if desk is None:
            continue
        order = _order(desk, request(feed), reason, len(keys), ())
        result = writer.run(Reapplying(order, keys))
        done += 0 if result is None else result.done
    return done


def _by_feed(lines: Iterable[ErasureLine]) -> dict[tuple[str, str], list[bytes]]:
    found: dict[tuple[str, str], dict[bytes, None]] = defaultdict(dict)
    for line in lines:
        found[line.feed, line.reason][line.key] = None
    return {about: list(keys) for about, keys in found.items()}


def _key(desk: Desk, one: str | int) -> bytes | int:
    return natural_key(desk, one) if isinstance(one, str) else one


def _order(
    desk: Desk, request: Request, reason: str, secrets: int, named: Sequence[bytes | int]
) -> Order:
    return Order(
        id=request.id,
        actor=request.actor,
        partner=request.partner,
        feed_id=desk.feed_id,
        feed_name=desk.feed.name,
        reason=reason,
        named=named,
        secrets=[Secret(*drawn) for drawn in correction_secrets(desk, secrets)],
        at=int(request.at.timestamp()),
        stamp=stamp(request.at),
        nonce=desk.random(16).hex(),
        natural_key_key=desk.keys.natural_key,
    )
