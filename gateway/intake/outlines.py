"""Coordinates from one system to the other, and outlines from GeoJSON to WKB.

By OSTN15 (convertbng, the grid is inside the wheel), many in one call, because a call costs as much as
ten rows. Imports numpy and shapely: import it only once a conversion or an outline is needed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
import shapely
from convertbng.cutil import convert_bng, convert_lonlat
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Pair: TypeAlias = tuple[float, float]

_LEAST_RING = 4


class OutlineRefusedError(Exception):
    """An outline that cannot be used: a code such as ``geometry``, and what the feature does."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(f"{code}: {says}")
        self.code = code
        self.says = says


# ------------------------------------------------------------------------------ conversions
def to_degrees(metres: Sequence[Pair]) -> list[Pair | None]:
    """Return longitude and latitude (WGS 84) of eastings and northings; None outside coverage."""
    return _converted(convert_lonlat, metres)


def to_metres(degrees: Sequence[Pair]) -> list[Pair | None]:
    """Return easting and northing (EPSG:27700) of longitudes and latitudes; None outside coverage."""
    return _converted(convert_bng, degrees)


def _converted(
    convert: Callable[[Floats, Floats], tuple[Floats, Floats]], pairs: Sequence[Pair]
) -> list[Pair | None]:
    if not pairs:
        return []
    given = np.array(pairs, dtype=float)
    firsts, seconds = (found.tolist() for found in convert(given[:, 0], given[:, 1]))
    # convertbng says NaN where its grid has no value, and only NaN differs from itself
    return [
        (x, y) if x == x and y == y else None  # noqa: PLR0124
        for x, y in zip(firsts, seconds, strict=True)
    ]


# --------------------------------------------------------------------------------- outlines
def outline(
    geometry: object, *, metres: bool, within: tuple[float, float, float, float]
) -> tuple[bytes, bool]:
    """Return a GeoJSON Polygon or MultiPolygon as WKB in degrees, and whether it was repaired.

    Args:
        geometry: The ``geometry`` member.
        metres: The coordinates are eastings and northings (EPSG:27700), else degrees.
        within: West, south, east and north, in degrees, of where it must lie.

    Raises:
        OutlineRefusedError: Another type, no usable rings, or outside ``within``.
    """
    match geometry:
        case {"type": "Polygon", "coordinates": list(rings)}:
            polygons = [rings]
        case {"type": "MultiPolygon", "coordinates": list(polygons)} if polygons:
            pass
        case _:
            raise OutlineRefusedError("geometry", "is neither Polygon nor MultiPolygon")
    try:
        shape = shapely.multipolygons([_polygon(one, metres=metres) for one in polygons])
    except (ValueError, TypeError, shapely.errors.GEOSException):
        raise OutlineRefusedError("geometry", "has rings that are no lists of numbers") from None
    least, most = shapely.bounds(shape)[:2], shapely.bounds(shape)[2:]
    if not ((least >= within[:2]).all() and (most <= within[2:]).all()):
        raise OutlineRefusedError("outside_great_britain", "does not lie in the United Kingdom")
    if repaired := not shapely.is_valid(shape):
        shape = _areas_only(shapely.make_valid(shape))
    if shapely.is_empty(shape):
        raise OutlineRefusedError("geometry", "has an outline that encloses nothing")
    return shapely.to_wkb(shape), repaired


def _polygon(rings: list[Any], *, metres: bool) -> Any:  # noqa: ANN401 - shapely has no types
    lines = [_ring(ring, metres=metres) for ring in rings]
    return shapely.polygons(lines[0], lines[1:] or None) if lines else shapely.Polygon()


def _ring(ring: object, *, metres: bool) -> Any:  # noqa: ANN401 - shapely has no types
    line = np.array(ring)
    if line.ndim != 2 or len(line) < _LEAST_RING or line.shape[1] not in {2, 3}:  # noqa: PLR2004
        raise ValueError
    if line.dtype.kind not in "iuf" or not np.isfinite(line).all():
        raise ValueError
    if (line[0] != line[-1]).any():
        raise OutlineRefusedError("ring_open", "has a ring that does not end where it begins")
    x, y = line[:, 0].astype(float), line[:, 1].astype(float)
    if metres:
        x, y = convert_lonlat(x, y)
    return shapely.linearrings(np.column_stack((x, y)), handle_nan="allow")


def _areas_only(shape: Any) -> Any:  # noqa: ANN401 - shapely has no types
    # make_valid leaves the lines and points of a collapsed part beside its areas
    parts = shapely.get_parts(shapely.get_parts(shape))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
