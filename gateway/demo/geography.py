"""An invented geography: squares for LSOAs, a lattice of map points, all in the district of Charnwood.

The codes have the form of real ones and are nobody's: the Office for National Statistics gives none in
the range E01999….
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from gateway.assembly import House
from gateway.demo.areas import put_invented_sets
from gateway.demo.tiles import SIDE, WARDS, cells, invented_code, invented_layout
from gateway.intake.geography import parse_areas, parse_police_uk_points
from gateway.intake.outlines import to_degrees
from gateway.intake.populations import parse_population
from gateway.intake.postcodes import parse_postcodes
from gateway.law.area_documents import PutAreaDocument
from gateway.law.geography import POINTS, Area, Point, Postcode, PutGeography, Resident
from gateway.seed import CHARNWOOD
from gateway.store.populations import POPULATION

EDITION = "2021-invented"
WEST, EAST = 442_000, 466_000
SOUTH, NORTH = 304_000, 328_000
"""Metres of the national grid: a box round the district."""

SQUARE = 2_000
"""Metres: a side of an invented LSOA."""

SPACING = 500
"""Metres between invented map points."""


POSTCODES = {
    "LE11 9ZZ": (453_500, 319_500),
    "LE12 9ZZ": (449_500, 320_500),
    "LE7 9ZZ": (461_500, 311_500),
}
"""The postcodes that invented addresses have, with the metres of their middle; none of them is in use."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of the invented map there is."""

    lsoas: int
    points: int
    postcodes: int


def load_invented_geography(house: House, actor: str) -> Loaded:
    """Load the invented LSOAs, map points and postcodes; return how many of each."""
    now = int(house.clock.now().timestamp())
    lsoas = parse_areas("lsoa", _lsoas(), EDITION)
    district = parse_areas("districts", _district(), EDITION)
    wards = parse_areas("wards", _wards(), EDITION)
    points = parse_police_uk_points(_points(), EDITION)
    listed = _postcodes()
    digest = hashlib.sha256(listed).hexdigest()
    postcodes = parse_postcodes("code-point-open", [BytesIO(listed)], EDITION, digest)
    areas = [
        PutGeography(
            outlined.kind,
            EDITION,
            outlined.sha256,
            now,
            house.act(actor),
            areas=[Area(*row) for row in outlined.rows],
        )
        for outlined in (lsoas, district, wards)
    ]
    for put in (
        *areas,
        PutGeography(
            POINTS,
            EDITION,
            points.sha256,
            now,
            house.act(actor),
            points=[Point(*row) for row in points.rows],
        ),
        PutGeography(
            postcodes.kind,
            EDITION,
            postcodes.sha256,
            now,
            house.act(actor),
            postcodes=[Postcode(*row) for row in postcodes.rows],
            notes=json.dumps({"codes": dict(postcodes.vintages)}, sort_keys=True),
        ),
    ):
        house.writer.run(put)
    places = {
        f"E01999{number:03}": ((west - WEST) // SQUARE, (south - SOUTH) // SQUARE)
        for number, _, west, south in _squares()
    }
    put_invented_sets(house, actor, EDITION, places)
    house.writer.run(PutAreaDocument(invented_layout(EDITION), house.act(actor)))
    _put_residents(house, actor, now)
    return Loaded(len(lsoas.rows), len(points.rows), len(postcodes.rows))


def _postcodes() -> bytes:
    """Write the postcodes as Code-Point Open does, whose files have no header."""
    lines = [
        f'"{postcode}",10,{east},{north},"E92000001","","","","{CHARNWOOD}",""'
        for postcode, (east, north) in POSTCODES.items()
    ]
    return "\n".join(lines).encode()


def _squares() -> Iterator[tuple[int, str, int, int]]:
    """Yield number, name, west and south of each invented LSOA."""
    number = 0
    for west in range(WEST, EAST, SQUARE):
        for south in range(SOUTH, NORTH, SQUARE):
            number += 1
            yield number, f"Charnwood {number:03}A", west, south


def _lsoas() -> bytes:
    return _outlines(
        ("LSOA21", f"E01999{number:03}", name, west, south, SQUARE)
        for number, name, west, south in _squares()
    )


def _district() -> bytes:
    return _outlines([("LAD21", CHARNWOOD, "Charnwood", WEST, SOUTH, EAST - WEST)])


def _wards() -> bytes:
    side = (EAST - WEST) // SIDE
    features = []
    for number, covered in cells():
        squares = [
            [_ring(WEST + column * side, NORTH - (row + 1) * side, side)] for column, row in covered
        ]
        properties = {"WD21CD": invented_code(number), "WD21NM": WARDS[number].name}
        geometry = {"type": "MultiPolygon", "coordinates": squares}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    return _collection(features)


def _put_residents(house: House, actor: str, now: int) -> None:
    """Keep invented residents of each invented LSOA and ward, and of the district."""
    side = (EAST - WEST) // SIDE
    ward_at = {at: invented_code(number) for number, covered in cells() for at in covered}
    counted: Counter[str] = Counter()
    for number, _, west, south in _squares():
        residents = 1_200 + number * 37 % 800
        ward = ward_at[(west - WEST) // side, (NORTH - south - 1) // side]
        for code in (f"E01999{number:03}", ward, CHARNWOOD):
            counted[code] += residents
    lines = ["code,year,residents", *(f"{code},2024,{n}" for code, n in sorted(counted.items()))]
    listed = "\n".join(lines).encode()
    digest = hashlib.sha256(listed).hexdigest()
    found = parse_population([BytesIO(listed)], f"2024-{EDITION}", digest)
    rows = [Resident(*row) for row in found.rows]
    act = house.act(actor)
    house.writer.run(PutGeography(POPULATION, found.edition, digest, now, act, residents=rows))


def _outlines(squares: Iterable[tuple[str, str, str, int, int, int]]) -> bytes:
    """Write squares as GeoJSON: prefix of the properties, code, name, west, south, side."""
    features = []
    for prefix, code, name, west, south, side in squares:
        features.append(
            {
                "type": "Feature",
                "properties": {f"{prefix}CD": code, f"{prefix}NM": name},
                "geometry": {"type": "Polygon", "coordinates": [_ring(west, south, side)]},
            }
        )
    return _collection(features)


def _ring(west: int, south: int, side: int) -> list[list[int]]:
    east, north = west + side, south + side
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _collection(features: list[dict[str, Any]]) -> bytes:
    system = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}}
    document = {"type": "FeatureCollection", "crs": system, "features": features}
    return json.dumps(document).encode()


def _points() -> bytes:
    half = SPACING // 2
    metres = [
        (float(x + half), float(y + half), name)
        for _, name, west, south in _squares()
        for x in range(west, west + SQUARE, SPACING)
        for y in range(south, south + SQUARE, SPACING)
    ]
    lines = ["Longitude,Latitude,LSOA name"]
    degrees = to_degrees([(x, y) for x, y, _ in metres])
    for (_, _, name), place in zip(metres, degrees, strict=True):
        if place is not None:
            lines.append(f"{place[0]:.6f},{place[1]:.6f},{name}")
    return "\n".join(lines).encode()
