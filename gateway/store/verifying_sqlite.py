"""Reading a SQLite file for verification: in use, or a copy in a folder where nothing may be written."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from gateway.errors import StoreUnavailable
from gateway.store.verifying import Row

_BROKEN = (sqlite3.Error, UnicodeError)
"""What a broken file raises; the engine's own message may quote bytes that are no text."""


class SqliteSource:
    """``verifying.Source`` over a file."""

    broken: tuple[type[Exception], ...] = _BROKEN

    def __init__(self, path: Path, *, lenient: bool = False) -> None:
        """Open the file for reading.

        Args:
            path: The file.
            lenient: Read text that is no text too, at twice the time; without it such a value ends
                the reading.

        Raises:
            StoreUnavailable: There is no such file, or it cannot be opened.
        """
        if not path.is_file():
            raise StoreUnavailable
        try:
            self._connection = _opened(path)
        except _BROKEN as error:
            raise StoreUnavailable from error
        if lenient:
            self._connection.text_factory = _text

    def read(self, statement: str, values: Row = ()) -> Iterator[Row]:
        """Return the rows of a statement."""
        return self._connection.execute(statement, values)

    def integrity(self) -> Iterator[str]:
        """Yield what SQLite's own check finds."""
        for row in self._connection.execute("PRAGMA integrity_check"):
            if row[0] != "ok":
                yield str(row[0])

    def close(self) -> None:
        """End the reading."""
        self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    address = f"file:{quote(str(path))}?mode=ro"
    try:
        return _begun(address)
    except sqlite3.OperationalError:
        # a copy in a folder where nothing may be written; with a log beside it, it is not whole alone
        if path.with_name(path.name + "-wal").exists():
            raise
        return _begun(address + "&immutable=1")


def _begun(address: str) -> sqlite3.Connection:
    connection = sqlite3.connect(address, uri=True, isolation_level=None)
    try:
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA cache_size=-65536")
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except _BROKEN:
        connection.close()
        raise
    return connection


def _text(stored: bytes) -> str:
    return stored.decode("utf-8", "surrogateescape")
