"""Records and cells as columns: the one fixed schema that every file, picture and page is made from.

A nested field is flattened under its own name and that of its part (``place_code``), a list stays a
list. Beside each time as text, which is as exact as it is known, stand columns of a type: the instant where
the hour is known, the day by the calendar of Europe/London where at least the day is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from policies.audience import CountRule
from schemas.codes import (
    Confidence,
    Kind,
    MappingRelation,
    MappingStatus,
    NsirClass,
    RepeatAtPlace,
    ResponseGrade,
    Status,
    TimePrecision,
)
from schemas.counted import period_begins
from schemas.incident import FlyTip
from schemas.released import DepersonalisedIncident, Place, PlaceLevel

CODES = pl.List(pl.String)
INSTANT = pl.Datetime("us", "UTC")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what a data dictionary says of it."""

    name: str
    dtype: pl.DataType | type[pl.DataType]
    says: str
    codes: tuple[str, ...] = ()
    """The closed list that its values are of; empty where there is none."""

    @property
    def called(self) -> str:
        """What its type is called in a dictionary."""
        return _CALLED[self.dtype]


_CALLED = MappingProxyType(
    {
        pl.String: "text",
        pl.Int64: "whole number",
        pl.Float64: "number",
        pl.Date: "day",
        INSTANT: "instant, UTC",
        CODES: "list of texts",
    }
)


def _text(name: str, says: str, codes: Iterable[str] = ()) -> Column:
    return Column(name, pl.String, says, tuple(str(code) for code in codes))


def _time(name: str, says: str) -> tuple[Column, ...]:
    return (
        _text(name, f"{says}: ISO 8601, as exact as it is known, never finer than the hour"),
        Column(f"{name}_at", INSTANT, f"{says}: the hour, where it is known"),
        Column(f"{name}_day", pl.Date, f"{says}: the day in Europe/London, where it is known"),
    )


RECORD_COLUMNS: tuple[Column, ...] = (
    _text("id", "your own name of the incident; the same in all its versions"),
    Column("version", pl.Int64, "number of the version of the incident"),
    _text("source", "the feed that it came by"),
    _text("controller", "the partner whose record it is"),
    _text("kind", "what it counts as; only asb_incident is anti-social behaviour", Kind),
    *_time("occurred", "when it happened, or began"),
    *_time("occurred_to", "when it ended"),
    *_time("reported", "when it was reported"),
    _text("time_precision", "how exactly the times are known", TimePrecision),
    _text("place_level", "how coarse the one place is that leaves", PlaceLevel),
    Column("place_longitude", pl.Float64, "degrees, WGS 84, of a map point"),
    Column("place_latitude", pl.Float64, "degrees, WGS 84, of a map point"),
    _text(
        "place_code", "GSS code of the area; beside a published point the LSOA published with it"
    ),
    _text("place_edition", "the edition of areas or of points that the place is of"),
    _text("mapping_status", "what the crosswalk could say", MappingStatus),
    _text("typology_area", "Home Office typology of anti-social behaviour, first level"),
    _text("typology_behaviour", "the same, second level"),
    _text("typology_sub_behaviour", "the same, third level"),
    Column("candidate_behaviours", CODES, "where the mapping is ambiguous: what it may be"),
    Column("other_behaviours", CODES, "further behaviours of the same incident"),
    _text(
        "mapping_relation", "how wide the source's code is against the typology", MappingRelation
    ),
    _text("mapping_confidence", "how far the mapping may be trusted", Confidence),
    _text("mapping_rule_id", "the rule of the crosswalk"),
    _text("crosswalk_version", "the crosswalk's version"),
    _text("source_category_scheme", "the scheme of codes that the source speaks"),
    _text("source_category_code", "the source's own code"),
    _text("source_category_label", "the scheme's label of that code"),
    _text("opening_code", "the source's code when it was opened"),
    Column("closing_codes", CODES, "the source's codes when it was closed"),
    Column("qualifier_codes", CODES, "qualifiers that say nothing about a person"),
    _text("nsir_class", "class of the National Standard for Incident Recording", NsirClass),
    _text("response_grade", "how the police graded their response", ResponseGrade),
    _text("status", "how far the source has got with it", Status),
    _text("fly_tip_land_type", "fly-tipping: kind of land, WasteDataFlow"),
    _text("fly_tip_waste_type", "fly-tipping: kind of waste, WasteDataFlow"),
    _text("fly_tip_size", "fly-tipping: size, WasteDataFlow"),
    _text(
        "repeat_at_place",
        "which incident it was at its place in the quarter of its first report",
        RepeatAtPlace,
    ),
)
"""A record as it leaves by the depersonalised lane."""

