"""Reading a PostgreSQL database for verification: one snapshot, by cursors of the server.

A row comes as binary values, a few thousand at a time, so a log of any length is read in little memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any

import psycopg

from gateway.errors import StoreUnavailable
from gateway.store.verifying import Row

_ROWS = 2_000
"""Rows that one trip to the server brings."""
_TEXT_KEYS = " ORDER BY id", " ORDER BY sha256", " ORDER BY client_id", " ORDER BY 1, 2, 3"


class PostgresSource:
    """``verifying.Source`` over a connection of its own."""

    broken: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        """Begin the one transaction; the connection is closed with it.

        Raises:
            StoreUnavailable: The server does not answer.
        """
        self._connection = connection
        self._numbers = count(1)
        try:
            connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            # a snapshot is taken by the first statement that reads
            connection.execute("SELECT 1 FROM head").fetchone()
        except psycopg.Error as error:
            connection.close()
            raise StoreUnavailable from error

    def read(self, statement: str, values: Row = ()) -> Iterator[Row]:
        """Yield the rows of a statement."""
        asked = statement.replace("%", "%%").replace("?", "%s").encode()
        if values and "ORDER BY" not in statement:  # one row, by its key
            with self._connection.cursor(binary=True) as cursor:
                yield from cursor.execute(asked, values)
            return
        name = f"evidence_{next(self._numbers)}"
        with self._connection.cursor(name, withhold=False) as cursor:
            cursor.itersize = _ROWS
            yield from cursor.execute(asked, values, binary=True)

    def integrity(self) -> Iterator[str]:
        """Yield nothing: the server checks constraints as it writes and pages as it reads them."""
        return iter(())

    def close(self) -> None:
        """End the reading."""
        with suppress(psycopg.Error):
            self._connection.close()
