"""What a recipient finds wrong goes back to the source, over HTTP: its own ids, codes, a leaf each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway.audit.verify import verify
from gateway.ledger.leaf import read_leaf
from gateway.store import tables as t
from tests.support.house import row
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

POLICE, FIRE, COUNCIL = "police-system", "fire-system", "council-system"


@pytest.fixture
def gateway(store: str, tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path) as made:
        made.usual()
        made.subscribe("council-17a", "charnwood-bc")
        yield made


def ask(
    gateway: RunningGateway, who: str, method: str, path: str, body: Any = None
) -> httpx.Response:
    headers = {"Authorization": f"Bearer {gateway.token(who)}"}
    return gateway.http.request(method, gateway.url + path, headers=headers, json=body)


def given(gateway: RunningGateway, who: str, subscription: str) -> dict[str, Any]:
    path = f"/v1/subscriptions/{subscription}/records"
    read: dict[str, Any] = ask(gateway, who, "GET", path).json()
    return read


def operations(gateway: RunningGateway) -> list[tuple[str, str]]:
    reader, found = gateway.house.reader, []
    for index in range(reader.head().ledger_size):
        stored = reader.leaf(index)
        assert stored is not None
        document = read_leaf(stored[0])
        if document["operation"].startswith("correction"):
            found.append((document["operation"], document["change"]))
    return found


@law("L28")
def test_it_reaches_the_source_and_what_the_source_sends_reaches_everybody(
    gateway: RunningGateway,
) -> None:
    feed = "/v1/feeds/police-nsir"
    ask(gateway, POLICE, "POST", f"{feed}/records", [row("a", "213"), row("b", "204")])
    fire, council = given(gateway, FIRE, "fire-17a"), given(gateway, COUNCIL, "council-17a")
    wanted = fire["records"][0]["id"]
    says = "The caller told us that it was the next street."

    path = "/v1/subscriptions/fire-17a/corrections"
    made = ask(gateway, FIRE, "POST", path, {"id": wanted, "wrong": "place", "words": says})
    again = ask(gateway, FIRE, "POST", path, {"id": wanted, "wrong": "place", "words": says})
    assert (made.status_code, again.status_code) == (201, 200)
    report = made.json()["correction"]
    assert again.json()["correction"] == report

    # the ids of another recipient, another's subscription, and another's feed do not exist
    theirs = council["records"][0]["id"]
    for who, to, body in (
        (FIRE, path, {"id": theirs, "wrong": "place"}),
        (COUNCIL, path, {"id": wanted, "wrong": "place"}),
        (COUNCIL, "/v1/subscriptions/council-17a/corrections", {"id": wanted, "wrong": "place"}),
    ):
        assert ask(gateway, who, "POST", to, body).status_code == 404
    assert ask(gateway, COUNCIL, "GET", f"{feed}/corrections").status_code == 404

    (listed,) = ask(gateway, POLICE, "GET", f"{feed}/corrections").json()["corrections"]
    assert (listed["correction"], listed["wrong"], listed["by"]) == (report, "place", "llr-fire")
    assert says not in ask(gateway, POLICE, "GET", f"{feed}/corrections").text
    whole = ask(gateway, POLICE, "GET", f"{feed}/corrections/{report}")
    assert whole.json()["words"] == [says]
    references = {"references": ["a", "b", "none-such"]}
    found = ask(gateway, POLICE, "POST", f"{feed}/corrections/matches", references)
    matches = found.json()["matches"]
    assert sorted(map(len, matches)) == [0, 0, 1]
    reference = ["a", "b"][matches.index([report])]

    decision = f"{feed}/corrections/{report}/decision"
    other = {"outcome": "accepted", "reference": "none-such"}
    assert ask(gateway, POLICE, "POST", decision, other).status_code == 422
    assert ask(gateway, POLICE, "POST", decision, {"outcome": "refused"}).status_code == 422
    accepted = {"outcome": "accepted", "reference": reference}
    assert ask(gateway, POLICE, "POST", decision, accepted).json()["state"] == "accepted"
    assert ask(gateway, POLICE, "POST", decision, accepted).status_code == 409
    moved = row(reference, {"a": "213", "b": "204"}[reference], INCIDENT_DATE="30/10/2026 21:40")
    ask(gateway, POLICE, "POST", f"{feed}/records", [moved])
    (mine,) = ask(gateway, FIRE, "GET", path).json()["corrections"]
    assert (mine["state"], mine["became"], mine["id"]) == ("accepted", "corrected", wanted)
    for who, name, before in ((FIRE, "fire-17a", fire), (COUNCIL, "council-17a", council)):
        after = f"/v1/subscriptions/{name}/records?after={before['cursor']}"
        told = ask(gateway, who, "GET", after).json()["notices"]
        assert [notice["kind"] for notice in told] == ["corrected"]

    assert operations(gateway) == [
        ("correction_report", "reported"),
        ("correction_read", "words_read"),
        ("correction_report", "accepted"),
    ]
    house = gateway.house
    assert verify(house.database, house.keys).document()["found"] == {}


@pytest.mark.on_sqlite
@law("L28")
def test_a_refusal_has_a_reason_and_a_changed_step_is_found(gateway: RunningGateway) -> None:
    feed, path = "/v1/feeds/police-nsir", "/v1/subscriptions/fire-17a/corrections"
    ask(gateway, POLICE, "POST", f"{feed}/records", [row("a", "213")])
    wanted = given(gateway, FIRE, "fire-17a")["records"][0]["id"]
    body = {"id": wanted, "wrong": "other", "words": "It is not theirs."}
    report = ask(gateway, FIRE, "POST", path, body).json()["correction"]
    refusal = {"outcome": "refused", "reason": "accurate_as_recorded", "words": "Seen by us."}
    ask(gateway, POLICE, "POST", f"{feed}/corrections/{report}/decision", refusal)

    (mine,) = ask(gateway, FIRE, "GET", path).json()["corrections"]
    assert (mine["state"], mine["reason"]) == ("refused", "accurate_as_recorded")
    assert ask(gateway, FIRE, "POST", path, {"id": wanted, "wrong": "nothing"}).status_code == 422
    house = gateway.house
    assert verify(house.database, house.keys).document()["found"] == {}
    about = {"item": report, "number": 1}
    step = next(iter(house.writer.run(lambda tx: tx.every(t.CORRECTION_STEP, about))))
    for change in (
        {"body": step["body"].replace("other", "place")},
        {"ciphertext": None, "wrapped_secret": None},
        {"at": step["at"] + 1},
    ):
        house.writer.run(lambda tx, change=change: tx.change(t.CORRECTION_STEP, about, change))
        found = verify(house.database, house.keys).document()["found"]
        assert any(code.startswith("correction_step") for code in found)
        before = {name: step[name] for name in change}
        house.writer.run(lambda tx, before=before: tx.change(t.CORRECTION_STEP, about, before))
    house.writer.run(lambda tx: tx.remove(t.CORRECTION_STEP, about))
    assert "correction_step.missing" in verify(house.database, house.keys).document()["found"]
