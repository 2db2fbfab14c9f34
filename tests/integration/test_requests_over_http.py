"""Requests for disclosure over HTTP: asked, answered by the holder's system, collected; others see none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.agreed import CALLER, COUNCIL, DEPUTY, POSTS
from tests.support.asking import asking, ready_to_ask
from tests.support.house import FEED, FIRE, SENDER
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

pytestmark = pytest.mark.on_sqlite
BODY = asking().model_dump(mode="json", exclude_none=True)
RELEASED: dict[str, Any] = {
    "office": POSTS[SENDER],
    "answer": {
        "outcome": "part",
        "refusal": "not_proportionate",
        "words": "Needed for a visit; only who called.",
        "told": "Ring the desk before you go.",
        "fields": ["people.name"],
        "roles": ["caller"],
        "crossing": "Civil action, authorised by s.115.",
    },
    "records": [{"feed": FEED, "reference": "p0"}],
}


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path / "home") as running:
        ready_to_ask(running.house)
        for name, partner in (("council", COUNCIL), ("police", SENDER), ("fire", FIRE)):
            running.system(name, partner)
        yield running


@law("L04", "L05", "L43")
def test_a_request_goes_from_asker_to_holder_and_back(gateway: RunningGateway) -> None:
    made = gateway.call("POST", "/v1/requests", "council", json=BODY)
    assert made.status_code == 201, made.text
    name = made.json()["id"]
    path = f"/v1/requests/{name}"
    assert CALLER not in made.text
    assert made.json()["answer"] is None
    held = gateway.call("GET", path, "police").json()
    assert held["asking"]["subject"]["name"] == CALLER
    for method, where in (("GET", path), ("GET", f"{path}/records")):
        assert gateway.call(method, where, "fire").status_code == 404
    assert gateway.call("GET", f"{path}/records", "council").status_code == 404
    for system in ("council", "fire"):
        given = gateway.call("POST", f"{path}/answer", system, json=RELEASED)
        assert given.status_code == 404
    wrong = gateway.call("POST", f"{path}/answer", "police", json=RELEASED | {"office": "Nobody"})
    assert wrong.status_code == 403
    answered = gateway.call("POST", f"{path}/answer", "police", json=RELEASED)
    assert answered.status_code == 200, answered.text

    shown = gateway.call("GET", path, "council").json()
    assert (shown["answer"], shown["told"]) == ("released", "Ring the desk before you go.")
    assert "refusal" not in shown
    page = gateway.call("GET", f"{path}/records", "council").json()
    assert [one["agreed"]["people"] for one in page["records"]] == [
        [{"role": "caller", "name": CALLER}]
    ]
    again = gateway.call("GET", f"{path}/records?after={page['cursor']}", "council").json()
    assert again["records"] == []
    assert gateway.call("GET", f"{path}/records", "police").status_code == 404
    assert gateway.call("GET", "/v1/subscriptions", "council").text.count(name) == 0
    again_given = gateway.call("POST", f"{path}/answer", "police", json=RELEASED)
    assert again_given.status_code == 409


@law("L01", "L04")
def test_what_does_not_fit_or_may_not_be_asked_says_why_and_no_value(
    gateway: RunningGateway,
) -> None:
    short = gateway.call("POST", "/v1/requests", "council", json=BODY | {"why": " "})
    repealed = gateway.call("POST", "/v1/requests", "council", json=BODY | {"provision": "s1"})
    own = gateway.call("POST", "/v1/requests", "police", json=BODY)

    assert short.status_code == 422
    assert short.json()["errors"][0]["pointer"] == "/why"
    assert repealed.status_code == 403
    assert "section_115_request.provision_is_live" in repealed.text
    assert own.status_code == 403
    for answer in (short, repealed):
        assert CALLER not in answer.text
        assert "officers" not in answer.text


def test_a_request_is_taken_back(gateway: RunningGateway) -> None:
    name = gateway.call("POST", "/v1/requests", "council", json=BODY).json()["id"]
    path = f"/v1/requests/{name}"

    assert gateway.call("POST", f"{path}/withdrawal", "police", json={}).status_code == 404
    taken = gateway.call("POST", f"{path}/withdrawal", "council", json={})
    assert taken.json()["state"] == "withdrawn"
    assert gateway.call("POST", f"{path}/answer", "police", json=RELEASED).status_code == 409
    listed = gateway.call("GET", "/v1/requests", "council").json()["requests"]
    assert [one["id"] for one in listed] == [name]


def test_an_urgent_request_is_decided_by_a_deputy_on_the_register_and_by_no_other_office(
    gateway: RunningGateway,
) -> None:
    urgent = BODY | {"urgent": "She is afraid tonight."}
    name = gateway.call("POST", "/v1/requests", "council", json=urgent).json()["id"]
    path = f"/v1/requests/{name}/answer"

    refused = gateway.call("POST", path, "police", json=RELEASED | {"office": "Cleaner"})
    assert refused.status_code == 403
    assert refused.json()["type"].endswith(":request.not_yours_to_decide")
    assert "deputy whom the register names" in refused.json()["remedy"]
    assert "Cleaner" not in refused.text
    taken = gateway.call("POST", path, "police", json=RELEASED | {"office": DEPUTY})
    assert taken.status_code == 200, taken.text
