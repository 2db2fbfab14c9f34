"""Putting a backup back: the rows of a SQLite file into an empty database of either engine, in one commit."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert
from sqlalchemy.exc import DBAPIError

from gateway.errors import StoreUnavailable
from gateway.store import tables as t
from gateway.store.copying import Progress, copy_rows, empty_for_filling
from gateway.store.database import Database
from gateway.store.schema import upgrade
from gateway.store.sqlite import SqliteDatabase


def brought_up(copy: Path, scratch: Path) -> SqliteDatabase:
    """Return a copy of a backup with the tables of this version; the backup itself stays as it is.

    Raises:
        SchemaTooNew: A later version of the gateway made the backup.
        StoreUnavailable: It is no database.
        OSError: There is no such file, or no room for the copy.
    """
    shutil.copyfile(copy, scratch)
    scratch.chmod(0o600)
    database = SqliteDatabase(scratch)
    upgrade(database)
    return database


def fill(
    database: Database,
    source: Database,
    holds: list[dict[str, Any]],
    progress: Progress = lambda _rows: None,
) -> int:
    """Fill an empty database; return how many rows it was. All of it is committed, or nothing.

    Args:
        database: What is filled. Its tables are made where there are none.
        source: What is read, with the tables of this version.
        holds: Rows of ``tables.HOLD`` that stand from the first moment on.
        progress: Told how many rows were copied since the last time.

    Raises:
        NotEmpty: ``database`` holds something; nothing was changed.
        StoreUnavailable: One of the two does not answer.
    """
    upgrade(database)
    writing, reading = database.writing(), source.reading(1)
    try:
        with writing.connect() as target, reading.connect() as rows:
            try:
                with database.migrating(target):
                    empty_for_filling(target)
                    copied = copy_rows(rows, _into(database, target), progress)
                    if holds:
                        target.execute(insert(t.HOLD), holds)
                    database.loaded(target)
            except BaseException:
                target.exec_driver_sql("ROLLBACK")
                raise
            target.exec_driver_sql("COMMIT")
            return copied
    except DBAPIError as error:
        raise StoreUnavailable from error
    finally:
        writing.dispose()
        reading.dispose()


def _into(database: Database, target: Connection) -> Callable[[Any, list[tuple[Any, ...]]], None]:
    return partial(database.load, target)
