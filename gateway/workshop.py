"""Working large pushes out in processes of their own, so that both cores work on a month of rows.

Everything before the lock is a function of the body and of law, register and keys; a process that
has read those gives back a ``PreparedPush``, and the one writer records it. A process that dies costs
nothing: the push is then worked out here.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from gateway.intake.desks import Desks
from gateway.intake.push import work_out
from gateway.intake.recorded import Desk, PushRequest
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition
from gateway.law.register import Register
from gateway.log.entries import PreparedPush
from gateway.store.database import Database
from gateway.store.reading import Reader
from policies.law import Law

COLLECT_EVERY = 50_000
"""Objects born before Python looks for circles of them: a push of 1,000 rows makes none, and looking
every 700 objects took an eighth of its time (66 to 58 µs a row)."""
LARGE_BYTES = 256 * 1024
"""Bodies from here on are worth the way to another process (about 500 rows)."""


@dataclass(frozen=True, slots=True)
class Order:
    """One push to work out."""

    body: bytes
    media_type: str
    feed: str
    request: PushRequest
    limit: int
    epoch: int
    day: date
    parts: Mapping[str, str]
    """The snapshot of the law in force (``Law.parts``)."""


class Workshop:
    """A few processes for large pushes; none until the first one comes."""

    def __init__(self, home: Path, database: Database, processes: int) -> None:
        self._home, self._database, self._processes = home, database, processes
        self._pool: ProcessPoolExecutor | None = None
        self._lock = Lock()

    def submit(self, order: Order) -> Future[PreparedPush] | None:
        """Hand a push over; None where there is no process to take it."""
        if not self._processes:
            return None
        with self._lock:
            if self._pool is None:
                # spawned, not forked: a copy of our threads' locks would be of no use there
                self._pool = ProcessPoolExecutor(
                    self._processes, get_context("spawn"), _open, (self._home, self._database)
                )
            pool = self._pool
        try:
            return pool.submit(_serve, order)
        except (BrokenProcessPool, RuntimeError):  # it broke, or is being closed
            self.close()
            return None

    def close(self) -> None:
        """Let the processes go."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)


class _Bench:
    """What one process holds."""

    def __init__(self, home: Path, database: Database) -> None:
        self.keys = KeyRing.open(home)
        self.reader = Reader(database.reading(size=1))
        self.desks = Desks(self.reader, self.keys, os.urandom)
        self.edition: Edition | None = None

    def desk(self, order: Order) -> Desk:
        """Return the desk of the order's feed, under the order's law."""
        if self.edition is None or self.edition.epoch != order.epoch:
            law = Law.from_parts(order.parts)
            self.edition = Edition(law, Register(self.reader), order.epoch)
            seldom_collect()
        return self.desks.desk(order.feed, self.edition, order.day)


_BENCHES: list[_Bench] = []
"""The one bench of a process of the workshop; empty in every other process."""


def seldom_collect() -> None:
    """Leave what stands now out of every later collection, and collect seldom."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 20, 20)


def _open(home: Path, database: Database) -> None:
    _BENCHES.append(_Bench(home, database))


def _serve(order: Order) -> PreparedPush:
    desk = _BENCHES[0].desk(order)
    return work_out(order.body, order.media_type, desk, order.request, order.limit)
