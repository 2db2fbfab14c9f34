"""Coordinates as sources send them: British National Grid in metres, or degrees on WGS 84.

Limits: the National Grid covers 700 km by 1,300 km (Ordnance Survey, «A guide to coordinate systems in
Great Britain»); degrees are a box around the United Kingdom. Nothing is converted here.
"""

from __future__ import annotations

import re
from typing import Any, Final

from pydantic import Field

from adapters.faults import UnreadableError
from schemas.base import Word
from schemas.codes import LocationPrecision

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,9}(?:\.[0-9]{1,15})?")
_EAST_LIMIT, _NORTH_LIMIT = 700_000, 1_300_000
_DEGREES = 180
_WEST, _EAST, _SOUTH, _NORTH = -9.0, 2.1, 49.5, 61.2


class Bounds(Word):
    """The area of a feed in metres on the National Grid; only used to notice exchanged axes."""

    east_from: int = Field(ge=0, le=_EAST_LIMIT)
    east_to: int = Field(ge=0, le=_EAST_LIMIT)
    north_from: int = Field(ge=0, le=_NORTH_LIMIT)
    north_to: int = Field(ge=0, le=_NORTH_LIMIT)

    def holds(self, east: float, north: float) -> bool:
        """Whether a point lies in the area."""
        return self.east_from <= east <= self.east_to and self.north_from <= north <= self.north_to


class Box(Word):
    """The area of a feed in degrees on WGS 84."""

    west: float = Field(ge=-180, le=180)
    east: float = Field(ge=-180, le=180)
    south: float = Field(ge=-90, le=90)
    north: float = Field(ge=-90, le=90)

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in the area."""
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def read_grid_point(east: str, north: str, bounds: Bounds | None) -> dict[str, Any]:
    """The place fields of ``Incident`` for the texts of an easting and a northing.

    Both empty or both 0 is no place. Degrees in these columns are known by their range, in either
    order, and kept as degrees. Metres are cut to whole metres.

    Raises:
        UnreadableError: Half a point, no number, outside Great Britain, or exchanged axes.
    """
    point = _pair(east, north)
    if point is None:
        return {}
    x, y = point
    if _in_degrees(x, y):
        return _degrees(x, y, LocationPrecision.POINT)
    if _in_degrees(y, x):
        return _degrees(y, x, LocationPrecision.POINT)
    # degrees of another country would else be metres in the sea off Scilly
    foreign = abs(x) <= _DEGREES and abs(y) <= _DEGREES
    if foreign or not (0 < x <= _EAST_LIMIT and 0 < y <= _NORTH_LIMIT):
        raise UnreadableError("place.outside_great_britain")
    if bounds is not None and bounds.holds(y, x) and not bounds.holds(x, y):
        raise UnreadableError("place.axes_swapped")
    return {
        "easting": int(x),
        "northing": int(y),
        "location_precision": LocationPrecision.POINT,
    }


def read_published_point(longitude: str, latitude: str) -> dict[str, Any]:
    """The place fields for a published map point in degrees; both empty or both 0 is no place.

    Raises:
        UnreadableError: Half a point, no number, or outside Great Britain and Northern Ireland.
    """
    point = _pair(longitude, latitude)
    if point is None:
        return {}
    if not _in_degrees(*point):
        raise UnreadableError("place.outside_great_britain")
    return _degrees(*point, LocationPrecision.PUBLISHED_POINT)


def _pair(first: str, second: str) -> tuple[float, float] | None:
    if not first and not second:
        return None
    if not first or not second:
        raise UnreadableError("place.half_a_point")
    if not (_NUMBER.fullmatch(first) and _NUMBER.fullmatch(second)):
        raise UnreadableError("place.unreadable")
    pair = float(first), float(second)
    return pair if any(pair) else None


def _in_degrees(longitude: float, latitude: float) -> bool:
    return _WEST <= longitude <= _EAST and _SOUTH <= latitude <= _NORTH


def _degrees(longitude: float, latitude: float, precision: LocationPrecision) -> dict[str, Any]:
    return {"longitude": longitude, "latitude": latitude, "location_precision": precision}
