"""Counting at unnamed places: statements of the recording transaction, the same on both engines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, text

from gateway.store import tables as t
from gateway.store.tx import Tx

_CHUNK = 500
_C = t.PLACE_COUNT.c
_SEEN = select(_C.place, _C.seen).where(
    _C.quarter == bindparam("of"), _C.place.in_(bindparam("places", expanding=True))
)
_KEEP = text(
    "INSERT INTO place_count (quarter, place, seen) VALUES (:quarter, :place, :seen) "
    "ON CONFLICT (quarter, place) DO UPDATE SET seen = excluded.seen"
)
_FORGET = delete(t.PLACE_COUNT).where(_C.quarter < bindparam("before"))
_REPEATS = select(t.LOG.c.position, t.LOG.c.repeat_at_place).where(
    t.LOG.c.position.in_(bindparam("positions", expanding=True))
)


def seen_at(tx: Tx, quarter: str, places: Sequence[bytes]) -> dict[bytes, int]:
    """Return how many incidents of a quarter each unnamed place had; unknown ones are left out."""
    found: dict[bytes, int] = {}
    for start in range(0, len(places), _CHUNK):
        about = {"of": quarter, "places": places[start : start + _CHUNK]}
        found.update((bytes(place), seen) for place, seen in tx.direct.execute(_SEEN, about))
    return found


def keep_seen(tx: Tx, counts: Sequence[tuple[str, bytes, int]]) -> None:
    """Keep how many incidents of a quarter an unnamed place has had: (quarter, place, number)."""
    rows = [{"quarter": quarter, "place": place, "seen": seen} for quarter, place, seen in counts]
    tx.direct.execute(_KEEP, rows)


def forget_before(tx: Tx, quarter: str) -> None:
    """Delete the counts of the quarters before one such as ``2025Q4``."""
    tx.direct.execute(_FORGET, {"before": quarter})


def repeats_at(tx: Tx, positions: Sequence[int]) -> dict[int, str | None]:
    """Return ``repeat_at_place`` of log rows by position."""
    found: dict[int, str | None] = {}
    for start in range(0, len(positions), _CHUNK):
        about = {"positions": positions[start : start + _CHUNK]}
        found.update((row[0], row[1]) for row in tx.connection.execute(_REPEATS, about))
    return found
