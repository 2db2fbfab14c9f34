"""SQLite, the embedded engine: one file, WAL, every commit on the disk before it is answered.

``synchronous=FULL`` is measured, not chosen by taste: NORMAL survives every SIGKILL and still makes
no fdatasync before an answer (reliability.md §0.3). ``secure_delete`` overwrites what is erased.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

BUSY_MILLISECONDS = 5_000
"""How long a writer waits for another process's transaction before it gives up."""


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


class CopyFailed(Exception):
    """A backup could not be made; nothing of it is left."""


def backup(source: Path, target: Path) -> None:
    """Copy a database that is in use, consistent at one commit, by SQLite's backup API.

    Raises:
        FileExistsError: ``target`` exists; a backup never overwrites one.
        CopyFailed: The copy could not be made; nothing of it is left.
    """
    partial = target.with_name(target.name + ".part")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)
    try:
        _copy(source, partial)
        os.chmod(partial, 0o600)  # noqa: PTH101 - same call as os.open above
        partial.replace(target)
    except (sqlite3.Error, OSError) as error:
        target.unlink()
        with suppress(OSError):
            partial.unlink()
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
