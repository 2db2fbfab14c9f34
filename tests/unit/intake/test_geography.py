"""Geography files: what is read from them, and what is refused without repeating any of it."""

from __future__ import annotations

import hashlib
import io
import json
from typing import Any

import pytest
import shapely

from gateway.intake.addresses import parse_addresses
from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import (
    AreaKind,
    AreaRow,
    PointRow,
    district_in,
    parse_areas,
    parse_police_uk_points,
)
from gateway.intake.geojson_points import is_geojson, points_as_list
from gateway.intake.outlines import to_metres

SQUARE = [[-1.2, 52.7], [-1.1, 52.7], [-1.1, 52.8], [-1.2, 52.8], [-1.2, 52.7]]
BOW_TIE = [[-1.2, 52.7], [-1.1, 52.8], [-1.1, 52.7], [-1.2, 52.8], [-1.2, 52.7]]
LINE = [[-1.2, 52.7], [-1.1, 52.8], [-1.2, 52.7], [-1.1, 52.8], [-1.2, 52.7]]
CANARY = "Zanzibar-canary"
HEADER = "Crime ID,Month,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type\n"


def feature(code: object = "E05000001", ring: object = SQUARE, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"WD13CD": code, "WD13NM": "Anstey", **properties},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def collection(*features: object, **members: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def crs(name: str) -> dict[str, Any]:
    return {"type": "name", "properties": {"name": name}}


def refusal(document: bytes, kind: AreaKind = "wards", edition: str | None = None) -> str:
    with pytest.raises(GeographyRefused) as refused:
        parse_areas(kind, document, edition)
    assert CANARY not in str(refused.value)
    assert refused.value.says.endswith(".")
    return refused.value.code


def test_an_area_becomes_code_name_and_outline_with_the_files_hash() -> None:
    document = collection(feature())

    edition = parse_areas("wards", document)

    assert (edition.kind, edition.edition, edition.repaired) == ("wards", "2013", 0)
    assert edition.sha256 == hashlib.sha256(document).hexdigest()
    assert [(row.code, row.name) for row in edition.rows] == [("E05000001", "Anstey")]
    assert shapely.from_wkb(edition.rows[0].wkb).bounds == (-1.2, 52.7, -1.1, 52.8)
    assert isinstance(edition.rows[0], AreaRow)


@pytest.mark.parametrize(
    ("kind", "code_property", "edition"),
    [
        ("wards", "WD23CD", "2023"),
        ("wards", "wd11cd", "2011"),
        ("lsoa", "LSOA21CD", "2021"),
        ("msoa", "MSOA11CD", "2011"),
        ("districts", "LAD23CD", "2023"),
        ("districts", "LAD98CD", "1998"),
    ],
)
def test_the_edition_is_the_year_in_the_name_of_the_code_property(
    kind: AreaKind, code_property: str, edition: str
) -> None:
    name_property = code_property[:-2] + ("nm" if code_property.islower() else "NM")
    area = feature()
    code = {
        "wards": "E05000001",
        "lsoa": "E01000001",
        "msoa": "E02000001",
        "districts": "E07000130",
    }
    area["properties"] = {code_property: code[kind], name_property: "Charnwood 001A"}

    parsed = parse_areas(kind, collection(area))

    assert (parsed.edition, parsed.rows[0].name) == (edition, "Charnwood 001A")


def test_areas_of_another_kind_are_refused() -> None:
    area = feature()
    area["properties"] = {"code": "E05000001"}

    with pytest.raises(GeographyRefused, match=r"geography\.code:"):
        parse_areas("lsoa", collection(area), "2021")


def test_the_edition_that_is_given_stands_and_chooses_between_properties() -> None:
    two = collection(feature("E05000001", WD23CD="E05000009"))

    assert parse_areas("wards", collection(feature()), "2013-generalised").edition == (
        "2013-generalised"
    )
    assert parse_areas("wards", two, "2023").rows[0].code == "E05000009"
    assert refusal(two) == "geography.edition_unclear"
    assert refusal(two, edition=f"{CANARY} {CANARY} {CANARY}") == "geography.edition"


def test_features_may_be_multipolygons_with_holes_and_heights() -> None:
    hole = [[-1.17, 52.73], [-1.13, 52.73], [-1.13, 52.77], [-1.17, 52.77], [-1.17, 52.73]]
    area = feature()
    area["geometry"] = {
        "type": "MultiPolygon",
        "coordinates": [[[[*place, 3.5] for place in SQUARE], [[*p, 3.5] for p in hole]]],
    }

    (row,) = parse_areas("wards", collection(area)).rows

    assert not shapely.intersects_xy(shapely.from_wkb(row.wkb), -1.15, 52.75)
    assert shapely.intersects_xy(shapely.from_wkb(row.wkb), -1.19, 52.75)


@pytest.mark.parametrize(
    "name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4326", "EPSG:4326"]
)
def test_degrees_are_kept_as_they_are(name: str) -> None:
    plain = parse_areas("wards", collection(feature()))

    assert parse_areas("wards", collection(feature(), crs=crs(name))).rows == plain.rows


