"""No analysis route groups, filters, sorts or lists by who, which home or which report: 400, and no value.

Data Protection Act 2018 s.41(2): statistics support no decision about a person. The routes are those of the
application: one that is added without the check turns this red.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.api.caller import analyst
from gateway.cli.application import application
from schemas.identifiers import SEALED_FIELDS
from schemas.sensitivity import Lane
from tests.support.pages import demonstration
from tests.support.requirements import law
from tests.support.server import RunningGateway
from tests.support.signed_in import signed_in

COMMON = (
    "name",
    "surname",
    "dob",
    "uprn",
    "post_code",
    "crime-ref",
    "urn",
    "addressLine1",
    "email",
    "Date of Birth",
    "victimId",
    "phone_number",
)
SHOWN = {"occurred_to", "longitude", "latitude"}
"""Coarsened, these leave with the record under the very name; a list of its fields may hold them."""
LISTS_FIELDS = ("/v1/incidents", "/v1/incidents/download")
HOW = ("by", "group_by", "sort", "order_by", "fields", "properties", "filter", "place")
APART = 7
SECRET = "Zebedee"
PARTS = {
    "collection": "fire-17a",
    "feature": "0" * 32,
    "question": "asb-and-crime",
}
READER = Person(
    account="fire-reader",
    name="Jo Specimen",
    partner="llr-fire",
    roles=frozenset({Role.ANALYST}),
)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(tmp_path_factory.mktemp("home")) as made:
        made.usual()
        made.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        yield made


def every_route(routes: Any) -> Iterator[APIRoute]:
    for route in routes:
        if hasattr(route, "original_router"):  # a router that is put in whole
            yield from every_route(route.original_router.routes)
        elif isinstance(route, APIRoute):
            yield route


def asked_by(route: APIRoute) -> set[Any]:
    """Every dependency of a route, however deep."""
    found, left = set(), list(route.dependant.dependencies)
    while left:
        one = left.pop()
        found.add(one.call)
        left += one.dependencies
    return found


def analysis_routes(gateway: RunningGateway) -> tuple[list[str], list[str]]:
    """Return the application's addresses of analysis: of the interface, and of pages."""
    app: Any = application(gateway.service, gateway.service.settings)
    while not hasattr(app, "routes"):
        app = app.app
    routes = [one for one in every_route(app.routes) if "GET" in one.methods]
    interface = [
        one.path for one in routes if one.path.startswith("/ogc") or analyst in asked_by(one)
    ]
    pages = [
        path
        for method, path in app.state.desk.roles_of
        if method == "GET" and path.startswith("/console/analysis")
    ]
    return sorted(set(interface)), sorted(pages)


def questions(path: str) -> Iterator[dict[str, str]]:
    """Ask by every sealed field and common spelling, now as a parameter, now as a column it names."""
    for place, name in enumerate((*sorted(SEALED_FIELDS), *COMMON)):
        how = HOW[place % len(HOW)]
        yield {name: SECRET}
        if not (path in LISTS_FIELDS and name in SHOWN):
            yield {how: name}
            yield {how: f"kind,-{name.upper()}"}


@law("L45")
def test_a_question_by_an_identifier_is_400_on_every_route_and_repeats_no_value(
    gateway: RunningGateway,
) -> None:
    interface, pages = analysis_routes(gateway)
    assert {"/v1/links", "/ogc/collections/{collection}/items"} <= {*interface}
    assert len(interface) >= 16, interface
    assert len(pages) >= 10, pages
    token = {"Authorization": f"Bearer {gateway.token('fire-analyst')}"}
    reading = signed_in(gateway, READER)
    told: set[tuple[str, str]] = set()
    titles: set[str] = set()
    for turn, route in enumerate((*interface, *pages)):
        path = route.format(**PARTS)
        every = list(questions(path))
        # all routes read by one function: each is asked a seventh, and together every one several times
        for words in every[turn % APART :: APART]:
            answer = ask(gateway, token, reading, path, words)
            assert answer.status_code == 400, (route, words)
            assert SECRET not in answer.text
            if route in pages:
                assert answer.headers["content-type"].startswith("text/html"), route
                titles.add(answer.text.partition("<h1")[2].partition("</h1>")[0])
                continue
            problem = answer.json()
            assert problem["type"] == "urn:gateway:problem:analysis.pivot_on_person", (route, words)
            told.add((problem["detail"], problem["errors"][0]["says"]))
    assert len(told) == 1
    assert len(titles) == 1


def ask(
    gateway: RunningGateway, token: dict[str, str], reading: Any, path: str, words: dict[str, str]
) -> httpx.Response:
    if path.startswith("/console"):
        page: httpx.Response = reading.get(path, params=words)
        return page
    own = {} if path.startswith("/ogc") else {"subscription": "fire-17a"}
    return gateway.http.get(gateway.url + path, params=own | words, headers=token)
