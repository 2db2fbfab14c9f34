"""A police row goes in over HTTP, the law is applied, a fire authority pulls it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import RunningGateway, running_gateway

ROW = {
    "URN": "24-0000412-20261031",
    "CREATED": "31/10/2026 21:47",
    "INCIDENT_DATE": "31/10/2026 21:40",
    "OPENING_CODE": "215",
    "CLOSING_CODE_1": "213",
    "GRADE": "2",
    "LOCATION": "3 EXAMPLE ST LOUGHBOROUGH LE11 9ZZ",
    "EASTING": "453412",
    "NORTHING": "319655",
    "CALLER_NAME": "MRS A EXAMPLE",
    "CALLER_TEL": "01632 960441",
    "RESULT_TEXT": "INFT STATES YOUTHS THROWING FIREWORKS",
}


def row(number: int, **changes: Any) -> dict[str, Any]:
    return {**ROW, "URN": f"24-{number:07d}-20261031", **changes}


@pytest.fixture(scope="module")
def gateway(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(Path(tmp_path_factory.mktemp("home"))) as running:
        running.usual()
        yield running


def drain(gateway: RunningGateway, cursor: str | None = None) -> tuple[list[Any], list[Any], str]:
    records: list[Any] = []
    notices: list[Any] = []
    while True:
        page = gateway.pull(
            "fire-17a", "fire-system", **({"after": cursor} if cursor else {})
        ).json()
        assert page["complete"] is True
        records += page["records"]
        notices += page["notices"]
        if page["cursor"] == cursor or not (page["records"] or page["notices"]):
            return records, notices, page["cursor"]
        cursor = page["cursor"]


def test_what_is_pushed_is_released_once_and_only_depersonalised(gateway: RunningGateway) -> None:
    answer = gateway.push("police-nsir", "police-system", [row(n) for n in range(20)])

    assert answer.status_code == 201
    assert answer.json()["receipt"]["recorded"] == 20
    records, _, cursor = drain(gateway)
    assert len(records) == 20
    assert len({record["id"] for record in records}) == 20
    assert "EXAMPLE" not in json.dumps(records)
    again, _, _ = drain(gateway, cursor)
    assert again == []


def test_a_pending_page_comes_back_the_same_until_it_is_acknowledged(
    gateway: RunningGateway,
) -> None:
    _, _, cursor = drain(gateway)
    gateway.push("police-nsir", "police-system", [row(100), row(101)])

    first = gateway.pull("fire-17a", "fire-system", after=cursor).json()
    second = gateway.pull("fire-17a", "fire-system", after=cursor, limit=1).json()

    assert first == second
    assert len(first["records"]) == 2


def test_a_revision_keeps_the_recipients_id(gateway: RunningGateway) -> None:
    drain(gateway)
    gateway.push("police-nsir", "police-system", row(200))
    before, _, cursor = drain(gateway)
    answer = gateway.push("police-nsir", "police-system", row(200, CLOSING_CODE_1="211"))
    after, notices, _ = drain(gateway, cursor)

    assert answer.json()["receipt"]["revised"] == 1
    assert [r["id"] for r in after] == [r["id"] for r in before[-1:]]
    assert after[0]["version"] == 2
    assert notices == [{"id": after[0]["id"], "version": 1, "kind": "corrected"}]


def test_a_retraction_reaches_who_had_the_record_and_shows_nothing_else(
    gateway: RunningGateway,
) -> None:
    drain(gateway)
    gateway.push("police-nsir", "police-system", [row(300), row(301)])
    held, _, cursor = drain(gateway)
    taken_back = {"references": [row(300)["URN"]], "reason": "recorded_in_error"}
    path = "/v1/feeds/police-nsir/retractions"
    answer = gateway.call("POST", path, "police-system", json=taken_back)
    _, notices, cursor = drain(gateway, cursor)

    assert answer.status_code == 201
    assert answer.json()["retracted"] == 1
    assert len(notices) == 1
    assert notices[0].keys() == {"id", "version", "kind", "reason"}
    assert notices[0]["id"] in {record["id"] for record in held}
    repeat = gateway.call("POST", path, "police-system", json=taken_back)
    assert (repeat.json()["retracted"], repeat.json()["already_retracted"]) == (0, 1)


def test_a_record_retracted_before_it_was_pulled_never_leaves(gateway: RunningGateway) -> None:
    _, _, cursor = drain(gateway)
    gateway.push("police-nsir", "police-system", row(400))
    gateway.call(
        "POST",
        "/v1/feeds/police-nsir/retractions",
        "police-system",
        json={"references": [row(400)["URN"]], "reason": "duplicate"},
    )

    assert drain(gateway, cursor)[:2] == ([], [])


def test_a_row_closed_as_duplicate_later_takes_the_record_back(gateway: RunningGateway) -> None:
    _, _, cursor = drain(gateway)
    gateway.push("police-nsir", "police-system", row(500))
    held, _, cursor = drain(gateway, cursor)
    answer = gateway.push("police-nsir", "police-system", row(500, CLOSING_CODE_1="506"))
    _, notices, _ = drain(gateway, cursor)

    assert answer.json()["receipt"]["excluded"] == 1
    assert [(n["id"], n["kind"], n["reason"]) for n in notices] == [
        (held[0]["id"], "retracted", "duplicate")
    ]


def test_the_university_is_refused_with_every_reason_and_no_record(gateway: RunningGateway) -> None:
    gateway.push("police-nsir", "police-system", row(600))
    answer = gateway.pull("university-17a", "university-system")

    assert answer.status_code == 403
    problem = answer.json()
    assert problem["type"].endswith("law.refused")
    assert len(problem["conditions"]) >= 3
    assert all(c["cites"] and c["says"] for c in problem["conditions"])


def test_another_partners_subscription_does_not_exist(gateway: RunningGateway) -> None:
    assert gateway.pull("fire-17a", "university-system").status_code == 404
    assert gateway.pull("no-such", "fire-system").status_code == 404


def test_another_partners_feed_does_not_exist(gateway: RunningGateway) -> None:
    assert gateway.push("police-nsir", "fire-system", row(700)).status_code == 404
    assert gateway.push("no-such-feed", "police-system", row(700)).status_code == 404


def test_the_same_push_twice_gets_the_same_answer_and_another_body_a_conflict(
    gateway: RunningGateway,
) -> None:
    first = gateway.push("police-nsir", "police-system", row(800), **{"Idempotency-Key": "k1"})
    again = gateway.push("police-nsir", "police-system", row(800), **{"Idempotency-Key": "k1"})
    other = gateway.push("police-nsir", "police-system", row(801), **{"Idempotency-Key": "k1"})

    assert first.json()["receipt"] == again.json()["receipt"]
    assert (first.json()["repeated"], again.json()["repeated"]) == (False, True)
    assert other.status_code == 409


def test_ndjson_and_cloudevents_carry_the_same_records(gateway: RunningGateway) -> None:
    _, _, cursor = drain(gateway)
    gateway.push("police-nsir", "police-system", [row(900), row(901)])
    path = "/v1/subscriptions/fire-17a/records"

    def pull(accept: str) -> str:
        headers = {"Accept": accept}
        query = {"after": cursor}
        return gateway.call("GET", path, "fire-system", params=query, headers=headers).text

    plain = json.loads(pull("application/json"))
    lines = [json.loads(line) for line in pull("application/x-ndjson").splitlines()]
    events = json.loads(pull("application/cloudevents-batch+json"))

    assert [line["record"] for line in lines if "record" in line] == plain["records"]
    assert [e["data"] for e in events if e["type"].endswith("incident.v1")] == plain["records"]
    assert lines[-1]["page"]["cursor"] == plain["cursor"] == events[-1]["data"]["cursor"]
