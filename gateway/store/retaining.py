"""Statements of retention: what is due, and destroying it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from gateway.store import tables as t
from gateway.store.metadata import ERASED
from gateway.store.retention_tables import RETENTION_ERASED, RETENTION_HELD
from gateway.store.tx import Tx

_S, _L, _I, _H = t.SEALED, t.LOG, t.INCIDENT, RETENTION_HELD

Ends = Mapping[int, Sequence[int]]
"""Second before which a version was recorded whose time is over → the record classes it is over for."""


class Body(NamedTuple):
    """A sealed half that is to be destroyed."""

    position: int
    class_id: int
    sha256: bytes


def _over(ends: Ends) -> ColumnElement[bool]:
    return or_(
        *(
            and_(_L.c.class_id.in_(list(ids)), _L.c.recorded_at < before)
            for before, ids in ends.items()
        )
    )


def _held(holds: Sequence[str]) -> ColumnElement[bool]:
    return exists().where(
        _H.c.feed == _I.c.feed, _H.c.natural_key == _I.c.natural_key, _H.c.hold.in_(list(holds))
    )


def _bodies(feed: int, ends: Ends) -> Select[Any]:
    return (
        select(_S.c.position, _L.c.class_id, _S.c.ciphertext)
        .join(_L, _L.c.position == _S.c.position)
        .join(_I, _I.c.id == _L.c.incident)
        .where(_I.c.feed == feed, _S.c.ciphertext.is_not(None), _over(ends))
    )


def _records(feed: int, before: int) -> Select[Any]:
    return (
        select(_I.c.id, _L.c.class_id)
        .join(_L, _L.c.position == _I.c.position)
        .where(_I.c.feed == feed, _I.c.state != ERASED, _L.c.recorded_at < before)
    )


def due_bodies(
    connection: Connection, feed: int, ends: Ends, holds: Sequence[str], limit: int
) -> list[Body]:
    """Return the first sealed halves of a feed whose time is over and that no hold names."""
    if not ends:
        return []
    statement = _bodies(feed, ends).where(~_held(holds)).order_by(_S.c.position).limit(limit)
    return [
        Body(position, class_id, sha256(bytes(ciphertext)).digest())
        for position, class_id, ciphertext in connection.execute(statement)
    ]


def due_records(
    connection: Connection,
    feed: int,
    before: int,
    holds: Sequence[str],
    kept: Sequence[int],
    limit: int,
) -> list[int]:
    """Return the first incidents of a feed whose current version was recorded before a second.

    Left out is what a hold names, and what is of the classes ``kept``, which are held as a case.
    """
    statement = (
        _records(feed, before)
        .where(~_held(holds), _L.c.class_id.not_in(list(kept)))
        .order_by(_I.c.id)
        .limit(limit)
    )
    return [int(row[0]) for row in connection.execute(statement)]


def count_bodies(
    connection: Connection, feed: int, ends: Ends, holds: Sequence[str] = ()
) -> dict[int, int]:
    """Return how many sealed halves of a feed are over their time, by class; less what holds name."""
    if not ends:
        return {}
    return _by_class(connection, _bodies(feed, ends).where(~_held(holds)))


def count_records(
    connection: Connection, feed: int, before: int, holds: Sequence[str] = ()
) -> dict[int, int]:
    """Return how many records of a feed are over their time, by class; less what holds name."""
    return _by_class(connection, _records(feed, before).where(~_held(holds)))


def _by_class(connection: Connection, chosen: Select[Any]) -> dict[int, int]:
    found = chosen.subquery()
    statement = select(found.c.class_id, func.count()).group_by(found.c.class_id)
    return {int(row[0]): int(row[1]) for row in connection.execute(statement)}


def versions_of(connection: Connection, feed: int, key: bytes) -> list[dict[str, Any]]:
    """Return position, version, class, second of recording and what is sealed of a record's versions."""
    statement = (
        select(
            _L.c.position,
            _L.c.version,
            _L.c.class_id,
            _L.c.recorded_at,
            _S.c.ciphertext.is_not(None).label("sealed"),
        )
        .join(_I, _I.c.id == _L.c.incident)
        .outerjoin(_S, _S.c.position == _L.c.position)
        .where(_I.c.feed == feed, _I.c.natural_key == key, _L.c.entry_kind == "recorded")
        .order_by(_L.c.position)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def restricted(connection: Connection) -> list[dict[str, Any]]:
    """Return every record that is kept and not used: incident, feed, version, since when, reason."""
    other = _L.alias("other")
    last = (
        select(func.max(other.c.position))
        .where(other.c.incident == _I.c.id, other.c.entry_kind == "restricted")
        .correlate(_I)
        .scalar_subquery()
    )
    statement = (
        select(_I.c.id, t.FEED.c.name, _I.c.version, _L.c.recorded_at, _L.c.reason)
        .join(t.FEED, t.FEED.c.id == _I.c.feed)
        .join(_L, _L.c.position == last)
        .where(_I.c.state == "restricted")
        .order_by(_I.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def holds_naming(connection: Connection, feed: int, key: bytes) -> set[str]:
    """Return the ids of holds, standing or over, that name a record."""
    statement = select(_H.c.hold).where(_H.c.feed == feed, _H.c.natural_key == key)
    return {str(row[0]) for row in connection.execute(statement)}


_EMPTY = (
    update(_S)
    .where(_S.c.position == bindparam("at"), _S.c.ciphertext.is_not(None))
    .values(ciphertext=None)
)


_UNKEY = delete(t.SUBJECT_KEY).where(t.SUBJECT_KEY.c.position == bindparam("at"))


def still_sealed(tx: Tx, bodies: Iterable[Body]) -> list[Body]:
    """Return those that are still there: an erasure may have come in between."""
    listed = list(bodies)
    statement = select(_S.c.position).where(
        _S.c.position.in_([one.position for one in listed]), _S.c.ciphertext.is_not(None)
    )
    there = {int(row[0]) for row in tx.connection.execute(statement)}
    return [one for one in listed if one.position in there]


def destroy_bodies(tx: Tx, bodies: Sequence[Body], leaf: int) -> None:
    """Destroy sealed halves; the hash of each stays, so that its row still verifies."""
    at = [{"at": one.position} for one in bodies]
    tx.connection.execute(_EMPTY, at)
    tx.connection.execute(_UNKEY, at)
    tx.add(
        RETENTION_ERASED,
        [{"position": one.position, "body_sha256": one.sha256, "leaf": leaf} for one in bodies],
    )