@pytest.mark.parametrize(
    "name", ["EPSG:27700", "urn:ogc:def:crs:EPSG::27700", "urn:ogc:def:crs:EPSG:6.18:27700"]
)
def test_national_grid_outlines_are_converted(name: str) -> None:
    metres = to_metres([(x, y) for x, y in SQUARE])

    (row,) = parse_areas("wards", collection(feature(ring=metres), crs=crs(name))).rows

    assert shapely.from_wkb(row.wkb).bounds == pytest.approx((-1.2, 52.7, -1.1, 52.8), abs=1e-7)


@pytest.mark.parametrize("member", [crs("EPSG:3857"), crs(CANARY), None, CANARY, {"type": "link"}])
def test_other_coordinate_systems_are_refused(member: object) -> None:
    assert refusal(collection(feature(), crs=member)) == "geography.crs_unknown"


def test_an_outline_that_crosses_itself_is_repaired_and_counted() -> None:
    edition = parse_areas("wards", collection(feature(ring=BOW_TIE), feature("E05000002")))

    assert edition.repaired == 1
    assert all(shapely.is_valid(shapely.from_wkb(row.wkb)) for row in edition.rows)


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (feature(CANARY), "geography.code"),
        (feature(None), "geography.code"),
        (feature("E05000001"), "geography.code_twice"),
        (feature("E05000002", WD13NM=[CANARY]), "geography.name"),
        (feature("E05000002", ring=LINE), "geography.geometry"),
        (feature("E05000002", ring=[]), "geography.geometry"),
        (feature("E05000002", ring=SQUARE[:3]), "geography.geometry"),
        (feature("E05000002", ring=[[CANARY, "52"]] * 4), "geography.geometry"),
        (feature("E05000002", ring=[["1", "52"]] * 4), "geography.geometry"),
        (feature("E05000002", ring=[[1, 52], [1]] * 4), "geography.geometry"),
        (feature("E05000002", ring=[[True, False]] * 4), "geography.geometry"),
        (feature("E05000002", ring=[[10**400, 1]] * 4), "geography.geometry"),
        (feature("E05000002", ring=CANARY), "geography.geometry"),
        (feature("E05000002", ring=[p[::-1] for p in SQUARE]), "geography.outside_great_britain"),
        (feature("E05000002") | {"geometry": None}, "geography.geometry"),
        (
            feature("E05000002") | {"geometry": {"type": "Point", "coordinates": [0, 51]}},
            "geography.geometry",
        ),
        (feature("E05000002") | {"properties": None}, "geography.feature"),
        (CANARY, "geography.feature"),
    ],
)
def test_a_bad_feature_is_refused_by_its_number(second: object, code: str) -> None:
    with pytest.raises(GeographyRefused, match="Feature 2") as refused:
        parse_areas("wards", collection(feature(), second))

    assert refused.value.code == code
    assert CANARY not in str(refused.value)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "geography.not_json"),
        (b"\xff\xfe", "geography.not_json"),
        (b'{"type": NaN}', "geography.not_json"),
        (b"[" * 100_000, "geography.not_json"),
        (b"[]", "geography.not_geojson"),
        (b'{"type": "Topology"}', "geography.not_geojson"),
        (collection(), "geography.empty"),
        (b'{"type": "FeatureCollection", "features": {}}', "geography.empty"),
        (collection({"type": "Feature", "properties": {}}), "geography.code_property"),
    ],
)
def test_a_file_that_is_no_list_of_areas_is_refused(document: bytes, code: str) -> None:
    assert refusal(document) == code


