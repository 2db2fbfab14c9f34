"""Statements about feeds: when each was heard, what its pushes came to, and what stands in quarantine."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from gateway.store import tables as t

_P, _Q, _R = t.PUSH, t.QUARANTINE, t.ROLLUP


class HeardRow(NamedTuple):
    """One push: when, and what its sender was answered."""

    at: int
    answer: str


def heard(connection: Connection, feed: int, most: int) -> list[HeardRow]:
    """Return a feed's last pushes, the newest first."""
    statement = (
        select(_P.c.at, _P.c.answer).where(_P.c.feed == feed).order_by(_P.c.leaf.desc()).limit(most)
    )
    return [HeardRow(row[0], row[1]) for row in connection.execute(statement)]


def quarantined_between(connection: Connection, feed: int, begins: int, ends: int) -> int:
    """Return how many rows of a feed were quarantined between two seconds, put right since or not."""
    statement = (
        select(func.count())
        .select_from(_Q)
        .where(_Q.c.feed == feed, _Q.c.at >= begins, _Q.c.at < ends)
    )
    return int(connection.execute(statement).scalar_one())


def open_quarantine(connection: Connection, feed: int) -> int:
    """Return how many rows of a feed nobody put right."""
    statement = (
        select(func.count()).select_from(_Q).where(_Q.c.feed == feed, _Q.c.resolved_at.is_(None))
    )
    return int(connection.execute(statement).scalar_one())


def open_faults(connection: Connection, feed: int, most: int) -> list[dict[str, Any]]:
    """Return receipt, time and faults of the newest rows in quarantine: fields and rules, no value."""
    statement = (
        select(_Q.c.receipt_id, _Q.c.row, _Q.c.at, _Q.c.faults)
        .where(_Q.c.feed == feed, _Q.c.resolved_at.is_(None))
        .order_by(_Q.c.at.desc(), _Q.c.receipt_id, _Q.c.row)
        .limit(most)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def held_by_class(connection: Connection) -> dict[int, int]:
    """Return how many current, live records there are of each class."""
    statement = select(_R.c.class_id, func.sum(_R.c.number)).group_by(_R.c.class_id)
    return {int(row[0]): int(row[1]) for row in connection.execute(statement)}
