"""The health page: what stops releases and since when, and everything that may yet, in words."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from fastapi import Response

from gateway.audit.stops import Watch
from gateway.console.desk import Desk, Visit
from gateway.console.health_told import Examination
from gateway.console.navigation import ADMINISTRATOR, LEAD, link
from gateway.console.needs import Need, needing
from gateway.console.words import when
from gateway.law.anchors import anchors, fault_of

PATH = "/console/health"
_SEE = "See what is wrong"


def add(desk: Desk) -> None:
    """Put the page in, and what it wants of somebody."""
    link("Running", PATH, "Health", LEAD, ADMINISTRATOR)
    desk.get(PATH, LEAD, ADMINISTRATOR)(_health)
    needing(_failing)


def _health(visit: Visit) -> Response:
    house, settings = visit.house, visit.settings
    examination = Examination(
        _watch(visit),
        house.keys,
        "PostgreSQL" if house.database.shared else "SQLite",
        settings.intake_queue_pushes,
        settings.clock_skew_limit_seconds,
    )
    return visit.page("health/health.html", health=examination.health())


def _watch(visit: Visit) -> Watch:
    house = visit.house
    return Watch(house.reader, house.writer, house.book, house.clock)


def _failing(visit: Visit) -> Iterator[Need]:
    """What stops releases, and the anchors that will."""
    if not visit.person.has(LEAD, ADMINISTRATOR):
        return
    now = visit.house.clock.now()
    for stop in _watch(visit).stops():
        yield Need(stop.since or now, f"Releases have stopped. {stop.says}", _SEE, PATH)
    for anchor in anchors(visit.house.reader):
        if anchor.failing_since is None or anchor.stops_at is None:
            continue
        stops_at = datetime.fromtimestamp(anchor.stops_at, tz=UTC)
        if stops_at > now:
            says = (
                f"Checkpoints of the ledger cannot be published ({fault_of(anchor.places)}); "
                f"releases stop at {when(stops_at)}."
            )
            yield Need(stops_at, says, _SEE, PATH)
