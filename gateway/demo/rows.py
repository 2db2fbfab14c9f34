"""What the simulated systems send: three exports in every form that a push may have."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from random import Random  # noqa: TID251 - seeded: the same seed invents the same rows
from typing import TypeVar

from adapters import synthetic_housing, synthetic_nsir, synthetic_street
from adapters.source import Row
from gateway.clock import Clock, london_day
from gateway.errors import BodyUnreadable

SyntheticRow = dict[str, str]
T = TypeVar("T")
Written = Callable[[Sequence[SyntheticRow]], bytes]
"""Writes rows as a system exports them."""

CSV_ROWS = 500
NDJSON_ROWS = 200
REQUESTS = 250
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
    rows: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that the three systems have."""

    police: list[SyntheticRow]
    housing: list[SyntheticRow]
    requests: list[Row]
    """Street management, as its public site emits it (Open311)."""
    export: list[SyntheticRow]
    """Street management, as its back office exports it."""

    def __len__(self) -> int:
        return len(self.police) + len(self.housing) + len(self.requests) + len(self.export)


def month_before(clock: Clock) -> datetime:
    """Return the first instant of the last month that is over: the invented rows begin there."""
    this_month = london_day(clock).replace(day=1)
    return datetime.combine((this_month - timedelta(days=1)).replace(day=1), time.min, UTC)


def invented(seed: int, count: int, first: datetime) -> Rows:
    """Invent so many rows in all: half police, a fifth each housing and requests, a tenth back office.

    Args:
        seed: Another one invents other rows.
        count: How many.
        first: When the first of them was reported.
    """
    drawn = Random(seed)  # noqa: S311 - nothing secret
    housing, requests, export = count // 5, count // 5, count // 10
    police = count - housing - requests - export
    return Rows(
        police=list(synthetic_nsir.rows(police, drawn, None, first)),
        housing=list(synthetic_housing.rows(housing, drawn, None, first)),
        requests=list(synthetic_street.requests(requests, drawn, None, first)),
        export=list(synthetic_street.rows(export, drawn, None, first)),
    )


def police_bodies(rows: Sequence[SyntheticRow]) -> Iterator[Body]:
    """Write the rows as pushes: most as CSV in Windows-1252, some as NDJSON, a few one by one."""
    single = max(0, len(rows) - SINGLE_OBJECTS)
    ndjson = single - single // _NDJSON_SHARE
    yield from _pieces("CSV", "text/csv", rows[:ndjson], synthetic_nsir.csv_bytes)
    for sent in _cut(rows[ndjson:single], NDJSON_ROWS):
        lines = "\n".join(json.dumps(row) for row in sent)
        yield Body("NDJSON", "application/x-ndjson", lines.encode(), sent)
    for row in rows[single:]:
        yield Body("JSON", "application/json", json.dumps(row).encode(), [row])


def housing_bodies(rows: Sequence[SyntheticRow]) -> Iterator[Body]:
    """Write the cases as the landlord's system exports them: a byte order mark, semicolons."""
    yield from _pieces("CSV", "text/csv", rows, synthetic_housing.csv_bytes)


def street_bodies(requests: Sequence[Row], export: Sequence[SyntheticRow]) -> Iterator[Body]:
    """Write the service requests as wrapped Open311, then the back office's export."""
    for sent in _cut(requests, REQUESTS):
        content = json.dumps(synthetic_street.document(sent)).encode()
        yield Body("Open311", "application/json", content, sent)
    yield from _pieces("CSV", "text/csv", export, synthetic_street.csv_bytes)


def later_export(rows: Sequence[SyntheticRow]) -> Body:
    """Write what the next day's export holds: some rows as they were, some closed as noise by now."""
    corrected = [
        {**row, "CLOSING_CODE_1": _NOISE}
        for row in rows[UNCHANGED:]
        if row["CLOSING_CODE_1"] == row["OPENING_CODE"]
    ]
    sent = [*rows[:UNCHANGED], *corrected[:CORRECTED]]
    return Body("CSV", "text/csv", synthetic_nsir.csv_bytes(sent), sent)


def _pieces(
    form: str, media_type: str, rows: Sequence[SyntheticRow], written: Written
) -> Iterator[Body]:
    for sent in _cut(rows, CSV_ROWS):
        yield Body(form, media_type, written(sent), sent)


def _cut(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


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
