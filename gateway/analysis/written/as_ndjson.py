"""NDJSON: one JSON object a line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

import polars as pl

from gateway.analysis.written.about import About
from gateway.analysis.written.lines import lines_of


def write(batches: Iterable[pl.DataFrame], about: About, sink: BinaryIO) -> None:
    """Write each row as a line. The form has no place for ``about``: an answer's headers have."""
    del about
    for batch in batches:
        if not batch.is_empty():
            sink.write(("\n".join(lines_of(batch)) + "\n").encode())
