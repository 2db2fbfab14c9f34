"""Questions that a full extract leaves open: records that were sent before and stand in it no more.

An absence is never a deletion. The keys that an extract held are counted in ``unit_count`` under the
extract's unit until it is complete, so that it may come in any number of pushes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy import func as sql

from gateway.store import tables as t
from gateway.store.tx import Tx

ABSENT = "absent-from-full-extract"
"""The one thing that is asked so far."""

STILL_THERE, SEEN_AGAIN = "still_there", "seen_again"
_HELD = ("live", "restricted")
_CHUNK = 500
_Q, _I, _U, _L = t.QUESTION, t.INCIDENT, t.UNIT_COUNT, t.LOG


def keep_present(tx: Tx, unit: bytes, keys: Sequence[bytes]) -> None:
    """Note natural keys as present in an extract."""
    tx.keep_unit_counts(unit, dict.fromkeys(keys, 1))


def close_extract(tx: Tx, feed: int, unit: bytes, receipt: str, at: int) -> int:
    """Ask after every held record that an extract did not have; return after how many.

    What is asked already, and what its sender said is still there, is not asked again until it was seen
    again. The extract's keys are forgotten.

    Args:
        tx: The transaction; the push of the receipt is in it.
        feed: Whose extract.
        unit: Under which its keys were noted.
        receipt: Of the push that completed it.
        at: Seconds since 1970.
    """
    connection = tx.connection
    present = exists().where(_U.c.unit == unit, _U.c.content == _I.c.natural_key)
    seen = select(_I.c.id).where(_I.c.feed == feed, present)
    connection.execute(
        update(_Q)
        .where(_Q.c.feed == feed, _is_pending(), _Q.c.incident.in_(seen))
        .values(answer=SEEN_AGAIN, answered_at=sql.coalesce(_Q.c.answered_at, at))
    )
    asked = exists().where(_Q.c.incident == _I.c.id, _is_pending())
    absent = select(literal(feed), _I.c.id, literal(receipt), literal(ABSENT), literal(at)).where(
        _I.c.feed == feed, _I.c.state.in_(_HELD), ~present, ~asked
    )
    columns = ("feed", "incident", "receipt_id", "asks", "raised_at")
    raised = connection.execute(insert(_Q).from_select(columns, absent)).rowcount
    connection.execute(delete(_U).where(_U.c.unit == unit))
    return raised


def _is_pending() -> ColumnElement[bool]:
    return _Q.c.answered_at.is_(None) | (_Q.c.answer == STILL_THERE)


def open_questions(
    connection: Connection, feed: int, after: int, limit: int
) -> list[dict[str, Any]]:
    """Return a feed's open questions in their order, with what the log keeps readable of the record."""
    columns = (
        _Q.c.id,
        _Q.c.asks,
        _Q.c.receipt_id,
        _Q.c.raised_at,
        _L.c.recorded_at,
        _L.c.reported,
        _L.c.occurred_from,
        _L.c.kind,
        _L.c.mapping_status,
        _L.c.typology_behaviour,
        _L.c.lsoa_code,
        _L.c.ward_code,
    )
    statement = (
        select(*columns)
        .join(_I, _I.c.id == _Q.c.incident)
        .join(_L, _L.c.position == _I.c.position)
        .where(_open_of(feed), _Q.c.id > after)
        .order_by(_Q.c.id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def named_questions(
    connection: Connection, feed: int, named: Sequence[int | bytes]
) -> dict[int | bytes, int]:
    """Return the incident of each open question that is named by its id or by a natural key."""
    found: dict[int | bytes, int] = {}
    for start in range(0, len(named), _CHUNK):
        part = named[start : start + _CHUNK]
        by = _Q.c.id if isinstance(part[0], int) else _I.c.natural_key
        statement = (
            select(by, _Q.c.incident)
            .join(_I, _I.c.id == _Q.c.incident)
            .where(_open_of(feed), by.in_(part))
        )
        found |= {
            one if isinstance(one, int) else bytes(one): incident
            for one, incident in connection.execute(statement)
        }
    return found


def answer_questions(tx: Tx, feed: int, incidents: Sequence[int], answer: str, at: int) -> int:
    """Close the open questions about these incidents with an answer; return how many."""
    done = 0
    for start in range(0, len(incidents), _CHUNK):
        done += tx.connection.execute(
            update(_Q)
            .where(_Q.c.feed == feed, _Q.c.answered_at.is_(None))
            .where(_Q.c.incident.in_(incidents[start : start + _CHUNK]))
            .values(answered_at=at, answer=answer)
        ).rowcount
    return done


def _open_of(feed: int) -> ColumnElement[bool]:
    """Open, and about a record that is still held: another correction may have come in between."""
    return and_(_Q.c.feed == feed, _Q.c.answered_at.is_(None), _I.c.state.in_(_HELD))
