"""XLSX: typed cells, no formula, and a sheet «Read me» that says what it is.

A text is written as a text, so that none is taken for a formula or a link. Excel has no time zones: an
instant is in UTC, as the sheet says. A sheet has 1,048,576 rows; what is longer goes on in the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

import polars as pl
import xlsxwriter

from gateway.analysis.frames import CODES, INSTANT
from gateway.analysis.written.about import About

ROWS_A_SHEET = 1_048_575
"""Rows of a sheet below its header."""
READ_ME, ROWS = "Read me", "Rows"
_NEVER = datetime(2000, 1, 1)  # noqa: DTZ001 - the form knows no time zone
"""The date of making that every file has, so that equal rows give equal bytes; «as of» says when."""
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
    "remove_timezone": True,
}


def write(
    batches: Iterable[pl.DataFrame],
    about: About,
    sink: BinaryIO,
    rows_a_sheet: int = ROWS_A_SHEET,
) -> None:
    """Write the rows, and a sheet that says what they are.

    Args:
        batches: Frames whose columns are those of ``about``.
        about: What they are.
        sink: Takes the bytes.
        rows_a_sheet: After how many rows the next sheet begins; for tests.
    """
    book = xlsxwriter.Workbook(sink, _OPTIONS)
    book.set_properties({"title": about.what, "comments": about.marking, "created": _NEVER})
    bold = book.add_format({"bold": True})
    days = book.add_format({"num_format": "yyyy-mm-dd"})
    instants = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    _read_me(book.add_worksheet(READ_ME), about, bold)
    formats = [{pl.Date: days, INSTANT: instants}.get(column.dtype) for column in about.columns]
    sheets = 0
    at = rows_a_sheet
    for row in _rows(batches):
        if at == rows_a_sheet:
            sheets += 1
            sheet = _sheet(book, f"{ROWS} {sheets}" if sheets > 1 else ROWS, about, bold)
            at = 0
        at += 1
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(at, column, value)
            elif value is not None:
                _typed(sheet, at, column, value, formats[column])
    if not sheets:
        _sheet(book, ROWS, about, bold)
    book.close()


def _typed(sheet: Any, at: int, column: int, value: Any, form: Any) -> None:  # noqa: ANN401 - a cell
    if form is None:
        sheet.write_number(at, column, value)
    else:
        sheet.write_datetime(at, column, value, form)


def _rows(batches: Iterable[pl.DataFrame]) -> Iterator[tuple[Any, ...]]:
    for batch in batches:
        lists = [name for name, kind in batch.schema.items() if kind == CODES]
        joined = pl.col(lists).list.join(", ")
        told = batch.with_columns(pl.when(joined != "").then(joined)) if lists else batch
        yield from told.iter_rows()


def _sheet(book: Any, name: str, about: About, bold: Any) -> Any:  # noqa: ANN401 - the library's own
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(about.columns):
        sheet.write_string(0, at, column.name, bold)
    return sheet


def _read_me(sheet: Any, about: About, bold: Any) -> None:  # noqa: ANN401 - the library's own
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 22)
    sheet.set_column(2, 3, 70)
    lines: list[tuple[str, ...]] = [(name, value) for name, value in about.told().items()]
    lines += [("rule", rule) for rule in about.rules]
    lines += [(), ("column", "type", "what it is", "values")]
    heading = len(lines) - 1
    lines += [
        (column.name, column.called, column.says, ", ".join(column.codes))
        for column in about.columns
    ]
    for at, line in enumerate(lines):
        for column, text in enumerate(line):
            sheet.write_string(at, column, text, bold if column == 0 or at == heading else None)
