"""Every form of an answer: every row and type is there, bytes are the same twice, nothing is a formula."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime
from random import Random

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
import shapely
from python_calamine import CalamineWorkbook

from gateway.analysis.counting import Cell
from gateway.analysis.frames import (
    CELL_COLUMNS,
    RECORD_COLUMNS,
    RECORD_SCHEMA,
    frame_of,
    frame_of_cells,
)
from gateway.analysis.written import as_geoparquet, as_xlsx
from gateway.analysis.written.about import About
from gateway.analysis.written.as_csv import BOM, harmless
from gateway.analysis.written.forms import FORMS, Form
from gateway.analysis.written.lines import json_of, lines_of
from gateway.release.treated import Names, treat
from schemas.released import DepersonalisedIncident
from tests.support import open_rows
from tests.support.law import law

ABOUT = About(
    what="Incidents, depersonalised",
    as_of="2026-11-26T06:00:00Z",
    subscription="fire-17a",
    power="section_17a",
    marking="OFFICIAL",
    columns=RECORD_COLUMNS,
    rules=("Times are never finer than the hour.",),
    more={"leaf": "17"},
)
STARTS = ("=", "+", "-", "@", "\t", "\r")


class _Keys:
    destroyed: frozenset[str] = frozenset()

    def recipient_key(self, recipient: str, quarter: str) -> bytes:
        return f"{recipient}{quarter}".encode().ljust(32, b"k")


@pytest.fixture(scope="module")
def records() -> list[DepersonalisedIncident]:
    dice = Random(26)
    known = open_rows.classes(dice)
    rows = open_rows.candidates(dice, 240, known)
    return treat(rows, known, law(), Names(_Keys(), "llr-fire"))


@pytest.fixture(scope="module")
def frame(records: list[DepersonalisedIncident]) -> pl.DataFrame:
    return frame_of(records)


def written(form: Form, frame: pl.DataFrame, about: About = ABOUT, rows: int = 100) -> bytes:
    sink = io.BytesIO()
    FORMS[form].write(frame.iter_slices(rows), about, sink)
    return sink.getvalue()


@pytest.mark.parametrize("form", list(Form))
def test_equal_rows_give_equal_bytes_and_none_at_all_is_a_file(
    form: Form, frame: pl.DataFrame
) -> None:
    assert written(form, frame) == written(form, frame)
    assert written(form, frame) == written(form, frame.clone(), rows=100)
    assert written(form, frame.clear(), rows=100) is not None


def test_a_line_is_the_record_as_it_leaves_by_every_other_door(
    frame: pl.DataFrame, records: list[DepersonalisedIncident]
) -> None:
    said = [one.model_dump_json(exclude_defaults=True) for one in records]
    told = [line.replace(',"fly_tip":{}', "") for line in said]

    assert list(lines_of(frame)) == told
    assert written(Form.NDJSON, frame).decode() == "".join(f"{line}\n" for line in told)
    document = json.loads(written(Form.JSON, frame))
    assert document["records"] == [json.loads(line) for line in told]
    assert document["about"]["marking"] == "OFFICIAL"
    assert [entry["name"] for entry in document["dictionary"]] == RECORD_SCHEMA.names()
    assert json.loads(written(Form.JSON, frame.clear()))["records"] == []


def test_a_csv_is_read_back_whole_and_no_text_in_it_is_a_formula(frame: pl.DataFrame) -> None:
    made = written(Form.CSV, frame)

    assert made.startswith(BOM)
    assert made.count(b"\r\n") == len(frame) + 1
    rows = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    assert rows[0] == RECORD_SCHEMA.names()
    numbers = {"version", "place_longitude", "place_latitude"}
    texts = [
        cell
        for row in rows[1:]
        for name, cell in zip(rows[0], row, strict=True)
        if name not in numbers
    ]
    assert not [
        cell for cell in texts if cell.lstrip(" \"'\u200b").startswith(STARTS) and cell[0] != "'"
    ]
    read = pd.read_csv(io.BytesIO(made), encoding="utf-8-sig")
    assert len(read) == len(frame)
    assert read["version"].tolist() == frame["version"].to_list()
    assert (
        read["place_longitude"].dropna().tolist() == frame["place_longitude"].drop_nulls().to_list()
    )
    labels = read["source_category_label"].dropna().str.removeprefix("'").tolist()
    assert labels == frame["source_category_label"].drop_nulls().to_list()


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "\n1", ' "=1', "'=1", "\u200b=1", "\ufeff@x", "＝1"],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    made = pl.DataFrame({"a": [text, "a=1", "", None]}).select(harmless(pl.col("a")))["a"]

    assert made.to_list() == ["'" + text, "a=1", "", None]


def test_an_xlsx_has_typed_cells_and_says_what_it_is(frame: pl.DataFrame) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(written(Form.XLSX, frame)))

    assert book.sheet_names == ["Read me", "Rows"]
    said = book.get_sheet_by_name("Read me").to_python()
    assert said[0][:2] == ["what", "Incidents, depersonalised"]
    assert ["marking", "OFFICIAL"] in [line[:2] for line in said]
    assert [line[0] for line in said if line[0] in RECORD_SCHEMA.names()] == RECORD_SCHEMA.names()
    rows = book.get_sheet_by_name("Rows").to_python()
    assert rows[0] == RECORD_SCHEMA.names()
    assert len(rows) == len(frame) + 1
    for ours, theirs in zip(frame.iter_rows(named=True), rows[1:], strict=True):
        cells = dict(zip(rows[0], theirs, strict=True))
        assert cells["source_category_label"] == (ours["source_category_label"] or "")
        assert cells["version"] == ours["version"]
        assert cells["place_longitude"] == (
            "" if ours["place_longitude"] is None else ours["place_longitude"]
        )
        at = ours["occurred_at"]
        midnight = at is not None and at.hour == 0
        told = at and (at.date() if midnight else at.replace(tzinfo=None))
        assert cells["occurred_at"] == (told or "")
        assert cells["occurred_day"] == (ours["occurred_day"] or "")
        assert cells["closing_codes"] == ", ".join(ours["closing_codes"])


def test_a_long_xlsx_goes_on_in_the_next_sheet(frame: pl.DataFrame) -> None:
    sink = io.BytesIO()
    as_xlsx.write([frame], ABOUT, sink, rows_a_sheet=100)
    book = CalamineWorkbook.from_filelike(io.BytesIO(sink.getvalue()))

    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[1:]]
    assert [len(sheet) for sheet in sheets] == [101, 101, 41]
    assert {tuple(sheet[0]) for sheet in sheets} == {tuple(RECORD_SCHEMA.names())}


def test_a_parquet_file_is_read_by_four_and_says_what_it_is(frame: pl.DataFrame) -> None:
    made = written(Form.PARQUET, frame)
    arrow = pq.read_table(io.BytesIO(made))

    assert pl.read_parquet(io.BytesIO(made)).equals(frame)
    assert pl.DataFrame(pl.from_arrow(arrow)).equals(frame)
    assert len(pd.read_parquet(io.BytesIO(made))) == len(frame)
    assert duckdb.sql("SELECT count(*), count(occurred_at) FROM arrow").fetchall() == [
        (len(frame), frame["occurred_at"].count())
    ]
    file = pq.ParquetFile(io.BytesIO(made))
    said = {key.decode(): value.decode() for key, value in file.metadata.metadata.items()}
    assert said["gateway.marking"] == "OFFICIAL"
    assert [one["name"] for one in json.loads(said["gateway.dictionary"])] == RECORD_SCHEMA.names()
    group = file.metadata.row_group(0)
    assert {group.column(at).compression for at in range(group.num_columns)} == {"ZSTD"}


def test_a_geoparquet_file_has_points_outlines_and_bounds(frame: pl.DataFrame) -> None:
    square = shapely.box(-1.3, 52.5, -1.2, 52.6)
    sink = io.BytesIO()
    as_geoparquet.write(
        frame.iter_slices(64), ABOUT, sink, outlines={"E07000130": shapely.to_wkb(square)}
    )
    file = pq.ParquetFile(sink)
    geo = json.loads(file.metadata.metadata[b"geo"])
    rows = pl.DataFrame(pl.from_arrow(file.read()))
    shapes = shapely.from_wkb(rows["geometry"].to_list())

    assert geo["version"] == "1.1.0"
    column = geo["columns"][geo["primary_column"]]
    assert (column["encoding"], column["geometry_types"]) == ("WKB", ["Point", "Polygon"])
    there = shapes[~shapely.is_missing(shapes)]
    assert column["bbox"] == [float(edge) for edge in shapely.total_bounds(there)]
    for row, shape in zip(frame.iter_rows(named=True), shapes, strict=True):
        if row["place_level"] == "map_point":
            assert (shape.x, shape.y) == (row["place_longitude"], row["place_latitude"])
        elif row["place_code"] == "E07000130":
            assert shape == square
        else:
            assert shape is None
    assert rows.drop("geometry").equals(frame)
    bare = json.loads(
        pq.ParquetFile(io.BytesIO(written(Form.GEOPARQUET, frame.clear()))).metadata.metadata[
            b"geo"
        ]
    )
    assert "bbox" not in bare["columns"]["geometry"]


def a_cell(count: int | None = None, period: str = "2026-10", rule: str = "own_count") -> Cell:
    return Cell("crime", period, None, None, count, rule)


def test_cells_are_columns_with_the_first_day_of_their_period() -> None:
    cells = [
        a_cell(count=3),
        a_cell(period="2026Q4", rule="suppressed_1_7"),
        a_cell(period="2026Q1"),
    ]
    frame = frame_of_cells(cells)

    assert frame["period_start"].to_list() == [
        date(2026, 10, 1),
        date(2026, 10, 1),
        date(2026, 1, 1),
    ]
    assert [json.loads(line)["count"] for line in lines_of(frame)] == [3, None, None]
    assert frame_of_cells([]).schema == frame.schema
    about = About("Counts", "2026-11-26T06:00:00Z", "s", "p", "OFFICIAL", CELL_COLUMNS)
    assert b"2026Q4" in written(Form.CSV, frame, about)
    assert (
        len(
            CalamineWorkbook.from_filelike(io.BytesIO(written(Form.XLSX, frame, about)))
            .get_sheet_by_name("Rows")
            .to_python()
        )
        == 4
    )
    assert pl.read_parquet(io.BytesIO(written(Form.PARQUET, frame, about))).equals(frame)


def test_times_are_typed_as_far_as_they_are_known(frame: pl.DataFrame) -> None:
    for row in frame.iter_rows(named=True):
        text = row["occurred"]
        at, day = row["occurred_at"], row["occurred_day"]
        if text is None or len(text) < len("2026-10-31"):
            assert (at, day) == (None, None)
        elif len(text) == len("2026-10-31"):
            assert (at, day) == (None, date.fromisoformat(text))
        else:
            assert at == datetime.fromisoformat(text).astimezone(UTC)
            assert day is not None


@pytest.mark.parametrize("kind", [pl.String, pl.Float64, pl.Date, pl.Int64, pl.List(pl.String)])
def test_a_column_of_nothing_is_nothing_in_json(kind: pl.DataType) -> None:
    for values in ([], [None, None]):
        made = json_of(pl.Series(values, dtype=kind))
        assert (made.dtype, made.to_list()) == (pl.String, values)
