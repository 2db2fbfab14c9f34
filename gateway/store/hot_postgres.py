"""The hot path on PostgreSQL: many rows by binary COPY, few by one pipeline of prepared statements.

Binary COPY is the fastest way in that was measured (performance.md §2), but each costs three trips to
the server; a push of a row or two is faster as a pipeline, which costs one for all its tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import psycopg
from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, Text

from gateway.store import tables as t
from gateway.store.hot import (
    HOT_COLUMNS,
    MOVED_COLUMNS,
    PUSH_COLUMNS,
    ROLLUP_TABLES,
    STANDING_COLUMNS,
    UNIT_COLUMNS,
    Row,
    emptied,
    quoted,
    roll_up,
)

CHANNEL = "gateway_head"
"""What is notified when the head has moved."""

FEW = 24
"""Rows up to here go in a pipeline, one trip for all tables; from there on by COPY, three trips a table."""

_TYPES: tuple[tuple[type[Any], str], ...] = (
    (LargeBinary, "bytea"),
    (Text, "text"),
    (BigInteger, "int8"),
    (Integer, "int4"),
    (Float, "float8"),
)


def type_name(column: Column[Any]) -> str:
    """Return PostgreSQL's name of a column's type."""
    return next(name for kind, name in _TYPES if isinstance(column.type, kind))


class Into:
    """Puts rows into one table, or into the temporary table of the same form."""

    def __init__(self, table: str, columns: tuple[str, ...], like: str | None = None) -> None:
        of = t.METADATA.tables[like or table].c
        self.types = [type_name(of[name]) for name in columns]
        marks = ", ".join(["%b"] * len(columns))
        names = quoted(columns)
        self._copy = f"COPY {table} ({names}) FROM STDIN (FORMAT BINARY)".encode()
        self._insert = f"INSERT INTO {table} ({names}) VALUES ({marks})".encode()  # noqa: S608 - our own columns

    def copy(self, cursor: psycopg.Cursor[Any], rows: Iterable[Row]) -> None:
        """Put many rows in."""
        with cursor.copy(self._copy) as copy:
            copy.set_types(self.types)
            write = copy.write_row
            for row in rows:
                write(row)

    def queue(self, cursor: psycopg.Cursor[Any], rows: Iterable[Row]) -> None:
        """Put a few rows in, inside a pipeline."""
        for row in rows:
            cursor.execute(self._insert, row, prepare=True)


_INTO = {table: Into(table, columns) for table, columns in HOT_COLUMNS.items()}
_MOVED = Into("moved_incident", MOVED_COLUMNS, like="incident")
_SEEN = Into("seen_in_unit", UNIT_COLUMNS, like="unit_count")

TEMPORARY = "; ".join(
    f"CREATE TEMPORARY TABLE {name} ("
    + ", ".join(f"{column} {kind}" for column, kind in zip(columns, into.types, strict=True))
    + ") ON COMMIT DELETE ROWS"
    for name, columns, into in (
        ("moved_incident", MOVED_COLUMNS, _MOVED),
        ("seen_in_unit", UNIT_COLUMNS, _SEEN),
    )
)
"""What a writing session has for itself."""

_HEAD = b"UPDATE head SET log_size = %b, ledger_size = %b, law_epoch = %b WHERE id = 1"
_NOTIFY = f"NOTIFY {CHANNEL}".encode()
_MOVE_ONE = (
    "UPDATE incident SET version = %b, position = %b, content_hmac = %b, state = %b, updated = %b "
    "WHERE id = %b"
)
_MOVE_MANY = (
    "UPDATE incident SET version = m.version, position = m.position, content_hmac = m.content_hmac, "
    "state = m.state, updated = m.updated FROM moved_incident m WHERE incident.id = m.id"
)
_UPSERT = " ON CONFLICT (unit, content) DO UPDATE SET seen = excluded.seen"
_SEEN_ONE = "INSERT INTO unit_count (unit, content, seen) VALUES (%b, %b, %b)" + _UPSERT  # noqa: S608 - no value in it
_SEEN_MANY = f"INSERT INTO unit_count SELECT unit, content, seen FROM seen_in_unit{_UPSERT}"  # noqa: S608 - no value in it
_PLACES = (
    "INSERT INTO place_count (quarter, place, seen) "
    "SELECT * FROM unnest(%b::text[], %b::bytea[], %b::int4[]) "
    "ON CONFLICT (quarter, place) DO UPDATE SET seen = excluded.seen"
)


def _unnested(table: str, columns: Iterable[str]) -> str:
    of = t.METADATA.tables[table].c
    return f"unnest({', '.join(f'%b::{type_name(of[name])}[]' for name in columns)})"


def _columns(rows: Iterable[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


_ROLLUPS = [
    f"INSERT INTO {table} ({quoted(columns)}) "  # noqa: S608 - our own columns
    f"SELECT * FROM {_unnested(table, columns)}{roll_up(table)}"
    for table, columns in ROLLUP_TABLES.items()
]
_EMPTIED = [
    f"DELETE FROM {table} r USING {_unnested(table, key)} AS gone({quoted(key)}) "  # noqa: S608 - our own columns
    f"WHERE r.{number} = 0 AND " + " AND ".join(f"r.{name} = gone.{name}" for name in key)
    for table, (*key, number) in ROLLUP_TABLES.items()
]
_FORGET_PLACES = "DELETE FROM place_count WHERE quarter < %b"
_STANDING = (
    f"SELECT natural_key, {quoted(STANDING_COLUMNS)} FROM incident "  # noqa: S608 - our own columns
    "WHERE feed = %b AND natural_key = ANY(%b)"
)
_PUSH = f"SELECT {quoted(PUSH_COLUMNS)} FROM push WHERE client_id = %b AND key_hmac = %b"  # noqa: S608 - our own columns


class PostgresHot:
    """``hot.Hot`` over PostgreSQL."""

    def __init__(self, driver: psycopg.Connection[Any]) -> None:
        self._driver = driver

    def insert(self, waiting: dict[str, list[Row]]) -> None:
        """Insert rows, by table."""
        few: list[tuple[Into, list[Row]]] = []
        with self._driver.cursor() as cursor:
            for table, rows in waiting.items():
                if len(rows) <= FEW:
                    few.append((_INTO[table], rows))
                else:
                    _INTO[table].copy(cursor, rows)
            if few:
                with self._driver.pipeline():
                    for into, rows in few:
                        into.queue(cursor, rows)

    def move(self, rows: list[Row]) -> None:
        """Say where incidents stand now."""
        with self._driver.cursor() as cursor:
            if len(rows) <= FEW:
                cursor.executemany(_MOVE_ONE, rows)
                return
            # an incident that moved twice has two rows, and UPDATE … FROM would take either
            last = {row[-1]: row for row in rows}
            _MOVED.copy(cursor, last.values())
            cursor.execute(_MOVE_MANY)
            cursor.execute("TRUNCATE moved_incident")

    def standing(self, feed: int, keys: Sequence[bytes]) -> Iterable[Row]:
        """Return the natural keys and where they stand."""
        return self._all(_STANDING, feed, list(keys)) if keys else ()

    def unit_counts(self, unit: bytes, contents: Sequence[bytes]) -> Iterable[Row]:
        """Return (content, how often it was seen) of a unit."""
        return self._all(
            "SELECT content, seen FROM unit_count WHERE unit = %b AND content = ANY(%b)",
            unit,
            list(contents),
        )

    def keep_unit_counts(self, rows: list[Row]) -> None:
        """Set how often contents were seen."""
        with self._driver.cursor() as cursor:
            if len(rows) <= FEW:
                cursor.executemany(_SEEN_ONE, rows)
                return
            _SEEN.copy(cursor, rows)
            cursor.execute(_SEEN_MANY)
            cursor.execute("TRUNCATE seen_in_unit")

    def place_counts(self, quarter: str, places: Sequence[bytes]) -> Iterable[Row]:
        """Return (unnamed place, how many incidents it had) of a quarter."""
        return self._all(
            "SELECT place, seen FROM place_count WHERE quarter = %b AND place = ANY(%b)",
            quarter,
            list(places),
        )

    def keep_place_counts(self, rows: list[Row], before: str) -> None:
        """Set how many incidents places had, and forget older quarters: one trip to the server."""
        with self._driver.pipeline(), self._driver.cursor() as cursor:
            cursor.execute(
                _PLACES, [list(column) for column in zip(*rows, strict=True)], prepare=True
            )
            cursor.execute(_FORGET_PLACES, (before,), prepare=True)

    def roll(self, *tables: list[Row]) -> None:
        """Add numbers to roll-ups: one trip to the server."""
        with self._driver.pipeline(), self._driver.cursor() as cursor:
            for statement, forget, rows in zip(_ROLLUPS, _EMPTIED, tables, strict=True):
                if rows:
                    cursor.execute(statement, _columns(rows), prepare=True)
                gone = emptied(rows)
                if gone:
                    cursor.execute(forget, _columns(gone), prepare=True)

    def push(self, client_id: str, key_hmac: bytes) -> Row | None:
        """Return what was kept of a push."""
        return self._first(_PUSH, client_id, key_hmac)

    def quarantine_is_open(self, feed: int) -> bool:
        """Whether a feed has quarantined rows that nobody put right."""
        found = self._first(
            "SELECT 1 FROM quarantine WHERE feed = %b AND resolved_at IS NULL "
            "AND natural_key IS NOT NULL LIMIT 1",
            feed,
        )
        return found is not None

    def resolve_quarantine(self, feed: int, keys: Sequence[bytes], at: int) -> None:
        """Mark the open quarantined rows of these natural keys as resolved."""
        self._driver.execute(
            "UPDATE quarantine SET resolved_at = %b "
            "WHERE feed = %b AND natural_key = ANY(%b) AND resolved_at IS NULL",
            (at, feed, list(keys)),
        )

    def class_at(self, position: int) -> Row | None:
        """Return id and SHA-256 of the record class of a log row."""
        return self._first(
            "SELECT c.id, c.sha256 FROM log l JOIN record_class c ON c.id = l.class_id "
            "WHERE l.position = %b",
            position,
        )

    def save_head(self, log_size: int, ledger_size: int, law_epoch: int, *, moved: bool) -> None:
        """Write the head; where it moved, whoever listens is told when the commit stands."""
        with self._driver.pipeline(), self._driver.cursor() as cursor:
            cursor.execute(_HEAD, (log_size, ledger_size, law_epoch), prepare=True)
            if moved:
                cursor.execute(_NOTIFY)

    def _all(self, statement: str, *values: Any) -> list[Row]:  # noqa: ANN401 - bound values
        with self._driver.cursor(binary=True) as cursor:
            return cursor.execute(statement.encode(), values).fetchall()

    def _first(self, statement: str, *values: Any) -> Row | None:  # noqa: ANN401 - bound values
        with self._driver.cursor(binary=True) as cursor:
            found: Row | None = cursor.execute(statement.encode(), values).fetchone()
            return found
