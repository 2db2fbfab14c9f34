"""Copying a whole database, table by table, between engines: a backup of either is a SQLite file.

A backup is one file with the tables of ``tables.METADATA``, so whatever reads a SQLite file can read it,
``gateway verify`` first of all, and one path restores it into either engine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, delete, func, select
from sqlalchemy.exc import SQLAlchemyError

from gateway.store import tables as t

ROWS = 2_000
"""Rows that are held in memory at a time."""

Write = Callable[[Table, list[tuple[Any, ...]]], None]
Progress = Callable[[int], None]
"""Told how many rows were copied since the last time."""


class CopyFailed(Exception):
    """A copy could not be made; nothing of it is left."""


class NotEmpty(Exception):
    """The database that was to be filled holds something already; nothing was changed."""


def copy_rows(source: Connection, write: Write, progress: Progress = lambda _rows: None) -> int:
    """Hand every row of every table over, a part at a time; return how many.

    Args:
        source: Inside one consistent read.
        write: Takes the rows of a table, each with the table's columns in their order.
        progress: Told now and then.
    """
    copied = 0
    for table in t.METADATA.sorted_tables:
        statement = select(table).order_by(*table.primary_key.columns)
        found = source.execution_options(yield_per=ROWS).execute(statement)
        for part in found.partitions():
            rows = [tuple(row) for row in part]
            write(table, rows)
            copied += len(rows)
            progress(len(rows))
    return copied


def empty_for_filling(target: Connection) -> None:
    """Demand that a database with our tables holds nothing, and take away the rows that it began with.

    Raises:
        NotEmpty: It holds something.
    """
    begun = (t.HEAD, t.SUBJECT_INDEX, t.MATCHING_MARK)
    for table in t.METADATA.sorted_tables:
        if table not in begun and target.execute(select(func.count()).select_from(table)).scalar():
            raise NotEmpty
    head = target.execute(select(t.HEAD.c.log_size, t.HEAD.c.ledger_size)).first()
    if head is not None and tuple(head) != (0, 0):
        raise NotEmpty
    for table in begun:
        target.execute(delete(table))


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Lend the path of a file that becomes ``target`` where all goes well, readable by its owner only.

    Raises:
        FileExistsError: ``target`` exists; a copy never overwrites one.
        CopyFailed: What was done inside failed; nothing of it is left.
    """
    partial = target.with_name(target.name + ".part")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    os.close(handle)
    try:
        yield partial
        os.chmod(partial, 0o600)  # noqa: PTH101 - same call as os.open above
        partial.replace(target)
    except BaseException as error:
        target.unlink()
        for left in (partial, *(partial.with_name(partial.name + end) for end in ("-wal", "-shm"))):
            with suppress(OSError):
                left.unlink()
        if isinstance(error, SQLAlchemyError | OSError):
            raise CopyFailed from error
        raise
