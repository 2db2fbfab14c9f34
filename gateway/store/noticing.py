"""Reading how notices stand: those that were given in releases, and those that wait to be fetched."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, and_, func, literal_column, null, select

from gateway.store import tables as t
from gateway.store.states import CLOSED, OPEN, Delivery

_D, _R, _S, _L = t.DISCLOSURE, t.RELEASE, t.SUBSCRIPTION, t.LOG
_STATE = t.DELIVERY.c.state
_HAD = t.DISCLOSURE.alias("had")
_TRIED = t.DELIVERY.alias("tried")


class NoticeRow(NamedTuple):
    """One notice to one recipient."""

    subscription: str
    recipient: str
    release: int | None
    """Number of the release that carries it; None while the recipient has not fetched it."""
    sequence: int
    released_id: str
    version: int
    what: str
    """``notice:`` and its kind; of one that waits, the kind of log entry."""
    reason: str | None
    since: int
    """When it was given, else when it came up, in seconds since 1970."""
    delivery: str | None


_GIVEN = (
    select(
        _D.c.subscription,
        _S.c.partner,
        _D.c.number,
        _D.c.sequence,
        _D.c.released_id,
        _D.c.version,
        _D.c.what,
        _D.c.reason,
        _R.c.at,
        _STATE,
    )
    .join(_R, and_(_R.c.subscription == _D.c.subscription, _R.c.number == _D.c.number))
    .join(
        t.DELIVERY,
        and_(t.DELIVERY.c.subscription == _D.c.subscription, t.DELIVERY.c.number == _D.c.number),
    )
    .join(_S, _S.c.id == _D.c.subscription)
    .where(_D.c.what != "record", _STATE.not_in(CLOSED))
)
# of a record that somebody had, and of which he has not fetched what became of it
_WAITING = (
    select(
        _S.c.id,
        _S.c.partner,
        null().label("number"),
        func.min(_L.c.position).label("sequence"),
        _HAD.c.released_id,
        func.max(_HAD.c.version),
        (literal_column("'notice:'") + _L.c.entry_kind).label("what"),
        _L.c.reason,
        _L.c.recorded_at,
        null().label("state"),
    )
    .select_from(_S)
    .join(
        _L, and_(_L.c.position > _S.c.decided_to, _L.c.entry_kind != literal_column("'recorded'"))
    )
    .join(
        _HAD,
        and_(
            _HAD.c.incident == _L.c.incident,
            _HAD.c.subscription == _S.c.id,
            _HAD.c.what == "record",
        ),
    )
    .join(
        _TRIED,
        and_(
            _TRIED.c.subscription == _HAD.c.subscription,
            _TRIED.c.number == _HAD.c.number,
            _TRIED.c.state != Delivery.WITHDRAWN.value,
        ),
    )
    .where(
        # told already while the law let no record go
        ~select(_D.c.sequence)
        .join(
            t.DELIVERY,
            and_(
                t.DELIVERY.c.subscription == _D.c.subscription, t.DELIVERY.c.number == _D.c.number
            ),
        )
        .where(
            _D.c.subscription == _S.c.id,
            _D.c.incident == _L.c.incident,
            _D.c.position == _L.c.position,
            _D.c.what != "record",
            _STATE.not_in(CLOSED),
        )
        .exists()
    )
    .group_by(
        _S.c.id,
        _S.c.partner,
        _L.c.position,
        _HAD.c.released_id,
        _L.c.entry_kind,
        _L.c.reason,
        _L.c.recorded_at,
    )
)


def given(connection: Connection, subscription: str, most: int) -> list[NoticeRow]:
    """Return the newest notices that a subscription was given, newest first."""
    statement = _GIVEN.where(_D.c.subscription == subscription)
    statement = statement.order_by(_D.c.number.desc(), _D.c.sequence).limit(most)
    return [NoticeRow._make(row) for row in connection.execute(statement)]


def open_ones(connection: Connection, before: int | None = None) -> list[NoticeRow]:
    """Return every notice that nobody acknowledged, over all recipients, oldest first.

    Args:
        connection: Inside one consistent read.
        before: Only those given, or come up, before this second.
    """
    unanswered = _GIVEN.where(_STATE.in_(OPEN))
    waiting = _WAITING
    if before is not None:
        unanswered = unanswered.where(_R.c.at < before)
        waiting = waiting.where(_L.c.recorded_at < before)
    found = [NoticeRow._make(row) for row in connection.execute(unanswered)]
    found += [NoticeRow._make(row) for row in connection.execute(waiting)]
    return sorted(found, key=lambda row: (row.since, row.subscription, row.sequence))
