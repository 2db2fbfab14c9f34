"""Health, readiness, metrics."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta

from fastapi import APIRouter, Response

from gateway import events
from gateway.api.caller import Administrator, ServiceDep
from gateway.api.service import Service
from gateway.audit.notices import Notices
from gateway.audit.stops import Watch
from gateway.errors import GatewayError
from gateway.events import Event, emit
from gateway.ledger.leaf import stamp

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="The process runs")
async def healthz() -> Response:
    """Answer while the process runs."""
    return Response('{"status":"up"}', media_type="application/json")


@router.get("/readyz", summary="The gateway can do its work")
async def readyz(service: ServiceDep) -> Response:
    """Answer 200 when database, writer and law are there, 503 with the failed checks otherwise."""
    house = service.house
    checks = {"writer": house.writer.alive}
    try:
        await asyncio.to_thread(house.reader.head)
        checks["database"] = await asyncio.to_thread(house.writer.has_its_database)
        checks["clock"] = await asyncio.to_thread(_is_timely, service)
        checks["policies"] = not house.book.current().refused
        checks["law"] = True
    except GatewayError as error:
        checks["law" if "database" in checks else "database"] = False
        checks[error.code] = False
    ready = all(checks.values())
    # intake goes on while releases stop: that is no reason to send nobody here
    watch = Watch(house.reader, house.writer, house.book, house.clock)
    stopped = await asyncio.to_thread(watch.stops)
    why = [{"code": one.code, "since": _instant(one.since), "says": one.says} for one in stopped]
    for name, passed in checks.items():
        if not passed:
            emit(Event.NOT_READY, check=name)
    return Response(
        json.dumps({"ready": ready, "checks": checks, "releases": {"go": not why, "stopped": why}}),
        200 if ready else 503,
        {} if ready else {"Retry-After": "2"},
        "application/json",
    )


def _instant(at: datetime | None) -> str | None:
    return None if at is None else stamp(at)


def _is_timely(service: Service) -> bool:
    """Whether the machine's clock and the database's agree, as far as the settings want.

    The law, expiry and stamps are judged by the one, leases by the other. A clock that was given from
    outside (the demonstration, tests) tells another time on purpose.
    """
    now = service.machine.now()
    limit = service.settings.clock_skew_limit_seconds
    return abs(service.house.reader.seconds_ahead(now)) <= limit


@router.get("/metrics", summary="Figures for Prometheus")
def metrics(service: ServiceDep, _access: Administrator) -> Response:
    """Give counters to whoever runs the gateway: how much others send and get is no partner's business."""
    house = service.house
    head = house.reader.head()
    allowed = timedelta(days=service.settings.notice_overdue_days)
    found = Notices(house.reader, house.clock.now(), allowed).open(overdue=False)
    notices = {"open": len(found), "overdue": sum(one.overdue for one in found)}
    text = service.figures.text(
        head.log_size, head.ledger_size, service.refused, events.JOURNAL.dropped, notices
    )
    return Response(text, media_type="text/plain; version=0.0.4")
