"""What the log says beside the roll-ups: how long it is, where it begins, counts by when it was recorded."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, select

from gateway.store import tables as t
from gateway.store.hot import LOG_COLUMNS
from gateway.store.offers import LIVE
from gateway.store.rollups import Cell, cell_of

_L, _I = t.LOG, t.INCIDENT


def log_size(connection: Connection) -> int:
    """Return how long the log is, in this read."""
    return int(connection.execute(select(t.HEAD.c.log_size)).scalar_one())


def nothing_before(connection: Connection, since: int) -> bool:
    """Whether nothing was recorded before a second: then the roll-ups are what is wanted."""
    if since <= 0:
        return True
    first = connection.execute(select(_L.c.recorded_at).order_by(_L.c.position).limit(1)).scalar()
    return first is None or first >= since


def counted_since(connection: Connection, since: int) -> Counter[Cell]:
    """Count current, live versions recorded from a second on, by the log: the roll-ups do not say when."""
    statement = (
        select(*(_L.c[name] for name in LOG_COLUMNS))
        .join(_I, _I.c.position == _L.c.position)
        .where(_I.c.state == LIVE, _L.c.recorded_at >= since)
    )
    rows = connection.execution_options(stream_results=True, yield_per=2_000).execute(statement)
    return Counter(cell_of(tuple(row)) for row in rows)


def first_month(connection: Connection) -> str | None:
    """Return the first month of which anything was ever counted."""
    month = t.ROLLUP_CHANGE.c.month
    return connection.execute(select(func.min(month)).where(month > "")).scalar()
