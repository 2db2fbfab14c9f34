"""CSV for a spreadsheet: UTF-8 with a mark, every text in quotes, and none that is taken for a formula.

A spreadsheet runs what begins with ``= + - @``; blanks, quotation marks, tabs and the wide forms of those
signs in front of it hide that from a reader and not from every program. Such a text gets an apostrophe
in front. Quotes round every text keep a semicolon or a tab inside it from beginning a new cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

import polars as pl

from gateway.analysis.frames import CODES
from gateway.analysis.written.about import About
from gateway.analysis.written.lines import json_of

BOM = "\ufeff".encode()
_A_FORMULA = (
    "^(?:[\\t\\r\\n]|[\\s\"'\\x{200B}\\x{FEFF}]*[=+\\-@\\x{FF1D}\\x{FF0B}\\x{FF0D}\\x{FF20}])"
)


def write(batches: Iterable[pl.DataFrame], about: About, sink: BinaryIO) -> None:
    """Write a header and then a line a row, lines ended by CR LF (RFC 4180)."""
    write_table(batches, [column.name for column in about.columns], sink)


def write_table(batches: Iterable[pl.DataFrame], names: Sequence[str], sink: BinaryIO) -> None:
    """Write rows whose columns are named so."""
    sink.write(BOM)
    sink.write((",".join(f'"{name}"' for name in names) + "\r\n").encode())
    for batch in batches:
        cells = batch.with_columns(
            *(
                json_of(batch[name]).alias(name)
                for name, kind in batch.schema.items()
                if kind == CODES
            )
        ).with_columns(harmless(pl.col(pl.String)))
        cells.write_csv(
            sink,
            include_header=False,
            line_terminator="\r\n",
            quote_style="non_numeric",
            datetime_format="%Y-%m-%dT%H:%M:%SZ",
            float_scientific=False,
        )


def harmless(text: pl.Expr) -> pl.Expr:
    """Return texts so that a spreadsheet takes none for a formula."""
    return pl.when(text.str.contains(_A_FORMULA)).then("'" + text).otherwise(text).name.keep()
