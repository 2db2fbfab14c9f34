"""Counting what is recorded by record class, for simulations: one grouped query, no row is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Integer, and_, case, func, literal, select

from gateway.store import tables as t
from gateway.store.offers import LIVE, RECORDED

_L, _I, _R = t.LOG, t.INCIDENT, t.ROLLUP


class BandCount(NamedTuple):
    """How many current, live versions of a class were recorded in one band of time."""

    class_id: int
    band: int
    """How many of the given instants had come when they were recorded."""
    number: int


def counts_by_class(
    connection: Connection, instants: Sequence[int], since: int | None = None
) -> list[BandCount]:
    """Return how many current, live versions each class has, by bands of the time of recording.

    Args:
        connection: Inside one consistent read.
        instants: Seconds since 1970 that part the bands; without any, and without ``since``, the
            roll-ups answer and the log is not read.
        since: Only what was recorded from this second on.
    """
    if not instants and since is None:
        summed = select(_R.c.class_id, literal(0), func.sum(_R.c.number)).group_by(_R.c.class_id)
        return [BandCount(row[0], 0, int(row[2])) for row in connection.execute(summed) if row[2]]
    come = (case((_L.c.recorded_at >= instant, 1), else_=0) for instant in instants)
    band: ColumnElement[int] = sum(come, start=literal(0, Integer))
    # the log in its own order with the incidents beside it: one pass over each
    current = and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version)
    counted = (
        select(_L.c.class_id, band.label("band"), func.count())
        .join(_I, current)
        .where(_I.c.state == LIVE, _L.c.entry_kind == RECORDED)
        .group_by(_L.c.class_id, "band")
    )
    if since is not None:
        counted = counted.where(_L.c.recorded_at >= since)
    return [BandCount(*row) for row in connection.execute(counted)]


def simulation_job(connection: Connection, name: str, account: str) -> dict[str, Any] | None:
    """Return a simulation that somebody asked for; another's is none."""
    job = t.SIMULATION_JOB
    statement = select(job).where(job.c.id == name, job.c.account == account)
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)


def simulation_jobs(connection: Connection, account: str, most: int) -> list[dict[str, Any]]:
    """Return somebody's simulations without what they found, the newest first."""
    job = t.SIMULATION_JOB
    columns = (job.c.id, job.c.what, job.c.state, job.c.began, job.c.ended)
    statement = (
        select(*columns)
        .where(job.c.account == account)
        .order_by(job.c.began.desc(), job.c.id.desc())
    )
    return [dict(row) for row in connection.execute(statement.limit(most)).mappings()]
