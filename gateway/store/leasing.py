"""Leases on subscriptions: which worker sends for which recipient, judged by the database's clock.

A lease is a row's ``lease_owner`` and ``lease_until``. Every taking has a token of its own, so a worker
that was stopped, lost its lease and goes on is told so inside its next commit (``hold``), whoever holds
the lease by then. The law, expiry and stamps never use this clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select, update

from gateway.store import tables as t
from gateway.store.clock import database_milliseconds
from gateway.store.tx import Tx
from gateway.store.writer import Writer

LEASE_SECONDS = 10.0
"""A worker that dies is taken over from after this time; renewing at a third of it leaves two tries."""

_S = t.SUBSCRIPTION


class LeaseLost(Exception):
    """The lease ran out or another worker has it. Nothing was written; stop sending."""


@dataclass(frozen=True, slots=True)
class Lease:
    """One taking of one subscription."""

    subscription: str
    token: str
    until: int
    """Milliseconds since 1970 by the database's clock, as of the last taking or renewal."""


class Leases:
    """Takes, renews and gives back leases in the name of one worker."""

    def __init__(self, writer: Writer, worker: str, seconds: float = LEASE_SECONDS) -> None:
        """Args: ``worker`` is unique among all processes and all their lives (``House.new_id``)."""
        self._writer = writer
        self._worker = worker
        self._milliseconds = int(seconds * 1000)
        self._taken = 0

    def take(self, subscriptions: Sequence[str], most: int = 1) -> list[Lease]:
        """Take up to ``most`` of these subscriptions, in their order; none of another worker's.

        Raises:
            StoreUnavailable: The database does not answer.
            Overloaded: Too much waits for the writer.
        """
        if not subscriptions or most < 1:
            return []
        self._taken += 1
        token = f"{self._worker}.{self._taken}"

        def job(tx: Tx) -> list[Lease]:
            taken: list[Lease] = []
            for subscription in subscriptions:
                if len(taken) == most:
                    break
                now = database_milliseconds()
                free = or_(_S.c.lease_owner.is_(None), _S.c.lease_until <= now)
                lease = self._set(tx, subscription, token, free)
                taken += [] if lease is None else [lease]
            return taken

        return self._writer.run(job)

    def renew(self, lease: Lease) -> Lease:
        """Hold it for another while.

        Raises:
            LeaseLost: It ran out, or another worker has it.
        """

        def job(tx: Tx) -> Lease:
            alive = (_S.c.lease_owner == lease.token) & (_S.c.lease_until > database_milliseconds())
            renewed = self._set(tx, lease.subscription, lease.token, alive)
            if renewed is None:
                raise LeaseLost
            return renewed

        return self._writer.run(job)

    def give_back(self, lease: Lease) -> None:
        """End the lease, if it is still ours: another worker need not wait for it."""

        def job(tx: Tx) -> None:
            ours = (_S.c.id == lease.subscription) & (_S.c.lease_owner == lease.token)
            gone = update(_S).where(ours).values(lease_owner=None, lease_until=None)
            tx.connection.execute(gone)

        self._writer.run(job)

    def _set(self, tx: Tx, subscription: str, token: str, where: Any) -> Lease | None:  # noqa: ANN401 - a condition
        until = database_milliseconds() + self._milliseconds
        statement = update(_S).where(_S.c.id == subscription, where)
        done = tx.connection.execute(statement.values(lease_owner=token, lease_until=until))
        if done.rowcount != 1:
            return None
        kept = select(_S.c.lease_until).where(_S.c.id == subscription)
        return Lease(subscription, token, int(tx.connection.execute(kept).scalar_one()))


def hold(tx: Tx, lease: Lease) -> None:
    """Demand inside a commit that a lease is still held: the fence around all that a worker writes.

    Raises:
        LeaseLost: It ran out, or another worker has it.
    """
    held = select(_S.c.id).where(
        _S.c.id == lease.subscription,
        _S.c.lease_owner == lease.token,
        _S.c.lease_until > database_milliseconds(),
    )
    if tx.connection.execute(held).first() is None:
        raise LeaseLost
