"""Housing and street management come in by every way in: pushed, taken from a file, tried."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters import source
from gateway.law.register import put_feed
from schemas.feeds import FeedMode
from tests.support.commands import Shell
from tests.support.real_data import real
from tests.support.server import RunningGateway, running_gateway

HOUSING = [dict(one.given) for one in source("cnh_housing").examples]
STREET = [dict(one.given) for one in source("street_management").examples]
XML = """\
<service_requests>
  <request><service_request_id>x1</service_request_id><service_name>Graffiti</service_name>
    <requested_datetime>2026-10-24T18:05:11+01:00</requested_datetime>
    <lat>52.766026</lat><long>-1.215938</long></request>
  <request><service_request_id>x2</service_request_id><service_name>Pothole</service_name></request>
</service_requests>
"""
PARTS = ("recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")


def parts(receipt: dict[str, Any]) -> dict[str, int]:
    """The buckets that are not empty."""
    assert receipt["received"] == sum(receipt[part] for part in PARTS)
    return {part: receipt[part] for part in PARTS if receipt[part]}


@pytest.fixture(scope="module")
def gateway(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(Path(tmp_path_factory.mktemp("home"))) as running:
        running.usual()
        yield running


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    return Shell(tmp_path / "home")


def test_a_council_pushes_xml(gateway: RunningGateway) -> None:
    headers = {"Content-Type": "application/xml; charset=utf-8"}

    answer, elsewhere = (
        gateway.call(
            "POST", f"/v1/feeds/{feed}/records", "council-system", content=XML, headers=headers
        )
        for feed in ("street-management", "cnh-housing")
    )

    assert answer.status_code == 201
    assert parts(answer.json()["receipt"]) == {"recorded": 1, "out_of_scope": 1}
    assert elsewhere.status_code == 415


def test_a_list_of_services_is_refused_with_a_sentence(gateway: RunningGateway) -> None:
    services = [{"service_code": "1", "service_name": "Graffiti", "metadata": False}]

    answer = gateway.push("street-management", "council-system", services)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["rule"] == "body.service_list"
    assert "services, not requests" in answer.json()["errors"][0]["says"]


def test_both_layouts_come_in_by_one_feed_and_a_changed_category_takes_a_record_back(
    gateway: RunningGateway,
) -> None:
    first = gateway.push("street-management", "council-system", STREET[:2]).json()["receipt"]
    again = gateway.push("street-management", "council-system", STREET[:2]).json()["receipt"]
    hole = {**STREET[1], "service_code": "Potholes", "service_name": "Potholes"}
    moved = gateway.push("street-management", "council-system", [hole]).json()["receipt"]

    assert parts(first) == {"recorded": 2}
    assert parts(again) == {"duplicate": 2}
    assert parts(moved) == {"out_of_scope": 1}
    states = gateway.house.reader.connection
    with states() as connection:
        taken_back = connection.exec_driver_sql(
            "SELECT count(*) FROM log WHERE entry_kind = 'retracted'"
        ).scalar_one()
    assert taken_back == 1


def test_a_case_that_gets_a_date_does_not_count_twice(gateway: RunningGateway) -> None:
    case = {**HOUSING[1], "CaseRef": "ASB/2026/0999"}
    dated = {**case, "DateOfIncident": "01/11/2026 22:00"}

    undated = gateway.push("cnh-housing", "council-system", [case]).json()["receipt"]
    now = gateway.push("cnh-housing", "council-system", [dated]).json()["receipt"]

    assert (parts(undated), parts(now)) == ({"recorded": 1}, {"recorded": 1})
    with gateway.house.reader.connection() as connection:
        live = connection.exec_driver_sql(
            "SELECT i.state, count(*) FROM incident i JOIN feed f ON f.id = i.feed"
            " WHERE f.name = 'cnh-housing' GROUP BY i.state"
        ).all()
    assert dict(tuple(row) for row in live) == {"live": 1, "retracted": 1}


def test_an_extract_with_semicolons_and_quoted_line_breaks_is_cut_between_records(
    shell: Shell, tmp_path: Path
) -> None:
    columns = list(HOUSING[0])
    rows = [{**HOUSING[0], "CaseRef": f"ASB/2026/{n:04d}", "Notes": "one;\ntwo"} for n in range(25)]
    lines = [";".join(columns), *(";".join(f'"{row[name]}"' for name in columns) for row in rows)]
    file = tmp_path / "cases.csv"
    file.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(lines).encode())

    receipt = shell.ok("ingest", "cnh-housing", file, "--batch", "10", "--json").json
    tried = shell.ok("feed", "try", file, "--json").json

    assert parts(receipt) == {"recorded": 25}
    assert tried["adapter"] == "cnh_housing"


def test_an_xml_file_is_taken_in_and_tried(shell: Shell, tmp_path: Path) -> None:
    file = tmp_path / "requests.xml"
    file.write_text(XML, encoding="utf-8")

    receipt = shell.ok("ingest", "street-management", file, "--json").json
    tried = shell.ok("feed", "try", file, "--json").json

    assert parts(receipt) == {"recorded": 1, "out_of_scope": 1}
    assert tried["adapter"] == "street_management"


def test_a_council_answers_over_http_for_what_a_full_extract_left_out(
    gateway: RunningGateway,
) -> None:
    house = gateway.house
    feed = house.book.refresh().register.feeds["cnh-housing"][1]
    full = feed.model_copy(update={"mode": FeedMode.FULL})
    refused = gateway.push(
        "cnh-housing", "council-system", HOUSING[:1], **{"Gateway-Full": "complete"}
    )
    house.writer.run(put_feed(full, house.act("operator")))
    house.book.refresh()
    cases = [{**HOUSING[0], "CaseRef": f"FULL/{n}"} for n in range(3)]
    path = "/v1/feeds/cnh-housing/questions"

    gateway.push("cnh-housing", "council-system", cases, **{"Gateway-Full": "complete"})
    gateway.push("cnh-housing", "council-system", cases[:1], **{"Gateway-Full": "complete"})
    listed = gateway.call("GET", path, "council-system").json()["questions"]
    gone = {"answer": "gone", "references": ["FULL/1@2026-11-01T23:10"]}
    answered = gateway.call("POST", path, "council-system", json=gone).json()
    rest = [
        question["id"]
        for question in gateway.call("GET", path, "council-system").json()["questions"]
    ]
    kept = gateway.call(
        "POST", path, "council-system", json={"answer": "still_there", "questions": rest}
    )

    assert refused.status_code == 422
    assert len(listed) >= 2
    assert "FULL" not in json.dumps(listed)
    assert answered == {"answered": 1, "retracted": 1, "unknown": 0}
    assert kept.json()["answered"] == len(rest) == len(listed) - 1
    assert gateway.call("GET", path, "police-system").status_code == 404
    for wrong in (
        {"answer": "gone"},
        {"answer": "maybe", "questions": [1]},
        [1],
        {"answer": "gone", "questions": [1], "references": ["a"]},
    ):
        assert gateway.call("POST", path, "council-system", json=wrong).status_code == 422
    assert gateway.call("POST", path, "council-system", content=b"{").status_code == 400


def test_a_full_extract_from_a_file_asks_and_a_part_does_not(shell: Shell, tmp_path: Path) -> None:
    feed = tmp_path / "feed.toml"
    feed.write_text(
        'name = "cnh-housing"\ntitle = "Housing"\nadapter = "cnh_housing"\ncontroller = "charnwood-bc"\n'
        'role = "processor"\ncontract = "c-1"\nmode = "full"\n',
        encoding="utf-8",
    )
    cases = [{**HOUSING[0], "CaseRef": f"F{n}"} for n in range(7)]
    whole, less = tmp_path / "whole.json", tmp_path / "less.json"
    whole.write_text(json.dumps(cases), encoding="utf-8")
    less.write_text(json.dumps(cases[:5]), encoding="utf-8")
    shell.ok("db", "upgrade")
    shell.ok("ingest", "cnh-housing", whole, "--json")
    shell.ok("feed", "add", feed)

    shell.ok("ingest", "cnh-housing", less, "--batch", "2", "--part")
    part = shell.ok("feed", "questions", "cnh-housing", "--json").json["questions"]
    told = shell.ok("ingest", "cnh-housing", less, "--batch", "2")
    asked = shell.ok("feed", "questions", "cnh-housing", "--json").json["questions"]
    answered = shell.ok(
        "feed",
        "questions",
        "cnh-housing",
        "--answer",
        "gone",
        "--json",
        stdin="F5@2026-11-01T23:10\n",
    )
    shown = shell.ok("feed", "questions", "cnh-housing").out
    unknown = shell(
        "feed", "questions", "cnh-housing", "--answer", "still_there", stdin="no such\n"
    )

    assert part == []
    assert len(asked) == 2
    assert "2 records were not in a full extract" in told.err
    assert answered.json == {"answered": 1, "retracted": 1, "unknown": 0}
    assert "noise" in shown
    assert unknown.code == 1
    assert shell("feed", "questions", "no-such").code != 0
    assert shell("feed", "questions", "cnh-housing", "--answer", "gone", stdin="").code == 2


@pytest.mark.real_data
@pytest.mark.parametrize(
    ("name", "ends"),
    [
        ("requests_many.xml", {"quarantined": 2}),
        ("requests_single.xml", {"quarantined": 1}),
        ("service_requests.json", {"out_of_scope": 1, "quarantined": 1}),
    ],
)
def test_recorded_open311_files_end_row_by_row_in_a_bucket(
    shell: Shell, name: str, ends: dict[str, int]
) -> None:
    ran = shell("ingest", "street-management", real(f"open311/open311status_{name}"), "--json")

    assert parts(json.loads(ran.out)) == ends
    assert "outside Great Britain" in ran.err


@pytest.mark.real_data
@pytest.mark.parametrize("name", ["service_list.json", "services_giessen.xml"])
def test_a_recorded_list_of_services_is_refused(shell: Shell, name: str) -> None:
    ran = shell("ingest", "street-management", real(f"open311/open311status_{name}"), "--json")

    assert ran.code != 0
    assert "services, not requests" in ran.err
