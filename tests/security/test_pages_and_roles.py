"""Every signed-in page by every role: what is not theirs does not exist for them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.access.people import Person, Role
from gateway.cli.application import application
from tests.security.page_roles import PAGES
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import signed_in


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        gateway.usual()
        yield gateway


def somebody(role: Role) -> Person:
    return Person(
        account=f"one-{role.value.replace('_', '-')}",
        name="Robin Example",
        partner="llr-fire",
        roles=frozenset({role}),
    )


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "none-such", path)


def test_every_page_is_in_the_matrix(gateway: RunningGateway) -> None:
    app: Any = application(gateway.service, gateway.service.settings)
    while not hasattr(app, "routes"):  # the guard, and the one route that goes past the framework
        app = app.app

    assert app.state.desk.roles_of == PAGES


@pytest.mark.parametrize("role", Role)
def test_a_page_opens_to_its_roles_alone(gateway: RunningGateway, role: Role) -> None:
    for (method, path), roles in PAGES.items():
        reading = signed_in(gateway, somebody(role))  # anew: one of the pages signs out
        answer = reading.get(filled(path)) if method == "GET" else reading.post(filled(path))
        assert answer.status_code < 500, path
        if role not in roles:
            assert answer.status_code == 404, (method, path)
        elif "{" not in path and method == "GET":
            assert answer.status_code == 200, (method, path)
        assert answer.headers["cache-control"] == "no-store", path
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"], path


def test_nobody_opens_a_page_without_signing_in(gateway: RunningGateway) -> None:
    for method, path in PAGES:
        answer = gateway.http.request(method, gateway.url + filled(path))
        assert answer.status_code == 303, path
        assert answer.headers["location"].startswith("/console/sign-in"), path
        assert not answer.content, path


def test_no_form_is_taken_from_another_site(gateway: RunningGateway) -> None:
    reading = signed_in(gateway, somebody(Role.IG_LEAD))
    cookie = {"Cookie": f"__Host-gateway={reading.cookie}"}
    for method, path in PAGES:
        if method == "POST":
            for site in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.org"}, {}):
                answer = gateway.http.post(gateway.url + filled(path), headers=cookie | site)
                assert answer.status_code == 403, path