CELL_COLUMNS: tuple[Column, ...] = (
    _text("kind", "what is counted; kinds are never added to one another", Kind),
    _text(
        "period", "2026-10, 2026-09/2026-10, 2026Q4, 2026H2, 2026, or two months apart by a slash"
    ),
    Column("period_start", pl.Date, "the first day of the period"),
    _text(
        "place", "GSS code of the area, all: the whole; empty where it is not known at this level"
    ),
    _text("behaviour", "the part, where counts are split by behaviour"),
    _text("split", "the part, where counts are split by something else too"),
    Column("count", pl.Int64, "the number; empty where the rule hides it"),
    _text("rule", "the rule that shows or hides the number", CountRule),
    _text("edition", "the published edition in which it was last shown anew"),
    Column("value", pl.Float64, "what the measure makes of the number: rate, change, rolling sum"),
    Column("percent", pl.Float64, "the change in percent of the number before"),
    _text("says", "why there is no value, or with what it was made"),
)
"""A cell of a table of counts."""

NESTED: Mapping[str, type[Place | FlyTip]] = MappingProxyType({"place": Place, "fly_tip": FlyTip})
"""The fields of a released record that are flattened, and what each is."""
DERIVED = frozenset(
    f"{name}_{part}" for name in ("occurred", "occurred_to", "reported") for part in ("at", "day")
) | {"period_start"}
"""The columns that are worked out from a text beside them."""


def schema_of(columns: Sequence[Column]) -> pl.Schema:
    """Return columns as the schema of a frame."""
    return pl.Schema({column.name: column.dtype for column in columns})


RECORD_SCHEMA = schema_of(RECORD_COLUMNS)
CELL_SCHEMA = schema_of(CELL_COLUMNS)
_PLAIN = pl.Schema({k: v for k, v in RECORD_SCHEMA.items() if k not in DERIVED})
_OF_CELL = pl.Schema({k: v for k, v in CELL_SCHEMA.items() if k not in DERIVED})


def frame_of(records: Iterable[DepersonalisedIncident]) -> pl.DataFrame:
    """Return released records as one frame of ``RECORD_SCHEMA``, in their order."""
    rows = [_flat(record) for record in records]
    return typed(pl.DataFrame(rows, schema=_PLAIN, orient="row"))


def _flat(record: DepersonalisedIncident) -> list[Any]:
    values: list[Any] = []
    for name in type(record).model_fields:
        value = getattr(record, name)
        if name in NESTED:
            values += [_plain(getattr(value, part, None)) for part in NESTED[name].model_fields]
        else:
            values.append(_plain(value))
    return values


def _plain(value: Any) -> Any:  # noqa: ANN401 - any field of a released record
    """A code as its text, a tuple as a list."""
    if isinstance(value, str):
        return str(value)
    return list(value) if isinstance(value, tuple) else value


def frame_of_cells(cells: Iterable[Any]) -> pl.DataFrame:
    """Return cells, whose attributes are named as columns are, as one frame of ``CELL_SCHEMA``."""
    rows = [[_plain(getattr(cell, name)) for name in _OF_CELL] for cell in cells]
    frame = pl.DataFrame(rows, schema=_OF_CELL, orient="row")
    begins = {name: period_begins(name) for name in frame["period"].unique()}
    start = pl.Series([begins[name] for name in frame["period"]], dtype=pl.Date)
    return frame.with_columns(period_start=start).select(CELL_SCHEMA.names())


def typed(frame: pl.DataFrame) -> pl.DataFrame:
    """Add to a frame of texts the columns that are worked out from them: ``RECORD_SCHEMA``."""
    added: list[pl.Expr] = []
    for name in ("occurred", "occurred_to", "reported"):
        text = pl.col(name)
        at = text.str.to_datetime("%Y-%m-%dT%H:%M%:z", strict=False, time_unit="us")
        day = at.dt.convert_time_zone("Europe/London").dt.date()
        added.append(at.alias(f"{name}_at"))
        added.append(
            pl.coalesce(day, text.str.to_date("%Y-%m-%d", strict=False)).alias(f"{name}_day")
        )
    return frame.with_columns(added).select(RECORD_SCHEMA.names())


def dictionary(columns: Sequence[Column]) -> list[dict[str, Any]]:
    """Return what a data dictionary says: one entry a column, in their order."""
    return [
        {"name": column.name, "type": column.called, "says": column.says}
        | ({"codes": list(column.codes)} if column.codes else {})
        for column in columns
    ]


def _expected() -> list[str]:
    names: list[str] = []
    for name in DepersonalisedIncident.model_fields:
        of = NESTED.get(name)
        names += [name] if of is None else [f"{name}_{part}" for part in of.model_fields]
    return names


if _expected() != _PLAIN.names():
    # deny by default, at import: a field that leaves has a column, and no column is of nothing
    _amiss = sorted(set(_expected()) ^ set(_PLAIN.names()))
    raise LookupError(f"fields of a released record and columns differ: {_amiss or 'in order'}")
