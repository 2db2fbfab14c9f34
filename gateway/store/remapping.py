"""Reading what a later crosswalk may place anew: the current version of every incident that is held."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from gateway.store import tables as t
from policies.recorder import OPEN_ORDER

_L, _I, _S, _C = t.LOG, t.INCIDENT, t.SEALED, t.RECORD_CLASS
_OPEN = (*(_L.c[name] for name in OPEN_ORDER), _L.c.detail)
_HELD = ("live", "restricted")


class Current(NamedTuple):
    """The current version of an incident."""

    incident: int
    natural_key: bytes
    position: int
    content_hmac: bytes
    class_json: str
    wrapped_secret: bytes
    ciphertext: bytes | None
    repeat_at_place: str | None
    columns: list[Any]
    """As ``OPEN_ORDER``, with the detail's JSON."""


def current_versions(connection: Connection, feed: int, after: int, limit: int) -> list[Current]:
    """Return the current versions of a feed's incidents with ids above ``after``, by id."""
    statement = (
        select(
            _I.c.id,
            _I.c.natural_key,
            _I.c.position,
            _I.c.content_hmac,
            _C.c.canonical_json,
            _S.c.wrapped_secret,
            _S.c.ciphertext,
            _L.c.repeat_at_place,
            *_OPEN,
        )
        .join(_L, _L.c.position == _I.c.position)
        .join(_C, _C.c.id == _L.c.class_id)
        .join(_S, _S.c.position == _I.c.position)
        .where(_I.c.feed == feed, _I.c.state.in_(_HELD), _I.c.id > after)
        .order_by(_I.c.id)
        .limit(limit)
    )
    return [
        Current(
            row[0],
            bytes(row[1]),
            row[2],
            bytes(row[3]),
            row[4],
            bytes(row[5]),
            row[6],
            row[7],
            list(row[8:]),
        )
        for row in connection.execute(statement)
    ]
