"""What the health page asks of the database: when each feed was last heard, and which endpoints fail."""

from __future__ import annotations

from typing import Any

from sqlalchemy import desc, select

from gateway.store import tables as t
from gateway.store.reading import Reader

_LOOK_BACK = 200_000
"""Operations that are looked through for a feed's last push; a feed that is silent for longer is silent."""


def last_pushes(reader: Reader) -> dict[str, int | None]:
    """Return feed → seconds since 1970 of its last push among the newest operations."""
    since = reader.head().ledger_size - _LOOK_BACK
    p, found = t.PUSH.c, dict[str, int | None]()
    with reader.connection() as c:
        for feed, name in c.execute(select(t.FEED.c.id, t.FEED.c.name).order_by(t.FEED.c.name)):
            newest = select(p.at).where(p.feed == feed, p.leaf >= since).order_by(desc(p.leaf))
            found[name] = c.execute(newest.limit(1)).scalar()
    return found


def endpoints(reader: Reader) -> list[dict[str, Any]]:
    """Return subscription, state, failures and failing_since of every endpoint of push."""
    e = t.ENDPOINT.c
    wanted = select(e.subscription, e.state, e.failures, e.failing_since).order_by(e.subscription)
    with reader.connection() as c:
        return [dict(row) for row in c.execute(wanted).mappings()]
