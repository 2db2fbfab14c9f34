"""Parquet: zstd, plain types, and what it is in the metadata of the file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import polars as pl
from polars.io.plugins import register_io_source

from gateway.analysis.frames import schema_of
from gateway.analysis.written.about import About

ROW_GROUP = 131_072
"""Rows of a row group: what a reader skips or reads at a time."""


def write(batches: Iterable[pl.DataFrame], about: About, sink: BinaryIO) -> None:
    """Write the rows in row groups of ``ROW_GROUP``."""
    write_columns(batches, schema_of(about.columns), about.metadata(), sink)


def write_columns(
    batches: Iterable[pl.DataFrame], schema: pl.Schema, metadata: dict[str, str], sink: BinaryIO
) -> None:
    """Write batches of one schema."""

    def source(*_: object) -> Iterator[pl.DataFrame]:
        yield from batches

    register_io_source(source, schema=schema).sink_parquet(
        sink,
        compression="zstd",
        row_group_size=ROW_GROUP,
        maintain_order=True,
        metadata=metadata,
    )
