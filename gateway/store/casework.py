"""Reading for corrections: their steps, the records that a recipient was given, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, func, select

from gateway.store import tables as t
from gateway.store.offers import RECORDED
from gateway.store.states import CLOSED, Delivery

_S, _D, _L, _I = t.CORRECTION_STEP, t.DISCLOSURE, t.LOG, t.INCIDENT
_PART = 500


def steps_of(
    connection: Connection,
    kind: str,
    *,
    item: str | None = None,
    feeds: Sequence[str] | None = None,
    subscription: str | None = None,
) -> list[dict[str, Any]]:
    """Return steps of a kind in their order, the words locked as they are.

    Args:
        connection: Inside the read.
        kind: ``case`` or ``report``.
        item: Only of one.
        feeds: Only about records of these feeds.
        subscription: Only what one subscription's recipient reported.
    """
    statement = select(_S).where(_S.c.kind == kind).order_by(_S.c.item, _S.c.number)
    if item is not None:
        statement = statement.where(_S.c.item == item)
    if feeds is not None:
        statement = statement.where(_S.c.feed.in_(feeds))
    if subscription is not None:
        statement = statement.where(_S.c.subscription == subscription)
    return [dict(row) for row in connection.execute(statement).mappings()]


class GivenRecord(NamedTuple):
    """A record as a subscription was last given it."""

    incident: int
    version: int
    feed: int
    natural_key: bytes


def given_under(connection: Connection, subscription: str, released_id: str) -> GivenRecord | None:
    """Return the record that a subscription was given under an id of its own; None where it was not."""
    y = t.DELIVERY
    statement = (
        select(_D.c.incident, _D.c.version, _I.c.feed, _I.c.natural_key)
        .join(_I, _I.c.id == _D.c.incident)
        .join(y, (y.c.subscription == _D.c.subscription) & (y.c.number == _D.c.number))
        .where(
            _D.c.subscription == subscription,
            _D.c.released_id == released_id,
            _D.c.what == "record",
            y.c.state != Delivery.WITHDRAWN.value,
        )
        .order_by(_D.c.version.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    return None if row is None else GivenRecord(row[0], row[1], row[2], bytes(row[3]))


class Standing(NamedTuple):
    """How an incident stands now."""

    version: int
    state: str
    position: int
    """Of its current version."""
    feed: int
    natural_key: bytes


def standing_of(connection: Connection, incidents: Sequence[int]) -> dict[int, Standing]:
    """Return how incidents stand, by id."""
    found: dict[int, Standing] = {}
    for start in range(0, len(incidents), _PART):
        part = incidents[start : start + _PART]
        statement = select(
            _I.c.id, _I.c.version, _I.c.state, _I.c.position, _I.c.feed, _I.c.natural_key
        ).where(_I.c.id.in_(part))
        for row in connection.execute(statement):
            found[row[0]] = Standing(row[1], row[2], row[3], row[4], bytes(row[5]))
    return found


def entries_after(
    connection: Connection, incidents: Sequence[int], position: int
) -> list[tuple[int, int, str, int]]:
    """Return (position, incident, kind of entry, recorded at) of incidents after a position, in order."""
    found: list[tuple[int, int, str, int]] = []
    for start in range(0, len(incidents), _PART):
        part = incidents[start : start + _PART]
        statement = select(_L.c.position, _L.c.incident, _L.c.entry_kind, _L.c.recorded_at).where(
            _L.c.incident.in_(part), _L.c.position > position
        )
        found += [(row[0], row[1], row[2], row[3]) for row in connection.execute(statement)]
    return sorted(found)


class Told(NamedTuple):
    """A record or a notice that a recipient was given, and how its delivery stands."""

    subscription: str
    recipient: str
    number: int
    incident: int
    version: int
    position: int
    released_id: str
    what: str
    decided_to: int
    """How far the log was decided about when it was given."""
    at: int
    state: str
    attempts: int
    next_at: int | None
    outcome: str | None


def told_of(connection: Connection, incidents: Sequence[int]) -> list[Told]:
    """Return all that recipients were given of incidents, in the order of the releases; closed ones too."""
    r, s, y = t.RELEASE, t.SUBSCRIPTION, t.DELIVERY
    found: list[Told] = []
    for start in range(0, len(incidents), _PART):
        statement = (
            select(
                _D.c.subscription,
                s.c.partner,
                _D.c.number,
                _D.c.incident,
                _D.c.version,
                _D.c.position,
                _D.c.released_id,
                _D.c.what,
                r.c.to_position,
                r.c.at,
                y.c.state,
                y.c.attempts,
                y.c.next_at,
                y.c.outcome,
            )
            .join(r, (r.c.subscription == _D.c.subscription) & (r.c.number == _D.c.number))
            .join(y, (y.c.subscription == _D.c.subscription) & (y.c.number == _D.c.number))
            .join(s, s.c.id == _D.c.subscription)
            .where(
                _D.c.incident.in_(incidents[start : start + _PART]),
                y.c.state != Delivery.WITHDRAWN.value,
            )
            .order_by(r.c.leaf, _D.c.sequence)
        )
        found += [Told._make(row) for row in connection.execute(statement)]
    return found


def is_closed(state: str) -> bool:
    """Whether a release was closed: its notices are given anew by a later one."""
    return state in CLOSED


def recorded_before(connection: Connection, incident: int, version: int) -> int | None:
    """Return when a version was recorded, in seconds since 1970."""
    statement = select(_L.c.recorded_at).where(
        _L.c.incident == incident, _L.c.version == version, _L.c.entry_kind == RECORDED
    )
    return connection.execute(statement).scalar()


def held_by_several(connection: Connection, feed: int, most: int) -> list[int]:
    """Return live incidents of a feed that the most subscriptions were given, those first."""
    subscriptions = func.count(_D.c.subscription.distinct())
    statement = (
        select(_D.c.incident)
        .join(_I, _I.c.id == _D.c.incident)
        .where(_I.c.feed == feed, _I.c.state == "live", _D.c.what == "record")
        .group_by(_D.c.incident)
        .order_by(subscriptions.desc(), _D.c.incident)
        .limit(most)
    )
    return [int(row[0]) for row in connection.execute(statement)]
