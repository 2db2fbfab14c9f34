"""Who may ask what: every route, every system, every id. What is not theirs does not exist for them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.cli.application import application
from gateway.settings import Settings
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

W, R, L = Scope.FEED_WRITE, Scope.RECORDS_READ, Scope.LEDGER_READ
ROUTES: dict[tuple[str, str], Scope | None] = {
    ("POST", "/v1/feeds/{feed}/records"): W,
    ("GET", "/v1/feeds/{feed}/receipts/{receipt}"): W,
    ("GET", "/v1/feeds/{feed}/quarantine"): W,
    ("GET", "/v1/feeds/{feed}/questions"): W,
    ("POST", "/v1/feeds/{feed}/questions"): W,
    ("POST", "/v1/feeds/{feed}/retractions"): W,
    ("POST", "/v1/feeds/{feed}/restrictions"): W,
    ("POST", "/v1/feeds/{feed}/liftings"): W,
    ("POST", "/v1/feeds/{feed}/erasures"): W,
    ("GET", "/v1/feeds/{feed}/corrections"): W,
    ("POST", "/v1/feeds/{feed}/corrections/matches"): W,
    ("GET", "/v1/feeds/{feed}/corrections/{correction}"): W,
    ("POST", "/v1/feeds/{feed}/corrections/{correction}/decision"): W,
    ("GET", "/v1/subscriptions/{subscription}/corrections"): R,
    ("POST", "/v1/subscriptions/{subscription}/corrections"): R,
    ("GET", "/v1/requests"): R,
    ("POST", "/v1/requests"): R,
    ("GET", "/v1/requests/{request}"): R,
    ("GET", "/v1/requests/{request}/records"): R,
    ("POST", "/v1/requests/{request}/withdrawal"): R,
    ("POST", "/v1/requests/{request}/answer"): W,  # of the holder that is asked
    ("GET", "/v1/incidents"): Scope.ANALYSIS_READ,
    ("GET", "/v1/incidents/download"): Scope.ANALYSIS_READ,
    ("GET", "/v1/incidents/dictionary"): Scope.ANALYSIS_READ,
    ("GET", "/v1/statistics"): Scope.ANALYSIS_READ,
    ("GET", "/v1/hotspots"): Scope.ANALYSIS_READ,
    ("GET", "/v1/links"): Scope.ANALYSIS_READ,
    ("GET", "/v1/statistics/partnership"): Scope.ANALYSIS_READ,
    ("GET", "/v1/statistics/partnership/{question}"): Scope.ANALYSIS_READ,
    ("GET", "/ogc"): None,  # where everything is, and nothing of it
    ("GET", "/ogc/conformance"): None,
    ("GET", "/ogc/api"): None,
    ("GET", "/ogc/collections"): Scope.ANALYSIS_READ,
    ("GET", "/ogc/collections/{collection}"): Scope.ANALYSIS_READ,
    ("GET", "/ogc/collections/{collection}/schema"): Scope.ANALYSIS_READ,
    ("GET", "/ogc/collections/{collection}/items"): Scope.ANALYSIS_READ,
    ("GET", "/ogc/collections/{collection}/items/{feature}"): Scope.ANALYSIS_READ,
    ("GET", "/v1/subscriptions"): R,
    ("GET", "/v1/subscriptions/{subscription}/records"): R,
    ("POST", "/v1/subscriptions/{subscription}/acknowledgements"): R,
    ("GET", "/v1/subscriptions/{subscription}/deliveries"): R,
    ("GET", "/v1/subscriptions/{subscription}/notices"): R,
    ("POST", "/v1/subscriptions/{subscription}/replay"): R,
    ("GET", "/v1/agreements"): R,
    ("GET", "/v1/agreements/due"): Scope.ADMIN,
    ("GET", "/v1/agreements/{agreement}"): R,
    ("GET", "/v1/agreements/{agreement}/diff"): R,
    ("GET", "/v1/signals"): R,
    ("GET", "/v1/returns/section-17a"): R,
    ("GET", "/v1/returns/section-17a/{quarter}/{holder}/{paragraph}"): R,
    ("POST", "/v1/returns/section-17a/{quarter}/{holder}/{paragraph}/acknowledgements"): R,
    ("POST", "/v1/decisions/explain"): W,  # for the record's source; `admin` for the IG role
    ("GET", "/v1/documents/{kind}"): R,  # a party its own agreements; all to the IG role
    ("GET", "/v1/policies"): Scope.ADMIN,
    ("GET", "/v1/policies/{bundle}"): Scope.ADMIN,
    ("GET", "/v1/policies/{bundle}/difference/{other}"): Scope.ADMIN,
    ("POST", "/v1/simulations"): Scope.ADMIN,
    ("GET", "/v1/questions"): L,
    ("POST", "/v1/questions/{number}"): L,  # of its own; all of them with `admin`
    ("GET", "/v1/ledger/checkpoint"): L,
    ("GET", "/v1/ledger/key"): L,
    ("GET", "/v1/ledger/entries/{index}/proof"): L,
    ("GET", "/v1/ledger/proof"): L,
    ("GET", "/v1/ledger/consistency"): L,
    ("GET", "/v1/ledger/entries/{index}"): L,
    ("POST", "/oauth/token"): None,
    ("GET", "/.well-known/oauth-authorization-server"): None,
    ("GET", "/.well-known/jwks.json"): None,
    ("GET", "/healthz"): None,
    ("GET", "/readyz"): None,
    ("GET", "/metrics"): Scope.ADMIN,
    ("GET", "/"): None,  # invented data only
    ("POST", "/console/try"): None,  # in the demonstration, or with feed:write: tests/integration
    ("GET", "/console/assets/{name}"): None,
    ("GET", "/console/sign-in"): None,
    ("POST", "/console/sign-in"): None,
    ("GET", "/docs"): None,
    ("GET", "/openapi.json"): None,
}
"""Every route with the scope that it needs; None: open to all, and no record behind it."""

PARTNERS = {
    "police": "leicestershire-police",
    "fire": "llr-fire",
    "council": "charnwood-bc",
    "university": "example-university",
}
FEEDS = {
    "police-nsir": "leicestershire-police",
    "police-uk": "charnwood-bc",
    "cnh-housing": "charnwood-bc",
    "street-management": "charnwood-bc",
    "no-such-feed": "nobody",
}
SUBSCRIPTIONS = {
    "fire-17a": "llr-fire",
    "council-17a": "charnwood-bc",
    "university-17a": "example-university",
    "no-such-subscription": "nobody",
}
URN = "24-0000001-20261031"
ROW = {
    "URN": URN,
    "CREATED": "31/10/2026 21:47",
    "OPENING_CODE": "215",
    "CLOSING_CODE_1": "213",
}
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}


class Asker:
    """Asks as any system and keeps every answer, so that all are looked at for their headers."""

    def __init__(self, gateway: RunningGateway) -> None:
        self.gateway = gateway
        self.tokens = {name: gateway.token(name) for name in gateway.secrets}
        self.answers: list[tuple[str, httpx.Response]] = []

    def ask(self, system: str | None, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {} if system is None else {"Authorization": f"Bearer {self.tokens[system]}"}
        answer = self.gateway.http.request(method, self.gateway.url + path, headers=headers, **more)
        self.answers.append((path, answer))
        return answer


@pytest.fixture(scope="module")
def asker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asker]:
    home = Path(tmp_path_factory.mktemp("home"))
    settings = Settings(home=home, requests_per_minute=10**6, checkpoint_interval_seconds=0.1)
    with running_gateway(home, settings=settings) as gateway:
        gateway.usual()
        gateway.subscribe("council-17a", "charnwood-bc")
        for (name, partner), scope in product(PARTNERS.items(), (W, R, L, Scope.ANALYSIS_READ)):
            gateway.system(f"{name}-{scope.replace(':', '-')}", partner, frozenset({scope}))
            if f"{name}-all" not in gateway.secrets:
                gateway.system(f"{name}-all", partner, frozenset({W, R, L}))
        asker = Asker(gateway)
        asker.ask("police-all", "POST", "/v1/feeds/police-nsir/records", json=ROW)
        for name in ("fire", "council"):
            page = asker.ask(f"{name}-all", "GET", f"/v1/subscriptions/{name}-17a/records")
            assert len(page.json()["records"]) == 1
        asker.ask("university-all", "GET", "/v1/subscriptions/university-17a/records")
        yield asker


def every_route(routes: Any) -> Iterator[tuple[str, str]]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from every_route(route.original_router.routes)
        else:
            yield from ((m, route.path) for m in route.methods if m not in {"HEAD", "OPTIONS"})


def filled(path: str) -> str:
    own = {
        "feed": "police-nsir",
        "bundle": "packaged",
        "other": "in-force",
        "subscription": "fire-17a",
        "receipt": "0" * 32,
        "correction": "0" * 32,
        "request": "request-bcdfghjklmnp",
        "index": "0",
        "agreement": "no-such-agreement",
        "kind": "sharing-agreement",
        "name": "page.css",
        "number": "12",
        "quarter": "2026Q3",
        "holder": "leicestershire-police",
        "paragraph": "1",
        "question": "communities",
        "collection": "fire-17a",
        "feature": "r1.2026Q4.aaaaaaaaaaaaaaaaaaaaaa",
    }
    return path.format(**own)


def test_every_route_is_in_the_table(asker: Asker) -> None:
    service = asker.gateway.service
    app: Any = application(service, service.settings)
    while not hasattr(app, "routes"):  # the guard, and the one route that goes past the framework
        app = app.app

    # the signed-in pages have a matrix of roles: test_pages_and_roles
    assert set(every_route(app.routes)) - app.state.desk.roles_of.keys() == ROUTES.keys()


@law("L34", "L43")
@pytest.mark.parametrize(
    ("method", "path"), [route for route, scope in ROUTES.items() if scope is not None]
)
def test_a_route_with_a_scope_opens_to_no_other(asker: Asker, method: str, path: str) -> None:
    scope = ROUTES[method, path]
    asker.tokens["forged"] = asker.tokens["police-all"][:-6] + "AAAAAA"
    statuses = {
        system: asker.ask(system, method, filled(path)).status_code
        for system in (None, "forged", *asker.gateway.secrets)
    }

    assert statuses.pop(None) == statuses.pop("forged") == 401
    without = {
        name: status
        for name, status in statuses.items()
        if not name.endswith(("-all", "-system", str(scope).replace(":", "-")))
    }
    assert len(without) >= 3 * len(PARTNERS)
    assert set(without.values()) == {403}


@pytest.mark.parametrize(
    "path", sorted({path for (_, path), scope in ROUTES.items() if scope is None})
)
def test_an_open_route_holds_nothing_of_a_record(asker: Asker, path: str) -> None:
    method = "POST" if path == "/oauth/token" else "GET"
    text = asker.ask(None, method, filled(path)).text
    given = rows_of(asker, "SELECT released_id FROM disclosure")

    assert given
    assert [one for one in (URN, *given) if one in text] == []


def problem(answer: httpx.Response) -> dict[str, Any]:
    """A problem without what differs from request to request."""
    return {name: value for name, value in answer.json().items() if name != "instance"}


def test_a_feed_of_somebody_else_does_not_exist(asker: Asker) -> None:
    receipts = rows_of(asker, "SELECT receipt_id FROM push")
    nothing = problem(asker.ask("police-all", "POST", "/v1/feeds/no-such-feed/records", json=ROW))
    cells = 0
    for (name, partner), (feed, owner) in product(PARTNERS.items(), FEEDS.items()):
        if partner == owner:
            continue
        base = f"/v1/feeds/{feed}"
        asked = [
            asker.ask(f"{name}-all", "POST", f"{base}/records", json=ROW),
            asker.ask(f"{name}-all", "GET", f"{base}/quarantine"),
            asker.ask(f"{name}-all", "GET", f"{base}/questions"),
            asker.ask(
                f"{name}-all",
                "POST",
                f"{base}/questions",
                json={"references": [URN], "answer": "gone"},
            ),
            *(
                asker.ask(
                    f"{name}-all",
                    "POST",
                    f"{base}/{correction}",
                    json={"references": [URN], "reason": "other"},
                )
                for correction in ("retractions", "restrictions", "liftings", "erasures")
            ),
            *(asker.ask(f"{name}-all", "GET", f"{base}/receipts/{one}") for one in receipts),
            asker.ask(
                f"{name}-all",
                "POST",
                "/v1/decisions/explain",
                json={"feed": feed, "reference": URN, "subscription": "fire-17a"},
            ),
        ]
        assert [problem(answer) for answer in asked] == [nothing] * len(asked), (name, feed)
        cells += len(asked)
    assert cells >= 80


def test_a_receipt_does_not_show_itself_under_another_feed(asker: Asker) -> None:
    (receipt,) = rows_of(asker, "SELECT receipt_id FROM push")
    police = asker.ask("police-all", "GET", f"/v1/feeds/police-nsir/receipts/{receipt}")
    council = asker.ask("council-all", "GET", f"/v1/feeds/police-uk/receipts/{receipt}")

    assert police.json()["receipt"]["id"] == receipt
    assert council.status_code == 404


def test_a_subscription_of_somebody_else_does_not_exist(asker: Asker) -> None:
    own = asker.ask("fire-all", "GET", "/v1/subscriptions/fire-17a/records").json()["cursor"]
    path = "/v1/subscriptions/no-such-subscription/records"
    nothing = problem(asker.ask("fire-all", "GET", path))
    cells = 0
    for (name, partner), (subscription, owner) in product(PARTNERS.items(), SUBSCRIPTIONS.items()):
        if partner == owner:
            continue
        base = f"/v1/subscriptions/{subscription}"
        asked = [
            asker.ask(f"{name}-all", "GET", f"{base}/records"),
            asker.ask(f"{name}-all", "GET", f"{base}/records?after={own}&limit=1"),
            asker.ask(f"{name}-all", "POST", f"{base}/acknowledgements", json={"cursor": own}),
            asker.ask(f"{name}-all", "GET", f"{base}/deliveries"),
            asker.ask(f"{name}-all", "POST", f"{base}/replay", json={"cursor": own}),
        ]
        assert [problem(answer) for answer in asked] == [nothing] * len(asked), (name, base)
        cells += len(asked)
    assert cells == 5 * 13


def test_a_cursor_of_somebody_else_opens_nothing(asker: Asker) -> None:
    fire = asker.ask("fire-all", "GET", "/v1/subscriptions/fire-17a/records").json()["cursor"]
    path = f"/v1/subscriptions/council-17a/records?after={fire}"

    assert asker.ask("council-all", "GET", path).status_code in {400, 409, 422}


@pytest.mark.parametrize("name", PARTNERS)
def test_each_lists_only_its_own_subscriptions(asker: Asker, name: str) -> None:
    listed = asker.ask(f"{name}-all", "GET", "/v1/subscriptions").json()["subscriptions"]

    assert {s["id"] for s in listed} == {
        one for one, owner in SUBSCRIPTIONS.items() if owner == PARTNERS[name]
    }


@law("L34")
@pytest.mark.parametrize("name", PARTNERS)
def test_each_reads_only_its_own_ledger_entries(asker: Asker, name: str) -> None:
    leaves = [from_json(bytes(leaf)) for leaf in rows_of(asker, "SELECT leaf FROM ledger")]
    assert len(leaves) > 20
    for index, leaf in enumerate(leaves):
        is_own = PARTNERS[name] in {leaf.get("partner"), leaf.get("recipient")}
        answer = asker.ask(f"{name}-all", "GET", f"/v1/ledger/entries/{index}")
        assert answer.status_code == (200 if is_own else 404), leaf


@law("L48")
def test_two_recipients_know_one_incident_by_two_names(asker: Asker) -> None:
    ids = {
        asker.ask(f"{name}-all", "GET", f"/v1/subscriptions/{name}-17a/records").json()["records"][
            0
        ]["id"]
        for name in ("fire", "council")
    }

    assert len(ids) == 2


def test_every_answer_carries_the_headers_that_protect_it(asker: Asker) -> None:
    for path in ("/nowhere", "/v1/feeds/%00/records", "/v1/feeds/police-nsir/records?x=%ff"):
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD"):
            asker.ask("police-all", method, path)
    for path in {filled(path) for _, path in ROUTES}:
        asker.ask("police-all", "GET", path)
        asker.ask(None, "PATCH", path)

    assert len(asker.answers) > 60
    for path, answer in asker.answers:
        assert ALWAYS.items() <= dict(answer.headers).items(), path
        assert answer.headers["x-request-id"], path
        assert "default-src 'none'" in answer.headers["content-security-policy"], path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path
        assert "server" not in answer.headers, path
        assert "unsafe" not in answer.headers["content-security-policy"], path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert answer.headers["cross-origin-opener-policy"] == "same-origin", path
            assert answer.headers["cache-control"] == "no-store", path
        if path.startswith(("/v1/", "/ogc", "/oauth/")):
            assert answer.headers["cache-control"] == "no-store", path
        assert answer.status_code < 500 or "console.not_built" in answer.text, path


def rows_of(asker: Asker, query: str) -> list[Any]:
    with asker.gateway.house.reader.connection() as connection:
        return list(connection.exec_driver_sql(query).scalars())
