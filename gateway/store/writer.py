"""The one thread that writes: group commit, and an answer to everybody, whatever happens.

A *job* is a function of an open ``Tx``. Jobs that wait together share one commit. When one of them
raises, the whole group is rolled back and each job runs in a transaction of its own, so a job may be
run twice and must be a function of the transaction alone. A job that finds its precondition broken
raises before it writes.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, select, tuple_
from sqlalchemy.exc import SQLAlchemyError

from gateway.errors import Overloaded, StoreUnavailable
from gateway.events import Event, emit
from gateway.store import tables as t
from gateway.store.database import Database
from gateway.store.trouble import Trouble, fault_of
from gateway.store.tx import ClassIds, Head, Sealer, Tx

T = TypeVar("T")

GROUP_RECORDS = 500
"""A commit takes jobs until they weigh this many records."""

GATHER_SECONDS = 0.002
"""How long the writer lets jobs gather, where they have lately come several at a time; one that comes
alone does not wait."""


@dataclass(slots=True)
class _Job(Generic[T]):
    work: Callable[[Tx], T]
    weight: int
    future: Future[T]


class Writer:
    """Owns the writing connection. ``submit`` from any thread; ``close`` ends it cleanly."""

    def __init__(
        self,
        database: Database,
        sealer: Sealer,
        *,
        queue_limit: int = 2_000,
        moved: Callable[[], None] = lambda: None,
    ) -> None:
        """Open no connection yet.

        Args:
            database: Where to write; it is there.
            sealer: The ledger's tree.
            queue_limit: Jobs that may wait.
            moved: Told after each commit that moved log, ledger or law.
        """
        self._database, self._engine = database, database.writing()
        self._present, self._moved = database.present(), moved
        self._sealer = sealer
        self._classes = ClassIds()
        self._queue: deque[_Job[Any]] = deque()
        self._ready = threading.Condition()
        self._closing = False
        self._several = False
        self._owes = False
        self._limit = queue_limit
        self._connection: Connection | None = None
        self.log_size = 0
        self.law_epoch = 0
        self.commits = 0
        self.trouble: Trouble | None = None
        """Why no commit moved the ledger lately."""
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether the thread runs; readiness depends on it."""
        return self._thread.is_alive() and not self._closing

    @property
    def waiting(self) -> int:
        """How many jobs wait."""
        return len(self._queue)

    def has_its_database(self) -> bool:
        """Whether the database is still where it was: a file that was moved away takes no commit."""
        return self._present()

    def heard(self, log_size: int) -> None:
        """Take note of how far another process brought the log: pages on their way look again."""
        self.log_size = max(self.log_size, log_size)

    def submit(self, work: Callable[[Tx], T], weight: int = 1) -> Future[T]:
        """Queue a job.

        Raises:
            Overloaded: The queue is full.
            StoreUnavailable: The writer was closed.
        """
        job = _Job(work, weight, Future[T]())
        with self._ready:
            if self._closing:
                raise StoreUnavailable
            if len(self._queue) >= self._limit:
                raise Overloaded
            self._queue.append(job)
            self._ready.notify()
        return job.future

    def run(self, work: Callable[[Tx], T]) -> T:
        """Queue a job and wait for its commit."""
        return self.submit(work).result()

    def close(self) -> None:
        """Finish what is queued, then stop."""
        with self._ready:
            self._closing = True
            self._ready.notify()
        self._thread.join()
        self._disconnect()
        self._engine.dispose()

    # ------------------------------------------------------------------ the thread
    def _run(self) -> None:
        while True:
            group = self._next_group()
            if group is None:
                return
            try:
                self._commit(group)
            except BaseException as error:  # noqa: BLE001 - the thread outlives anything
                emit(Event.COMMIT_FAILED, jobs=len(group), error_type=type(error).__name__)
                for job in group:
                    if not job.future.done():
                        job.future.set_exception(self._outward(error))

    def _next_group(self) -> list[_Job[Any]] | None:
        with self._ready:
            while not self._queue and not self._closing:
                self._ready.wait()
            if not self._queue:
                return None
        if self._several and not self._closing:
            time.sleep(GATHER_SECONDS)
        with self._ready:
            group: list[_Job[Any]] = []
            weight = 0
            while self._queue and (not group or weight + self._queue[0].weight <= GROUP_RECORDS):
                job = self._queue.popleft()
                if job.future.set_running_or_notify_cancel():
                    weight += job.weight
                    group.append(job)
            self._several = len(group) > 1
            return group

    def _commit(self, group: list[_Job[Any]]) -> None:
        if not group:
            return
        try:
            results = self._transaction([job.work for job in group])
        except Exception as error:
            if self._database.failed(error):
                raise
            if len(group) == 1:
                group[0].future.set_exception(error)
                return
            for job in group:
                self._alone(job)
            return
        for job, result in zip(group, results, strict=True):
            job.future.set_result(result)

    def _alone(self, job: _Job[Any]) -> None:
        try:
            job.future.set_result(self._transaction([job.work])[0])
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            job.future.set_exception(self._outward(error))

    def _outward(self, error: BaseException) -> BaseException:
        return StoreUnavailable() if self._database.failed(error) else error

    def _transaction(self, works: list[Callable[[Tx], Any]]) -> list[Any]:
        if not self._present():
            raise StoreUnavailable
        try:
            connection, tx = self._begin()
            results = [work(tx) for work in works]
            tx.save_head()
            # where the connection is lost in here, nobody knows whether it was committed: whoever waits
            # is told to come again, and the key of the push makes that safe
            connection.exec_driver_sql("COMMIT")
        except BaseException as error:
            failed = self._database.failed(error)
            if failed:
                since = time.monotonic() if self.trouble is None else self.trouble.since
                self.trouble = Trouble(since, fault_of(error))
            self._roll_back(broken=failed)
            raise
        self._classes.keep()
        self.log_size, self.law_epoch = tx.head.log_size, tx.head.law_epoch
        self.commits += 1
        self._owes = self._owes or tx.destroyed
        if self._owes:
            # what was committed is; where a file cannot be cleared now it is at the next commit
            with contextlib.suppress(SQLAlchemyError):
                self._owes = not self._database.forget(connection)
        if tx.head_moved:
            self.trouble = None
            self._moved()
        return results

    def _begin(self) -> tuple[Connection, Tx]:
        """Begin, on a new connection where the one at hand has gone while nobody used it."""
        if self._connection is not None:
            try:
                return self._begun(self._connection)
            except Exception as error:
                if not _is_gone(self._connection, error):
                    raise
                self._roll_back(broken=True)
        self._connection = self._engine.connect()
        return self._begun(self._connection)

    def _begun(self, connection: Connection) -> tuple[Connection, Tx]:
        head = Head(*self._database.begin(connection))
        if self._sealer.size != head.ledger_size:
            # another process has written since: its leaves are between ours
            self._sealer.load(head.ledger_size, _peaks(connection, head.ledger_size))
        return connection, Tx(
            connection, self._database.hot(connection), head, self._sealer, self._classes
        )

    def _roll_back(self, *, broken: bool) -> None:
        self._classes.forget()
        self._sealer.load(0, _no_node)
        if self._connection is not None:
            # on disk full SQLite has rolled back already, and ROLLBACK itself raises
            with contextlib.suppress(SQLAlchemyError):
                self._connection.exec_driver_sql("ROLLBACK")
        if broken:
            self._disconnect()

    def _disconnect(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(SQLAlchemyError):
                self._connection.invalidate()
                self._connection.close()
            self._connection = None
            # what comes next may be another server that never saw what this one had
            self._classes = ClassIds()


def _no_node(_level: int, _index: int) -> bytes:
    raise LookupError


def _peaks(connection: Connection, size: int) -> Callable[[int, int], bytes]:
    """Read the roots of the complete subtrees of ``size`` leaves at once: one for each one-bit of it.

    They are read with the lock held, and one by one they took most of the time that it was held.
    """
    n, leaves = t.LEDGER_NODE.c, t.LEDGER.c
    wanted = [
        (level, (size >> level) - 1) for level in range(1, size.bit_length()) if size >> level & 1
    ]
    found: dict[tuple[int, int], bytes] = {}
    if wanted:
        statement = select(n.level, n["index"], n.hash).where(
            tuple_(n.level, n["index"]).in_(wanted)
        )
        found = {(row[0], row[1]): bytes(row[2]) for row in connection.execute(statement)}
    if size & 1:
        last = select(leaves.hash).where(leaves["index"] == size - 1)
        found[0, size - 1] = bytes(connection.execute(last).scalar_one())
    return lambda level, index: found[level, index]


def _is_gone(connection: Connection, error: Exception) -> bool:
    """Whether the connection was lost before anything was done on it."""
    driver: Any = None if connection.invalidated else connection.connection.driver_connection
    lost = driver is None or bool(getattr(driver, "closed", False))
    return lost and not isinstance(error, StoreUnavailable)
