"""Several processes write into one PostgreSQL: a reader misses nothing; one that stops holds nobody up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.store import tables as t
from tests.support import postgres, stores
from tests.support.house import new_house, row, send

ROOT = Path(__file__).resolve().parents[2]
WRITERS, ROWS = 8, 10


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server that syncs: what is measured here is measured on the disk."""
    made = postgres.Server(durable=True)
    made.template()
    yield made
    made.close()
    stores.use(stores.Store.SQLITE)


@pytest.fixture
def house(server: postgres.Server, tmp_path: Path) -> Iterator[House]:
    home = tmp_path / "home"
    stores.put(home, server.new_database())
    with new_house(home) as made:
        yield made


@contextmanager
def writer(home: Path, what: str, *numbers: int) -> Iterator[subprocess.Popen[str]]:
    """A process that is ready to write, and begins at a line on its standard input."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.support.writing", what, *map(str, (*numbers, 0, 0, 0)[:3])],
        env={"PATH": os.environ["PATH"], **stores.environment(home)},
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def begin(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


class Reader:
    """Reads the log behind the writers as a release does: what lies after the last position."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.seen: list[int] = []
        self.reads = 0

    def run(self, finished: threading.Event) -> None:
        while True:
            last = finished.is_set()
            found = self._next()
            if last and not found:
                return

    def _next(self) -> bool:
        after = self.seen[-1] if self.seen else 0
        log = t.LOG.c.position
        with self._house.reader.connection() as connection:
            found = connection.execute(select(log).where(log > after).order_by(log).limit(500))
            fresh = [row[0] for row in found]
        self.seen += fresh
        self.reads += bool(fresh)
        return bool(fresh)


@pytest.mark.prove
@pytest.mark.timeout(1800)
def test_a_reader_beside_eight_writing_processes_misses_no_position(
    house: House, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    records = count(100_000)
    pushes = max(1, records // (WRITERS * ROWS))
    reader, finished = Reader(house), threading.Event()
    reading = threading.Thread(target=reader.run, args=(finished,))
    with ExitStack() as stack:
        writers = [
            stack.enter_context(writer(house.home, "push", number, pushes, ROWS))
            for number in range(WRITERS)
        ]
        assert [said(one) for one in writers] == ["ready"] * WRITERS
        started = time.monotonic()
        reading.start()
        for one in writers:
            begin(one)
        recorded = sum(int(said(one)) for one in writers)
        seconds = time.monotonic() - started
    finished.set()
    reading.join(120)

    assert recorded == WRITERS * pushes * ROWS
    assert reader.seen == list(range(1, recorded + 1))
    assert reader.reads > WRITERS, "it read beside them, not after them"
    assert verify(house.database, house.keys).whole
    proved(
        "postgres-writers",
        writers=WRITERS,
        records=recorded,
        skipped=recorded - len(reader.seen),
        reads=reader.reads,
        records_per_second=round(recorded / seconds),
    )


@pytest.mark.prove
def test_a_process_that_stops_with_the_lock_held_frees_it_and_writes_nothing_late(
    house: House, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    send(house, [row("before")])
    worst = 0.0
    for turn in range(count(50)):
        epoch = house.reader.head().law_epoch
        with writer(house.home, "stop-inside") as stopped:
            assert said(stopped) == "ready"
            begin(stopped)
            while _state(stopped.pid) != "T":
                time.sleep(0.005)
            began = time.monotonic()
            answer = send(house, [row(f"meanwhile-{turn}")])
            worst = max(worst, time.monotonic() - began)
            assert answer.receipt.recorded == 1
            os.kill(stopped.pid, signal.SIGCONT)
            assert said(stopped) == "StoreUnavailable"
            assert said(stopped) in {"0", "1"}, "it works on, on a new connection"
        assert house.reader.head().law_epoch == epoch
    assert verify(house.database, house.keys).whole
    proved("postgres-stopped", stops=count(50), halted_seconds=round(worst, 2))


def _state(pid: int) -> str:
    """The letter of a process's state: T where it is stopped."""
    return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
