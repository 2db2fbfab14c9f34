"""Reading which quarters were named to whom, and when last."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from gateway.store import tables as t


def quarters_recorded(connection: Connection) -> list[str]:
    """Return every quarter in which an incident was first reported."""
    found = connection.execute(
        select(t.INCIDENT.c.quarter).distinct().order_by(t.INCIDENT.c.quarter)
    )
    return [row[0] for row in found]


def last_releases_of(connection: Connection, quarter: str) -> list[tuple[str, int]]:
    """Return by subscription when something of a quarter was last released, in seconds since 1970."""
    d, r, i = t.DISCLOSURE, t.RELEASE, t.INCIDENT
    statement = (
        select(d.c.subscription, func.max(r.c.at))
        .join(i, i.c.id == d.c.incident)
        .join(r, (r.c.subscription == d.c.subscription) & (r.c.number == d.c.number))
        .where(i.c.quarter == quarter)
        .group_by(d.c.subscription)
    )
    return [(row[0], int(row[1])) for row in connection.execute(statement)]


def last_recorded_of(connection: Connection, quarter: str) -> int | None:
    """Return when a version of a quarter's incidents was last recorded, in seconds since 1970."""
    entry, i = t.LOG, t.INCIDENT
    statement = (
        select(func.max(entry.c.recorded_at))
        .join(i, i.c.id == entry.c.incident)
        .where(i.c.quarter == quarter)
    )
    found = connection.execute(statement).scalar()
    return None if found is None else int(found)


def last_return_of(connection: Connection, quarter: str) -> int | None:
    """Return when a row of a quarter last stood in a return, in seconds since 1970."""
    row, file = t.RETURN_ROW, t.RETURN_FILE
    statement = (
        select(func.max(file.c.at))
        .join(row, row.c.leaf == file.c.leaf)
        .where(row.c.period == quarter)
    )
    found = connection.execute(statement).scalar()
    return None if found is None else int(found)
