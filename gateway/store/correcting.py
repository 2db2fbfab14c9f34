"""Statements of corrections inside the writing transaction. None of them is on the hot path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import bindparam, delete, select, text, update

from gateway.store import tables as t
from gateway.store.metadata import ERASED, IS_ERASED
from gateway.store.rollups import cells_at, live_positions
from gateway.store.tx import Standing, Tx

T = TypeVar("T")
_CHUNK = 500
_I, _L = t.INCIDENT, t.LOG
_KEPT = {"position", "incident", "version", "entry_kind", "class_id", "inner_hash", "recorded_at"}
"""What a row of the log keeps after erasure; when it was recorded stands in the ledger too."""

EMPTIED = tuple(column.name for column in _L.columns if column.name not in _KEPT)
"""The columns of a log row that erasure empties."""

_ANY_ERASED = select(_I.c.id).where(text(IS_ERASED), _I.c.feed == bindparam("feed")).limit(1)


def standing_of(tx: Tx, feed: int, incidents: Sequence[int]) -> dict[int, tuple[bytes, Standing]]:
    """Return natural key and standing of a feed's incidents, by id; unknown ids are left out."""
    found: dict[int, tuple[bytes, Standing]] = {}
    names = (_I.c[name] for name in Standing._fields)
    statement = select(_I.c.natural_key, *names).where(_I.c.feed == feed)
    for part in _parts(incidents):
        for row in tx.connection.execute(statement.where(_I.c.id.in_(part))):
            found[row[1]] = bytes(row[0]), Standing._make(row[1:])
    return found


def classes_at(tx: Tx, positions: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    """Return id and SHA-256 of the record class of log rows, by position."""
    found: dict[int, tuple[int, bytes]] = {}
    c = t.RECORD_CLASS
    statement = select(_L.c.position, c.c.id, c.c.sha256).join(c, c.c.id == _L.c.class_id)
    for part in _parts(positions):
        for position, class_id, digest in tx.connection.execute(
            statement.where(_L.c.position.in_(part))
        ):
            found[position] = class_id, bytes(digest)
    return found


def has_erased(tx: Tx, feed: int) -> bool:
    """Whether any incident of a feed was erased: only then are tombstones looked for."""
    if feed not in tx.erased:
        tx.erased[feed] = tx.connection.execute(_ANY_ERASED, {"feed": feed}).first() is not None
    return tx.erased[feed]


def natural_keys(tx: Tx, feed: int, *, erased: bool) -> Iterator[bytes]:
    """Yield the natural keys of a feed's incidents: tombstones where they are erased."""
    state = _I.c.state
    statement = select(_I.c.natural_key).where(
        _I.c.feed == feed, state == ERASED if erased else state != ERASED
    )
    for row in tx.connection.execute(statement):
        yield bytes(row[0])


def erase(tx: Tx, feed: int, named: Sequence[tuple[int, bytes, bytes]]) -> None:
    """Destroy what is kept of incidents of a feed, and put tombstones in the place of their keys.

    Args:
        tx: The transaction.
        feed: Whose incidents.
        named: Id, natural key and tombstone of each.
    """
    connection = tx.connection
    live = live_positions(connection, [incident for incident, _, _ in named])
    gone = Counter(cells_at(connection, live.values()).values())
    tx.roll({cell: -number for cell, number in gone.items()})
    for part in _parts(named):
        ids = [incident for incident, _, _ in part]
        rows = select(_L.c.position).where(_L.c.incident.in_(ids))
        connection.execute(delete(t.SUBJECT_KEY).where(t.SUBJECT_KEY.c.position.in_(rows)))
        connection.execute(delete(t.SEALED).where(t.SEALED.c.position.in_(rows)))
        connection.execute(update(_L).where(_L.c.incident.in_(ids)).values(dict.fromkeys(EMPTIED)))
        q, keys = t.QUARANTINE, [key for _, key, _ in part]
        named_rows = (q.c.feed == feed) & q.c.natural_key.in_(keys)
        connection.execute(update(q).where(named_rows).values(natural_key=None))
        # of a full extract that never ended
        connection.execute(delete(t.UNIT_COUNT).where(t.UNIT_COUNT.c.content.in_(keys)))
    for incident, key, stone in named:
        connection.execute(
            update(_I).where(_I.c.id == incident).values(natural_key=stone, state=ERASED)
        )
        tx.forget(feed, key)


def _parts(listed: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]
