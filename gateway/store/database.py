"""One contract over both engines: what the store asks of a database, whichever it is.

``sqlite.SqliteDatabase`` and ``postgres.PostgresDatabase`` keep it; nothing above them asks which it is.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection, Engine, Table

from gateway.store.hot import Hot, Row
from gateway.store.verifying import Source
from gateway.store.wakening import Ear

HeadValues = tuple[int, int, int]
"""Log size, ledger size, law epoch."""


class SchemaOld(Exception):
    """The tables are of an earlier revision, or there are none: ``gateway db upgrade`` makes them."""


class Database(Protocol):
    """One database."""

    name: str
    """Which engine, for the log and for people."""

    shared: bool
    """Whether several ``serve`` processes may use it at a time."""

    def exists(self) -> bool:
        """Whether it is there and holds tables.

        Raises:
            StoreUnavailable: Nobody can tell: it does not answer.
        """
        ...

    def writing(self) -> Engine:
        """Return an engine whose connections may write; transactions are begun by ``begin``."""
        ...

    def reading(self, size: int = 8) -> Engine:
        """Return an engine for reading only: each connection is one consistent read."""
        ...

    def begin(self, connection: Connection) -> HeadValues:
        """Begin the one writing transaction of all processes, and return the head as it stands."""
        ...

    def hot(self, connection: Connection) -> Hot:
        """Return the hot path of an open transaction."""
        ...

    def forget(self, connection: Connection) -> bool:
        """Leave nothing of what was destroyed in files beside the tables; return whether that was done.

        Called after a commit, outside any transaction; where it returns False it is called again.
        """
        ...

    def migrating(self, connection: Connection) -> AbstractContextManager[None]:
        """Begin a transaction that may change tables; nobody else migrates meanwhile."""
        ...

    def present(self) -> Callable[[], bool]:
        """Return the look whether this is still the database that it was when this was called."""
        ...

    def ear(self) -> Ear | None:
        """Return what hears of other processes' commits, or None where only asking is left."""
        ...

    def source(self, *, lenient: bool = False) -> Source:
        """Return one consistent read of everything, for verification.

        Args:
            lenient: Read text that is no text too, at twice the time.

        Raises:
            StoreUnavailable: There is no such database, or it cannot be opened.
        """
        ...

    def backup(self, target: Path) -> None:
        """Write a consistent copy, a SQLite file with our tables, while the database is in use.

        Raises:
            FileExistsError: ``target`` exists; a backup never overwrites one.
            CopyFailed: The copy could not be made; nothing of it is left.
        """
        ...

    def load(self, connection: Connection, table: Table, rows: list[Row]) -> None:
        """Insert whole rows of one table, columns in the table's order."""
        ...

    def loaded(self, connection: Connection) -> None:
        """Let numbers that the database gives go on after those that were loaded."""
        ...

    def failed(self, error: BaseException) -> bool:
        """Whether the database failed, and not a job that broke one of its constraints."""
        ...
