"""On PostgreSQL: append through the sequencer against raw COPY of the same rows into the same tables.

Both databases lie on one server with fsync on. The bare side gets prebuilt COPY text, the same rows a
commit, no foreign keys, no look-ups, no hashing.
"""

from __future__ import annotations

from pathlib import Path

import psycopg

from gateway.assembly import open_house
from gateway.log.recording import Recording
from gateway.store.postgres import PostgresDatabase
from tests.benchmarks.appending import BATCH, RECORDS, prepared
from tests.benchmarks.timing import rate
from tests.support.postgres import Server

NEW_ROWS = {
    "record_class": "id > {record_class}",
    "log": "position > {log_size}",
    "incident": "id > {log_size}",
    "sealed": "position > {log_size}",
    "push": "leaf >= {ledger_size}",
    "ledger": '"index" >= {ledger_size}',
    "ledger_node": '(("index" + 1) << level) > {ledger_size}',
}
"""Table → which of its rows are new since the head stood there."""

Batch = dict[str, bytes]


class Copying:
    """One round after another on two databases of one server."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(durable=True)
        self.server.template()
        ours, bare = self.server.new_database(), self.server.new_database()
        self.house = open_house(folder / "postgres", database=PostgresDatabase(ours), create=True)
        self._reading = psycopg.connect(ours, autocommit=True)
        self._bare = psycopg.connect(bare)
        self._bare.execute("SET session_replication_role = replica")
        self._seen = self._stands()

    def _stands(self) -> dict[str, int]:
        head = self._reading.execute("SELECT log_size, ledger_size FROM head").fetchone()
        newest = self._reading.execute("SELECT coalesce(max(id), 0) FROM record_class").fetchone()
        assert head is not None
        assert newest is not None
        return {"log_size": head[0], "ledger_size": head[1], "record_class": newest[0]}

    def _batches(self) -> list[Batch]:
        """Read back what ours has written since last time, cut as it was committed."""
        number = RECORDS // BATCH
        batches: list[Batch] = [{} for _ in range(number)]
        for table, new in NEW_ROWS.items():
            where = new.format(**self._seen)
            statement = f"COPY (SELECT * FROM {table} WHERE {where}) TO STDOUT"  # noqa: S608 - our own names
            with self._reading.cursor().copy(statement.encode()) as copy:
                lines = b"".join(bytes(piece) for piece in copy).splitlines(keepends=True)
            for at, batch in enumerate(batches):
                batch[table] = b"".join(
                    lines[len(lines) * at // number : len(lines) * (at + 1) // number]
                )
        self._seen = self._stands()
        return batches

    def _copy(self, batches: list[Batch]) -> None:
        for batch in batches:
            with self._bare.cursor() as cursor:
                for table, lines in batch.items():
                    with cursor.copy(f"COPY {table} FROM STDIN".encode()) as copy:
                        copy.write(lines)
            self._bare.commit()

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
        """Close both databases and stop the server."""
        self._reading.close()
        self._bare.close()
        self.house.close()
        self.server.close()
