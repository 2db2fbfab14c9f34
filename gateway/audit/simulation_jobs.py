"""Simulations that take longer than a page may: begun by a form, worked by a thread, read back by their id.

A job is a row, so that the page which shows it may be another process's. A job whose process died stays
«running» until its time is over, and then counts as failed: nothing was changed by it, it is begun again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from gateway.audit.simulated import Draft, LogSimulation, simulated
from gateway.clock import Clock
from gateway.events import Event, emit, where
from gateway.law.book import LawBook
from gateway.law.register import Act
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.simulating import simulation_job, simulation_jobs
from gateway.store.writer import Writer
from schemas.simulations import Comparison

LONGEST_SECONDS = 600
MOST_SHOWN = 10
RUNNING, DONE, FAILED = "running", "done", "failed"


@dataclass(frozen=True, slots=True)
class Job:
    """One simulation, as it stands."""

    id: str
    what: str
    state: str
    began: int
    ended: int | None
    found: Comparison | None = None


@dataclass(slots=True)
class SimulationJobs:
    """Begins simulations and tells of them."""

    reader: Reader
    writer: Writer
    book: LawBook
    clock: Clock
    new_id: Callable[[], str]
    _done: dict[str, threading.Event] = field(default_factory=dict)
    """Those that this process works on, so that a page can wait a moment for a short one."""

    def begin(
        self,
        draft: Draft,
        what: str,
        since: date | None,
        account: str,
        act: Act,
    ) -> str:
        """Begin a simulation; return its id. What it finds is one leaf of the ledger at its end."""
        name, now = self.new_id(), self._now()
        row = {"id": name, "account": account, "what": what, "state": RUNNING, "began": now}

        def job(tx: Any) -> None:  # noqa: ANN401 - a job's own
            tx.add(t.SIMULATION_JOB, [row])

        self.writer.run(job)
        self._done[name] = threading.Event()
        work = threading.Thread(target=self._work, args=(name, draft, since, act), daemon=True)
        work.start()
        return name

    def _work(self, name: str, draft: Draft, since: date | None, act: Act) -> None:
        state, found = FAILED, None
        try:
            told = simulated(self.reader, self.book, self.book.refresh(), draft, since)
            self.writer.run(LogSimulation(draft, told, since, act))
            state, found = DONE, told.model_dump_json()
        except Exception as error:  # noqa: BLE001 - whatever it was, the page says that it failed
            emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
        values = {"state": state, "found": found, "ended": self._now()}
        try:
            self.writer.run(lambda tx: tx.change(t.SIMULATION_JOB, {"id": name}, values))
        except Exception as error:  # noqa: BLE001 - it stays «running» until its time is over
            emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
        finally:
            self._done.pop(name).set()

    def wait(self, name: str, seconds: float) -> None:
        """Wait a moment for a simulation that this process works on."""
        known = self._done.get(name)
        if known is not None:
            known.wait(seconds)

    def job(self, name: str, account: str) -> Job | None:
        """Return a simulation of somebody's own, with what it found; None where there is none."""
        with self.reader.connection() as connection:
            row = simulation_job(connection, name, account)
        return None if row is None else self._told(row)

    def newest(self, account: str) -> list[Job]:
        """Return somebody's newest simulations, without what they found."""
        with self.reader.connection() as connection:
            rows = simulation_jobs(connection, account, MOST_SHOWN)
        return [self._told({**row, "found": None}) for row in rows]

    def _told(self, row: dict[str, Any]) -> Job:
        state = row["state"]
        if state == RUNNING and self._now() - row["began"] > LONGEST_SECONDS:
            state = FAILED
        found = row["found"]
        return Job(
            id=row["id"],
            what=row["what"],
            state=state,
            began=row["began"],
            ended=row["ended"],
            found=None if found is None else Comparison.model_validate_json(found),
        )

    def _now(self) -> int:
        return int(self.clock.now().timestamp())
