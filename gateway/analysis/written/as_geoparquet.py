"""GeoParquet 1.1: Parquet with the place that leaves as a geometry.

The geometry is the map point; where an area leaves it is the area's outline if outlines were handed in,
else there is none. Longitude and latitude as OGC:CRS84 has them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import numpy as np
import polars as pl
import shapely

from gateway.analysis.frames import schema_of
from gateway.analysis.written.about import About
from gateway.analysis.written.as_parquet import ROW_GROUP, write_columns

GEOMETRY = "geometry"
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
"""A point as WKB, 21 bytes."""
_TYPES = {0: "Point", 3: "Polygon", 4: "MultiPoint", 6: "MultiPolygon"}


class _Bounds:
    """What is said of the geometries of a file once all were seen."""

    def __init__(self) -> None:
        self.box: tuple[float, float, float, float] | None = None
        self.types: set[str] = set()

    def take(self, geometries: np.ndarray[Any, Any]) -> None:
        """See some."""
        there = geometries[~shapely.is_missing(geometries)]
        if len(there):
            west, south, east, north = (float(one) for one in shapely.total_bounds(there))
            old = self.box or (west, south, east, north)
            self.box = (
                min(old[0], west),
                min(old[1], south),
                max(old[2], east),
                max(old[3], north),
            )
            self.types |= {_TYPES[int(one)] for one in np.unique(shapely.get_type_id(there))}

    def told(self) -> str:
        """Return the metadata ``geo``; without ``crs`` the coordinates are OGC:CRS84."""
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.types)}
        if self.box is not None:
            column["bbox"] = list(self.box)
        geo = {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
        return json.dumps(geo, separators=(",", ":"))


def write(
    batches: Iterable[pl.DataFrame],
    about: About,
    sink: BinaryIO,
    outlines: Mapping[str, bytes] | None = None,
) -> None:
    """Write rows of ``RECORD_SCHEMA`` with a column ``geometry``.

    The bounds of all rows stand in the metadata, which a writer states first: the rows wait in a
    temporary file without a name until all were seen.

    Args:
        batches: Frames of ``RECORD_SCHEMA``.
        about: What they are.
        sink: Takes the bytes.
        outlines: Code of an area → its outline as WKB, degrees WGS 84, longitude first.
    """
    bounds, known = _Bounds(), outlines or {}
    schema = schema_of(about.columns)
    schema[GEOMETRY] = pl.Binary()

    def placed() -> Iterator[pl.DataFrame]:
        for batch in batches:
            column = _geometry(batch, known)
            bounds.take(shapely.from_wkb(column.to_list()))
            yield batch.with_columns(column)

    with TemporaryFile() as waiting:
        write_columns(placed(), schema, {}, waiting)
        metadata = about.metadata() | {"geo": bounds.told()}
        waiting.seek(0)
        rows = pl.scan_parquet(waiting).collect_batches(chunk_size=ROW_GROUP, maintain_order=True)
        write_columns(rows, schema, metadata, sink)


def _geometry(batch: pl.DataFrame, outlines: Mapping[str, bytes]) -> pl.Series:
    is_point = batch["place_longitude"].is_not_null() & batch["place_latitude"].is_not_null()
    points = np.empty(len(batch), dtype=_POINT)
    points["order"], points["kind"] = 1, 1
    points["x"] = batch["place_longitude"].fill_null(0.0).to_numpy()
    points["y"] = batch["place_latitude"].fill_null(0.0).to_numpy()
    made = points.tobytes()
    size = _POINT.itemsize
    wkb = [
        made[at * size : (at + 1) * size] if point else outlines.get(code)
        for at, (point, code) in enumerate(zip(is_point, batch["place_code"], strict=True))
    ]
    return pl.Series(GEOMETRY, wkb, dtype=pl.Binary)
