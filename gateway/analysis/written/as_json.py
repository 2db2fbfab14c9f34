"""JSON: one document, what it is first and then the rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import BinaryIO

import polars as pl

from gateway.analysis.frames import dictionary
from gateway.analysis.written.about import About
from gateway.analysis.written.lines import lines_of


def write(batches: Iterable[pl.DataFrame], about: About, sink: BinaryIO) -> None:
    """Write one object: ``about``, ``dictionary`` and ``records``."""
    told = {
        "about": about.told() | {"rules": list(about.rules)},
        "dictionary": dictionary(about.columns),
    }
    sink.write(json.dumps(told, ensure_ascii=False).encode()[:-1] + b', "records":[')
    between = b"\n"
    for batch in batches:
        if not batch.is_empty():
            sink.write(between + ",\n".join(lines_of(batch)).encode())
            between = b",\n"
    sink.write(b"\n]}\n")
