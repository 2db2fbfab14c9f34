"""PostgreSQL, the engine that scales: any number of processes share the work.

One advisory lock makes all their commits one sequence, so positions are contiguous and a reader is
``position > n`` here as on SQLite (gateways.md §6). A holder of the lock that is stopped is freed by the
server after five seconds, and whoever waits for it waits a little longer than that: nobody is refused.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial as partial_
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg.types.numeric import Int8BinaryDumper, Int8Dumper
from sqlalchemy import (
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
)
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool, QueuePool

from gateway.errors import StoreUnavailable
from gateway.store import tables as t
from gateway.store.copying import copy_rows, new_file
from gateway.store.database import HeadValues
from gateway.store.hot import Row
from gateway.store.hot_postgres import CHANNEL, TEMPORARY, Into, PostgresHot
from gateway.store.sqlite import load, new_database
from gateway.store.trouble import is_refused
from gateway.store.verifying_postgres import PostgresSource

IDLE_MILLISECONDS = 5_000
"""A transaction whose process says nothing for so long is ended by the server, and its lock is free."""
STATEMENT_MILLISECONDS = 5_000
ROW_LOCK_MILLISECONDS = 2_000
LOCK_MILLISECONDS = 8_000
"""How long a writer waits for the one lock: longer than it takes to free it from a stopped holder."""
READ_MILLISECONDS = 30_000
CONNECT_SECONDS = 5

ADVISORY_LOCK = 0x0115_017A
"""The one lock of all writers of a database."""
MIGRATION_LOCK = ADVISORY_LOCK + 1

_BEGIN = "; ".join(
    (
        "BEGIN ISOLATION LEVEL READ COMMITTED",
        f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}",
        f"SET LOCAL statement_timeout = {LOCK_MILLISECONDS + 1_000}",
        f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})",
        f"SET LOCAL lock_timeout = {ROW_LOCK_MILLISECONDS}",
        f"SET LOCAL statement_timeout = {STATEMENT_MILLISECONDS}",
        "SELECT log_size, ledger_size, law_epoch FROM head WHERE id = 1 FOR UPDATE",
    )
).encode()
"""One trip to the server. The head is read by a statement of its own, after the lock is held: what it
sees is what the last holder committed."""
_DURABLE = (
    "SELECT set_config('synchronous_commit', 'on', false) "
    "WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply')"
)
_SCHEMES = {"postgresql", "postgres", "postgresql+psycopg"}


class AddressRefused(ValueError):
    """The address is not one of a PostgreSQL database. Never holds the address."""


def is_address(url: str) -> bool:
    """Whether a text is the address of a PostgreSQL database, as far as its form says."""
    with suppress(ValueError):
        return urlsplit(url).scheme in _SCHEMES
    return False


class PostgresDatabase:
    """``database.Database`` over a PostgreSQL server."""

    name = "postgresql"
    shared = True

    def __init__(self, url: str) -> None:
        """Raises: AddressRefused: ``url`` is not ``postgresql://…``."""
        if not is_address(url):
            raise AddressRefused
        self._writer_pid = 0
        """The server's process of our own writer: who it tells of need not be told again."""
        try:
            self._url = make_url(url).set(drivername="postgresql+psycopg")
        except SQLAlchemyError:
            raise AddressRefused from None

    def exists(self) -> bool:
        """Whether there are tables of ours in it."""
        engine = self.reading(1)
        try:
            with engine.connect() as connection:
                return bool(inspect(connection).has_table("head"))
        except DBAPIError as error:
            raise StoreUnavailable from error
        finally:
            engine.dispose()

    def writing(self) -> Engine:
        """Return an engine that may write; each connection is closed when it is given back."""
        options = {
            "lock_timeout": ROW_LOCK_MILLISECONDS,
            "statement_timeout": STATEMENT_MILLISECONDS,
            "idle_in_transaction_session_timeout": IDLE_MILLISECONDS,
        }
        engine = create_engine(
            self._url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args=self._arguments("writer", options),
        )
        event.listen(engine, "connect", _prepare_writer)
        event.listen(engine, "connect", self._note_writer)
        return engine

    def _note_writer(self, connection: psycopg.Connection[Any], _record: object) -> None:
        self._writer_pid = connection.info.backend_pid

    def reading(self, size: int = 8) -> Engine:
        """Return an engine for reading: REPEATABLE READ, READ ONLY."""
        options = {
            "lock_timeout": ROW_LOCK_MILLISECONDS,
            "statement_timeout": READ_MILLISECONDS,
            "idle_in_transaction_session_timeout": READ_MILLISECONDS,
        }
        return create_engine(
            self._url,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=0,
            pool_timeout=2,
            pool_pre_ping=True,
            isolation_level="REPEATABLE READ",
            execution_options={"postgresql_readonly": True},
            connect_args=self._arguments("reader", options),
        )

    def begin(self, connection: Connection) -> HeadValues:
        """Begin under the one lock; return the head as the last holder left it."""
        cursor = _driver(connection).execute(_BEGIN)
        while cursor.nextset():
            pass
        head = cursor.fetchone()
        if head is None:
            raise LookupError
        return int(head[0]), int(head[1]), int(head[2])

    def hot(self, connection: Connection) -> PostgresHot:
        """Return the hot path."""
        return PostgresHot(_driver(connection))

    def forget(self, connection: Connection) -> bool:
        """Leave it to VACUUM, and to how long the operator keeps the server's log."""
        del connection
        return True

    @contextmanager
    def migrating(self, connection: Connection) -> Iterator[None]:
        """One process at a time changes tables, and may take as long as it takes."""
        connection.exec_driver_sql(
            "BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; "
            f"SET LOCAL idle_in_transaction_session_timeout = 0; "
            f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
        )
        yield

    def present(self) -> Callable[[], bool]:
        """A server's database is where its address leads: there is nothing to look at."""
        return lambda: True

    def ear(self) -> PostgresEar:
        """Return what hears the notifications of the writers' commits."""
        return PostgresEar(self._connect_listening, lambda: self._writer_pid)

    def backup(self, target: Path) -> None:
        """Copy every table, in one snapshot, into a SQLite file."""
        engine = self.reading(1)
        try:
            with new_file(target) as partial, engine.connect() as source:
                source.exec_driver_sql("SET LOCAL statement_timeout = 0")
                source.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
                with new_database(partial) as made:
                    version = source.exec_driver_sql(
                        "SELECT version_num FROM alembic_version"
                    ).scalar_one()
                    made.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (version,))
                    copy_rows(source, partial_(load, made))
        finally:
            engine.dispose()

    def load(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert whole rows of one table by binary COPY."""
        columns = tuple(column.name for column in table.columns)
        with _driver(connection).cursor() as cursor:
            Into(f'"{table.name}"', columns, like=table.name).copy(cursor, rows)

    def loaded(self, connection: Connection) -> None:
        """Let the sequences go on after what was loaded."""
        for table in t.METADATA.sorted_tables:
            key = table.autoincrement_column
            if key is None or table is t.HEAD:
                continue
            largest = select(func.max(key)).scalar_subquery()
            sequence = func.pg_get_serial_sequence(table.name, key.name)
            connection.execute(
                select(func.setval(sequence, func.coalesce(largest, 1), largest.is_not(None)))
            )

    def failed(self, error: BaseException) -> bool:
        """Whether the database failed, and not a job that broke one of its constraints."""
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, psycopg.IntegrityError | psycopg.DataError | psycopg.ProgrammingError):
            return is_refused(cause)
        return isinstance(cause, psycopg.Error | StoreUnavailable)

    def source(self, *, lenient: bool = False) -> PostgresSource:  # noqa: ARG002 - as the contract has it
        """Return one consistent read of everything; PostgreSQL keeps no text that is no text."""
        return PostgresSource(self.connect("evidence"))

    def connect(self, purpose: str) -> psycopg.Connection[Any]:
        """Return a connection of the driver itself, for reading much.

        Raises:
            StoreUnavailable: The database does not answer.
        """
        _, found = self._url.get_dialect()().create_connect_args(self._url)
        try:
            return psycopg.connect(**{**found, **self._arguments(purpose, {})})
        except psycopg.Error as error:
            raise StoreUnavailable from error

    def _connect_listening(self) -> psycopg.Connection[Any]:
        connection = self.connect("listener")
        connection.autocommit = True
        return connection

    def _arguments(self, purpose: str, options: dict[str, int]) -> dict[str, Any]:
        given = str(self._url.query.get("options", ""))
        ours = {**options, "TimeZone": "UTC", "client_encoding": "UTF8"}
        return {
            "application_name": f"gateway-{purpose}",
            "connect_timeout": CONNECT_SECONDS,
            "keepalives_idle": 5,
            "keepalives_interval": 2,
            "keepalives_count": 3,
            "tcp_user_timeout": 10_000,
            "options": " ".join([given, *(f"-c {k}={v}" for k, v in ours.items())]).strip(),
        }


class PostgresEar:
    """``wakening.Ear``: a connection of its own that listens."""

    SLICE_SECONDS = 0.25

    def __init__(
        self, connect: Callable[[], psycopg.Connection[Any]], own: Callable[[], int]
    ) -> None:
        """Args: ``own`` tells the server's process of our writer, whose commits ring without us."""
        self._connect, self._own = connect, own
        self._connection: psycopg.Connection[Any] | None = None
        self._closed = False

    def listen(self, seconds: float) -> bool:
        """Wait until a commit is told of, or for so long; what was told meanwhile is told once.

        Raises:
            StoreUnavailable: The server does not answer; the next call tries again.
        """
        try:
            if self._connection is None:
                self._connection = self._connect()
                self._connection.execute(f"LISTEN {CHANNEL}".encode())
                return True  # what was committed before it listened was told to nobody
            return self._heard(self._connection, time.monotonic() + seconds)
        except psycopg.Error as error:
            self.hang_up()
            raise StoreUnavailable from error
        finally:
            if self._closed:
                self.hang_up()

    def close(self) -> None:
        """Stop within a quarter of a second; the listening thread gives the connection back."""
        self._closed = True

    def _heard(self, connection: psycopg.Connection[Any], until: float) -> bool:
        while not self._closed and (left := until - time.monotonic()) > 0:
            slice_ = min(left, self.SLICE_SECONDS)
            told = list(connection.notifies(timeout=slice_, stop_after=1))
            if any(one.pid != self._own() for one in told):
                return True
        return False

    def hang_up(self) -> None:
        """Close the connection, where one is open."""
        if self._connection is not None:
            with suppress(psycopg.Error):
                self._connection.close()
            self._connection = None


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    found: psycopg.Connection[Any] = connection.connection.driver_connection  # type: ignore[assignment] # it is psycopg's
    return found


def _prepare_writer(connection: psycopg.Connection[Any], _record: object) -> None:
    # one width for every whole number: a statement is prepared once and not for each width of its values
    connection.adapters.register_dumper(int, Int8Dumper)
    connection.adapters.register_dumper(int, Int8BinaryDumper)
    with connection.cursor() as cursor:
        cursor.execute(_DURABLE)
        cursor.execute(TEMPORARY.encode())
