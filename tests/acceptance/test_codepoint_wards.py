"""Real coordinates land in their recorded ward; a real police month gives its map points."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter

import pytest

from gateway.intake.geography import parse_areas, parse_police_uk_points
from gateway.intake.located import Places, located_batch
from schemas.codes import Kind, LocationPrecision, MappingStatus
from schemas.incident import Incident
from tests.support.real_data import real

WARDS = "geo/charnwood-wards-uk-geojson-2017.json"
LSOAS = "geo/charnwood-lsoa-uk-geojson-2017.json"
MSOAS = "geo/charnwood-msoa-uk-geojson-2017.json"
POSTCODES = "geo/codepoint_open_2014-08_le.csv.gz"
MONTH = "police/2025-01-leicestershire-street.csv.gz"
CHARNWOOD = "E07000130"
EASTING, NORTHING, DISTRICT, WARD = 2, 3, 8, 9

pytestmark = pytest.mark.real_data


def _read(name: str) -> bytes:
    path = real(name)
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def _rows(name: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(_read(name).decode("utf-8-sig"), newline="")))


def _postcodes() -> list[list[str]]:
    return [row for row in _rows(POSTCODES) if row[DISTRICT] == CHARNWOOD]


def _incidents(postcodes: list[list[str]]) -> list[Incident]:
    return [
        Incident(
            kind=Kind.ASB_INCIDENT,
            mapping_status=MappingStatus.UNCLASSIFIED,
            easting=int(row[EASTING]),
            northing=int(row[NORTHING]),
            location_precision=LocationPrecision.POINT,
        )
        for row in postcodes
    ]


def test_postcodes_land_in_their_recorded_ward() -> None:
    wards = parse_areas("wards", _read(WARDS))
    postcodes = _postcodes()

    answers = located_batch(_incidents(postcodes), Places.build([wards]))

    right = sum(
        answer.incident.ward_code == row[WARD]
        for answer, row in zip(answers, postcodes, strict=True)
    )
    assert (wards.edition, len(wards.rows), len(postcodes)) == ("2013", 28, 3_559)
    assert right >= 3_555
    assert not any(answer.faults for answer in answers)


def test_the_published_outlines_are_read_with_their_editions() -> None:
    lsoas, msoas = parse_areas("lsoa", _read(LSOAS)), parse_areas("msoa", _read(MSOAS))

    assert (lsoas.edition, len(lsoas.rows), lsoas.repaired) == ("2011", 99, 0)
    assert (msoas.edition, len(msoas.rows), msoas.repaired) == ("2011", 22, 0)


def test_a_police_month_gives_its_distinct_points_by_district() -> None:
    month = _rows(MONTH)
    header = {name: place for place, name in enumerate(month[0])}
    x, y, name = header["Longitude"], header["Latitude"], header["LSOA name"]
    located_rows = [row for row in month[1:] if row[x]]

    edition = parse_police_uk_points(_read(MONTH), "2025-01")

    distinct = {(float(row[x]), float(row[y])) for row in located_rows}
    districts = {row[name].rsplit(" ", 1)[0] for row in located_rows}
    assert {row[:2] for row in edition.rows} == distinct
    assert len(edition.rows) == len(distinct)
    assert {row.district for row in edition.rows} == districts
    assert edition.read == len(month) - 1 == 8_448
    assert edition.without_location == 8_448 - len(located_rows)
    assert edition.without_district == 0


def test_postcodes_get_a_charnwood_point_when_lsoas_and_points_are_loaded() -> None:
    lsoas = parse_areas("lsoa", _read(LSOAS))
    points = parse_police_uk_points(_read(MONTH), "2025-01")
    own = {row[:2] for row in points.rows if row.district == "Charnwood"}

    answers = located_batch(_incidents(_postcodes()), Places.build([lsoas], [points]), CHARNWOOD)

    found = Counter(
        None if one.point is None else (one.point.longitude, one.point.latitude) in own
        for one in answers
    )
    assert found[False] == 0
    assert found[True] >= 3_555
