"""Rows as JSON: a record as it leaves by every other door, a cell with all its names.

A released record is written as its model writes itself with what is default left out; one difference is
that parts of which none is known are left out with their whole (``"fly_tip":{}`` is not written).
"""

from __future__ import annotations

import polars as pl
from pydantic_core import to_json

from gateway.analysis.frames import CODES, DERIVED, NESTED, RECORD_SCHEMA
from schemas.released import DepersonalisedIncident

_TO_ESCAPE = r'["\\\x00-\x1f]'


def lines_of(frame: pl.DataFrame) -> pl.Series:
    """Return one JSON text a row; a frame of ``RECORD_SCHEMA`` gives released records."""
    if frame.schema == RECORD_SCHEMA:
        return _joined(frame, _of_record(frame))
    parts = [
        _named(name, json_of(frame[name]), needed=True)
        for name in frame.columns
        if name not in DERIVED
    ]
    return _joined(frame, parts)


def _of_record(frame: pl.DataFrame) -> list[pl.Series]:
    parts: list[pl.Series] = []
    for name, field in DepersonalisedIncident.model_fields.items():
        of = NESTED.get(name)
        if of is None:
            parts.append(_named(name, json_of(frame[name]), needed=field.is_required()))
            continue
        inner = [
            _named(part, json_of(frame[f"{name}_{part}"]), needed=False) for part in of.model_fields
        ]
        whole = _joined(frame, inner)
        parts.append(_named(name, whole.set(whole == "{}", None), needed=field.is_required()))
    return parts


def json_of(values: pl.Series) -> pl.Series:
    """Return each value as JSON text; null stays null, and so does an empty list."""
    if values.dtype == pl.String:
        return _texts(values)
    if values.dtype == CODES:
        return _lists(values)
    if values.dtype == pl.Int64:
        return values.cast(pl.String)
    return _by_value(values)


def _texts(values: pl.Series) -> pl.Series:
    if values.str.contains(_TO_ESCAPE).any():
        return _by_value(values)
    return pl.select('"' + pl.lit(values) + '"').to_series()


def _lists(values: pl.Series) -> pl.Series:
    filled = values.set(values.list.len() == 0, None)
    if filled.null_count() == len(filled):
        return filled.cast(pl.List(pl.String)).list.join("")
    quoted = _texts(filled.explode(empty_as_null=True)).str.contains(r"\\").any()
    if quoted:
        return filled.map_elements(lambda one: to_json(list(one)).decode(), return_dtype=pl.String)
    return pl.select('["' + pl.lit(filled).list.join('","') + '"]').to_series()


def _by_value(values: pl.Series) -> pl.Series:
    """Write each distinct value once."""
    distinct = values.unique().drop_nulls()
    if distinct.is_empty():
        return pl.Series(values.name, [None] * len(values), dtype=pl.String)
    texts = [to_json(value).decode() for value in distinct]
    return values.replace_strict(
        distinct, pl.Series(texts, dtype=pl.String), default=None, return_dtype=pl.String
    )


def _named(name: str, values: pl.Series, *, needed: bool) -> pl.Series:
    before = f',"{name}":'
    said = pl.lit(before) + pl.lit(values)
    return pl.select(said.fill_null(f"{before}null" if needed else "")).to_series()


def _joined(frame: pl.DataFrame, parts: list[pl.Series]) -> pl.Series:
    if frame.is_empty():
        return pl.Series([], dtype=pl.String)
    inner = pl.concat_str([pl.lit(part) for part in parts]).str.slice(1)
    return pl.select("{" + inner + "}").to_series()
