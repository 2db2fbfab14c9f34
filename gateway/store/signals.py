"""Statements of matching: what is still to be compared, what it may be compared with, and signals."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, func, select, update

from gateway.store import tables as t
from gateway.store.offers import LIVE, RECORDED
from gateway.store.states import Delivery
from gateway.store.tx import Tx

_K, _L, _I = t.SUBJECT_KEY, t.LOG, t.INCIDENT
_S, _R, _T, _M = t.SIGNAL, t.SIGNAL_RECORD, t.SIGNAL_STEP, t.MATCHING_MARK
_D, _Y = t.DISCLOSURE, t.DELIVERY
_PART = 500


class ReportRow(NamedTuple):
    """The current version of a live incident."""

    position: int
    incident: int
    version: int
    class_id: int
    reported: int | None
    occurred_from: int | None
    recorded_at: int


def matched_to(connection: Connection) -> int:
    """Return how far matching has come in the log."""
    return int(connection.execute(select(_M.c.matched_to)).scalar_one())


def move_mark(tx: Tx, to: int) -> None:
    """Say how far matching has come."""
    tx.connection.execute(update(_M).values(matched_to=to))


def keyed_after(connection: Connection, after: int, limit: int) -> list[int]:
    """Return the first positions after one at which a keyed sealed half stands."""
    statement = (
        select(_K.c.position).where(_K.c.position > after).distinct().order_by(_K.c.position)
    )
    return [int(row[0]) for row in connection.execute(statement.limit(limit))]


def reports_at(connection: Connection, positions: Sequence[int]) -> dict[int, ReportRow]:
    """Return those of the versions at these positions that are current, of incidents that are live."""
    found: dict[int, ReportRow] = {}
    columns = (_L.c[name] for name in ReportRow._fields)
    statement = (
        select(*columns)
        .join(_I, _I.c.position == _L.c.position)
        .where(_I.c.state == LIVE, _L.c.entry_kind == RECORDED)
    )
    for start in range(0, len(positions), _PART):
        part = statement.where(_L.c.position.in_(positions[start : start + _PART]))
        found |= {row[0]: ReportRow._make(row) for row in connection.execute(part)}
    return found


def most_recent(connection: Connection, digests: Collection[bytes], most: int) -> list[int]:
    """Return the last positions, ``most`` a hash, at which one of these hashes stands."""
    found: set[int] = set()
    for digest in digests:
        statement = (
            select(_K.c.position).where(_K.c.digest == digest).order_by(_K.c.position.desc())
        )
        found.update(int(row[0]) for row in connection.execute(statement.limit(most)))
    return sorted(found)


def told_before(
    connection: Connection, partner: str, agreement: str, why: str, incidents: Sequence[int]
) -> bool:
    """Whether a partner was told for the same reason of a household with one of these incidents."""
    statement = (
        select(_S.c.id)
        .join(_R, _R.c.signal == _S.c.id)
        .where(_S.c.partner == partner, _S.c.agreement == agreement, _S.c.why == why)
    )
    for start in range(0, len(incidents), _PART):
        part = statement.where(_R.c.incident.in_(incidents[start : start + _PART]))
        if connection.execute(part.limit(1)).first() is not None:
            return True
    return False


def received(
    connection: Connection, subscriptions: Collection[str], incidents: Sequence[int]
) -> list[dict[str, Any]]:
    """Return incident, subscription, release and released id of what went to some subscriptions."""
    if not subscriptions:
        return []
    found: list[dict[str, Any]] = []
    for start in range(0, len(incidents), _PART):
        statement = (
            select(_D.c.incident, _D.c.subscription, _D.c.number, _D.c.released_id)
            .join(_Y, (_Y.c.subscription == _D.c.subscription) & (_Y.c.number == _D.c.number))
            .where(
                _D.c.incident.in_(incidents[start : start + _PART]),
                _D.c.subscription.in_(sorted(subscriptions)),
                _D.c.what == "record",
                _Y.c.state != Delivery.WITHDRAWN.value,
            )
            .order_by(_D.c.incident, _D.c.number)
        )
        found += [dict(row) for row in connection.execute(statement).mappings()]
    return found


def pushed(connection: Connection, positions: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Return feed, receipt and time of the push that recorded each position."""
    p, f = t.PUSH, t.FEED
    found: dict[int, dict[str, Any]] = {}
    for position in positions:
        statement = (
            select(f.c.name.label("feed"), p.c.receipt_id.label("receipt"), p.c.at)
            .join(f, f.c.id == p.c.feed)
            .where(p.c.first_position <= position, p.c.last_position >= position)
        )
        row = connection.execute(statement).mappings().first()
        if row is not None:
            found[position] = dict(row)
    return found


def signals(
    connection: Connection, partner: str | None, about: str | None, most: int
) -> list[dict[str, Any]]:
    """Return signals, the newest first.

    Args:
        connection: Inside the read.
        partner: Told to this partner; with ``about`` either is enough. None: no limit.
        about: Resting on a report of this controller's.
        most: Rows at most.
    """
    statement = select(_S).order_by(_S.c.at.desc(), _S.c.leaf.desc()).limit(most)
    if partner is not None:
        mine = _S.c.partner == partner
        if about is not None:
            mine |= exists().where(_R.c.signal == _S.c.id, _R.c.controller == about)
        statement = statement.where(mine)
    return _rows(connection, statement)


def signal(connection: Connection, name: str) -> dict[str, Any] | None:
    """Return one signal, or None."""
    found = _rows(connection, select(_S).where(_S.c.id == name))
    return found[0] if found else None


def records_of(connection: Connection, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the reports that signals rest on, by signal, in the order of the log."""
    return _by_signal(
        _rows(connection, select(_R).where(_R.c.signal.in_(names)).order_by(_R.c.position))
    )


def steps_of(connection: Connection, names: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """Return what became of signals, by signal, in its order."""
    return _by_signal(
        _rows(connection, select(_T).where(_T.c.signal.in_(names)).order_by(_T.c.number))
    )


def live_incidents(connection: Connection, positions: Sequence[int]) -> set[int]:
    """Return the incidents of these versions that are live."""
    found: set[int] = set()
    for start in range(0, len(positions), _PART):
        statement = (
            select(_L.c.incident)
            .join(_I, _I.c.id == _L.c.incident)
            .where(_L.c.position.in_(positions[start : start + _PART]), _I.c.state == LIVE)
        )
        found.update(int(row[0]) for row in connection.execute(statement))
    return found


def count_of_keyed(connection: Connection, after: int) -> int:
    """Return how many keyed sealed halves stand after a position."""
    statement = select(func.count(func.distinct(_K.c.position))).where(_K.c.position > after)
    return int(connection.execute(statement).scalar_one())


def _rows(connection: Connection, statement: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(statement).mappings()]


def _by_signal(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["signal"], []).append(row)
    return found
