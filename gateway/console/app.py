"""The pages' routes, put beside the interface's."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response

from gateway.assembly import House
from gateway.console import (
    agreements,
    agreements_draft,
    agreements_steps,
    asking,
    breaches,
    consultations,
    corrections,
    deliveries,
    disclosures,
    faults,
    feeds,
    health,
    home,
    law_needs,
    lawbook,
    leavers,
    leaving,
    ledger,
    papers,
    partners,
    questions,
    recalls,
    recalls_one,
    records,
    requests,
    requests_ask,
    requests_decide,
    returns,
    signals,
    simulating,
    subject_access,
    subject_access_steps,
    subscriptions,
)
from gateway.console.analysing import (
    asked_often,
    behaviour,
    compare,
    downloads,
    hotspots,
    links,
    mapped,
    overview,
    place,
    quality,
    tools,
)
from gateway.console.built import BASE, Built
from gateway.console.desk import Desk
from gateway.console.first import Console
from gateway.console.issuer import Issuer
from gateway.console.once import Once
from gateway.console.organisation import Organisation
from gateway.console.rendered import Pages
from gateway.console.sessions import Sessions
from gateway.console.signing import Signing
from gateway.console.trying import Trying
from gateway.law.throttle import Throttle
from gateway.net.egress import EgressClient, trust
from gateway.net.target import Egress
from gateway.settings import Settings

TRY = "/console/try"
PAGES = (
    *(home, leaving, consultations),
    *(agreements, agreements_draft, agreements_steps, papers, lawbook, partners),
    *(disclosures, records, questions, breaches, leavers),
    *(subject_access, subject_access_steps),
    *(ledger, health),
    *(requests_ask, requests_decide, requests),
    *(signals,),
    *(recalls, recalls_one, corrections, subscriptions, deliveries),
    *(asking, simulating, law_needs),
    *(signals, returns, feeds),
    *(overview, mapped, hotspots, behaviour, place, compare, asked_often, links, quality),
    *(downloads, tools),
)
"""The modules of the signed-in pages; each has ``add(desk)``."""


def install(
    app: FastAPI,
    house: House,
    settings: Settings,
    *,
    signed_in: Callable[[str | None], bool],
) -> Pages:
    """Add the pages to an application, and give browsers its errors as pages.

    Args:
        app: The application; its problem documents are installed already.
        house: What the pages tell of.
        settings: Whether whoever reaches the first page may try a file on it, and how people sign in.
        signed_in: Whether an ``Authorization`` header speaks for a partner's system that sends.
    """
    pages = Pages(Built(), os.urandom)
    console = Console(house, pages, settings.demonstration, signed_in)
    app.include_router(_routes(console))
    desk = desk_of(house, settings, pages)
    app.state.desk = desk
    app.include_router(desk.router)
    for router in _sign_in(house, settings, pages, desk.sessions):
        app.include_router(router)
    faults.install(app, pages)
    return pages


def _sign_in(
    house: House, settings: Settings, pages: Pages, sessions: Sessions
) -> Iterator[APIRouter]:
    """The ways to sign in that the settings open."""
    throttle = Throttle(house.reader, house.writer, house.clock)
    yield Signing(house, settings, pages, sessions, throttle).router()
    if settings.oidc_issuer is not None:
        issuer = Issuer(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret_file,
            EgressClient(
                Egress.of(settings.egress_allow, settings.egress_ports),
                trust(settings.egress_ca_file),
            ),
        )
        yield Organisation(house, settings, pages, sessions, issuer).router()


def desk_of(house: House, settings: Settings, pages: Pages) -> Desk:
    """Return the signed-in pages, all put in."""
    sessions = Sessions(house.reader, house.writer, house.clock, house.random)
    once = Once(house.reader, house.writer, house.clock)
    desk = Desk(house, settings, pages, sessions, once)
    for module in PAGES:
        module.add(desk)
    return desk


def _routes(console: Console) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    pages, trying = console.pages, Trying(console)

    @router.get("/")
    async def first(request: Request) -> Response:
        authorization = request.headers.get("authorization")
        shown = await asyncio.to_thread(console.first_page, authorization)
        return await asyncio.to_thread(lambda: pages.page("first.html", **shown))

    @router.post(TRY)
    async def tried(request: Request) -> Response:
        return await trying(request)

    @router.get(BASE + "{name}")
    async def asset(name: str, request: Request) -> Response:
        return pages.built.serve(name, request)

    @router.get("/docs")
    async def docs(request: Request) -> Response:
        operations = _operations(request.app.openapi())
        return pages.page_with_script("docs.html", operations=operations)

    return router


def _operations(document: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Method, address and sentence of every operation; what is pushed to subscribers comes last."""
    found = [
        (method.upper(), path, operation.get("summary", ""))
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    pushed = [
        (f"{method.upper()} to you", name, operation.get("summary", ""))
        for name, methods in document.get("webhooks", {}).items()
        for method, operation in methods.items()
    ]
    return found + pushed
