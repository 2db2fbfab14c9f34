"""An invented geography: squares for LSOAs, a lattice of map points, all in the district of Charnwood.

The codes have the form of real ones and are nobody's: the Office for National Statistics gives none in
the range E01999….
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from gateway.assembly import House
from gateway.intake.geography import (
    AreaEdition,
    PointEdition,
    parse_areas,
    parse_police_uk_points,
)
from gateway.intake.outlines import to_degrees
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.tx import Tx

EDITION = "2021-invented"
WEST, EAST = 442_000, 466_000
SOUTH, NORTH = 304_000, 328_000
"""Metres of the national grid: a box round the district."""

SQUARE = 2_000
"""Metres: a side of an invented LSOA."""

SPACING = 500
"""Metres between invented map points."""


def load_invented_geography(house: House) -> tuple[int, int]:
    """Load the invented LSOAs and map points; return how many of each."""
    areas = parse_areas("lsoa", _outlines(), EDITION)
    points = parse_police_uk_points(_points(), EDITION)
    house.writer.run(_load(house, areas))
    house.writer.run(_load(house, points))
    return len(areas.rows), len(points.rows)


def _squares() -> Iterator[tuple[int, str, int, int]]:
    """Yield number, name, west and south of each invented LSOA."""
    number = 0
    for west in range(WEST, EAST, SQUARE):
        for south in range(SOUTH, NORTH, SQUARE):
            number += 1
            yield number, f"Charnwood {number:03}A", west, south


def _outlines() -> bytes:
    features = []
    for number, name, west, south in _squares():
        east, north = west + SQUARE, south + SQUARE
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"LSOA21CD": f"E01999{number:03}", "LSOA21NM": name},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
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


class _Loading:
    """The job that stores one edition, with its leaf."""

    def __init__(self, edition: AreaEdition | PointEdition, at: int, made: bytes) -> None:
        self._edition, self._at, self._made = edition, at, made

    def __call__(self, tx: Tx) -> int:
        edition = self._edition
        kind = edition.kind if isinstance(edition, AreaEdition) else "points"
        about = {"kind": kind, "edition": edition.edition}
        tx.add(t.GEOGRAPHY, [{**about, "sha256": edition.sha256, "loaded_at": self._at}])
        row = tx.one(t.GEOGRAPHY, about)
        number = 0 if row is None else int(row["id"])
        table = t.GEOGRAPHY_AREA if isinstance(edition, AreaEdition) else t.GEOGRAPHY_POINT
        tx.add(table, [{"geography": number, **one._asdict()} for one in edition.rows])
        tx.seal(self._made)
        return tx.raise_law_epoch()


def _load(house: House, edition: AreaEdition | PointEdition) -> _Loading:
    now = house.clock.now()
    is_areas = isinstance(edition, AreaEdition)
    made = leaf(
        Operation.GEOGRAPHY,
        at=stamp(now),
        actor="gateway-demo",
        nonce=house.random(16).hex(),
        change="added",
        area_kind=edition.kind if isinstance(edition, AreaEdition) else "police-uk-points",
        edition=edition.edition,
        file_sha256=edition.sha256,
        **{"features" if is_areas else "points": len(edition.rows)},
    )
    return _Loading(edition, int(now.timestamp()), made)
