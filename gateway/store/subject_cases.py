"""Statements over subject access cases, and over what left of the records that a case is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, select, update

from gateway.store import tables as t
from gateway.store.states import Delivery
from gateway.store.tx import Tx

_C = t.SUBJECT_CASE_STEP
_PART = 500


def case_steps(connection: Connection, case: str | None = None) -> list[dict[str, Any]]:
    """Return the steps of a case, or of every one, in their order."""
    statement = select(_C).order_by(_C.c.case_id, _C.c.number)
    if case is not None:
        statement = statement.where(_C.c.case_id == case)
    return [dict(row) for row in connection.execute(statement).mappings()]


def destroy_case(tx: Tx, case: str) -> None:
    """Destroy the secrets and bodies of a case's steps, and the words of the looks made for it."""
    empty = {"wrapped_secret": None, "ciphertext": None}
    tx.connection.execute(update(_C).where(_C.c.case_id == case).values(empty))
    looks = t.CONSULTATION
    nothing = {"wrapped_secret": b"", "ciphertext": b""}
    tx.connection.execute(update(looks).where(looks.c.case_id == case).values(nothing))
    tx.destroyed = True


def disclosed_of(connection: Connection, incidents: Sequence[int]) -> list[dict[str, Any]]:
    """Return every disclosure of a record of these incidents that may have reached somebody, by its leaf.

    A release that was withdrawn was never tried: nobody had what it holds.
    """
    d, r, y, log = t.DISCLOSURE, t.RELEASE, t.DELIVERY, t.LOG
    found: list[dict[str, Any]] = []
    for start in range(0, len(incidents), _PART):
        statement = (
            select(
                d.c.subscription,
                d.c.number,
                d.c.incident,
                d.c.version,
                d.c.position,
                d.c.what,
                r.c.at,
                r.c.leaf,
                y.c.state,
                log.c.class_id,
            )
            .join(r, and_(r.c.subscription == d.c.subscription, r.c.number == d.c.number))
            .outerjoin(y, and_(y.c.subscription == d.c.subscription, y.c.number == d.c.number))
            .join(log, log.c.position == d.c.position)
            .where(
                d.c.incident.in_(incidents[start : start + _PART]),
                y.c.state.is_distinct_from(Delivery.WITHDRAWN.value),
            )
        )
        found += [dict(row) for row in connection.execute(statement).mappings()]
    return sorted(found, key=lambda row: (row["leaf"], row["incident"], row["version"]))


def returned_of(connection: Connection, incidents: Sequence[int]) -> list[dict[str, Any]]:
    """Return the lines of section 17A returns that are about these incidents and were handed out."""
    f, row_of = t.RETURN_FILE, t.RETURN_ROW
    found: list[dict[str, Any]] = []
    for start in range(0, len(incidents), _PART):
        statement = (
            select(
                row_of.c.incident,
                row_of.c.version,
                row_of.c.position,
                t.LOG.c.class_id,
                f.c.leaf,
                f.c.recipient,
                f.c.quarter,
                f.c.paragraph,
                f.c.handed_at,
            )
            .join(f, f.c.leaf == row_of.c.leaf)
            .join(t.LOG, t.LOG.c.position == row_of.c.position)
            .where(
                row_of.c.incident.in_(incidents[start : start + _PART]), f.c.handed_at.is_not(None)
            )
        )
        found += [dict(row) for row in connection.execute(statement).mappings()]
    return sorted(found, key=lambda row: (row["leaf"], row["incident"], row["version"]))


def versions_of(connection: Connection, incidents: Sequence[int]) -> dict[int, list[int]]:
    """Return the positions of every recorded version of incidents, by incident, oldest first."""
    log = t.LOG.c
    found: dict[int, list[int]] = {}
    for start in range(0, len(incidents), _PART):
        statement = (
            select(log.incident, log.position)
            .where(
                log.incident.in_(incidents[start : start + _PART]),
                log.entry_kind == "recorded",
                log.content_hmac.is_not(None),
            )
            .order_by(log.position)
        )
        for incident, position in connection.execute(statement):
            found.setdefault(incident, []).append(position)
    return found
