"""Reading where deliveries stand: endpoints, their secrets, what is due."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, desc, func, or_, select, update

from gateway.store import tables as t
from gateway.store.clock import database_milliseconds
from gateway.store.reading import Reader
from gateway.store.states import Delivery
from gateway.store.tx import Tx

_S, _E, _D, _R = t.SUBSCRIPTION, t.ENDPOINT, t.DELIVERY, t.RELEASE
ACTIVE = "active"

_STANDING = (
    select(
        _S.c.id,
        _S.c.partner,
        _S.c.body,
        _S.c.decided_to,
        _S.c.acknowledged,
        _S.c.pending,
        _E.c.body.label("endpoint"),
        _E.c.state,
        _E.c.failing_since,
        _E.c.failures,
        _E.c.opens_at,
        _E.c.replay_next,
        _E.c.replay_to,
        _D.c.attempts,
        _D.c.next_at,
    )
    .join(_E, _E.c.subscription == _S.c.id)
    .outerjoin(_D, and_(_D.c.subscription == _S.c.id, _D.c.number == _S.c.pending))
)


class Deliveries:
    """Questions about deliveries, each in a short read of its own."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def due(self, now: int) -> list[str]:
        """Return subscriptions whose active endpoint may have something to be sent now, by id.

        What another worker holds is left out.

        Args:
            now: Seconds since 1970, by the injected clock.
        """
        head = select(t.HEAD.c.log_size).scalar_subquery()
        new = and_(_S.c.pending.is_(None), _S.c.decided_to < head)
        more = (
            select(t.KEPT_BACK.c.number)
            .where(t.KEPT_BACK.c.subscription == _S.c.id, t.KEPT_BACK.c.more)
            .where(t.KEPT_BACK.c.number == _S.c.last_release, _S.c.pending.is_(None))
            .exists()
        )
        again = and_(_S.c.pending.is_not(None), func.coalesce(_D.c.next_at, 0) <= now)
        statement = (
            select(_S.c.id)
            .join(_E, _E.c.subscription == _S.c.id)
            .outerjoin(_D, and_(_D.c.subscription == _S.c.id, _D.c.number == _S.c.pending))
            .where(
                _E.c.state == ACTIVE,
                func.coalesce(_E.c.opens_at, 0) <= now,
                or_(new, more, again, _E.c.replay_next.is_not(None)),
                or_(_S.c.lease_owner.is_(None), _S.c.lease_until <= database_milliseconds()),
            )
            .order_by(_S.c.id)
        )
        with self._reader.connection() as c:
            return [str(row[0]) for row in c.execute(statement)]

    def standing(self, subscription: str) -> dict[str, Any] | None:
        """Return a subscription with its endpoint and its pending delivery, or None without endpoint."""
        with self._reader.connection() as c:
            row = c.execute(_STANDING.where(_S.c.id == subscription)).mappings().first()
            return None if row is None else dict(row)

    def content_hash(self, subscription: str, number: int) -> bytes:
        """Return the hash of what a release held when it was committed."""
        statement = select(_R.c.content_hash).where(
            _R.c.subscription == subscription, _R.c.number == number
        )
        with self._reader.connection() as c:
            return bytes(c.execute(statement).scalar_one())

    def secrets(self, subscription: str, now: int) -> list[bytes]:
        """Return the wrapped secrets that sign now, newest first."""
        w = t.WEBHOOK_SECRET
        statement = (
            select(w.c.wrapped)
            .where(w.c.subscription == subscription)
            .where(or_(w.c.expires_at.is_(None), w.c.expires_at > now))
            .order_by(desc(w.c.number))
        )
        with self._reader.connection() as c:
            return [bytes(row[0]) for row in c.execute(statement)]

    def key_numbers(self, now: int) -> list[int]:
        """Return the numbers of the gateway's own webhook keys that sign now, newest first."""
        k = t.WEBHOOK_KEY
        statement = (
            select(k.c.number)
            .where(or_(k.c.expires_at.is_(None), k.c.expires_at > now))
            .order_by(desc(k.c.number))
        )
        with self._reader.connection() as c:
            return [int(row[0]) for row in c.execute(statement)] or [1]

    def listed(self, subscription: str, limit: int) -> list[dict[str, Any]]:
        """Return the newest deliveries of a subscription that held anything, newest first."""
        d = t.DISCLOSURE
        statement = (
            select(_D, _R.c.content_hash)
            .join(_R, and_(_R.c.subscription == _D.c.subscription, _R.c.number == _D.c.number))
            .where(
                _D.c.subscription == subscription,
                select(d.c.sequence)
                .where(d.c.subscription == _D.c.subscription, d.c.number == _D.c.number)
                .exists(),
            )
            .order_by(desc(_D.c.number))
            .limit(limit)
        )
        with self._reader.connection() as c:
            return [dict(row) for row in c.execute(statement).mappings()]


def make_due(tx: Tx, subscription: str) -> None:
    """Make what was given up, or waits for its next try, due now."""
    waiting = (Delivery.RETRYING, Delivery.REFUSED, Delivery.EXPIRED)
    tx.connection.execute(
        update(_D)
        .where(_D.c.subscription == subscription, _D.c.state.in_(waiting))
        .values(state=Delivery.RETRYING.value, next_at=None)
    )


def forget_expired_secrets(tx: Tx, subscription: str, at: int) -> None:
    """Delete the secrets of a subscription whose grace has ended."""
    w = t.WEBHOOK_SECRET
    tx.connection.execute(delete(w).where(w.c.subscription == subscription, w.c.expires_at <= at))
