"""Requests for disclosure: their rows and steps, and the stretch of the log that one of them may collect."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select

from gateway.store import tables as t
from gateway.store.offers import (
    AMONG,
    AMONG_COUNTED,
    CANDIDATE_COLUMNS,
    LIVE,
    RESTRICTED,
    Candidate,
)
from gateway.store.releasing import Window, notable, told_about

_R, _S = t.DISCLOSURE_REQUEST, t.DISCLOSURE_REQUEST_STEP
_I, _L = t.INCIDENT, t.LOG


def requests_of(connection: Connection, partner: str | None, most: int) -> list[dict[str, Any]]:
    """Return requests, the newest first.

    Args:
        connection: Inside the read.
        partner: Only those that it asked or is asked; None: every one.
        most: Rows at most.
    """
    statement = select(_R).order_by(_R.c.at.desc(), _R.c.id).limit(most)
    if partner is not None:
        statement = statement.where(or_(_R.c.partner == partner, _R.c.holder == partner))
    return [dict(row) for row in connection.execute(statement).mappings()]


def request_of(connection: Connection, request: str, partner: str | None) -> dict[str, Any] | None:
    """Return one request that a partner asked or is asked; None: any partner's."""
    statement = select(_R).where(_R.c.id == request)
    if partner is not None:
        statement = statement.where(or_(_R.c.partner == partner, _R.c.holder == partner))
    row = connection.execute(statement).mappings().first()
    return None if row is None else dict(row)


def steps_of(connection: Connection, requests: Collection[str]) -> list[dict[str, Any]]:
    """Return the steps of requests, in their order."""
    statement = (
        select(_S).where(_S.c.request.in_(list(requests))).order_by(_S.c.request, _S.c.number)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def steps_named(connection: Connection, step: str, most: int) -> list[dict[str, Any]]:
    """Return the newest steps of one kind, over all requests."""
    statement = select(_S).where(_S.c.step == step).order_by(_S.c.leaf.desc()).limit(most)
    return [dict(row) for row in connection.execute(statement).mappings()]


def waiting(connection: Connection, state: str) -> list[dict[str, Any]]:
    """Return the requests that wait: for an answer (``state``), or for a review; the oldest first."""
    statement = (
        select(_R)
        .where(or_(_R.c.state == state, _R.c.review_due.is_not(None)))
        .order_by(_R.c.at, _R.c.id)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]


def quiet_since(connection: Connection, before: int, state: str, erased: str) -> list[str]:
    """Return requests not in ``state`` whose last step was before a second, and that hold words still."""
    last = select(_S.c.request).group_by(_S.c.request).having(func.max(_S.c.at) < before)
    gone = select(_S.c.request).where(_S.c.step == erased)
    statement = select(_R.c.id).where(
        _R.c.id.in_(last), _R.c.id.not_in(gone), _R.c.state != state, _R.c.review_due.is_(None)
    )
    return list(connection.execute(statement.order_by(_R.c.id)).scalars())


def newest_of(connection: Connection, classes: Collection[int], most: int) -> list[Candidate]:
    """Return the current, live versions of some record classes, the newest first."""
    statement = (
        select(*CANDIDATE_COLUMNS)
        .join(_I, _I.c.id == _L.c.incident)
        .where(_I.c.position == _L.c.position, _I.c.state == LIVE)
        .where(_L.c.class_id.in_(list(classes)))
        .order_by(_L.c.position.desc())
        .limit(most)
    )
    return [Candidate._make(row) for row in connection.execute(statement)]


def read_requested(
    connection: Connection,
    subscription: str,
    after: int,
    asked: Sequence[int],
    allowed: Sequence[int],
    places: Sequence[int],
    limit: int,
) -> Window:
    """Read what one decided request may collect: the versions that were decided about, and notices.

    Args:
        connection: Inside one consistent read.
        subscription: By which it is collected.
        after: Position up to which it is decided.
        asked: Class ids that the filter asks for.
        allowed: Of those, the class ids that the law lets go.
        places: Positions that were decided about; those up to ``after`` are over.
        limit: Notices at most; the records leave together, however many they are.
    """
    head = connection.execute(select(t.HEAD.c.log_size, t.HEAD.c.law_epoch)).one()
    until = int(head[0])
    span = {"subscription": subscription, "after": after, "most": limit, "since": 0}
    told = notable(connection, {**span, "until": until, "classes": list(allowed)})
    entries = sorted(told)
    ahead = [place for place in places if after < place <= until]
    if len(entries) >= limit and not ahead:
        until = int(entries[limit - 1][0])
        entries = [row for row in entries if row[0] <= until]
    window = Window(int(head[0]), int(head[1]), until, [], [])
    at = {"places": ahead, "since": 0}
    offers = [
        Candidate._make(row[1:])
        for statement in AMONG
        for row in connection.execute(statement, {**at, "classes": list(allowed)})
    ]
    window.candidates = sorted(offers)
    window.held = told_about(connection, subscription, entries, {one.incident for one in offers})
    for statement in AMONG_COUNTED:
        for class_id, state, number in connection.execute(
            statement, {**at, "classes": list(asked)}
        ):
            if state == LIVE:
                window.current_by_class[class_id] = (
                    window.current_by_class.get(class_id, 0) + number
                )
            elif state == RESTRICTED:
                window.restricted_by_class[class_id] = (
                    window.restricted_by_class.get(class_id, 0) + number
                )
            else:
                window.superseded += number
    return window
