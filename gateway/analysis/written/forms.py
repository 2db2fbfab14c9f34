"""The forms by name: media type, ending and writer of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import BinaryIO

import polars as pl

from gateway.analysis.written import as_csv, as_geoparquet, as_json, as_ndjson, as_parquet, as_xlsx
from gateway.analysis.written.about import About

Write = Callable[[Iterable[pl.DataFrame], About, BinaryIO], None]


class Form(StrEnum):
    """What a question is answered in."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"
    GEOPARQUET = "geoparquet"


@dataclass(frozen=True, slots=True)
class Writing:
    """How a form is written and named."""

    media_type: str
    ending: str
    write: Write


FORMS = MappingProxyType(
    {
        Form.JSON: Writing("application/json", "json", as_json.write),
        Form.NDJSON: Writing("application/x-ndjson", "ndjson", as_ndjson.write),
        Form.CSV: Writing("text/csv; charset=utf-8", "csv", as_csv.write),
        Form.XLSX: Writing(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "xlsx",
            as_xlsx.write,
        ),
        Form.PARQUET: Writing("application/vnd.apache.parquet", "parquet", as_parquet.write),
        Form.GEOPARQUET: Writing(
            "application/vnd.apache.parquet; profile=geo", "geo.parquet", as_geoparquet.write
        ),
    }
)
