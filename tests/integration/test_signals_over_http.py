"""Signals over HTTP and by command: pulled by those entitled, decided on pages, bodies by a reason only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from gateway.access.people import Person, Role
from gateway.assembly import matching_of, signals_of
from gateway.audit.verify import verify
from gateway.cli import Exit
from gateway.clock import FixedClock
from gateway.console.signals import _waiting
from tests.support.commands import Shell
from tests.support.house import NOW
from tests.support.households import HOUSING_FEED, POLICE_FEED, row_of, send_to, street_of, two_ways
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import COUNCIL, FIRE_AUDITOR, LEAD, POLICE, signed_in
from tests.support.stores import Store

HOME, OTHER = street_of(2)
WORDS = "The duty officers of both asked whether it is one family."
PERSONAL = ("Example Road", "example road", "9ZZ", "9zz", "960000", "P Example")
COUNCIL_AUDITOR = Person(
    account="council-auditor",
    name="Ash Example",
    partner="charnwood-bc",
    roles=frozenset({Role.PARTNER_AUDITOR}),
)


pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("signals") / "home"
    with running_gateway(home, FixedClock(NOW)) as running:
        house = running.house
        running.usual()
        # the commands run on the machine's own day, whichever that is
        two_ways(house, review_by="2199-01-01", retention_days=36_000)
        for number, feed in enumerate((HOUSING_FEED, POLICE_FEED, POLICE_FEED), start=1):
            send_to(house, feed, [row_of(feed, number, NOW, HOME, Random(number))])
        matching_of(house).run()
        yield running
        assert verify(house.database, house.keys).findings == ()


def ids(gateway: RunningGateway, partner: str) -> list[str]:
    found = signals_of(gateway.house).listed(LEAD)
    return [one.signal.id for one in found if one.signal.partner == partner]


def test_a_partner_pulls_its_own_signals_and_nobody_elses(gateway: RunningGateway) -> None:
    told = gateway.call("GET", "/v1/signals", "council-system").json()["signals"]

    assert sorted(one["why"] for one in told) == ["reports", "second_partner"]
    assert {one["id"] for one in told} == set(ids(gateway, "charnwood-bc"))
    assert all(one["ask"] == ["leicestershire-police"] for one in told)
    assert not any(one in str(told) for one in PERSONAL)
    assert gateway.call("GET", "/v1/signals", "fire-system").json() == {"signals": []}


@pytest.mark.parametrize(
    "person", [FIRE_AUDITOR, FIRE_AUDITOR.model_copy(update={"roles": POLICE.roles})]
)
def test_others_see_no_signal(gateway: RunningGateway, person: Person) -> None:
    reading = signed_in(gateway, person)
    (name, *_) = ids(gateway, "charnwood-bc")

    assert "There is no signal." in reading.get("/console/signals").text
    for path in (f"/console/signals/{name}", "/console/signals/nothing"):
        assert reading.get(path).status_code == 404
    for what in ("open", "decide"):
        assert reading.post(f"/console/signals/{name}/{what}").status_code == 404


@pytest.mark.parametrize("person", [LEAD, COUNCIL, POLICE, COUNCIL_AUDITOR])
def test_pages_show_no_body_before_a_reason(gateway: RunningGateway, person: Person) -> None:
    reading = signed_in(gateway, person)
    (name, *_) = ids(gateway, "charnwood-bc")
    pages = [reading.get("/console/signals"), reading.get(f"/console/signals/{name}")]

    for page in pages:
        assert page.status_code == 200
        assert not any(one in page.text for one in PERSONAL)
    assert ("Decide" in pages[1].text) is (person is not COUNCIL_AUDITOR)


def test_whoever_opens_sees_the_own_reports_only_and_says_why(gateway: RunningGateway) -> None:
    (name, *_) = ids(gateway, "charnwood-bc")
    path = f"/console/signals/{name}/open"
    police, lead = signed_in(gateway, POLICE), signed_in(gateway, LEAD)

    refused = police.post(path, {"words": "because"})
    assert refused.status_code == 422
    assert "Nothing was opened" in refused.text
    assert not any(one in refused.text for one in PERSONAL)
    seen = police.post(path, {"reason": "matching", "words": WORDS})
    assert seen.status_code == 200
    assert len(re.findall("Loughborough|xample", seen.text)) > 0
    assert "Leicestershire Police" in seen.text
    rows = [
        len(re.findall('<th scope="row"', each.text))
        for each in (seen, lead.post(path, {"reason": "matching", "words": WORDS}))
    ]
    assert rows[1] == rows[0] + 2  # the council's report, and under which name the council knows it
    assert signed_in(gateway, COUNCIL_AUDITOR).post(path, {"words": WORDS}).status_code == 404


def test_a_decision_needs_a_choice_and_a_reason_and_is_shown(gateway: RunningGateway) -> None:
    (name, *_) = ids(gateway, "leicestershire-police")
    reading, path = signed_in(gateway, COUNCIL), f"/console/signals/{name}"

    kept = reading.post(f"{path}/decide", {"decision": "", "why": "short"})
    assert kept.status_code == 422
    assert kept.text.count("Nothing was changed") >= 2
    assert "short" in kept.text
    done = reading.post(f"{path}/decide", {"decision": "confirmed", "why": WORDS})
    assert (done.status_code, done.headers["location"]) == (303, f"{path}?done=confirmed")
    size = gateway.house.reader.head().ledger_size
    again = reading.post(f"{path}/decide", {"decision": "confirmed", "why": WORDS})
    assert again.status_code == 303  # a form sent twice is one decision
    assert gateway.house.reader.head().ledger_size == size
    assert "Confirmed. Whoever was told sees it." in reading.get(done.headers["location"]).text
    told = gateway.call("GET", "/v1/signals", "police-system").json()["signals"]
    assert [one["state"] for one in told if one["id"] == name] == ["confirmed"]


def test_what_waits_is_told_to_those_who_may_decide(gateway: RunningGateway) -> None:
    def needs(person: Person) -> list[str]:
        visit: Any = SimpleNamespace(person=person, house=gateway.house)
        return [need.says for need in _waiting(visit)]

    # the first page shows the three most urgent of all there is
    assert "nobody has looked yet" in needs(LEAD)[0]
    assert needs(FIRE_AUDITOR) == []


def test_commands_list_show_decide_run_and_index(gateway: RunningGateway) -> None:
    shell = Shell(gateway.house.home)
    listed = shell.ok("signal", "list", "--json").json
    assert (len(listed["signals"]), listed["waiting"]) == (4, 0)
    name = listed["signals"][0]["id"]
    shown = shell.ok("signal", "show", name, "--json").json
    assert [one["position"] for one in shown["records"]] == [1, 2, 3]
    assert "told" in shell.ok("signal", "list").out
    assert "holder" in shell.ok("signal", "show", name).out
    short = shell("signal", "dismiss", name, "--reason", "no")
    assert short.code == Exit.USAGE
    assert "Dismissed" in shell.ok("signal", "dismiss", name, "--reason", WORDS).out
    assert "Confirmed" in shell.ok("signal", "confirm", name, "--reason", WORDS).out
    assert shell.ok("signal", "run", "--json").json == {"signals": 0}
    assert "No new signal" in shell.ok("signal", "run").out
    indexed = shell.ok("signal", "index", "--json").json
    assert indexed["filled"] == 0
    assert indexed["keys"]["phone"] == 3
    assert "keyed" in shell.ok("signal", "index").out
