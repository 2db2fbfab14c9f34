"""A little invented geography for the example: one square for an LSOA, and the map points in it.

The code has the form of a real one and is nobody's.
"""

from __future__ import annotations

import json
from functools import cache

from gateway.intake.geography import parse_areas, parse_police_uk_points
from gateway.intake.located import Places

EDITION = "2021-invented"
WEST, SOUTH, SIDE, SPACING = 452_000, 318_000, 2_000, 500
"""Metres of the national grid."""
LSOA = "E01999063"
NAME = "Charnwood 063A"


@cache
def invented_places() -> Places:
    """Return the square and its points, ready to be asked."""
    # numpy and convertbng take a third of a second, which no start should wait for
    from gateway.intake.outlines import to_degrees  # noqa: PLC0415

    east, north = WEST + SIDE, SOUTH + SIDE
    ring = [[WEST, SOUTH], [east, SOUTH], [east, north], [WEST, north], [WEST, SOUTH]]
    outline = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::27700"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"LSOA21CD": LSOA, "LSOA21NM": NAME},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        ],
    }
    metres = [
        (float(x + SPACING // 2), float(y + SPACING // 2))
        for x in range(WEST, east, SPACING)
        for y in range(SOUTH, north, SPACING)
    ]
    listed = [f"{place[0]:.6f},{place[1]:.6f},{NAME}" for place in to_degrees(metres) if place]
    points = "\n".join(("Longitude,Latitude,LSOA name", *listed)).encode()
    return Places.build(
        [parse_areas("lsoa", json.dumps(outline).encode(), EDITION)],
        [parse_police_uk_points(points, EDITION)],
    )
