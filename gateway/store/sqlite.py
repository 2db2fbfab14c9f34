"""SQLite, the embedded engine: one file, WAL, every commit on the disk before it is answered.

``synchronous=FULL`` is measured, not chosen by taste: NORMAL survives every SIGKILL and still makes
no fdatasync before an answer (reliability.md §0.3). ``secure_delete`` overwrites what is erased.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, event
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import NullPool, QueuePool

from gateway.errors import StoreUnavailable
from gateway.store import tables as t
from gateway.store.copying import CopyFailed, new_file
from gateway.store.database import HeadValues
from gateway.store.hot import Row, quoted
from gateway.store.hot_sqlite import SqliteHot
from gateway.store.trouble import is_refused
from gateway.store.verifying_sqlite import SqliteSource

BUSY_MILLISECONDS = 5_000
"""How long a writer waits for another process's transaction before it gives up."""

_FORGET_MILLISECONDS = 100
"""How long the writer waits for readers before it empties the log at a later commit."""


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _prepare_reader(connection: sqlite3.Connection, record: object) -> None:
    connection.isolation_level = None
    _prepare(connection, record)
    cursor = connection.cursor()
    cursor.execute("PRAGMA query_only=ON")
    cursor.close()


def _begin_reading(connection: Connection) -> None:
    # Python's sqlite3 begins nothing before a SELECT, so two of them would see two states
    connection.exec_driver_sql("BEGIN")


def open_writer(path: Path) -> Engine:
    """Return an engine whose one connection may write; transactions are begun by hand."""
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args={"check_same_thread": False, "cached_statements": 512},
    )
    event.listen(engine, "connect", _prepare)
    return engine


def open_readers(path: Path, size: int = 8) -> Engine:
    """Return an engine for reading only (``query_only``), with a pool of connections."""
    # mode=rw: where the file is gone, a reader fails and does not make an empty one in its place
    engine = create_engine(
        f"sqlite:///file:{quote(str(path))}?mode=rw&uri=true",
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=0,
        pool_timeout=2,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_reading)
    return engine


def same_file(path: Path) -> Callable[[], bool]:
    """Return the look whether a path still leads to the file that it leads to now.

    A file that was renamed or removed under us still takes writes, and its next reader would not find
    them: an answer for such a commit would be false.
    """
    opened = path.stat()

    def is_same() -> bool:
        try:
            return os.path.samestat(path.stat(), opened)
        except OSError:
            return False

    return is_same


def load(connection: Connection, table: Table, rows: list[Row]) -> None:
    """Insert whole rows of one table, columns in the table's order."""
    names = quoted(column.name for column in table.columns)
    marks = ", ".join("?" * len(table.columns))
    driver: Any = connection.connection.driver_connection
    driver.executemany(f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})', rows)  # noqa: S608 - our own columns


@contextmanager
def new_database(path: Path) -> Iterator[Connection]:
    """Lend a writing transaction on a new file; it is whole by itself at the end, without a log."""
    engine = open_writer(path)
    try:
        with engine.connect() as connection:
            t.METADATA.create_all(connection)
            connection.exec_driver_sql(
                "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"
            )
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
    finally:
        engine.dispose()


class SqliteDatabase:
    """``database.Database`` over one file."""

    name = "sqlite"
    shared = False

    def __init__(self, path: Path) -> None:
        self.path = path

    def exists(self) -> bool:
        """Whether the file is there."""
        return self.path.exists()

    def writing(self) -> Engine:
        """Return an engine whose one connection may write."""
        return open_writer(self.path)

    def reading(self, size: int = 8) -> Engine:
        """Return an engine for reading only."""
        return open_readers(self.path, size)

    def begin(self, connection: Connection) -> HeadValues:
        """Take the file's write lock and return the head."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        head = connection.exec_driver_sql(
            "SELECT log_size, ledger_size, law_epoch FROM head WHERE id = 1"
        ).one()
        return int(head[0]), int(head[1]), int(head[2])

    def hot(self, connection: Connection) -> SqliteHot:
        """Return the hot path of an open transaction."""
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment] # it is sqlite3's
        return SqliteHot(driver)

    def forget(self, connection: Connection) -> bool:
        """Empty the write-ahead log: it holds the pages of earlier commits until others overwrite them.

        A reader that is at work on them delays it; intake does not wait for that reader.
        """
        connection.exec_driver_sql(f"PRAGMA busy_timeout={_FORGET_MILLISECONDS}")
        try:
            is_busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        return not is_busy

    @contextmanager
    def migrating(self, connection: Connection) -> Iterator[None]:
        """Begin a transaction that may change tables, under the file's write lock."""
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield
        self.path.chmod(0o600)

    def present(self) -> Callable[[], bool]:
        """Return the look whether the file is still the one it was."""
        return same_file(self.path)

    def ear(self) -> None:
        """Other processes' commits are found by asking."""
        return

    def source(self, *, lenient: bool = False) -> SqliteSource:
        """Return one consistent read of everything."""
        return SqliteSource(self.path, lenient=lenient)

    def backup(self, target: Path) -> None:
        """Copy the file while it is in use."""
        backup(self.path, target)

    def load(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert whole rows of one table."""
        load(connection, table, rows)

    def loaded(self, connection: Connection) -> None:
        """Nothing is left to do: SQLite numbers by what stands in the table."""

    def failed(self, error: BaseException) -> bool:
        """Whether the database failed, and not a job that broke one of its constraints."""
        if isinstance(error, IntegrityError | sqlite3.IntegrityError):
            return is_refused(error)
        return isinstance(error, DBAPIError | sqlite3.Error | StoreUnavailable)


class AlreadyServed(Exception):
    """Another ``serve`` holds this home."""


@contextmanager
def serve_lock(path: Path) -> Iterator[None]:
    """Hold the file lock that lets one ``serve`` at a time use a SQLite file.

    Raises:
        AlreadyServed: Another process holds it.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyServed from error
        yield
    finally:
        os.close(handle)


def backup(source: Path, target: Path) -> None:
    """Copy a database that is in use, consistent at one commit, by SQLite's backup API.

    Raises:
        FileExistsError: ``target`` exists; a backup never overwrites one.
        CopyFailed: The copy could not be made; nothing of it is left.
    """
    with new_file(target) as partial:
        try:
            _copy(source, partial)
        except sqlite3.Error as error:
            raise CopyFailed from error


def _copy(source: Path, target: Path) -> None:
    reading = sqlite3.connect(f"file:{quote(str(source))}?mode=ro", uri=True)
    try:
        writing = sqlite3.connect(target)
        try:
            reading.backup(writing, pages=4096, sleep=0.001)
        finally:
            writing.close()
    finally:
        reading.close()
