"""Append through the sequencer against a bare executemany of the same rows into the same tables."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from gateway.assembly import House, database_path, open_house
from gateway.intake.mapped import map_rows
from gateway.intake.received import receive
from gateway.intake.recorded import PushRequest, prepare
from gateway.log.entries import PreparedPush
from gateway.log.recording import Recording
from gateway.store.schema import upgrade
from gateway.store.sqlite import SqliteDatabase, open_writer
from tests.benchmarks.rows import ndjson
from tests.benchmarks.timing import rate

RECORDS = 5_000
BATCH = 500
TABLES = ("log", "incident", "sealed", "push", "ledger", "ledger_node", "record_class")


def request(house: House) -> PushRequest:
    """Return a push request without an idempotency key."""
    now = house.clock.now()
    return PushRequest(house.new_id(), "bench", "leicestershire-police", b"f" * 32, None, None, now)


def prepared(house: House, records: int) -> list[PreparedPush]:
    """Work pushes out up to the lock, outside the clock."""
    desk = house.desk("police-nsir", house.book.current())
    pushes = []
    for _ in range(records // BATCH):
        received = receive(ndjson(BATCH), "application/x-ndjson", desk.mapper, 10_000)
        pushes.append(prepare(map_rows(received, desk.mapper, desk.feed), desk, request(house)))
    return pushes


class Appending:
    """One round after another on two files with the same tables."""

    def __init__(self, folder: Path) -> None:
        self.house = open_house(folder / "ours", create=True)
        bare = folder / "bare"
        bare.mkdir()
        upgrade(SqliteDatabase(bare / "bare.sqlite3"))
        engine = open_writer(bare / "bare.sqlite3")
        self._connection = engine.connect()
        self._bare: sqlite3.Connection = self._connection.connection.driver_connection
        self._bare.execute("PRAGMA foreign_keys=OFF")
        self._seen: dict[str, int] = {}
        self._copy(self._taken())

    def _taken(self) -> list[dict[str, list[tuple[object, ...]]]]:
        """Read back what ours has written since last time, batch by batch."""
        with sqlite3.connect(database_path(self.house.home)) as reading:
            taken: list[dict[str, list[tuple[object, ...]]]] = [{}]
            for table in TABLES:
                seen = self._seen.get(table, 0)
                rows = reading.execute(
                    f"SELECT * FROM {table} WHERE rowid > ? ORDER BY rowid"  # noqa: S608 - our own names
                    if table not in {"push", "ledger_node"}
                    else f"SELECT * FROM {table} LIMIT -1 OFFSET ?",  # noqa: S608 - our own names
                    (seen,),
                ).fetchall()
                offset = table in {"push", "ledger_node"}
                most = reading.execute(
                    f"SELECT {'count(*)' if offset else 'max(rowid)'} FROM {table}"  # noqa: S608 - our own names
                ).fetchone()[0]
                self._seen[table] = most or 0
                taken[0][table] = rows
        return taken

    def _batches(self) -> list[dict[str, list[tuple[object, ...]]]]:
        whole = self._taken()[0]
        number = max(1, len(whole["log"]) // BATCH)
        return [
            {
                table: rows[len(rows) * n // number : len(rows) * (n + 1) // number]
                for table, rows in whole.items()
            }
            for n in range(number)
        ]

    def _copy(self, batches: list[dict[str, list[tuple[object, ...]]]]) -> None:
        for batch in batches:
            self._bare.execute("BEGIN IMMEDIATE")
            for table, rows in batch.items():
                if rows:
                    marks = ",".join("?" * len(rows[0]))
                    self._bare.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)  # noqa: S608 - our own names
            self._bare.execute("COMMIT")

    def round(self) -> tuple[float, float]:
        """Return (ours, bare) in records a second."""
        jobs = [
            Recording(push, self.house.keys.natural_key) for push in prepared(self.house, RECORDS)
        ]

        def ours() -> None:
            for future in [self.house.writer.submit(job, weight=BATCH) for job in jobs]:
                future.result()

        fast = rate(RECORDS, ours)
        batches = self._batches()
        return fast, rate(RECORDS, lambda: self._copy(batches))

    def close(self) -> None:
        """Close both files."""
        self._connection.close()
        self.house.close()
