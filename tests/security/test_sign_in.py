"""Signing in by an account of the gateway's own, and what a session is worth afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import events
from gateway.access import passwords
from gateway.access.passwords import hashed
from gateway.access.people import Person, Role
from gateway.clock import FixedClock
from gateway.console import signing
from gateway.console.sessions import COOKIE, IDLE_SECONDS, WHOLE_SECONDS
from gateway.law import throttle
from gateway.law.accounts import change_password, put_account, set_active
from gateway.law.throttle import FAILURES_OF_ACCOUNT, WAIT_SECONDS
from gateway.ledger.leaf import read_leaf
from gateway.settings import Settings
from tests.support.pages import need_assets
from tests.support.server import RunningGateway, running_gateway

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
PASSWORD = "three words of the tests"
LEAD = Person(account="ig-lead", name="Priya Canary", roles=frozenset({Role.IG_LEAD}))


@pytest.fixture(scope="module")
def clock() -> FixedClock:
    return FixedClock(NOW)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, clock: FixedClock) -> Iterator[RunningGateway]:
    need_assets()
    home = tmp_path_factory.mktemp("home")
    with running_gateway(home, clock, Settings(home=home, local_accounts=True)) as running:
        yield running


@pytest.fixture
def gateway(served: RunningGateway, clock: FixedClock) -> RunningGateway:
    """The one gateway, a day later, with the account as it was."""
    clock.at += timedelta(days=1)
    house = served.house
    house.writer.run(put_account(LEAD, house.act("operator"), NOW, secret=hashed(PASSWORD)))
    return served


def tries(
    gateway: RunningGateway, account: str = "ig-lead", password: str = PASSWORD, **more: Any
) -> httpx.Response:
    headers = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin", **more.pop("headers", {})}
    form = {"account": account, "password": password, "to": "/console", **more}
    return gateway.http.post(gateway.url + "/console/sign-in", data=form, headers=headers)


def session(answer: httpx.Response) -> str:
    (line,) = [one for one in answer.headers.get_list("set-cookie") if one.startswith(COOKIE)]
    return line.partition(";")[0].partition("=")[2]


def opens(gateway: RunningGateway, name: str) -> bool:
    answer = gateway.http.get(gateway.url + "/console", headers={"Cookie": f"{COOKIE}={name}"})
    return answer.status_code == 200


def test_the_right_password_gets_a_session_of_the_strictest_cookie(gateway: RunningGateway) -> None:
    answer = tries(gateway)
    (line,) = answer.headers.get_list("set-cookie")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/console"
    assert line.startswith("__Host-")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(line.lower().split("; "))
    assert "domain" not in line.lower()
    assert "expires" not in line.lower()
    assert opens(gateway, session(answer))


@pytest.mark.parametrize(
    ("account", "password"),
    [("ig-lead", "another long password"), ("nobody-here", PASSWORD), ("", ""), ("ig-lead", "")],
)
def test_wrong_and_unknown_get_the_same_answer_for_the_same_work(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch, account: str, password: str
) -> None:
    worked: list[str] = []

    def counted(kept: str | None, typed: str) -> bool:
        worked.append("argon2")
        return passwords.matches(kept, typed)

    monkeypatch.setattr(signing, "matches", counted)
    answer = tries(gateway, account, password)
    known = tries(gateway, "ig-lead", "yet another password")

    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers
    assert (
        answer.text.replace(f'value="{account}"', "") == known.text.replace('value="ig-lead"', "")
        or not account
    )
    assert worked == ["argon2"] * 2
    assert "CANARY" not in answer.text.upper()
    assert password == "" or password not in answer.text


def test_too_many_failures_wait_for_known_and_unknown_alike(
    gateway: RunningGateway, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "matches", lambda kept, typed: kept is not None and typed == "x")
    for account in ("ig-lead", "nobody-here"):
        codes = [
            tries(gateway, account, "wrong").status_code for _ in range(FAILURES_OF_ACCOUNT + 1)
        ]
        assert codes == [422] * FAILURES_OF_ACCOUNT + [429]
    assert tries(gateway, "ig-lead", "x").status_code == 429
    clock.at += timedelta(seconds=WAIT_SECONDS)
    assert tries(gateway, "ig-lead", "x").status_code == 303
    assert tries(gateway, "ig-lead", "wrong").status_code == 422


def test_an_address_that_fails_for_many_names_waits_too(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing, "matches", lambda kept, typed: kept is not None and typed == "x")
    codes = {tries(gateway, f"name-{n}", "wrong").status_code for n in range(50)}
    assert codes == {422}
    assert tries(gateway, "ig-lead", "x").status_code == 429


def test_a_line_is_one_address_whichever_of_its_own_it_takes(
    gateway: RunningGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "FAILURES_OF_ADDRESS", 2)
    house = gateway.house
    counts = throttle.Throttle(house.reader, house.writer, house.clock)
    for n in range(2):
        counts.failed(f"name-{n}", f"2001:db8::{n}")
        counts.failed(f"name-{n}", f"::ffff:192.0.2.{n}")
    assert not counts.lets_try("another", "2001:db8::ffff:1")
    assert counts.lets_try("another", "2001:db8:0:1::1")
    assert counts.lets_try("another", "192.0.2.1")
    assert counts.lets_try("another", "unix")


def test_a_session_is_new_at_each_sign_in_and_the_one_before_is_over(
    gateway: RunningGateway,
) -> None:
    first = session(tries(gateway))
    fixed = tries(gateway, headers={"Cookie": f"{COOKIE}={first}"})

    assert session(fixed) != first
    assert not opens(gateway, first)
    assert opens(gateway, session(fixed))
    chosen = "chosen-by-the-attacker"
    assert session(tries(gateway, headers={"Cookie": f"{COOKIE}={chosen}"})) != chosen
    assert not opens(gateway, chosen)


def test_a_session_ends_idle_whole_and_by_signing_out(
    gateway: RunningGateway, clock: FixedClock
) -> None:
    name = session(tries(gateway))
    for _ in range(WHOLE_SECONDS // (IDLE_SECONDS - 60)):
        clock.at += timedelta(seconds=IDLE_SECONDS - 60)
        assert opens(gateway, name)
        gateway.house.writer.run(lambda _: None)  # the note of it was not waited for
    clock.at += timedelta(seconds=IDLE_SECONDS - 60)
    assert not opens(gateway, name)

    idle = session(tries(gateway))
    clock.at += timedelta(seconds=IDLE_SECONDS)
    assert not opens(gateway, idle)

    name = session(tries(gateway))
    out = gateway.http.post(
        gateway.url + "/console/sign-out",
        headers={"Cookie": f"{COOKIE}={name}", "Sec-Fetch-Site": "same-origin"},
    )
    assert out.headers["location"] == "/console/sign-in"
    assert "max-age=0" in out.headers["set-cookie"].lower()
    assert not opens(gateway, name)


def test_what_changes_an_account_ends_its_sessions_and_is_a_leaf(gateway: RunningGateway) -> None:
    house = gateway.house
    act = house.act("operator")
    for job, may_sign_in in (
        (change_password("ig-lead", hashed("another long password"), act, NOW), False),
        (change_password("ig-lead", hashed(PASSWORD), act, NOW), True),
        (put_account(LEAD, act, NOW), True),
        (set_active("ig-lead", act, NOW, active=False), False),
    ):
        name = session(tries(gateway)) if tries(gateway).status_code == 303 else "none"
        house.writer.run(job)
        assert not opens(gateway, name)
        assert (tries(gateway).status_code == 303) is may_sign_in
        found = house.reader.leaf(house.reader.head().ledger_size - 1)
        assert found is not None
        told = read_leaf(found[0])
        assert told["operation"] == "account"
        assert told["account"] == "ig-lead"
        assert "Canary" not in str(told)


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example", "//elsewhere.example", "/console/../v1", "/console\\x", "/"]
)
def test_nobody_is_sent_elsewhere(gateway: RunningGateway, to: str) -> None:
    assert tries(gateway, to=to).headers["location"] == "/console"
    page = gateway.http.get(gateway.url + "/console/sign-in", params={"to": to})
    assert "elsewhere" not in page.text


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}]
)
def test_no_other_site_signs_anybody_in(gateway: RunningGateway, headers: dict[str, str]) -> None:
    assert tries(gateway, headers=headers).status_code == 403


def test_names_and_passwords_are_in_no_log(
    gateway: RunningGateway, capsys: pytest.CaptureFixture[str]
) -> None:
    events.configure("debug")
    tries(gateway)
    tries(gateway, "priya-canary", "canary-password")
    logged = capsys.readouterr()

    assert "access.signed_in" in logged.err
    assert "access.sign_in_refused" in logged.err
    for word in ("canary", "ig-lead", "three words"):
        assert word not in (logged.err + logged.out).lower()


def test_where_no_local_account_is_allowed_there_is_no_form(tmp_path: Path) -> None:
    need_assets()
    with running_gateway(tmp_path, FixedClock(NOW), Settings(home=tmp_path)) as gateway:
        page = gateway.http.get(gateway.url + "/console/sign-in", headers={"Accept": "text/html"})
        assert "No way to sign in is set up yet" in page.text
        assert tries(gateway).status_code == 404