def test_size_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.intake.area_properties.MAX_FEATURES", 1)
    assert refusal(collection(feature(), feature("E05000002"))) == "geography.too_many"

    monkeypatch.setattr("gateway.intake.geography.MAX_AREA_BYTES", 10)
    assert refusal(collection(feature())) == "geography.too_large"

    monkeypatch.setattr("gateway.intake.geography.MAX_POINT_BYTES", 10)
    with pytest.raises(GeographyRefused, match=r"geography\.too_large"):
        parse_police_uk_points(HEADER.encode(), "2025-01")


@pytest.mark.parametrize(
    ("name", "district"),
    [
        ("Charnwood 022A", "Charnwood"),
        ("North West Leicestershire 001", "North West Leicestershire"),
        ("Loughborough Central", None),
        ("", None),
    ],
)
def test_a_census_name_tells_its_district(name: str, district: str | None) -> None:
    assert district_in(name) == district


def street(*rows: str) -> bytes:
    return (HEADER + "\n".join(rows) + "\n").encode()


def test_points_are_distinct_sorted_and_counted() -> None:
    first = street(
        ",2025-01,-1.20,52.70,On or near A,E01025670,Charnwood 022A,Drugs",
        ",2025-01,-1.20,52.70,On or near A,E01025670,Charnwood 022A,Anti-social behaviour",
        ",2025-01,,,No Location,,,Drugs",
        ",2025-01,-1.21,52.71,On or near B,,,Drugs",
    )
    second = b"\xef\xbb\xbf" + street(
        ",2025-02,-1.30,52.60,On or near C,E01025671,Blaby 001B,Drugs",
        ",2025-02,-1.20,52.70,On or near A,E01025999,Leicester 001A,Drugs",
    )

    edition = parse_police_uk_points([first, second], "2025-02")

    assert edition.rows == (PointRow(-1.3, 52.6, "Blaby"), PointRow(-1.2, 52.7, "Charnwood"))
    assert (edition.read, edition.without_location, edition.without_district) == (6, 1, 1)
    assert edition.sha256 == hashlib.sha256(first + second).hexdigest()
    assert parse_police_uk_points(first, "2025-01").rows == (PointRow(-1.2, 52.7, "Charnwood"),)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        (b"", "geography.column"),
        (b"a,b,c\n1,2,3\n", "geography.column"),
        (street(), "geography.empty"),
        (street(",2025-01,,,No Location,,,Drugs"), "geography.empty"),
        (street("short"), "geography.not_csv"),
        (street(f',2025-01,"{CANARY}'), "geography.not_csv"),
        (HEADER.encode() + b"\xff", "geography.not_utf8"),
        (street(f",m,{CANARY},52.7,,,Charnwood 022A,x"), "geography.outside_great_britain"),
        (street(",m,nan,52.7,,,Charnwood 022A,x"), "geography.outside_great_britain"),
        (street(",m,52.7,-1.2,,,Charnwood 022A,x"), "geography.outside_great_britain"),
        (street(",m,-1.2,,,,Charnwood 022A,x"), "geography.outside_great_britain"),
    ],
)
def test_a_bad_street_file_is_refused(document: bytes, code: str) -> None:
    with pytest.raises(GeographyRefused) as refused:
        parse_police_uk_points(document, "2025-01")

    assert refused.value.code == code
    assert CANARY not in str(refused.value)


def test_points_need_an_edition_that_can_be_noted() -> None:
    with pytest.raises(GeographyRefused, match=r"geography\.edition"):
        parse_police_uk_points(street(), "January 2025")


