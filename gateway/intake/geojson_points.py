"""Points in GeoJSON as the rows of a list: map points, or addresses. The lists' own readers take them."""

from __future__ import annotations

import csv
import io

from gateway.intake.area_properties import feature_refused, features_of, properties_of


def is_geojson(document: bytes) -> bool:
    """Whether a file begins as a JSON object does."""
    return document.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def points_as_list(document: bytes, *, metres: bool | None = None) -> bytes:
    """Return a FeatureCollection of points as CSV: the coordinates, then each property of the first point.

    Args:
        document: GeoJSON.
        metres: Whether coordinates are metres of the national grid; where absent the file says so.

    Raises:
        GeographyRefused: It is no such file, or a feature is no point; features are named by number.
    """
    features, in_metres = features_of(document, metres=metres)
    names = [*properties_of(features[0], 1)]
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    pair = ("easting", "northing") if in_metres else ("longitude", "latitude")
    kept = [name for name in names if name.casefold() not in pair]
    rows.writerow([*pair, *kept])
    for number, feature in enumerate(features, 1):
        properties = properties_of(feature, number)
        match feature.get("geometry"):
            case {"type": "Point", "coordinates": [float() | int() as x, float() | int() as y, *_]}:
                rows.writerow([x, y, *(properties.get(name) for name in kept)])
            case _:
                raise feature_refused(number, "geometry", "is no point")
    return text.getvalue().encode()
