"""Reading for consultations: versions by position whatever became of them, and who looked at what."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from gateway.store import tables as t
from gateway.store.offers import CANDIDATE_COLUMNS, RECORDED, Candidate

_PART = 500
_I, _L = t.INCIDENT, t.LOG
_C, _D = t.CONSULTATION, t.CONSULTED


class Version(NamedTuple):
    """One version, and how its incident stands."""

    row: Candidate
    state: str
    current: bool
    """Whether it is the newest version of its incident."""


def versions_at(connection: Connection, positions: Sequence[int]) -> dict[int, Version]:
    """Return the versions at these positions, superseded and restricted ones too; erased ones not."""
    found: dict[int, Version] = {}
    for start in range(0, len(positions), _PART):
        statement = (
            select(*CANDIDATE_COLUMNS, _I.c.state, _I.c.version.label("newest"))
            .join(_I, _I.c.id == _L.c.incident)
            .where(
                _L.c.position.in_(positions[start : start + _PART]),
                _L.c.entry_kind == RECORDED,
                _L.c.content_hmac.is_not(None),
            )
        )
        for row in connection.execute(statement):
            *columns, state, newest = row
            version = Candidate._make(columns)
            found[version.position] = Version(version, state, newest == version.version)
    return found


def consultations(
    connection: Connection, since: int, most: int, controller: str | None = None
) -> list[dict[str, Any]]:
    """Return consultations from a second on, the newest first.

    Args:
        connection: Inside the read.
        since: Seconds since 1970.
        most: Rows at most.
        controller: Only those that opened a record of this partner's.
    """
    statement = select(_C).where(_C.c.at >= since).order_by(_C.c.leaf.desc()).limit(most)
    if controller is not None:
        theirs = select(_D.c.leaf).where(_D.c.leaf == _C.c.leaf, _D.c.controller == controller)
        statement = statement.where(theirs.exists())
    return [dict(row) for row in connection.execute(statement).mappings()]


def consulted_in(connection: Connection, leaves: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """Return what consultations opened, by their leaves."""
    found: dict[int, list[dict[str, Any]]] = {}
    for start in range(0, len(leaves), _PART):
        part = leaves[start : start + _PART]
        statement = select(_D).where(_D.c.leaf.in_(part)).order_by(_D.c.leaf, _D.c.position)
        for row in connection.execute(statement).mappings():
            found.setdefault(row["leaf"], []).append(dict(row))
    return found


def consultations_of(connection: Connection, incident: int) -> list[dict[str, Any]]:
    """Return the consultations in which a version of an incident was opened, the newest first."""
    statement = (
        select(_C, _D.c.position, _D.c.version)
        .join(_D, _D.c.leaf == _C.c.leaf)
        .where(_D.c.incident == incident)
        .order_by(_C.c.leaf.desc())
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
