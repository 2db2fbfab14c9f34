"""Roll-ups: how many current, live versions there are, by record class, month, sub-behaviour and place.

They are changed in the transaction that changes what stands: ``Tx`` does it for whatever job appends to
the log and says where an incident stands, so that no job can forget it. They carry the record class,
because the law decides by it, and a later law must bite on what was counted before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gateway.store import tables as t
from gateway.store.hot import LOG_COLUMNS

_LONDON = ZoneInfo("Europe/London")
_CHUNK = 500
_AT = LOG_COLUMNS.index
_CLASS, _REPORTED, _OCCURRED = _AT("class_id"), _AT("reported"), _AT("occurred_from")
_SUB, _LSOA, _MSOA = _AT("typology_sub_behaviour"), _AT("lsoa_code"), _AT("msoa_code")
_WARD, _DISTRICT = _AT("ward_code"), _AT("district_code")
_L, _I = t.LOG, t.INCIDENT
_COLUMNS = [_L.c[name] for name in LOG_COLUMNS]
_LIVE = "live"


class Cell(NamedTuple):
    """One cell of the roll-ups; an absent month, behaviour or area is empty."""

    class_id: int
    month: str
    """Of first report, else of when it occurred, by the clock of Europe/London, as ``2026-10``."""
    sub_behaviour: str
    lsoa_code: str
    msoa_code: str
    ward_code: str
    district_code: str


def cell_of(row: Sequence[Any]) -> Cell:
    """Return the cell in which a version counts, by its log row (``LOG_COLUMNS``)."""
    reported = row[_REPORTED]
    return Cell(
        row[_CLASS],
        month_of(row[_OCCURRED] if reported is None else reported),
        row[_SUB] or "",
        row[_LSOA] or "",
        row[_MSOA] or "",
        row[_WARD] or "",
        row[_DISTRICT] or "",
    )


@lru_cache(maxsize=65_536)
def month_of(instant: int | None) -> str:
    """Return the month of an instant in seconds since 1970, by the clock of Europe/London."""
    if instant is None:
        return ""
    return datetime.fromtimestamp(instant, UTC).astimezone(_LONDON).strftime("%Y-%m")


def cells_at(connection: Connection, positions: Iterable[int]) -> dict[int, Cell]:
    """Return the cells of versions by the positions of their log rows."""
    listed = sorted(positions)
    found: dict[int, Cell] = {}
    for start in range(0, len(listed), _CHUNK):
        part = listed[start : start + _CHUNK]
        for row in connection.execute(select(*_COLUMNS).where(_L.c.position.in_(part))):
            found[row[0]] = cell_of(row)
    return found


def live_positions(connection: Connection, incidents: Iterable[int]) -> dict[int, int]:
    """Return where the current versions of those of the incidents lie that are live."""
    listed = sorted(incidents)
    found: dict[int, int] = {}
    for start in range(0, len(listed), _CHUNK):
        part = listed[start : start + _CHUNK]
        statement = select(_I.c.id, _I.c.position).where(_I.c.id.in_(part), _I.c.state == _LIVE)
        found.update((row[0], row[1]) for row in connection.execute(statement))
    return found


def moved(connection: Connection, now: Mapping[int, int | None]) -> Iterable[tuple[Cell, int]]:
    """Yield by how much cells change when incidents come to stand as said, before they do.

    Args:
        connection: The transaction, in which the incidents stand as they did.
        now: Incident → position of its current version, None where it is not live any more.
    """
    before = live_positions(connection, now)
    pairs = [(before.get(incident), position) for incident, position in now.items()]
    changed = [pair for pair in pairs if pair[0] != pair[1]]
    cells = cells_at(connection, {at for pair in changed for at in pair if at is not None})
    for old, new in changed:
        if old is not None:
            yield cells[old], -1
        if new is not None:
            yield cells[new], 1
