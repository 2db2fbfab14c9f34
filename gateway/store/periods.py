"""Reading the log for a release by cells: everything of closed periods, and what was kept back before.

A period is a stretch of the log: what was recorded before its close. Its rows are read whole, because a
cell leaves whole; notices about records that were given go with them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, and_, exists, select

from gateway.store import tables as t
from gateway.store.offers import (
    AMONG,
    AMONG_COUNTED,
    CANDIDATE_COLUMNS,
    CANDIDATES,
    LIFTED,
    LIVE,
    RESTRICTED,
    Candidate,
)
from gateway.store.releasing import Window, count_window, notable
from gateway.store.states import CLOSED

_ALL = 1 << 62
_PART = 500
_K, _D, _L, _I = t.KEPT_BACK, t.DISCLOSURE, t.LOG, t.INCIDENT


class Waiting(NamedTuple):
    """What the last release by cells kept back."""

    offers: list[int]
    more: bool


def closed_to(connection: Connection, after: int, close: int) -> int:
    """Return the last position of the stretch that was recorded before a period closed.

    Args:
        connection: Inside one consistent read.
        after: Position up to which the subscription is decided.
        close: When the period closed, in seconds since 1970.
    """
    later = (
        select(_L.c.position)
        .where(_L.c.position > after, _L.c.recorded_at >= close)
        .order_by(_L.c.position)
        .limit(1)
    )
    first = connection.execute(later).scalar()
    if first is not None:
        return int(first) - 1
    return int(connection.execute(select(t.HEAD.c.log_size)).scalar_one())


def kept_back(connection: Connection, subscription: str) -> Waiting:
    """Return what waits: what the last release by cells kept back, one that was closed aside."""
    statement = (
        select(_K.c.offers, _K.c.more)
        .where(_K.c.subscription == subscription, _stands(_K.c.subscription, _K.c.number))
        .order_by(_K.c.number.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return Waiting([], more=False) if row is None else Waiting(json.loads(row[0]), bool(row[1]))  # noqa: TID251 - our own row


def read_period(
    connection: Connection,
    subscription: str,
    after: int,
    until: int,
    waiting: Sequence[int],
    asked: Sequence[int],
    allowed: Sequence[int],
    since: int,
) -> tuple[Window, list[tuple[int, Candidate]], list[tuple[Any, ...]], int]:
    """Read a closed stretch of the log, and what waits from before it.

    Args:
        connection: Inside one consistent read.
        subscription: Whose disclosures tell what the recipient holds.
        after: Position up to which the subscription is decided.
        until: Where the closed periods end (``closed_to``).
        waiting: Offers that were kept back (``kept_back``).
        asked: Class ids that the filter asks for.
        allowed: Of those, the class ids that the law lets go.
        since: Only versions recorded from this second on are asked for.

    Returns:
        The window, with its counts and without candidates; every offer that may go, by its place; the
        entries to be told about; how many of the waiting offers are asked for still.
    """
    head = connection.execute(select(t.HEAD.c.log_size, t.HEAD.c.law_epoch)).one()
    window = Window(int(head[0]), int(head[1]), until, [], [])
    span = {"after": after, "until": until, "most": _ALL, "since": since}
    may_go = {**span, "classes": list(allowed)}
    found = [row for one in (CANDIDATES, LIFTED) for row in connection.execute(one, may_go)]
    count_window(connection, window, {**span, "classes": list(asked)})
    before = 0
    for start in range(0, len(waiting), _PART):
        part = {"places": list(waiting[start : start + _PART]), "since": since}
        for statement in AMONG:
            found += connection.execute(statement, {**part, "classes": list(allowed)})
        before += _count_again(connection, window, {**part, "classes": list(asked)})
    offers = sorted((int(row[0]), Candidate._make(row[1:])) for row in found)
    told = {**may_go, "subscription": subscription}
    return window, offers, sorted(notable(connection, told)), before


def _count_again(connection: Connection, window: Window, part: dict[str, Any]) -> int:
    """Add what has become of offers that waited to the counts of a window; return how many."""
    live, restricted = Counter(window.current_by_class), Counter(window.restricted_by_class)
    seen = 0
    for statement in AMONG_COUNTED:
        for class_id, state, number in connection.execute(statement, part):
            seen += number
            if state == LIVE:
                live[class_id] += number
            elif state == RESTRICTED:
                restricted[class_id] += number
            else:
                window.superseded += number
    window.current_by_class, window.restricted_by_class = dict(live), dict(restricted)
    return seen


def given_to(connection: Connection, subscription: str) -> list[Candidate]:
    """Return the versions that a subscription was given, retracted ones included.

    What was erased since is left out, because nothing says any more where and when it was: a cell
    counts fewer then, and more is kept back.
    """
    statement = (
        select(*CANDIDATE_COLUMNS)
        .join(_D, _D.c.position == _L.c.position)
        .join(_I, _I.c.id == _L.c.incident)
        .where(
            _D.c.subscription == subscription,
            _D.c.what == "record",
            _stands(_D.c.subscription, _D.c.number),
            _L.c.kind.is_not(None),
        )
    )
    return [Candidate._make(row) for row in connection.execute(statement)]


def _stands(subscription: Any, number: Any) -> ColumnElement[bool]:  # noqa: ANN401 - columns
    """Whether a release was not closed: what it held was decided anew."""
    closed = and_(
        t.DELIVERY.c.subscription == subscription,
        t.DELIVERY.c.number == number,
        t.DELIVERY.c.state.in_(CLOSED),
    )
    return ~exists().where(closed)
