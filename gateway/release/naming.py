"""When the key of a quarter's ids may go: once all that was released of it has had its time at recipients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from gateway.clock import LONDON, Clock, london_day
from gateway.keys.derive import SIZE
from gateway.keys.quarters import InUse, destroy
from gateway.keys.ring import KeyRing
from gateway.law.book import LawBook
from gateway.law.register import Act, Register
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store.naming import (
    last_recorded_of,
    last_releases_of,
    last_return_of,
    quarters_recorded,
)
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.pseudonym import quarter_of
from schemas.subscriptions import Subscription


def in_use(reader: Reader, register: Register, now: datetime) -> InUse:
    """Return what was named so far; the running quarter counts, and what was recorded."""
    with reader.connection() as connection:
        quarters = {*quarters_recorded(connection), quarter_of(now)}
    return InUse(frozenset(quarters), frozenset(register.partners), frozenset(register.feeds))


def due_on(reader: Reader, register: Register, quarter: str, retention_days: float) -> date:
    """Return the first day on which a quarter's key may be destroyed.

    Args:
        reader: The store.
        register: Partners and agreements as they stand.
        quarter: Such as ``2026Q3``.
        retention_days: How long recipients may keep what no agreement says it of.
    """
    bodies = reader.bodies("subscription")
    with reader.connection() as connection:
        released = last_releases_of(connection, quarter)
        others = last_return_of(connection, quarter), last_recorded_of(connection, quarter)
    ends = [_after_next(quarter)]
    for name, at in released:
        asked = Subscription.model_validate_json(bodies[name])
        agreed = [one.retention_days for one in register.agreements if one.id == asked.agreement]
        ends.append(_end(at, max(agreed, default=retention_days)))
    # what was recorded lately, of however long ago, is still to be released to somebody
    ends += [_end(at, retention_days) for at in others if at is not None]
    return max(ends)


def _after_next(quarter: str) -> date:
    """Return the day after a quarter's returns are due: the end of the next (SI 2007/1831 reg 3)."""
    months = int(quarter[:4]) * 12 + int(quarter[5]) * 3 + 3
    return date(months // 12, months % 12 + 1, 1)


def _end(at: int, days: float) -> date:
    released = datetime.fromtimestamp(at, tz=LONDON).date()
    return released + timedelta(days=ceil(days) + 1)


def put_key_change(quarter: str | None, change: str, act: Act) -> Callable[[Tx], int]:
    """Return the job that records what happens to a quarter's key, or to the master's."""
    name = "pseudonym" if quarter is None else f"pseudonym.{quarter.lower()}"

    def seal(tx: Tx) -> int:
        said = {"at": act.stamp, "actor": act.actor, "nonce": act.nonce}
        return tx.seal(leaf(Operation.KEYS, **said, key_name=name, change=change))

    return seal


@dataclass(slots=True)
class QuarterRound:
    """Destroys the keys of the quarters that have had their time, once a day."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]
    retention_days: float
    _done: date | None = None

    def run_in_turn(self) -> None:
        """Do so where a day has begun; called on a clock (raises ``KeysUnavailable``)."""
        today = london_day(self.clock)
        if self._done != today:
            self.run(today)
            self._done = today

    def run(self, today: date) -> list[str]:
        """Destroy what is due; return which quarters, each one entry of the ledger."""
        register, now = self.book.refresh().register, self.clock.now()
        used = in_use(self.reader, register, now)
        due = [
            one
            for one in sorted(used.quarters - self.keys.quarters.destroyed)
            if due_on(self.reader, register, one, self.retention_days) <= today
        ]
        for quarter in due:
            act = Act("gateway", stamp(now), self.random(16).hex())
            self.writer.run(put_key_change(quarter, "destroyed", act))
            destroy(self.keys.folder, self.random(SIZE), quarter, used)
        return due
