"""Backups made while pushes come in are whole, and are put back whole."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Self

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.store.reading import Reader
from gateway.store.restoring import fill
from gateway.store.sqlite import SqliteDatabase
from tests.support.house import new_house, pull, row, send, subscribe
from tests.support.stores import Store, database_for


@pytest.fixture
def house(store: Store, tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        subscribe(made)
        yield made


class Pushing:
    """Pushes and pulls until it is told to stop."""

    def __init__(self, house: House) -> None:
        self._house, self._stop = house, threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.pushes = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join(60)

    def _run(self) -> None:
        cursor = None
        while not self._stop.is_set():
            sent = [row(f"b{self.pushes}-{n}", "213") for n in range(5)]
            send(self._house, [*sent, row("revised", ("213", "211")[self.pushes % 2])])
            self.pushes += 1
            cursor = pull(self._house, cursor).page.cursor


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_a_backup_made_under_load_is_whole_and_is_put_back_whole(
    house: House,
    store: Store,
    tmp_path: Path,
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    cycles, whole, rows, seconds = count(50), 0, 0, 0.0
    with Pushing(house) as load:
        for cycle in range(cycles):
            while load.pushes < 3 * (cycle + 1):
                time.sleep(0.01)
            before = house.reader.head()
            copy = tmp_path / f"copy-{cycle}"
            house.database.backup(copy)
            after = house.reader.head()
            restored = database_for(tmp_path / f"restored-{cycle}")
            if isinstance(restored, SqliteDatabase):
                restored.path.parent.mkdir()
            began = time.monotonic()
            rows = fill(restored, SqliteDatabase(copy), [])
            seconds = time.monotonic() - began
            reader = Reader(restored.reading(1))
            head = reader.head()
            reader.close()
            assert before.log_size <= head.log_size <= after.log_size
            whole += verify(restored, house.keys).whole and verify(copy, house.keys).whole

    assert whole == cycles
    proved(
        "backups",
        store=str(store),
        cycles=cycles,
        whole=whole,
        rows=rows,
        restored_rows_per_second=round(rows / seconds),
    )
