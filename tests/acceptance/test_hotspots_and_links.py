"""`/v1/hotspots`, `/v1/links` and their pages: what who may see of them, and what each leaves behind."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from lxml import html
from pydantic_core import from_json

from gateway.access.people import Person, Role
from gateway.analysis.editions import publish
from gateway.analysis.places.grid import gridded
from gateway.clock import london_day
from gateway.law.register import put_protocol
from gateway.ledger.catalogue import Statutory, statutory
from gateway.ledger.leaf import Operation
from schemas.released import DepersonalisedIncident
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.analysed import Analysed, analysed_gateway, own_records
from tests.support.law import protocol
from tests.support.requirements import law
from tests.support.server import RunningGateway
from tests.support.signed_in import signed_in

PERIOD = {"first": "2024-01", "last": "2026-12"}
DAYS = {"first": "2024-01-01", "last": "2026-12-31"}
COLUMNS = (
    *(
        "SRRef",
        "RecType",
        "RecTypeDesc",
        "Received",
        "HowReceived",
        "MapEast",
        "MapNorth",
        "UPRN",
        "USRN",
    ),
    *(
        "Location",
        "LandType",
        "WasteType",
        "Size",
        "Status",
        "ClosingAction",
        "CustName",
        "CustTel",
    ),
    "Officer",
)
POLICE, COUNCIL, FIRE = "leicestershire-police", "charnwood-bc", "llr-fire"


def one_party(gateway: RunningGateway) -> None:
    """A loud party at a place of its own, told to the police and, ten minutes later, to the council."""
    when = {"CREATED": "15/09/2026 21:47", "INCIDENT_DATE": "15/09/2026 21:40"}
    where = {"EASTING": "462050", "NORTHING": "313050"}
    gateway.push("police-nsir", "police-system", [houses.row("party", "211", **when, **where)])
    told = {
        "SRRef": "26/90001",
        "RecType": "NOI2",
        "RecTypeDesc": "Noise - domestic music",
        "Received": "2026-09-15 21:50",
        "MapEast": where["EASTING"],
        "MapNorth": where["NORTHING"],
    }
    body = ",".join(COLUMNS) + "\n" + ",".join(told.get(one, "") for one in COLUMNS) + "\n"
    answer = gateway.call(
        "POST",
        "/v1/feeds/street-management/records",
        "council-system",
        content=body.encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text


@pytest.fixture(scope="module")
def analysed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    with analysed_gateway(tmp_path_factory.mktemp("home")) as made:
        made.gateway.subscribe("fire-tables", FIRE, lane=Lane.STATISTICS)
        one_party(made.gateway)
        yield made


@pytest.fixture(scope="module")
def records(analysed: Analysed) -> list[DepersonalisedIncident]:
    return own_records(analysed.gateway)


def asked(analysed: Analysed, path: str, status: int = 200, **query: Any) -> Any:
    query = {"subscription": "fire-17a", **query}
    answer = analysed.gateway.call("GET", f"/v1/{path}", "fire-analyst", params=query)
    assert answer.status_code == status, answer.text
    return answer


def leaf_of(analysed: Analysed, index: int) -> dict[str, Any]:
    return dict(from_json(analysed.gateway.house.reader.leaf(index)[0]))  # type: ignore[index]


# ------------------------------------------------------------------------------------ hotspots
def test_squares_hold_the_readers_own_points_and_zeros_of_the_district(
    analysed: Analysed, records: list[DepersonalisedIncident]
) -> None:
    found = asked(analysed, "hotspots", **PERIOD).json()
    asb = [one for one in records if one.kind.value == "asb_incident"]
    points = [one.place for one in asb if one.place.level.value == "map_point"]
    degrees = [(float(one.longitude or 0), float(one.latitude or 0)) for one in points]
    counted = {one.key: n for one, n in gridded(degrees, 1000).counts.items()}
    shown = {one["place"]: one["count"] for one in found["places"]}

    assert {place: n for place, n in shown.items() if n} == counted
    assert 0 in shown.values()
    assert found["records"] == len(asb)
    assert found["at_an_area"] + found["at_no_place"] == len(asb) - len(points)
    assert "outline of the district" in found["grid"]
    assert sum(found["coverage"].values()) == len(asb)
    assert f"Of {found['tested']} squares tested" in found["says"][0]
    assert "are in no square" in found["says"][-1]
    assert found["rule"] == "own_count"
    most = Counter(f"{y:.5f} {x:.5f}" for x, y in degrees).most_common(1)[0][1]
    assert found["top_points"]["places"][0]["count"] == most
    said = leaf_of(analysed, found["leaf"])
    assert (said["operation"], said["table"], said["cells"]) == ("table", "hotspots", len(shown))


def test_filters_narrow_and_forms_agree(analysed: Analysed) -> None:
    whole = asked(analysed, "hotspots", **PERIOD).json()
    narrowed = asked(
        analysed, "hotspots", **PERIOD, source="cnh-housing", square="500", near="band"
    )
    table = asked(analysed, "hotspots", **PERIOD, format="csv")
    features = asked(analysed, "hotspots", **PERIOD, format="geojson")

    assert narrowed.json()["records"] < whole["records"]
    assert narrowed.json()["near"] == "band"
    rows = list(csv.DictReader(io.StringIO(table.text.lstrip("\ufeff"))))
    assert [int(row["count"]) for row in rows] == [one["count"] for one in whole["places"]]
    assert features.headers["content-type"] == "application/geo+json"
    drawn = features.json()["features"]
    assert [one["id"] for one in drawn] == [one["place"] for one in whole["places"]]
    assert all(len(one["geometry"]["coordinates"][0]) == 5 for one in drawn)
    assert asked(analysed, "hotspots", 422, **PERIOD, format="xml").status_code == 422
    assert asked(analysed, "hotspots", 422, **PERIOD, square="20").status_code == 422


def test_fires_are_among_the_behaviours(analysed: Analysed) -> None:
    for sub in ("setting_fires", "setting_vehicles_alight"):
        assert asked(analysed, "hotspots", **PERIOD, sub_behaviour=sub).json()["kind"]


@law("L49")
def test_a_reader_of_statistics_has_what_follows_from_published_figures_alone(
    analysed: Analysed,
) -> None:
    desk = analysed.desk()
    publish(desk, "2026Q3", "analyst", 0, dry_run=False)
    tables = {"subscription": "fire-tables", **PERIOD}
    found = asked(analysed, "hotspots", **tables).json()
    published = asked(
        analysed, "statistics", **tables, period="quarter", place="lsoa", kind="asb_incident"
    ).json()
    counts: Counter[str] = Counter()
    for cell in published["cells"]:
        if cell["place"] is not None and cell["count"] is not None:
            counts[cell["place"]] += cell["count"]

    assert counts.total() > 0
    assert found["unit"] == "lsoa"
    assert {one["place"]: one["count"] for one in found["places"] if one["count"]} == dict(counts)
    assert found["editions"] == ["2026q3.1"]
    refused = asked(analysed, "hotspots", 403, **tables, behaviour="noise")
    assert refused.json()["conditions"][0]["id"] == "statistics.whole_totals_only"


# --------------------------------------------------------------------------------------- links
def allow(analysed: Analysed, *linking: str) -> None:
    made = protocol(id="links", parties=(POLICE, COUNCIL, FIRE), linking=linking)
    analysed.gateway.house.writer.run(put_protocol(made, analysed.gateway.house.act("operator")))


def test_links_need_the_leave_of_each_controller_and_are_a_logged_combination(
    analysed: Analysed, records: list[DepersonalisedIncident]
) -> None:
    before = asked(analysed, "links", 403, **DAYS).json()
    assert [one["id"] for one in before["conditions"]] == ["section_17a.link.recipient_is_party"]

    allow(analysed, POLICE)
    one_sided = asked(analysed, "links", **DAYS, least=0.05).json()
    assert one_sided["links"] == []
    assert {one["source"] for one in one_sided["left_aside"]} >= {
        "cnh-housing",
        "street-management",
    }
    reasons = {each["id"] for one in one_sided["left_aside"] for each in one["conditions"]}
    assert "section_17a.link.controller_allowed_it" in reasons

    allow(analysed, POLICE, COUNCIL)
    found = asked(analysed, "links", **DAYS, least=0.05, limit=1000).json()
    sources = {one.id: one.source for one in records}
    assert len(found["pairs"]) == 3
    assert found["low"] <= found["about"] <= found["high"]
    assert "Nothing was merged" in found["says"][1]
    for link in found["links"]:
        assert [sources[one] for one in link["records"]] == link["sources"]
        assert link["by"] == "cells"
    said = leaf_of(analysed, found["leaf"])
    assert said["operation"] == Operation.LINKING.value
    assert said["sources"] == ["cnh-housing", "police-nsir", "street-management"]
    assert said["parameters"] == found["parameters"]
    assert said["power"] == "section_17a"
    assert Statutory.COMBINATION in statutory(Operation.LINKING)
    squares = asked(analysed, "hotspots", **PERIOD).json()
    assert squares["records"] == sum(one.kind.value == "asb_incident" for one in records)
    assert london_day(analysed.gateway.house.clock).isoformat() == said["day"]


def test_one_event_told_by_two_is_proposed_by_released_ids(analysed: Analysed) -> None:
    allow(analysed, POLICE, COUNCIL)
    found = asked(analysed, "links", **DAYS, least=0.05, limit=1)
    (best,) = found.json()["links"]
    assert best["sources"] == ["police-nsir", "street-management"]
    assert min(best["space"], best["time"]) > 1
    table = analysed.gateway.call(
        "GET",
        "/v1/links",
        "fire-analyst",
        params={"subscription": "fire-17a", **DAYS, "least": 0.05},
        headers={"Accept": "text/csv"},
    )

    assert found.json()["proposed"] >= 1
    rows = list(csv.DictReader(io.StringIO(table.text.lstrip("\ufeff"))))
    assert len(rows) == min(found.json()["proposed"], 200)
    assert all(row["one"].startswith("r1.") and row["other"].startswith("r1.") for row in rows)


def test_a_reader_of_statistics_is_told_nothing_of_links(analysed: Analysed) -> None:
    refused = asked(analysed, "links", 403, **DAYS, subscription="fire-tables")

    assert [one["id"] for one in refused.json()["conditions"]] == ["lane.not_for_questions"]


# --------------------------------------------------------------------------------------- pages
PERSON = Person(
    account="fire-person", name="Jo Specimen", partner=FIRE, roles=frozenset({Role.ANALYST})
)


def test_pages_say_what_their_own_addresses_give_and_leave_one_entry_each(
    analysed: Analysed,
) -> None:
    allow(analysed, POLICE, COUNCIL)
    reading, reader = signed_in(analysed.gateway, PERSON), analysed.gateway.house.reader
    for page, operation in (("hotspots?months=60", "table"), ("links?months=24", "linking")):
        before = reader.head().ledger_size
        answer = reading.get(f"/console/analysis/{page}&subscription=fire-17a")
        assert answer.status_code == 200, answer.text
        assert reader.head().ledger_size == before + 1
        assert leaf_of(analysed, before)["operation"] == operation
        assert leaf_of(analysed, before)["actor"] == PERSON.account
        text = html.fromstring(answer.text)
        (query,) = text.xpath("//code[@class='question__url']/text()")
        told = analysed.gateway.call("GET", query, "fire-analyst").json()
        words = " ".join(text.text_content().split())
        if operation == "table":
            assert all(sentence in words for sentence in told["says"])
            assert told["grid"] in words
        else:
            assert f"About {told['about']:,} of these {told['records']:,} records" in words
            assert f"interval: {told['low']:,} to {told['high']:,}" in words
            for link in told["links"]:
                assert set(link["records"]) <= set(text.xpath("//td/text() | //th/text()"))


def test_a_page_of_links_refuses_with_what_to_do(analysed: Analysed) -> None:
    reading = signed_in(analysed.gateway, PERSON)
    refused = reading.get("/console/analysis/links?subscription=fire-tables")

    assert refused.status_code == 403
    assert "What to do" in refused.text
    assert "Choose a subscription of records" in refused.text