# ----------------------------------------------------------------- names that are not the ONS's
@pytest.mark.parametrize(
    ("properties", "given", "read"),
    [
        ({"Area_Code": "E05000009", "Name": "N"}, {}, ("E05000009", "N")),
        ({"gss": "E05000009", "parent": "E07000130", "ward_name": "N"}, {}, ("E05000009", "N")),
        ({"x": "E05000009", "title": "N"}, {}, ("E05000009", "N")),
        (
            {"x": "E05000009", "y": "E07000130", "z": "N"},
            {"code_property": "x", "name_property": "z"},
            ("E05000009", "N"),
        ),
        (
            {"WD13CD": "E05000009", "WD23CD": "E05000010"},
            {"code_property": "WD23CD"},
            ("E05000010", ""),
        ),
    ],
)
def test_code_and_name_are_guessed_or_given(
    properties: dict[str, Any], given: dict[str, str], read: tuple[str, str]
) -> None:
    document = collection({**feature(), "properties": properties})

    (row,) = parse_areas("wards", document, "2023", **given).rows  # type: ignore[arg-type]

    assert row[:2] == read


@pytest.mark.parametrize(
    ("properties", "edition", "given", "code"),
    [
        ({"a": "E05000009", "b": "E05000010"}, "2023", {}, "geography.code_property"),
        ({"a": CANARY}, "2023", {}, "geography.code_property"),
        ({"code": "E05000009"}, None, {}, "geography.edition"),
        ({"code": "E05000009"}, "2023", {"code_property": CANARY}, "geography.property"),
        ({"code": "E05000009"}, "2023", {"name_property": CANARY}, "geography.property"),
    ],
)
def test_what_cannot_be_guessed_is_asked_for(
    properties: dict[str, Any], edition: str | None, given: dict[str, str], code: str
) -> None:
    with pytest.raises(GeographyRefused) as refused:
        parse_areas("wards", collection({**feature(), "properties": properties}), edition, **given)  # type: ignore[arg-type]

    assert refused.value.code == code
    assert CANARY not in f"{refused.value} {refused.value.field}"


def test_a_ring_that_stays_open_is_refused() -> None:
    with pytest.raises(GeographyRefused, match="does not end where it begins") as refused:
        parse_areas("wards", collection(feature(ring=[*SQUARE[:-1], [1.0, 52.0]])))

    assert refused.value.code == "geography.ring_open"


def test_the_operator_may_say_that_coordinates_are_metres() -> None:
    degrees = [(float(x), float(y)) for x, y in SQUARE]
    ring = [list(pair) for pair in to_metres(degrees) if pair]

    (row,) = parse_areas("wards", collection(feature(ring=ring)), metres=True).rows

    expected = shapely.Polygon(degrees)
    assert shapely.from_wkb(row.wkb).hausdorff_distance(expected) < 1e-6


# --------------------------------------------------------------------------- points as GeoJSON
def a_point(coordinates: object, kind: str = "Point", **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def test_points_in_geojson_are_read_as_the_list_that_they_are() -> None:
    document = collection(
        a_point([-1.2, 52.77], **{"LSOA name": "Charnwood 001A"}),
        a_point([-1.2, 52.77, 3], **{"LSOA name": "Charnwood 001A"}),
        a_point([-1.3, 52.7], **{"LSOA name": "Charnwood 002B"}),
    )

    assert is_geojson(b"\xef\xbb\xbf " + document)
    assert not is_geojson(b"Longitude,Latitude\n")
    edition = parse_police_uk_points(points_as_list(document), "2026-10")
    assert [row[:3] for row in edition.rows] == [
        (-1.3, 52.7, "Charnwood"),
        (-1.2, 52.77, "Charnwood"),
    ]


def test_addresses_in_metres_and_what_is_no_point() -> None:
    document = collection(a_point([453_500, 319_500], addresses=3), crs=crs("EPSG:27700"))

    (row,) = parse_addresses([io.BytesIO(points_as_list(document))])

    assert (row.number, row.metres) == (3, (453_500.0, 319_500.0))
    with pytest.raises(GeographyRefused, match="Feature 2 is no point"):
        points_as_list(collection(a_point([1, 52]), a_point([[1, 52]], "LineString")))
