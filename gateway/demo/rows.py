"""What the simulated systems send: one export in the three forms that a push may have."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same seed invents the same rows

from adapters import synthetic_nsir
from gateway.errors import BodyUnreadable

SyntheticRow = dict[str, str]

CSV_ROWS = 500
NDJSON_ROWS = 200
SINGLE_OBJECTS = 5
UNIT_ROWS = 5_000
UNCHANGED, CORRECTED = 20, 10
"""Rows of the later export."""

_NOISE = "211"
_NDJSON_SHARE = 5
"""One row in so many goes as NDJSON."""

_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Body:
    """One push, ready to send."""

    form: str
    """For people: which form it has."""
    media_type: str
    content: bytes
    rows: Sequence[SyntheticRow]


def invented(seed: int, count: int) -> list[SyntheticRow]:
    """Invent police rows."""
    return list(synthetic_nsir.rows(count, Random(seed)))  # noqa: S311 - nothing secret


def bodies(rows: Sequence[SyntheticRow]) -> Iterator[Body]:
    """Write the rows as pushes: most as CSV in Windows-1252, some as NDJSON, a few one by one."""
    single = max(0, len(rows) - SINGLE_OBJECTS)
    ndjson = single - single // _NDJSON_SHARE
    for start in range(0, ndjson, CSV_ROWS):
        yield _csv(rows[start : min(start + CSV_ROWS, ndjson)])
    for start in range(ndjson, single, NDJSON_ROWS):
        sent = rows[start : min(start + NDJSON_ROWS, single)]
        lines = "\n".join(json.dumps(row) for row in sent)
        yield Body("NDJSON", "application/x-ndjson", lines.encode(), sent)
    for row in rows[single:]:
        yield Body("JSON", "application/json", json.dumps(row).encode(), [row])


def later_export(rows: Sequence[SyntheticRow]) -> Body:
    """Write what the next day's export holds: some rows as they were, some closed as noise by now."""
    corrected = [
        {**row, "CLOSING_CODE_1": _NOISE}
        for row in rows[UNCHANGED:]
        if row["CLOSING_CODE_1"] == row["OPENING_CODE"]
    ]
    return _csv([*rows[:UNCHANGED], *corrected[:CORRECTED]])


def _csv(rows: Sequence[SyntheticRow]) -> Body:
    return Body("CSV", "text/csv", synthetic_nsir.csv_bytes(rows), rows)


def street_file(path: Path) -> Iterator[bytes]:
    """Read a data.police.uk street file, plain or .gz, in pushes that each begin with its header.

    Raises:
        BodyUnreadable: It is no whole gzip file.
    """
    content = path.read_bytes()
    if content.startswith(_GZIP):
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError, zlib.error):
            raise BodyUnreadable from None
    lines = iter(content.splitlines(keepends=True))
    header = next(lines, b"")
    while piece := list(islice(lines, UNIT_ROWS)):
        yield header + b"".join(piece)
