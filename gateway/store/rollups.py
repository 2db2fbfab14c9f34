"""Roll-ups: how many current, live versions there are, as finely as any question asks.

They are changed in the transaction that changes what stands: ``Tx`` does it for whatever job appends to
the log and says where an incident stands, so that no job can forget it. They carry the record class,
because the law decides by it, and a later law must bite on what was counted before. Two tables: by month
and place, and by quarter, district and hour of the week (``Cell.slot``); the hours of every street would
be as many rows as there are incidents.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from gateway.store import tables as t
from gateway.store.hot import LOG_COLUMNS, Row

_LONDON = ZoneInfo("Europe/London")
_CHUNK = 500
_AT = LOG_COLUMNS.index
_CLASS, _REPORTED, _OCCURRED = _AT("class_id"), _AT("reported"), _AT("occurred_from")
_PRECISION, _DETAIL = _AT("time_precision"), _AT("detail")
_SUB, _LSOA, _MSOA = _AT("typology_sub_behaviour"), _AT("lsoa_code"), _AT("msoa_code")
_WARD, _DISTRICT = _AT("ward_code"), _AT("district_code")
_L, _I = t.LOG, t.INCIDENT
_COLUMNS = [_L.c[name] for name in LOG_COLUMNS]
_LIVE = "live"


UNKNOWN_SLOT = 168
"""Of what has no known hour; the others are 24 × weekday (Monday 0) + hour, in Europe/London."""
_HOURS = frozenset({"minute", "hour"})
_NSIR = re.compile(r'"nsir_class":"([a-z]+)"')
"""In the detail's own JSON: a quotation mark inside a text of it is escaped, so no text reads like this."""


class Cell(NamedTuple):
    """One cell of the roll-ups; an absent month, behaviour or area is empty."""

    month: str
    """Of first report, else of when it occurred, by the clock of Europe/London, as ``2026-10``."""
    class_id: int
    sub_behaviour: str
    nsir_class: str
    lsoa_code: str
    msoa_code: str
    ward_code: str
    district_code: str
    slot: int
    """Of when it occurred, else was reported; ``UNKNOWN_SLOT`` where the source knew no hour."""


def cell_of(row: Sequence[Any]) -> Cell:
    """Return the cell in which a version counts, by its log row (``LOG_COLUMNS``)."""
    reported, occurred = row[_REPORTED], row[_OCCURRED]
    when = reported if occurred is None else occurred
    return Cell(
        month_of(occurred if reported is None else reported),
        row[_CLASS],
        row[_SUB] or "",
        nsir_class_of(row[_DETAIL]),
        row[_LSOA] or "",
        row[_MSOA] or "",
        row[_WARD] or "",
        row[_DISTRICT] or "",
        slot_of(when) if row[_PRECISION] in _HOURS else UNKNOWN_SLOT,
    )


def nsir_class_of(detail: str | None) -> str:
    """Return the class of an open half's detail, by its JSON; empty where there is none."""
    found = None if detail is None else _NSIR.search(detail)
    return "" if found is None else found[1]


@lru_cache(maxsize=65_536)
def month_of(instant: int | None) -> str:
    """Return the month of an instant in seconds since 1970, by the clock of Europe/London."""
    if instant is None:
        return ""
    return datetime.fromtimestamp(instant, UTC).astimezone(_LONDON).strftime("%Y-%m")


@lru_cache(maxsize=65_536)
def slot_of(instant: int | None) -> int:
    """Return the hour of the week of an instant, by the clock of Europe/London."""
    if instant is None:
        return UNKNOWN_SLOT
    local = datetime.fromtimestamp(instant, UTC).astimezone(_LONDON)
    return local.weekday() * 24 + local.hour


def quarter_of_month(month: str) -> str:
    """Return the quarter of a month, as ``2026Q4``; empty where the month is unknown."""
    return f"{month[:4]}Q{(int(month[5:]) + 2) // 3}" if month else ""


def folded(cells: Mapping[Cell, int]) -> tuple[list[Row], list[Row], list[Row]]:
    """Return by how much each table changes: rows of ``rollup``, ``rollup_hour``, ``rollup_change``."""
    places: Counter[Row] = Counter()
    hours: Counter[Row] = Counter()
    for cell, number in cells.items():
        places[cell[:-1]] += number
        quarter = quarter_of_month(cell.month)
        hours[
            quarter,
            cell.class_id,
            cell.sub_behaviour,
            cell.nsir_class,
            cell.district_code,
            cell.slot,
        ] += number
    changed = {cell.month for cell, number in cells.items() if number}
    # in the order of the tables' keys: neighbours lie on one page
    return (
        [(*key, number) for key, number in sorted(places.items()) if number],
        [(*key, number) for key, number in sorted(hours.items()) if number],
        [(month, 1) for month in sorted(changed)],
    )


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
