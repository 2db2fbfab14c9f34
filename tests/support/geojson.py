"""What RFC 7946 wants of a feature, looked at by hand: no library of ours has a part in it."""

from __future__ import annotations

from itertools import pairwise
from typing import Any


def is_closed_ring(ring: list[list[float]], *, outer: bool) -> bool:
    area = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    return len(ring) >= 4 and ring[0] == ring[-1] and (area > 0) is outer


def fault_of(feature: dict[str, Any], names: set[str]) -> str | None:
    """What a feature breaks of RFC 7946 or of its layer's schema."""
    if feature["type"] != "Feature" or not isinstance(feature["id"], str):
        return "no feature with an id"
    if set(feature["properties"]) != names:
        return "other properties than the schema's"
    match feature["geometry"]:
        case None:
            return None
        case {"type": "Point", "coordinates": [float(x), float(y)]}:
            return None if -9 <= x <= 2.2 and 49 <= y <= 61.2 else "a point elsewhere"
        case {"type": "MultiPolygon" | "Polygon" as kind, "coordinates": shapes}:
            polygons = [shapes] if kind == "Polygon" else shapes
            rings = [(n == 0, ring) for polygon in polygons for n, ring in enumerate(polygon)]
            fits = all(is_closed_ring(ring, outer=outer) for outer, ring in rings)
            return None if fits else "a ring that is open or turns the wrong way"
    return "another geometry"
