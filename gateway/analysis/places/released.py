"""The shape of a place that leaves: its map point, or the outline of its area in the edition that it names.

Only the one place that is released is looked at. An area whose edition is not loaded has no shape; where a
record names no edition, because its source gave the bare code, the newest loaded one that holds it answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from pydantic_core import from_json

from gateway.analysis.places.standing import area_kind
from gateway.intake.outlines import Pair
from gateway.law.geography import ADDRESSES, POINTS, POSTCODES
from gateway.store.populations import POPULATION
from gateway.store.reading import Reader
from schemas.released import Place, PlaceLevel

DECIMALS: Final = 6
"""Of a degree: a tenth of a metre."""

Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees (CRS84)."""

AREA_LEVELS: Final = (PlaceLevel.LSOA, PlaceLevel.MSOA, PlaceLevel.WARD, PlaceLevel.DISTRICT)
AreaKey = tuple[str, str, str]
"""Level, edition (empty: the record names none) and code of an area that leaves."""


@dataclass(slots=True)
class Shapes:
    """The outlines that are loaded, read an edition at a time when one is first asked for, then kept.

    An edition never changes, so nothing that is kept grows old. Safe to share between threads.
    """

    reader: Reader
    _editions: dict[tuple[str, str], int] = field(default_factory=dict)
    _read: dict[int, Mapping[str, bytes]] = field(default_factory=dict)
    _geojson: dict[bytes, dict[str, Any]] = field(default_factory=dict)

    def editions(self, kind: str) -> list[str]:
        """Return the loaded editions of a kind of areas (or level of place), oldest name first."""
        self._editions = {
            (row["kind"], row["edition"]): row["id"]
            for row in self.reader.geographies()
            if row["kind"] not in {POINTS, ADDRESSES, POPULATION, *POSTCODES}
        }
        return sorted(edition for one, edition in self._editions if one == area_kind(kind))

    def outlines(self, kind: str, edition: str) -> Mapping[str, bytes]:
        """Return the outlines (WKB in degrees) of an edition by code; none where it is not loaded."""
        key = area_kind(kind), edition
        if key not in self._editions:
            self.editions(kind)
        number = self._editions.get(key)
        if number is None:
            return {}
        if number not in self._read:
            self._read[number] = {code: wkb for code, _, wkb in self.reader.areas(number)}
        return self._read[number]

    def wkb(self, place: Place) -> bytes | None:
        """Return the shape of a released place (degrees, longitude first); None where it has none."""
        if place.level is PlaceLevel.MAP_POINT:
            if place.longitude is None or place.latitude is None:
                return None
            return bytes(shapely.to_wkb(shapely.Point(place.longitude, place.latitude)))
        if place.code is None:
            return None
        if place.edition is not None:
            return self.outlines(place.level, place.edition).get(place.code)
        known = (self.outlines(place.level, one) for one in reversed(self.editions(place.level)))
        return next((found[place.code] for found in known if place.code in found), None)

    def geojson(self, place: Place) -> dict[str, Any] | None:
        """Return the shape as a GeoJSON geometry (RFC 7946), to six decimals; None where it has none."""
        if place.level is PlaceLevel.MAP_POINT and None not in {place.longitude, place.latitude}:
            return {"type": "Point", "coordinates": [place.longitude, place.latitude]}
        wkb = self.wkb(place)
        if wkb is None:
            return None
        if wkb not in self._geojson:
            rounded = shapely.transform(shapely.from_wkb(wkb), lambda one: np.round(one, DECIMALS))
            self._geojson[wkb] = from_json(shapely.to_geojson(rounded))
        return self._geojson[wkb]

    def centre(self, place: Place) -> Pair | None:
        """Return the map point, or a point inside the area, in degrees; None where it has no shape."""
        wkb = self.wkb(place)
        if wkb is None:
            return None
        inside = shapely.point_on_surface(shapely.from_wkb(wkb))
        return round(float(inside.x), DECIMALS), round(float(inside.y), DECIMALS)

    def meeting(self, bounds: Bounds) -> frozenset[AreaKey]:
        """Return the areas of every loaded edition that have something in common with a box.

        Args:
            bounds: As ``meets``. A code without an edition is looked up as ``wkb`` does.
        """
        found: set[AreaKey] = set()
        for level in AREA_LEVELS:
            bare: set[str] = set()
            for edition in reversed(self.editions(level.value)):
                outlines = self.outlines(level.value, edition)
                shapes = shapely.from_wkb(list(outlines.values()))
                meets = np.any([shapely.intersects(shapes, box) for box in _boxes(bounds)], axis=0)
                for code, does in zip(outlines, meets, strict=True):
                    if does:
                        found.add((level.value, edition, code))
                    if does and code not in bare:
                        found.add((level.value, "", code))
                    bare.add(code)
        return frozenset(found)

    def meets(self, place: Place, bounds: Bounds) -> bool:
        """Whether what leaves of a place has something in common with a box; without a shape it has not.

        Args:
            place: As released: an area is looked at whole, never where in it something happened.
            bounds: West, south, east and north in degrees; west > east goes over the antimeridian.
        """
        wkb = self.wkb(place)
        if wkb is None:
            return False
        shape = shapely.from_wkb(wkb)
        return any(bool(shapely.intersects(shape, box)) for box in _boxes(bounds))


def _boxes(bounds: Bounds) -> list[Any]:
    west, south, east, north = bounds
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    return [shapely.box(left, south, right, north) for left, right in spans]
