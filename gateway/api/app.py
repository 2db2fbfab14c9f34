"""Assembling the application: routes, problem documents, the guard, the clock for checkpoints."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

from fastapi import FastAPI

from gateway.access.server import TokenServer
from gateway.access.verify import TokenVerifier
from gateway.api import (
    agreements,
    asked,
    corrections,
    decisions,
    deliveries,
    documents,
    downloads,
    feeds,
    health,
    hotspots,
    incidents,
    ledger,
    links,
    oauth,
    ogc,
    partnership,
    policies,
    problems,
    questions,
    reported,
    requests,
    returns,
    signals,
    statistics,
    subscriptions,
    webhooks,
)
from gateway.api.figures import Figures
from gateway.api.hot import HotRoutes
from gateway.api.receipts import Receipts
from gateway.api.service import RegisteredClients, Service, StoredReplay
from gateway.api.shelf import Shelf
from gateway.assembly import House, match_in_turn, quarter_round_of, retention_of
from gateway.audit.consulting import at_terminal
from gateway.audit.request_desk import requests_of
from gateway.audit.request_round import request_round
from gateway.casework import correction_round_of
from gateway.errors import GatewayError
from gateway.events import Event, emit, where
from gateway.guard import Dress, Guard
from gateway.law.throttle import Throttle
from gateway.law.tool_credentials import ToolAccess
from gateway.posting import anchoring_of, dispatcher_of
from gateway.settings import Settings
from gateway.workshop import Workshop

VERSION = "1"
REFRESH_SECONDS = 1.0
"""How often the register is read again for changes that another process made."""
RETENTION_SECONDS = 60.0
"""How often is looked whether a day began on which something is to be destroyed."""


MATCHING_SECONDS = 20.0
"""How often what was recorded is compared, where agreements name matching."""


def make_service(house: House, settings: Settings, issuer: str) -> Service:
    """Return the service that routes work with."""
    registered = RegisteredClients(house, fresh=False)
    figures = Figures()
    return Service(
        house=house,
        settings=settings,
        tokens=TokenServer(
            issuer,
            house.keys,
            RegisteredClients(house, fresh=True),
            StoredReplay(house),
            house.clock,
            house.random,
            takes_secrets=settings.client_secrets,
        ),
        verifier=TokenVerifier(issuer, house.keys, registered, house.clock),
        anchoring=anchoring_of(house, settings),
        figures=figures,
        dispatcher=dispatcher_of(house, settings, count=figures.attempt),
        tools=ToolAccess(
            house.reader,
            house.writer,
            house.clock,
            Throttle(house.reader, house.writer, house.clock),
        ),
        shelf=Shelf(lambda: house.clock.now().timestamp()),
        workshop=Workshop(house.home, house.database, settings.intake_processes),
    )


def create_app(service: Service) -> FastAPI:
    """Return the application without its guard (``guarded`` puts it in front)."""
    app = FastAPI(
        title="Charnwood gateway",
        version=VERSION,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        webhooks=webhooks.router,
        summary="A data-sharing gateway for Community Safety Partnerships",
    )
    app.state.service = service
    problems.install(app)
    sending = (feeds, corrections, questions, reported)
    reading = (
        subscriptions,
        deliveries,
        agreements,
        decisions,
        documents,
        requests,
        returns,
        downloads,
        incidents,
        hotspots,
        links,
        statistics,
        partnership,
        ogc,
        policies,
        signals,
    )
    for module in (*sending, *reading, asked, ledger, oauth, health):
        app.include_router(module.router)
    return app


def guarded(
    app: FastAPI, settings: Settings, *, dress: Dress | None = None, form: str | None = None
) -> Guard:
    """Put the guard in front of an application: this is what a server runs.

    Args:
        app: The application.
        settings: Its limits.
        dress: Makes pages of the guard's own problems for browsers.
        form: Path of a form with a file. What is too large for it is read to its end and refused then,
            or its browser would never see the answer.
    """

    def cap(path: str) -> int:
        is_push = path.startswith("/v1/feeds/") and path.endswith("/records")
        is_large = is_push or path == form
        return settings.push_limit_bytes if is_large else settings.body_limit_bytes

    service: Service = app.state.service
    return Guard(
        Receipts(HotRoutes(app), service),
        cap_bytes=cap,
        deadline_seconds=settings.body_deadline_seconds,
        counts=service.refused,
        dress=dress,
    )


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    # numpy and convertbng take a third of a second, which no first push should wait for
    warming = asyncio.create_task(asyncio.to_thread(import_module, "gateway.intake.outlines"))
    interval = service.settings.checkpoint_interval_seconds
    retention = retention_of(service.house)
    rounds = correction_round_of(service.house, service.settings)
    quarters = quarter_round_of(service.house, service.settings.released_retention_days)
    asked_for = requests_of(service.house, service.settings)
    tasks = [
        asyncio.create_task(every(interval, service.publish_in_turn)),
        asyncio.create_task(every(REFRESH_SECONDS, service.house.book.refresh)),
        asyncio.create_task(every(RETENTION_SECONDS, retention.run_in_turn)),
        asyncio.create_task(every(RETENTION_SECONDS, quarters.run_in_turn)),
        asyncio.create_task(every(RETENTION_SECONDS, partial(request_round, asked_for))),
        asyncio.create_task(every(RETENTION_SECONDS, rounds.run_in_turn)),
        asyncio.create_task(every(RETENTION_SECONDS, partial(_forget_subjects, service))),
        asyncio.create_task(every(MATCHING_SECONDS, partial(match_in_turn, service.house))),
    ]
    sending = asyncio.create_task(service.dispatcher.run())
    yield
    service.dispatcher.stop()
    await sending
    await warming
    for task in tasks:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
    service.shelf.close()
    await asyncio.to_thread(service.workshop.close)
    try:
        await asyncio.to_thread(service.publish)
    except Exception as error:  # noqa: BLE001 - the house is still to be closed
        emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))


def _forget_subjects(service: Service) -> None:
    """Destroy subject access cases whose time is over."""
    cases = service.house.subject_desk.cases
    cases.erase_closed(at_terminal("gateway"), service.settings.subject_case_days)


async def every(seconds: float, work: object) -> None:
    """Run something now and on a clock; what fails is logged and tried again."""
    while True:
        try:
            await asyncio.to_thread(work)  # type: ignore[arg-type] # any callable without arguments
        except GatewayError as error:
            emit(Event.STORE_UNAVAILABLE, error_type=error.code)
        except Exception as error:  # noqa: BLE001 - a clock that stops would stop checkpoints unseen
            emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
        await asyncio.sleep(seconds)
