"""Bulk reading on PostgreSQL: every record as NDJSON, decided and treated, against a raw COPY of its columns.

A few thousand rows are recorded as they come in; the rest is made of them inside the database, each with an
hour of its own, so that any number can be had.
"""

from __future__ import annotations

import sys
import tempfile
from hashlib import sha256
from pathlib import Path

import psycopg

from gateway.analysis.bulk import rows_of, standing_of, treatment_for
from gateway.analysis.entitled import entitle
from gateway.analysis.frames import RECORD_SCHEMA
from gateway.analysis.written.as_parquet import write_columns
from gateway.assembly import House, open_house
from gateway.cli.statistics import desk_of
from gateway.log.recording import Recording
from gateway.store.bulk import SCHEMA
from gateway.store.postgres import PostgresDatabase
from schemas.sensitivity import Lane
from tests.benchmarks.appending import prepared
from tests.benchmarks.timing import rate
from tests.support.house import FIRE, FIRE_SUBSCRIPTION, subscribe
from tests.support.postgres import Server

ROWS = 200_000
SEED = 2_000
"""Rows that are recorded one by one."""
_LANES = frozenset({Lane.DEPERSONALISED})


def multiply(address: str, number: int) -> int:
    """Make a log of so many rows out of those that stand in it; return how many stand then."""
    with psycopg.connect(address, autocommit=True) as connection:
        head = connection.execute("SELECT log_size FROM head").fetchone()
        assert head is not None
        has, times = head[0], number // head[0]
        for table, key, more in (
            ("incident", "id", {"id": "id", "position": "position", "natural_key": ""}),
            ("log", "position", {"position": "position", "incident": "incident"}),
        ):
            columns = [
                row[0]
                for row in connection.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                    " ORDER BY ordinal_position",
                    (table,),
                )
            ]
            made = [_made(name, more, has) for name in columns]
            connection.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(made)}"  # noqa: S608 - our own names
                f" FROM {table}, generate_series(1, {times - 1}) AS times(n) WHERE {key} <= {has}".encode()
            )
        connection.execute("UPDATE head SET log_size = %s", (has * times,))
        connection.execute("ANALYZE log, incident")
        return int(has * times)


def _made(name: str, more: dict[str, str], has: int) -> str:
    if name == "natural_key":
        return "sha256(natural_key || int8send(n))"
    if name in more:
        return f"{name} + n * {has}"
    if name in {"occurred_from", "reported"}:
        return f"{name} - (n % 8000) * 3600"
    return name


class Bulk:
    """What a house on PostgreSQL holds up to a position of its log, read whole."""

    def __init__(self, house: House, address: str, until: int) -> None:
        self._house, self._until = house, until
        self._desk = desk_of(house)
        self._bare = psycopg.connect(address)
        allowed = entitle(self._desk, FIRE_SUBSCRIPTION, FIRE, _LANES).decided.allowed
        found = self._bare.execute(
            "SELECT count(*) FROM log WHERE position <= %s AND class_id = ANY(%s)",
            (until, list(allowed)),
        ).fetchone()
        assert found is not None
        self.number = int(found[0])
        self._bare.rollback()

    def _ndjson(self) -> None:
        entitled = entitle(self._desk, FIRE_SUBSCRIPTION, FIRE, _LANES)
        treatment, digest, seen = treatment_for(self._desk, entitled), sha256(), 0
        with self._house.reader.connection() as connection:
            for rows in rows_of(connection, self._desk, standing_of(entitled), self._until):
                text = ("\n".join(treatment.lines(rows)) + "\n").encode()
                digest.update(text)
                seen += len(rows)
        assert seen == self.number, seen

    def _parquet(self) -> None:
        entitled = entitle(self._desk, FIRE_SUBSCRIPTION, FIRE, _LANES)
        treatment = treatment_for(self._desk, entitled)
        with self._house.reader.connection() as connection, tempfile.TemporaryFile() as sink:
            found = rows_of(connection, self._desk, standing_of(entitled), self._until)
            write_columns(map(treatment.frame, found), RECORD_SCHEMA, {}, sink)

    def _copy(self) -> None:
        columns = ", ".join(f"log.{name}" for name in SCHEMA if name != "quarter")
        statement = (
            f"COPY (SELECT {columns}, incident.quarter FROM log JOIN incident"  # noqa: S608 - our own names
            f" ON incident.id = log.incident WHERE log.position <= {self._until}) TO STDOUT"
        )
        digest = sha256()
        with self._bare.cursor().copy(statement.encode()) as copy:
            for piece in copy:
                digest.update(piece)
        self._bare.rollback()

    def ndjson(self) -> tuple[float, float]:
        """Return (ours, raw COPY) in records a second; both hash what they give."""
        return rate(self.number, self._ndjson), rate(self._until, self._copy)

    def parquet(self) -> tuple[float, float]:
        """Return (ours as Parquet, raw COPY) in records a second."""
        return rate(self.number, self._parquet), rate(self._until, self._copy)

    def close(self) -> None:
        """Close the connection."""
        self._bare.close()


class Exporting(Bulk):
    """One database, filled once."""

    def __init__(self, folder: Path, server: Server, number: int = ROWS) -> None:
        address = server.new_database()
        house = open_house(folder / "exporting", database=PostgresDatabase(address), create=True)
        subscribe(house, lane=Lane.DEPERSONALISED)
        for push in prepared(house, SEED):
            house.writer.run(Recording(push, house.keys.natural_key))
        super().__init__(house, address, multiply(address, number))

    def close(self) -> None:
        """Close the house."""
        super().close()
        self._house.close()


def main() -> int:
    """Measure any number of rows: `python -m tests.benchmarks.exporting 1000000`."""
    server = Server(durable=False)  # nothing is written while it is measured
    server.template()
    with tempfile.TemporaryDirectory() as name:
        one = Exporting(Path(name), server, int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
        for _ in range(3):
            for what, (ours, bare) in (("ndjson", one.ndjson()), ("parquet", one.parquet())):
                print(f"{what}: {ours:,.0f} / COPY {bare:,.0f} records/s = {ours / bare:.3f}")
        one.close()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
