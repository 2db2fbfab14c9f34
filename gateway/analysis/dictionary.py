"""The data dictionary: what each column of records and of counts means, generated from the schemas."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import Any

import polars as pl

from gateway.analysis.frames import CELL_COLUMNS, RECORD_COLUMNS, Column
from gateway.analysis.written import as_csv
from gateway.analysis.written.about import About
from schemas.typology import TYPOLOGY

TABLES: Mapping[str, Sequence[Column]] = MappingProxyType(
    {"incidents": RECORD_COLUMNS, "statistics": CELL_COLUMNS}
)
"""What is described, by its address under ``/v1``."""
_UNITS = MappingProxyType(
    {
        "place_longitude": "degrees, WGS 84",
        "place_latitude": "degrees, WGS 84",
        "count": "incidents",
        "version": "versions",
    }
)
_INSTANT = "UTC"
_TYPOLOGY = f"Home Office typology of anti-social behaviour, {TYPOLOGY.edition}"
_LISTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "typology_area": {one.code: one.name for one in TYPOLOGY.area},
        "typology_behaviour": {one.code: one.name for one in TYPOLOGY.behaviour},
        "typology_sub_behaviour": {
            sub.code: sub.name for one in TYPOLOGY.behaviour for sub in one.sub_behaviours
        },
    }
)
_ALIKE = MappingProxyType(
    {
        "candidate_behaviours": "typology_behaviour",
        "other_behaviours": "typology_behaviour",
    }
)
"""Columns whose codes are those of another."""
_SOURCES = MappingProxyType(
    {
        "nsir_class": "National Standard for Incident Recording, April 2011",
        "place_code": "Office for National Statistics, GSS codes",
        "place": "Office for National Statistics, GSS codes",
        "source_category_code": "the source's own scheme (source_category_scheme)",
        "source_category_label": "the source's own scheme (source_category_scheme)",
        "opening_code": "the source's own scheme (source_category_scheme)",
        "closing_codes": "the source's own scheme (source_category_scheme)",
        "qualifier_codes": "the source's own scheme (source_category_scheme)",
        "fly_tip_land_type": "WasteDataFlow",
        "fly_tip_waste_type": "WasteDataFlow",
        "fly_tip_size": "WasteDataFlow",
    }
)
_OUR_OWN = "this gateway"
_COLUMNS = ("table", "column", "type", "unit", "says", "source", "code", "label")


@cache
def entries() -> tuple[Mapping[str, Any], ...]:
    """Return one entry a column: table, column, type, unit, says, source and codes with their labels."""
    return tuple(
        {
            "table": table,
            "column": column.name,
            "type": column.called,
            "unit": _unit(column),
            "says": column.says,
            "source": _source(column.name),
            "codes": _codes(column),
        }
        for table, columns in TABLES.items()
        for column in columns
    )


def _unit(column: Column) -> str | None:
    return _UNITS.get(column.name, _INSTANT if column.name.endswith("_at") else None)


def _source(name: str) -> str:
    if name in _LISTS or name in _ALIKE:
        return _TYPOLOGY
    return _SOURCES.get(name, _OUR_OWN)


def _codes(column: Column) -> dict[str, str]:
    """Return code → label; a code of ours that has no list of its own is read as its own words."""
    listed = _LISTS.get(_ALIKE.get(column.name, column.name))
    if listed is not None:
        return dict(listed)
    return {code: code.replace("_", " ").strip().capitalize() for code in column.codes}


def dictionary_document() -> bytes:
    """Return the dictionary as one JSON document."""
    return json.dumps({"columns": [dict(one) for one in entries()]}, ensure_ascii=False).encode()


def dictionary_table() -> bytes:
    """Return the dictionary as CSV: one line a column, and one more for each of its codes."""
    rows = [
        [*(one[name] for name in _COLUMNS[:6]), code, label]
        for one in entries()
        for code, label in [(None, None), *one["codes"].items()]
    ]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    about = About(
        what="Data dictionary",
        as_of="",
        subscription="",
        power="",
        marking="",
        columns=[Column(name, pl.String, "") for name in _COLUMNS],
    )
    sink = BytesIO()
    as_csv.write([frame], about, sink)
    return sink.getvalue()
