"""`/ogc` read by the programs that analysts have: GDAL and OWSLib, against a running gateway."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from owslib.ogcapi.features import Features
from pydantic_core import from_json

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.audit.verify import verify
from gateway.demo.geography import load_invented_geography
from gateway.law.accounts import put_account
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.geojson import fault_of
from tests.support.programs import program
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.tools import a_credential

ITEMS = "/ogc/collections/fire-17a/items"
DAYS = ("02/09/2026", "15/09/2026", "20/10/2026")
ANALYST = frozenset({Scope.ANALYSIS_READ})
ANALYST_AT_FIRE = Person(
    account="fire-maps",
    name="Jo Specimen",
    partner="llr-fire",
    roles=frozenset({Role.ANALYST}),
)


def sent(number: int) -> dict[str, str]:
    """One of 23 rows: two behaviours, three days, every third without a place."""
    day = DAYS[number % 3]
    where = (
        {"EASTING": str(450_000 + 400 * number)} if number % 4 else {"EASTING": "", "NORTHING": ""}
    )
    return houses.row(
        f"m{number}",
        ("211", "213")[number % 2],
        CREATED=f"{day} 21:47",
        INCIDENT_DATE=f"{day} 21:40",
        **where,
    )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path_factory.mktemp("home")) as made:
        load_invented_geography(made.house, "operator")
        made.usual()
        made.system("fire-analyst", "llr-fire", ANALYST)
        made.system("council-analyst", "charnwood-bc", ANALYST)
        made.subscribe("council-17a", "charnwood-bc")
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        made.push("police-nsir", "police-system", [sent(number) for number in range(23)])
        houses.change(made.house, NoticeKind.RESTRICTED, ["m0"])
        yield made


@pytest.fixture(scope="module")
def records(gateway: RunningGateway) -> list[dict[str, Any]]:
    """What the subscription holds, by the interface that other tests hold against its releases."""
    query = {"subscription": "fire-17a", "limit": "1000"}
    answer = gateway.call("GET", "/v1/incidents", "fire-analyst", params=query)
    found: list[dict[str, Any]] = answer.json()["records"]
    assert len(found) == 22
    return found


def asked(gateway: RunningGateway, path: str, system: str = "fire-analyst", **query: Any) -> Any:
    answer = gateway.call("GET", path, system, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def problem(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:gateway:problem:")


def walked(gateway: RunningGateway, first: dict[str, Any]) -> list[dict[str, Any]]:
    """The features of a page and of all that its links ``next`` lead to."""
    found, page = list(first["features"]), first
    while following := [link["href"] for link in page["links"] if link["rel"] == "next"]:
        path = following[0].removeprefix(gateway.url)
        page = gateway.call("GET", path, "fire-analyst").json()
        found += page["features"]
    return found


# ------------------------------------------------------------------------- what clients read
def gdal(gateway: RunningGateway, *command: str, **settings: str) -> str:
    """Run a program of GDAL with a token, as the how-to says, or with what is set instead."""
    program(command[0], "gdal-bin")
    headers = f"Authorization: Bearer {gateway.token('fire-analyst')}"
    own = settings or {"GDAL_HTTP_HEADERS": headers}
    ran = subprocess.run(
        command,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **own},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def test_ogrinfo_lists_the_layers_and_counts_the_features(gateway: RunningGateway) -> None:
    source = f"OAPIF:{gateway.url}/ogc"
    told = gdal(gateway, "ogrinfo", "-so", source, "fire-17a")

    assert "Feature Count: 22" in told
    assert "version: Integer" in told
    assert "occurred: DateTime" in told
    assert "Geometry: Point" in told
    assert told.count("DateTime") == 2
    assert "144" in gdal(gateway, "ogrinfo", "-so", source, "areas-lsoa")


def test_ogr2ogr_brings_every_row_with_every_value_and_type(
    gateway: RunningGateway, records: list[dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "incidents.gpkg"
    source = f"OAPIF:{gateway.url}/ogc"
    paging = ("-oo", "PAGE_SIZE=5", "-unsetFid")
    gdal(gateway, "ogr2ogr", "-f", "GPKG", str(file), source, "fire-17a", *paging)
    with sqlite3.connect(file) as table:
        table.row_factory = sqlite3.Row
        rows = {row["id"]: dict(row) for row in table.execute('SELECT * FROM "fire-17a"')}
        types = {row["name"]: row["type"] for row in table.execute('PRAGMA table_info("fire-17a")')}

    assert types.pop("version") == "MEDIUMINT"
    assert types.pop("occurred") == types.pop("reported") == "DATETIME"
    assert {types.pop("fid"), types.pop("geom")} == {"INTEGER", "POINT"}
    assert set(types.values()) == {"TEXT"}
    assert rows.keys() == {record["id"] for record in records}
    for record in records:
        row = rows[record["id"]]
        assert row["version"] == record["version"]
        assert row["occurred"] == record["occurred"][:16] + ":00.000Z"
        assert row["place_level"] == record["place"]["level"]
        assert (row["geom"] is None) == (record["place"]["level"] != "map_point")
        assert row["closing_codes"] == " ".join(record["closing_codes"])
        for name in ("kind", "typology_behaviour", "source_category_label", "mapping_status"):
            assert row[name] == record.get(name)


def test_a_tool_that_knows_no_token_reads_by_its_own_credential(gateway: RunningGateway) -> None:
    house = gateway.house
    house.writer.run(put_account(ANALYST_AT_FIRE, house.act("operator"), house.clock.now()))
    made = a_credential(house, ANALYST_AT_FIRE.account, "qgis")
    password = f"{made.credential.id}:{made.password}"
    source = f"OAPIF:{gateway.url}/ogc"
    told = gdal(gateway, "ogrinfo", "-so", source, "fire-17a", GDAL_HTTP_USERPWD=password)

    assert "Feature Count: 22" in told
    assert gateway.http.get(f"{gateway.url}{ITEMS}").headers["www-authenticate"].count("Basic") == 1


def test_ogr2ogr_keeps_points_where_they_are(
    gateway: RunningGateway, records: list[dict[str, Any]], tmp_path: Path
) -> None:
    file = tmp_path / "incidents.geojson"
    gdal(gateway, "ogr2ogr", "-f", "GeoJSON", str(file), f"OAPIF:{gateway.url}/ogc", "fire-17a")
    features = json.loads(file.read_text())["features"]
    points = {one["properties"]["id"]: one["geometry"] for one in features}

    for record in records:
        place = record["place"]
        point = points[record["id"]]
        known = place["level"] == "map_point"
        assert (point or {}).get("coordinates") == (
            [place["longitude"], place["latitude"]] if known else None
        )


def test_owslib_reads_what_it_looks_for(
    gateway: RunningGateway, records: list[dict[str, Any]]
) -> None:
    headers = {"Authorization": f"Bearer {gateway.token('fire-analyst')}"}
    client = Features(f"{gateway.url}/ogc", headers=headers)

    assert "fire-17a" in client.feature_collections()
    assert client.conformance()["conformsTo"][0].endswith("/conf/core")
    assert client.api()["openapi"] == "3.0.3"
    assert client.collection("fire-17a")["itemType"] == "feature"
    page = client.collection_items("fire-17a", limit=1_000)
    assert [one["id"] for one in page["features"]] == [record["id"] for record in records]
    boxed = client.collection_items("fire-17a", bbox=[-2, 52, 0, 53], limit=1_000)
    assert {one["id"] for one in boxed["features"]} == {
        record["id"] for record in records if record["place"]["level"] == "map_point"
    }
    one = client.collection_item("fire-17a", records[0]["id"])
    assert one["id"] == records[0]["id"]


# ------------------------------------------------------------------------------ what is said
def test_it_claims_core_and_geojson_and_nothing_else(gateway: RunningGateway) -> None:
    classes = "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf"
    landing = gateway.http.get(f"{gateway.url}/ogc").json()

    assert gateway.http.get(f"{gateway.url}/ogc/conformance").json() == {
        "conformsTo": [f"{classes}/core", f"{classes}/geojson"]
    }
    rels = {link["rel"] for link in landing["links"]}
    assert {"self", "service-desc", "service-doc", "conformance", "data"} <= rels
    for link in landing["links"]:
        answer = gateway.call("GET", link["href"].removeprefix(gateway.url), "fire-analyst")
        assert answer.status_code == 200
        assert answer.headers["content-type"].split(";")[0] == link["type"].split(";")[0]


def test_every_page_holds_its_features_once_while_others_are_recorded(
    gateway: RunningGateway, records: list[dict[str, Any]]
) -> None:
    own = [record["id"] for record in records]
    for limit in (7, 22, 5_000):
        page = asked(gateway, ITEMS, limit=limit)
        assert page["numberReturned"] == len(page["features"]) == min(limit, 22)
        assert "numberMatched" not in page
        assert [one["id"] for one in walked(gateway, page)] == own
    page = asked(gateway, ITEMS, limit=5)
    gateway.push("police-nsir", "police-system", [houses.row("m-late", "211")])
    assert [one["id"] for one in walked(gateway, page)][:22] == own
    houses.take_back(gateway.house, ["m-late"])


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ({"datetime": "2026-10-20"}, 7),
        ({"datetime": "2026-10-20T20:15:00Z"}, 7),
        ({"datetime": "2026-10-20T21:00:00Z"}, 0),
        ({"datetime": "../2026-09-30"}, 15),
        ({"datetime": "2026-09-03/.."}, 15),
        ({"datetime": "2026-09-03/2026-09-30"}, 8),
        ({"bbox": "-2,52,0,53"}, 17),
        ({"bbox": "10,52,11,53"}, 0),
        ({"behaviour": "noise"}, 11),
        ({"kind": "crime"}, 0),
        ({"place": "E07000130"}, 22),
        ({"f": "json"}, 22),
    ],
)
def test_filters_narrow_by_what_leaves(
    gateway: RunningGateway, query: dict[str, str], number: int
) -> None:
    assert len(walked(gateway, asked(gateway, ITEMS, **query, limit=9))) == number


@law("L41")
def test_a_page_is_one_disclosure_with_a_receipt(gateway: RunningGateway) -> None:
    before = gateway.house.reader.head().ledger_size
    answer = gateway.call(
        "GET", ITEMS, "fire-analyst", params={"limit": 3, "datetime": "2026-10-20"}
    )
    one = answer.json()["features"][0]["id"]
    gateway.call("GET", f"{ITEMS}/{one}", "fire-analyst")
    seen = [gateway.house.reader.leaf(index) for index in (before, before + 1)]
    said = [from_json(entry[0]) for entry in seen if entry is not None]

    assert answer.headers["gateway-receipt"]
    assert answer.headers["gateway-marking"]
    assert [(one["operation"], one["count"], one["recipient"]) for one in said] == [
        ("query", 3, "llr-fire"),
        ("query", 1, "llr-fire"),
    ]
    assert "2026-10-20" not in str(said).replace(said[0]["at"], "")


@pytest.mark.parametrize(
    "query",
    [
        *({"colour": "Zebedee"}, {"limit": "0"}, {"limit": "Zebedee"}, {"bbox": "1,2,3"}),
        *({"bbox-crs": "Zebedee"}, {"datetime": "Zebedee"}, {"f": "html"}, {"kind": "Zebedee"}),
        *({"limit": ["1", "2"]}, {"subscription": "fire-17a"}, {"behaviour": "zebedee"}),
    ],
)
def test_what_is_unknown_or_does_not_fit_is_400_without_a_value(
    gateway: RunningGateway, query: dict[str, Any]
) -> None:
    answer = gateway.call("GET", ITEMS, "fire-analyst", params=query)

    assert problem(answer) == (400, "features.query_invalid")
    assert "ebedee" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["", "/conformance", "/api", "/collections", "/collections/fire-17a"]
)
def test_no_address_takes_what_it_does_not_know(gateway: RunningGateway, path: str) -> None:
    answer = gateway.call("GET", f"/ogc{path}", "fire-analyst", params={"colour": "red"})

    assert problem(answer) == (400, "features.query_invalid")


def test_a_cursor_is_of_its_own_question_only(gateway: RunningGateway) -> None:
    page = asked(gateway, ITEMS, limit=3)
    (after,) = [
        link["href"].rpartition("after=")[2] for link in page["links"] if link["rel"] == "next"
    ]
    for query in (
        {"after": after, "kind": "asb_incident"},
        {"after": after[:-2] + "AA"},
        {"after": "9"},
    ):
        answer = gateway.call("GET", ITEMS, "fire-analyst", params=query)
        assert problem(answer) == (400, "release.cursor_invalid")
    other = ITEMS.replace("fire", "council")
    answer = gateway.call("GET", other, "council-analyst", params={"after": after})
    assert problem(answer) == (400, "release.cursor_invalid")


@law("L48")
def test_what_is_anothers_does_not_exist(
    gateway: RunningGateway, records: list[dict[str, Any]]
) -> None:
    nothing = (404, "not_found")
    for collection in ("council-17a", "fire-tables", "no-such", "university-17a"):
        for path in ("", "/items", "/schema", f"/items/{records[0]['id']}"):
            answer = gateway.call("GET", f"/ogc/collections/{collection}{path}", "fire-analyst")
            assert problem(answer) == nothing
    theirs = asked(gateway, ITEMS.replace("fire", "council"), "council-analyst")["features"]
    assert theirs
    for feature in (theirs[0]["id"], "r1.2026Q3.aaaaaaaaaaaaaaaaaaaaaa", "1", "E01999001"):
        answer = gateway.call("GET", f"{ITEMS}/{feature}", "fire-analyst")
        assert problem(answer) == nothing


def test_head_asks_as_get_does_and_leaves_the_body_out(gateway: RunningGateway) -> None:
    for path in ("/ogc", "/ogc/collections", ITEMS):
        head = gateway.call("HEAD", path, "fire-analyst")
        assert (head.status_code, head.content) == (200, b"")
        kind = gateway.call("GET", path, "fire-analyst").headers["content-type"]
        assert head.headers["content-type"] == kind


# --------------------------------------------------------------------------------- RFC 7946
@pytest.mark.parametrize("collection", ["fire-17a", "areas-lsoa", "areas-districts"])
def test_features_are_geojson_by_the_schema_of_their_layer(
    gateway: RunningGateway, collection: str
) -> None:
    path = f"/ogc/collections/{collection}"
    schema = asked(gateway, f"{path}/schema")["properties"]["properties"]
    found = walked(gateway, asked(gateway, f"{path}/items", limit=50))

    assert found
    assert [fault_of(one, set(schema["required"])) for one in found] == [None] * len(found)
    for one in found:
        for name, value in one["properties"].items():
            kind = schema["properties"][name]["type"]
            is_text = value is None or isinstance(value, str)
            assert isinstance(value, int) if kind == "integer" else is_text


def test_areas_are_found_by_box_and_by_code(gateway: RunningGateway) -> None:
    path = "/ogc/collections/areas-lsoa/items"
    whole = walked(gateway, asked(gateway, path, limit=50))
    one = asked(gateway, f"{path}/{whole[0]['id']}")
    west, south = one["geometry"]["coordinates"][0][0][0]
    near = asked(gateway, path, bbox=f"{west},{south},{west},{south}")["features"]
    around = asked(gateway, path, bbox=f"170,{south},{west + 1},{south}")["features"]

    assert len(whole) == 144
    assert one["properties"] == whole[0]["properties"]
    assert whole[0]["id"] in {area["id"] for area in near}
    assert len(near) <= 4
    assert whole[0]["id"] in {area["id"] for area in around}
    assert problem(gateway.call("GET", f"{path}/E01999999", "fire-analyst"))[0] == 404
    assert problem(gateway.call("GET", path, "fire-analyst", params={"kind": "crime"}))[0] == 400
    for after in ("4", "_w", "\u20ac", "Jw"):
        answer = gateway.call("GET", path, "fire-analyst", params={"after": after})
        assert problem(answer) == (400, "release.cursor_invalid")


def test_the_house_is_whole(gateway: RunningGateway) -> None:
    assert verify(gateway.house.database, gateway.house.keys).findings == ()
