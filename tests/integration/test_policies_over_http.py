"""Policy bundles and simulations over HTTP: for the IG role, in counts and words, logged."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.access.clients import Scope
from gateway.clock import FixedClock
from policies.documents import packaged_documents
from tests.support import agreed, bundles
from tests.support.bundles import LOCAL
from tests.support.house import NOW
from tests.support.server import RunningGateway, running_gateway
from tests.support.stores import Store


@pytest.fixture(scope="module")
def gateway(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("home")
    with running_gateway(home, clock=FixedClock(NOW)) as running:
        running.usual()
        running.system("operator", "charnwood-bc", frozenset({Scope.ADMIN}))
        agreed.ready(running.house)
        running.push("police-nsir", "police-system", [agreed.personal_row("s1")])
        yield running


def test_what_a_stricter_bundle_would_stop(gateway: RunningGateway) -> None:
    quiet = {"policies": bundles.with_rule("section_17a.none", "false")}
    before = gateway.house.reader.head()

    found = gateway.call("POST", "/v1/simulations", "operator", json=quiet).json()

    stopped = {one["subscription"]: one["stopped_by"] for one in found["subscriptions"]}
    assert stopped["fire-17a"] == {"section_17a.none": 1}
    assert stopped[agreed.ASKED] == {}
    assert found["newly_leaves"] == 0
    assert agreed.CALLER not in str(found)
    after = gateway.house.reader.head()
    assert (after.ledger_size, after.law_epoch) == (before.ledger_size + 1, before.law_epoch)


def test_what_a_wider_agreement_would_release(gateway: RunningGateway) -> None:
    named = ("people.name", "people.telephone", "address_text")
    wider = agreed.terms(version=2, fields=named, dpia="dpia-13")
    draft = {"agreement": wider.model_dump(mode="json"), "since": "2026-11-01"}

    found = gateway.call("POST", "/v1/simulations", "operator", json=draft).json()

    told = {one["subscription"]: one for one in found["subscriptions"]}[agreed.ASKED]
    assert told["fields_leaving"] == {"people.telephone:caller": 1}


def test_a_partner_off_the_register_gets_nothing(gateway: RunningGateway) -> None:
    fire = gateway.house.book.current().register.partners["llr-fire"]
    gone = fire.model_copy(update={"valid_to": NOW.date()}).model_dump(mode="json")

    found = gateway.call("POST", "/v1/simulations", "operator", json={"partner": gone}).json()

    told = {one["subscription"]: one for one in found["subscriptions"]}["fire-17a"]
    assert told["stopped_by"]["everywhere.recipient_on_register"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"policies_sha256": "packaged", "agreement": {}},
        {"policies": {}, "policies_sha256": "packaged"},
        {"policies": {"cedar/Mrs Example.cedar": ""}},
        {"policies": {LOCAL: "permit"}},
        {"policies": {**packaged_documents().texts, LOCAL: '@id("mrs_example") permit'}},
    ],
)
def test_what_is_no_draft_is_refused_and_not_repeated(
    gateway: RunningGateway, body: dict[str, object]
) -> None:
    refused = gateway.call("POST", "/v1/simulations", "operator", json=body)

    assert refused.status_code == 422
    assert "xample" not in refused.text


def test_bundles_are_listed_shown_and_compared(gateway: RunningGateway) -> None:
    sha = bundles.propose(gateway.house, bundles.stricter()).sha256

    listed = gateway.call("GET", "/v1/policies", "operator").json()
    shown = gateway.call("GET", f"/v1/policies/{sha[:10]}", "operator").json()
    told = gateway.call("GET", f"/v1/policies/in-force/difference/{sha}", "operator").json()

    assert listed["in_use"] == listed["packaged"] == packaged_documents().sha256
    assert {one["state"] for one in listed["bundles"]} == {"proposed", "in_force"}
    assert (shown["state"], shown["steps"][0]["office"]) == ("proposed", bundles.FIRST)
    assert [one["id"] for one in told["rules"]] == ["section_17a.no_rowdiness"]
    stored = {"policies_sha256": sha}
    found = gateway.call("POST", "/v1/simulations", "operator", json=stored).json()
    assert found["after"] != found["before"]
    assert gateway.call("GET", f"/v1/policies/{'0' * 64}", "operator").status_code == 404
    assert gateway.call("GET", "/v1/policies", "fire-system").status_code == 403


def test_a_broken_bundle_fails_readiness_and_nothing_leaves_under_it(
    gateway: RunningGateway,
) -> None:
    broken = bundles.put_in_force(gateway.house, {**bundles.stricter(), LOCAL: "forbid"})
    gateway.house.book.refresh()

    ready = gateway.call("GET", "/readyz")

    assert (ready.status_code, ready.json()["checks"]["policies"]) == (503, False)
    assert broken in gateway.call("GET", "/v1/policies", "operator").json()["refused"]
    page = gateway.pull("fire-17a", "fire-system").json()
    assert len(page["records"]) == 1
    bundles.put_in_force(gateway.house, bundles.with_rule())
    gateway.house.book.refresh()
    assert gateway.call("GET", "/readyz").status_code == 200
