"""Agreements over HTTP, and the personal lane: a partner sees its own, and a stop elsewhere stops here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.clients import Scope
from gateway.assembly import open_house
from gateway.clock import FixedClock
from tests.support import agreed
from tests.support.house import NOW
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.stores import Store, database_for


@pytest.fixture
def gateway(tmp_path: Path, store: Store) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path / "home", clock=FixedClock(NOW)) as running:
        running.usual()
        running.system("operator", "charnwood-bc", frozenset({Scope.ADMIN}))
        running.system("council-sender", "charnwood-bc", frozenset({Scope.FEED_WRITE}))
        agreed.ready(running.house)
        yield running


def test_a_party_sees_its_agreements_and_nobody_elses(gateway: RunningGateway) -> None:
    for system in ("council-system", "police-system", "operator"):
        listed = gateway.call("GET", "/v1/agreements", system).json()["agreements"]
        assert [(one["agreement"]["id"], one["state"]) for one in listed] == [
            ("police-council", "live")
        ]
        one = gateway.call("GET", "/v1/agreements/police-council", system).json()
        assert [version["unmet"] for version in one["versions"]] == [[]]
    assert gateway.call("GET", "/v1/agreements", "fire-system").json() == {"agreements": []}
    for path in ("police-council", "no-such-agreement"):
        assert gateway.call("GET", f"/v1/agreements/{path}", "fire-system").status_code == 404
    assert gateway.call("GET", "/v1/agreements", "council-sender").status_code == 403
    assert gateway.call("GET", "/v1/agreements").status_code == 401


def test_an_agreement_is_shown_as_it_stands_on_a_day(gateway: RunningGateway) -> None:
    agreed.suspend(gateway.house)

    now = gateway.call("GET", "/v1/agreements", "council-system").json()["agreements"]
    before = gateway.call("GET", "/v1/agreements?day=2026-11-22", "council-system").json()

    assert now[0]["state"] == "suspended"
    assert [one["id"] for one in now[0]["unmet"]] == ["section_115.agreement_is_live"]
    assert before["agreements"][0]["state"] == "draft"


def test_the_personal_lane_over_http_and_why_it_is_refused(gateway: RunningGateway) -> None:
    gateway.push("police-nsir", "police-system", [agreed.personal_row("s1")])

    (record,) = gateway.pull(agreed.ASKED, "council-system").json()["records"]
    agreed.suspend(gateway.house)
    refused = gateway.pull(agreed.ASKED, "council-system")

    assert record["agreed"]["people"] == [{"role": "caller", "name": agreed.CALLER}]
    assert refused.status_code == 403
    assert [one["id"] for one in refused.json()["conditions"]] == ["section_115.agreement_is_live"]
    assert agreed.CALLER not in refused.text


def test_a_suspension_by_another_process_stops_a_page_that_is_being_written(
    gateway: RunningGateway, tmp_path: Path
) -> None:
    rows = [agreed.personal_row(f"s{number}") for number in range(4)]
    gateway.push("police-nsir", "police-system", rows)
    made = agreed.pulled(gateway.house)
    look = made.look
    home = tmp_path / "home"

    def looks(index: int) -> bool:
        if index == 2:
            with open_house(home, database=database_for(home), clock=FixedClock(NOW)) as other:
                agreed.suspend(other)
        return look(index)

    made.look = looks
    page = agreed.page_of(made)

    assert (len(page["records"]), page["complete"]) == (2, False)


@law("L18", "L20")
def test_the_ig_role_is_told_what_is_due_and_nobody_else_is(gateway: RunningGateway) -> None:
    gateway.system("ig-lead", "charnwood-bc", frozenset({Scope.ADMIN}))

    def due(day: str) -> list[tuple[str, str, int, bool]]:
        answer = gateway.call("GET", f"/v1/agreements/due?day={day}", "ig-lead").json()
        assert answer["day"] == day
        listed = [one for one in answer["due"] if one["kind"] == "agreement"]
        return [(one["lacks"], one["days"], one["flag"], one["stops"]) for one in listed]

    assert due("2026-11-23") == []
    assert due("2027-10-02") == [("review_due", 30, 30, False)]
    assert due("2027-12-01") == [("review_due", -30, 0, False)]
    assert due("2027-12-02") == [("review_due", -31, 0, True)]
    partners = gateway.call("GET", "/v1/agreements/due", "ig-lead").json()["due"]
    assert ("llr-pcc", "no_nominated_person") in {(one["id"], one["lacks"]) for one in partners}
    for system in ("council-system", "fire-system"):
        assert gateway.call("GET", "/v1/agreements/due", system).status_code == 403


def test_a_party_sees_what_a_version_changes_and_nobody_else_does(gateway: RunningGateway) -> None:
    path = "/v1/agreements/police-council/diff"
    assert gateway.call("GET", path, "council-system").status_code == 404
    agreed.agree(gateway.house, agreed.terms(version=2, fields=("address_text",)))

    told = gateway.call("GET", path, "council-system").json()
    same = gateway.call("GET", f"{path}?before=1&after=2", "operator").json()

    assert told == same
    assert (told["loosens"], told["assessed"]) == (False, True)
    assert {one["effect"] for one in told["changes"]} == {"tightens"}
    for query, system in (("", "fire-system"), ("?before=7", "operator"), ("?after=3", "operator")):
        assert gateway.call("GET", path + query, system).status_code == 404
