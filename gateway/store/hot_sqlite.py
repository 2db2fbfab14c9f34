"""The hot path on SQLite: rows many to a statement.

``executemany`` gives the interpreter's lock away at every row, and a busy event loop or mapper keeps it
for milliseconds; one statement for 2^n rows gives it away once, and SQLite then works beside Python
instead of in turn with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from gateway.store.hot import (
    HOT_COLUMNS,
    PLACE_COLUMNS,
    PUSH_COLUMNS,
    ROLLUP_TABLES,
    STANDING_COLUMNS,
    Row,
    emptied,
    quoted,
    roll_up,
)

_CHUNK = 500
"""SQLite takes 32,766 bound values a statement; 500 keys a look-up keeps the plan small."""
_WIDEST = 4_096
"""Bound values a statement at most; SQLite would take 32,766, and longer ones gain nothing."""


class _Insert:
    """Inserts rows of one table, many to a statement."""

    def __init__(self, table: str, columns: tuple[str, ...], tail: str = "") -> None:
        head = f"INSERT INTO {table} ({quoted(columns)}) VALUES "  # noqa: S608 - our own columns
        row = f"({', '.join('?' * len(columns))})"
        most = _WIDEST // len(columns)
        self._sizes = [1 << n for n in range(most.bit_length() - 1, -1, -1)]
        self._statements = {size: head + ", ".join([row] * size) + tail for size in self._sizes}

    def run(self, driver: sqlite3.Connection, rows: list[Row]) -> None:
        """Insert the rows in their order."""
        at = 0
        for size in self._sizes:
            while len(rows) - at >= size:
                values = [value for row in rows[at : at + size] for value in row]
                driver.execute(self._statements[size], values)
                at += size


_INSERTS = {table: _Insert(table, columns) for table, columns in HOT_COLUMNS.items()}
_PLACES = _Insert(
    "place_count",
    PLACE_COLUMNS,
    " ON CONFLICT (quarter, place) DO UPDATE SET seen = excluded.seen",
)
_ROLLUPS = [_Insert(table, columns, roll_up(table)) for table, columns in ROLLUP_TABLES.items()]
_EMPTIED = [
    f"DELETE FROM {table} WHERE {number} = 0 AND "  # noqa: S608 - our own columns
    + " AND ".join(f"{name} = ?" for name in key)
    for table, (*key, number) in ROLLUP_TABLES.items()
]
_PUSH = f"SELECT {quoted(PUSH_COLUMNS)} FROM push WHERE client_id = ? AND key_hmac = ?"  # noqa: S608 - our own columns
_STANDING = f"SELECT natural_key, {quoted(STANDING_COLUMNS)} FROM incident "  # noqa: S608 - our own columns
_MOVE = (
    "UPDATE incident SET version = ?, position = ?, content_hmac = ?, state = ?, updated = ? "
    "WHERE id = ?"
)


class SqliteHot:
    """``hot.Hot`` over SQLite."""

    def __init__(self, driver: sqlite3.Connection) -> None:
        self._driver = driver

    def insert(self, waiting: dict[str, list[Row]]) -> None:
        """Insert rows, by table."""
        for table, rows in waiting.items():
            _INSERTS[table].run(self._driver, rows)

    def move(self, rows: list[Row]) -> None:
        """Say where incidents stand now."""
        self._driver.executemany(_MOVE, rows)

    def standing(self, feed: int, keys: Sequence[bytes]) -> Iterator[Row]:
        """Yield the natural key and where it stands."""
        for part in _parts(keys):
            where = f"WHERE feed = ? AND natural_key IN ({_marks(part)})"
            yield from self._driver.execute(_STANDING + where, (feed, *part))

    def unit_counts(self, unit: bytes, contents: Sequence[bytes]) -> Iterator[Row]:
        """Yield (content, how often it was seen) of a unit."""
        for part in _parts(contents):
            yield from self._driver.execute(
                "SELECT content, seen FROM unit_count "  # noqa: S608 - question marks only
                f"WHERE unit = ? AND content IN ({_marks(part)})",
                (unit, *part),
            )

    def keep_unit_counts(self, rows: list[Row]) -> None:
        """Set how often contents were seen."""
        self._driver.executemany(
            "INSERT INTO unit_count (unit, content, seen) VALUES (?, ?, ?) "
            "ON CONFLICT (unit, content) DO UPDATE SET seen = excluded.seen",
            rows,
        )

    def place_counts(self, quarter: str, places: Sequence[bytes]) -> Iterator[Row]:
        """Yield (unnamed place, how many incidents it had) of a quarter."""
        for part in _parts(places):
            yield from self._driver.execute(
                "SELECT place, seen FROM place_count "  # noqa: S608 - question marks only
                f"WHERE quarter = ? AND place IN ({_marks(part)})",
                (quarter, *part),
            )

    def keep_place_counts(self, rows: list[Row], before: str) -> None:
        """Set how many incidents places had, and forget older quarters."""
        _PLACES.run(self._driver, rows)
        self._driver.execute("DELETE FROM place_count WHERE quarter < ?", (before,))

    def roll(self, *tables: list[Row]) -> None:
        """Add numbers to roll-ups."""
        for statement, forget, rows in zip(_ROLLUPS, _EMPTIED, tables, strict=True):
            statement.run(self._driver, rows)
            self._driver.executemany(forget, emptied(rows))

    def push(self, client_id: str, key_hmac: bytes) -> Row | None:
        """Return what was kept of a push."""
        found: Row | None = self._driver.execute(_PUSH, (client_id, key_hmac)).fetchone()
        return found

    def quarantine_is_open(self, feed: int) -> bool:
        """Whether a feed has quarantined rows that nobody put right."""
        found = self._driver.execute(
            "SELECT 1 FROM quarantine WHERE feed = ? AND resolved_at IS NULL "
            "AND natural_key IS NOT NULL LIMIT 1",
            (feed,),
        ).fetchone()
        return found is not None

    def resolve_quarantine(self, feed: int, keys: Sequence[bytes], at: int) -> None:
        """Mark the open quarantined rows of these natural keys as resolved."""
        self._driver.executemany(
            "UPDATE quarantine SET resolved_at = ? "
            "WHERE feed = ? AND natural_key = ? AND resolved_at IS NULL",
            [(at, feed, key) for key in keys],
        )

    def class_at(self, position: int) -> Row | None:
        """Return id and SHA-256 of the record class of a log row."""
        found: Row | None = self._driver.execute(
            "SELECT c.id, c.sha256 FROM log l JOIN record_class c ON c.id = l.class_id "
            "WHERE l.position = ?",
            (position,),
        ).fetchone()
        return found

    def save_head(self, log_size: int, ledger_size: int, law_epoch: int, *, moved: bool) -> None:  # noqa: ARG002 - nobody is told
        """Write the head; other processes find it by asking."""
        self._driver.execute(
            "UPDATE head SET log_size = ?, ledger_size = ?, law_epoch = ? WHERE id = 1",
            (log_size, ledger_size, law_epoch),
        )


def _parts(values: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (values[start : start + _CHUNK] for start in range(0, len(values), _CHUNK))


def _marks(values: Sequence[bytes]) -> str:
    return ",".join("?" * len(values))
