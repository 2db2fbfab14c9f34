"""A credential of a tool reads analysis under its person's organisation, and reaches nothing else."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.api import caller
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.errors import GatewayError, NotAuthenticated
from gateway.law.accounts import put_account, set_active
from gateway.law.throttle import FAILURES_OF_ACCOUNT, WAIT_SECONDS
from gateway.law.tool_credentials import (
    CredentialRefused,
    Issued,
    revoke,
    tool_credentials,
)
from gateway.ledger.leaf import read_leaf
from gateway.store import tables as t
from tests.security.test_routes_and_roles import ROUTES, filled
from tests.support import house as houses
from tests.support.server import RunningGateway, running_gateway
from tests.support.tools import a_credential

ANALYST = Person(
    account="fire-analyst",
    name="Jo Specimen",
    partner="llr-fire",
    roles=frozenset({Role.ANALYST}),
)
READ = {"subscription": "fire-17a"}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home"), FixedClock(houses.NOW)) as made:
        made.usual()
        made.push("police-nsir", "police-system", houses.rows(3))
        yield made


@pytest.fixture
def issued(gateway: RunningGateway) -> Issued:
    """A new credential, and its account as it was."""
    house = gateway.house
    house.writer.run(put_account(ANALYST, house.act("operator"), house.clock.now()))
    return a_credential(house, ANALYST.account)


def asks(
    gateway: RunningGateway, made: Issued, path: str, method: str = "GET", **more: Any
) -> httpx.Response:
    auth = (more.pop("user", made.credential.id), more.pop("password", made.password))
    return gateway.http.request(method, gateway.url + path, auth=auth, **more)


def test_it_opens_the_questions_of_analysis(gateway: RunningGateway, issued: Issued) -> None:
    for path, query in (
        ("/v1/incidents", READ),
        ("/v1/incidents/download", READ | {"format": "csv"}),
        ("/v1/incidents/dictionary", {}),
        ("/v1/statistics", READ | {"first": "2026-10", "last": "2026-10"}),
        ("/ogc/collections", {}),
    ):
        assert asks(gateway, issued, path, params=query).status_code == 200, path
    assert asks(gateway, issued, "/v1/incidents", "HEAD", params=READ).status_code == 200
    other = {"subscription": "university-17a"}
    assert asks(gateway, issued, "/v1/incidents", params=other).status_code == 404
    assert tool_credentials(gateway.house.reader)[0].used_day == "2026-11-23"


@pytest.mark.parametrize(
    ("method", "path"),
    [route for route, scope in ROUTES.items() if scope not in {None, Scope.ANALYSIS_READ}],
)
def test_it_opens_nothing_else(
    gateway: RunningGateway, issued: Issued, method: str, path: str
) -> None:
    answer = asks(gateway, issued, filled(path), method)

    assert answer.status_code == 401
    assert "/console/analysis/tools" not in answer.json()["remedy"]
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_it_only_reads(gateway: RunningGateway, issued: Issued, method: str) -> None:
    for path in ("/v1/incidents", "/v1/statistics", "/ogc/collections"):
        assert asks(gateway, issued, path, method).status_code in {401, 405}
    form = {"grant_type": "client_credentials"}
    assert asks(gateway, issued, "/oauth/token", "POST", data=form).status_code in {400, 401}
    page = asks(gateway, issued, "/console/analysis", headers={"Accept": "text/html"})
    assert page.status_code in {302, 303, 401, 403, 404}


def test_it_ends_by_time_by_revocation_and_with_its_account(
    gateway: RunningGateway, issued: Issued
) -> None:
    house = gateway.house

    def opens() -> bool:
        return asks(gateway, issued, "/v1/incidents", params=READ).status_code == 200

    now = house.clock.now()
    assert opens()
    house.writer.run(set_active(ANALYST.account, house.act("operator"), now, active=False))
    assert not opens()
    moved = ANALYST.model_copy(update={"partner": "example-university"})
    house.writer.run(put_account(moved, house.act("operator"), now))
    assert not opens()
    house.writer.run(put_account(ANALYST, house.act("operator"), now))
    assert opens()
    assert isinstance(house.clock, FixedClock)
    house.clock.at += timedelta(days=90)
    assert not opens()
    house.clock.at -= timedelta(days=90)
    house.writer.run(revoke(issued.credential.id, house.act("operator"), now))
    house.writer.run(revoke(issued.credential.id, house.act("operator"), now))
    assert not opens()
    assert verify(house.database, house.keys).findings == ()


def test_another_may_not_revoke_it_and_nobody_issues_one_that_should_not_be(
    gateway: RunningGateway, issued: Issued
) -> None:
    house = gateway.house
    with pytest.raises(GatewayError):
        house.writer.run(
            revoke(issued.credential.id, house.act("x"), house.clock.now(), "somebody")
        )
    for account, tool, days in (
        ("nobody", "excel", 1),
        (ANALYST.account, "excel", 91),
        (ANALYST.account, "excel", 0),
        (ANALYST.account, "Excel of Jo", 1),
    ):
        with pytest.raises(CredentialRefused):
            a_credential(house, account, tool, days)


def test_wrong_ones_are_refused_alike_and_throttled(
    gateway: RunningGateway, issued: Issued
) -> None:
    bad = [
        asks(gateway, issued, "/v1/incidents", params=READ, password="wrong"),
        asks(gateway, issued, "/v1/incidents", params=READ, user="tool-" + "a" * 24),
        asks(gateway, issued, "/v1/incidents", params=READ, user="o'clock"),
    ]
    for garbled in ("Basic", "Basic !!", "Basic " + base64.b64encode(b"no colon").decode()):
        headers = {"Authorization": garbled}
        bad.append(gateway.http.get(gateway.url + "/v1/incidents", params=READ, headers=headers))
    for answer in bad:
        assert answer.status_code == 401
        assert "/console/analysis/tools" in answer.json()["remedy"]
        assert answer.headers["www-authenticate"].startswith('Bearer, Basic realm="analysis"')
    for _ in range(FAILURES_OF_ACCOUNT):
        asks(gateway, issued, "/v1/incidents", params=READ, password="wrong")
    throttled = asks(gateway, issued, "/v1/incidents", params=READ)
    assert (throttled.status_code, throttled.headers["retry-after"]) == (429, "900")
    assert isinstance(gateway.house.clock, FixedClock)
    gateway.house.clock.at += timedelta(seconds=WAIT_SECONDS)
    assert asks(gateway, issued, "/v1/incidents", params=READ).status_code == 200


def test_of_the_password_nothing_is_kept(gateway: RunningGateway, issued: Issued) -> None:
    reader = gateway.house.reader
    with reader.connection() as connection:
        rows = [dict(row) for row in connection.execute(t.TOOL_CREDENTIAL.select()).mappings()]
    said = read_leaf(reader.leaf(reader.head().ledger_size - 1)[0])  # type: ignore[index]

    assert issued.password not in str(rows)
    assert (said["operation"], said["change"]) == ("tool_credential", "issued")
    assert (said["client"], said["account"]) == (issued.credential.id, ANALYST.account)
    assert issued.password not in str(said)
    assert rows[-1]["secret_sha256"] not in str(said)


@pytest.mark.parametrize(
    ("address", "public_url", "passes"),
    [
        ("127.0.0.1", "http://127.0.0.1:8115", True),
        ("::1", "http://127.0.0.1:8115", True),
        ("192.0.2.7", "http://127.0.0.1:8115", False),
        ("192.0.2.7", "https://gateway.example", True),
        ("", "http://127.0.0.1:8115", False),
    ],
)
def test_it_goes_over_tls_or_stays_on_this_machine(
    gateway: RunningGateway, issued: Issued, address: str, public_url: str, passes: bool
) -> None:
    given = f"{issued.credential.id}:{issued.password}".encode()
    service = SimpleNamespace(
        settings=SimpleNamespace(public_url=public_url),
        tools=gateway.service.tools,
        quota=lambda partner: None,
    )
    request: Any = SimpleNamespace(
        state=SimpleNamespace(),
        headers={"authorization": "Basic " + base64.b64encode(given).decode()},
        app=SimpleNamespace(state=SimpleNamespace(service=service)),
        client=SimpleNamespace(host=address) if address else None,
        method="GET",
    )
    if passes:
        access = asyncio.run(caller.analyst(request))
        assert access.scopes == {Scope.ANALYSIS_READ}
    else:
        with pytest.raises(NotAuthenticated):
            asyncio.run(caller.analyst(request))
