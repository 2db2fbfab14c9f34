"""Markings over HTTP: SECRET is refused unread, the highest marking travels, lowering is on record."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.law.register import put_feed
from schemas.codes import Marking
from schemas.feeds import Feed
from schemas.sensitivity import Lane
from tests.support.house import row
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

SECRET_TEXT = "the canary that nobody may read"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home")) as running:
        running.usual()
        # statistics are the analyst's, depersonalised records the fire authority's
        running.subscribe("fire-counts", "llr-fire", lane=Lane.STATISTICS)
        running.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        yield running


def leaves(house: House, operation: str) -> list[dict[str, Any]]:
    stored = (house.reader.leaf(index) for index in range(house.reader.head().ledger_size))
    read = [from_json(one[0]) for one in stored if one is not None]
    return [one for one in read if one["operation"] == operation]


def put(house: House, feed: Feed) -> None:
    house.writer.run(put_feed(feed, house.act("operator")))
    house.book.refresh()


def sizes(house: House) -> tuple[int, int]:
    desk = house.desk("police-nsir", house.book.current())
    return house.reader.head().log_size, len(house.reader.quarantined(desk.feed_id, None, 1_000))


@law("L53")
@pytest.mark.parametrize(
    ("headers", "content_type", "body"),
    [
        ({"Gateway-Marking": "UK SECRET"}, "application/json", b"this is no JSON at all"),
        ({"Gateway-Marking": "top-secret"}, "application/json", b'[{"URN": "canary"}]'),
        ({}, "application/json", b'{"Marking": "SECRET - UK EYES ONLY", "rows": [{"URN": "x"}]}'),
        ({}, "text/csv", b"SECRET\r\nURN,CREATED\r\ncanary,01/11/2026 10:00\r\n"),
    ],
)
def test_a_push_marked_secret_is_refused_unread_and_the_ledger_says_that_it_came(
    gateway: RunningGateway, headers: dict[str, str], content_type: str, body: bytes
) -> None:
    before = sizes(gateway.house)
    refusals = len(leaves(gateway.house, "refusal"))
    path = "/v1/feeds/police-nsir/records"

    answer = gateway.call(
        "POST",
        path,
        "police-system",
        content=body,
        headers=headers | {"Content-Type": content_type},
    )

    assert answer.status_code == 422
    assert "marking_not_taken" in answer.text
    assert sizes(gateway.house) == before
    told = leaves(gateway.house, "refusal")
    assert len(told) == refusals + 1
    assert (told[-1]["feed"], told[-1]["reason"]) == (
        "police-nsir",
        "marking.above-official-sensitive",
    )
    assert not {"content_sha256", "request_sha256", "count"} & told[-1].keys()


@law("L53")
def test_a_row_marked_secret_goes_to_quarantine_by_its_rule_and_the_others_go_on(
    gateway: RunningGateway,
) -> None:
    sent = [
        row("m1", MARKING="Secret", RESULT_TEXT=SECRET_TEXT),
        row("m2", MARKING="PROTECT"),
        row("m3"),
    ]

    answer = gateway.push("police-nsir", "police-system", sent).json()

    assert (answer["receipt"]["recorded"], answer["receipt"]["quarantined"]) == (1, 2)
    rules = [fault["rule"] for problem in answer["problems"] for fault in problem["faults"]]
    assert rules == ["marking.above_official_sensitive", "marking.unreadable"]
    assert SECRET_TEXT not in str(answer)


@law("L53")
def test_a_marking_that_is_none_is_refused(gateway: RunningGateway) -> None:
    headers = {"Gateway-Marking": "RESTRICTED"}

    answer = gateway.push("police-nsir", "police-system", [row("n1")], **headers)

    assert answer.status_code == 422
    assert "marking_unreadable" in answer.text


@law("L53", "L26")
def test_the_highest_marking_travels_in_header_and_body_until_the_controller_lowers_it(
    gateway: RunningGateway,
) -> None:
    house, name = gateway.house, "fire-17a"

    def page(after: str | None = None) -> tuple[str, dict[str, Any]]:
        answer = gateway.pull(name, "fire-system", **({} if after is None else {"after": after}))
        return answer.headers["Gateway-Marking"], answer.json()

    first = page(page()[1]["cursor"])[1]["cursor"]
    mixed = [row("o1"), row("o2", MARKING="OFFICIAL-SENSITIVE")]
    gateway.push("police-nsir", "police-system", mixed)
    header, body = page(first)
    assert header == body["marking"] == "OFFICIAL-SENSITIVE"
    assert {"as_of", "verified_at", "completeness", "grading", "statement"} <= set(body["quality"])

    gateway.push("police-nsir", "police-system", [row("o3")])
    header, body = page(body["cursor"])
    assert header == body["marking"] == "OFFICIAL"

    whole = {"Gateway-Marking": "OFFICIAL-SENSITIVE [PERSONAL DATA]"}
    gateway.push("police-nsir", "police-system", [row("o4")], **whole)
    header, body = page(body["cursor"])
    assert header == body["marking"] == "OFFICIAL-SENSITIVE"
    leaf = leaves(house, "release")[-1]
    assert (leaf["marking"], leaf.get("marking_source")) == ("official-sensitive", None)

    feed = house.book.refresh().register.feeds["police-nsir"][1]
    lowered = feed.model_copy(update={"depersonalised_marking": Marking.OFFICIAL})
    put(house, lowered)
    gateway.push("police-nsir", "police-system", [row("o5")], **whole)
    header, body = page(body["cursor"])
    assert header == body["marking"] == "OFFICIAL"
    put(house, feed)
    leaf = leaves(house, "release")[-1]
    assert (leaf["marking"], leaf["marking_source"]) == ("official", "official-sensitive")
    assert verify(house.database, house.keys).findings == ()


@law("L53", "L26")
def test_queries_and_tables_say_how_they_are_marked_and_what_they_are_worth(
    gateway: RunningGateway,
) -> None:
    gateway.push("police-nsir", "police-system", [row("q1", MARKING="OFFICIAL-SENSITIVE")])

    records = gateway.call(
        "GET", "/v1/incidents", "fire-analyst", params={"subscription": "fire-17a"}
    )
    months = {
        "subscription": "fire-17a",
        "place": "district",
        "first": "2026-10",
        "last": "2026-10",
    }
    table = gateway.call("GET", "/v1/statistics", "fire-analyst", params=months)

    for answer in (records, table):
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert answer.headers["Gateway-Marking"] == body["marking"] == "OFFICIAL-SENSITIVE"
        assert body["quality"]["as_of"] == body["quality"]["verified_at"]


@law("L25")
def test_a_person_without_a_role_is_refused(gateway: RunningGateway) -> None:
    house = gateway.house
    feed = house.book.refresh().register.feeds["police-nsir"][1]
    columns = {"person_name": "NAME", "person_role": "ROLE"}
    named = feed.model_copy(update={"settings": {**feed.settings, "columns": columns}})
    put(house, named)
    sent = row("p1", NAME="A. EXAMPLE", ROLE="")

    alone = gateway.push("police-nsir", "police-system", sent)
    among = gateway.push("police-nsir", "police-system", [sent, row("p2", NAME="", ROLE="")])

    put(house, feed)
    assert alone.status_code == 422
    assert alone.json()["errors"][0]["rule"] == "person.role_missing"
    assert "EXAMPLE" not in alone.text
    assert (among.status_code, among.json()["receipt"]["quarantined"]) == (201, 1)
