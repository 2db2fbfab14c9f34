"""The hot path: what every push does inside the lock, below SQLAlchemy, once for each engine.

SQLAlchemy's insertmanyvalues costs three to twenty times as much as the driver (performance.md §2).
What is named here is all that goes round it; everything else in the store is SQLAlchemy Core, and the
same for both engines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from gateway.store import tables as t

Row = tuple[Any, ...]

LOG_COLUMNS = tuple(column.name for column in t.LOG.columns)
PUSH_COLUMNS = tuple(column.name for column in t.PUSH.columns)
DISCLOSURE_COLUMNS = tuple(column.name for column in t.DISCLOSURE.columns)
STANDING_COLUMNS = ("id", "version", "position", "content_hmac", "state", "quarter", "updated")
INCIDENT_COLUMNS = (
    "id",
    "feed",
    "natural_key",
    "version",
    "position",
    "content_hmac",
    "state",
    "quarter",
    "updated",
)
MOVED_COLUMNS = ("version", "position", "content_hmac", "state", "updated", "id")
SUBJECT_KEY_COLUMNS = tuple(column.name for column in t.SUBJECT_KEY.columns)
UNIT_COLUMNS = ("unit", "content", "seen")
PLACE_COLUMNS = ("quarter", "place", "seen")
POSTCODE_COLUMNS = tuple(column.name for column in t.GEOGRAPHY_POSTCODE.columns)
ROLLUP_TABLES = {
    table.name: tuple(column.name for column in table.columns)
    for table in (t.ROLLUP, t.ROLLUP_HOUR, t.ROLLUP_CHANGE)
}
"""The tables of roll-ups in the order of ``Hot.roll``; the last column of each is its number."""
ROLLUP_COLUMNS = ROLLUP_TABLES["rollup"]


def roll_up(table: str) -> str:
    """Return how a statement that inserts into a table of roll-ups adds to what stands there."""
    *key, number = ROLLUP_TABLES[table]
    return f" ON CONFLICT ({', '.join(key)}) DO UPDATE SET {number} = {table}.{number} + excluded.{number}"


def emptied(rows: Iterable[Row]) -> list[Row]:
    """Return the keys of the cells that may have come to 0: those that something was taken from."""
    return [row[:-1] for row in rows if row[-1] < 0]


HOT_COLUMNS: dict[str, tuple[str, ...]] = {
    "ledger": ("index", "leaf", "hash"),
    "ledger_node": ("level", "index", "hash"),
    "incident": INCIDENT_COLUMNS,
    "log": LOG_COLUMNS,
    "sealed": ("position", "wrapped_secret", "ciphertext"),
    "subject_key": SUBJECT_KEY_COLUMNS,
    "push": PUSH_COLUMNS,
    "disclosure": DISCLOSURE_COLUMNS,
    "geography_postcode": POSTCODE_COLUMNS,
}
"""Tables whose rows are inserted many at a time, with the columns of a row in their order."""


class Hot(Protocol):
    """The statements of the hot path on one open transaction."""

    def insert(self, waiting: dict[str, list[Row]]) -> None:
        """Insert rows, by table (a key of ``HOT_COLUMNS``), in the order given."""
        ...

    def move(self, rows: list[Row]) -> None:
        """Say where incidents stand now (``MOVED_COLUMNS``); of one named twice the last counts."""
        ...

    def standing(self, feed: int, keys: Sequence[bytes]) -> Iterable[Row]:
        """Yield the natural key and ``STANDING_COLUMNS`` of the incidents with these keys."""
        ...

    def unit_counts(self, unit: bytes, contents: Sequence[bytes]) -> Iterable[Row]:
        """Yield (content, how often it was seen) of a unit."""
        ...

    def keep_unit_counts(self, rows: list[Row]) -> None:
        """Set how often contents were seen (``UNIT_COLUMNS``)."""
        ...

    def place_counts(self, quarter: str, places: Sequence[bytes]) -> Iterable[Row]:
        """Yield (unnamed place, how many incidents it had) of a quarter."""
        ...

    def keep_place_counts(self, rows: list[Row], before: str) -> None:
        """Set how many incidents places had (``PLACE_COLUMNS``); forget the quarters ``before``."""
        ...

    def roll(self, *tables: list[Row]) -> None:
        """Add numbers to roll-ups (``ROLLUP_TABLES``), each cell once; forget cells that come to 0."""
        ...

    def push(self, client_id: str, key_hmac: bytes) -> Row | None:
        """Return what was kept of a push (``PUSH_COLUMNS``)."""
        ...

    def quarantine_is_open(self, feed: int) -> bool:
        """Whether a feed has quarantined rows with a natural key that nobody put right."""
        ...

    def resolve_quarantine(self, feed: int, keys: Sequence[bytes], at: int) -> None:
        """Mark the open quarantined rows of these natural keys as resolved."""
        ...

    def class_at(self, position: int) -> Row | None:
        """Return id and SHA-256 of the record class of a log row."""
        ...

    def save_head(self, log_size: int, ledger_size: int, law_epoch: int, *, moved: bool) -> None:
        """Write the head; where it moved, tell other processes of it when the commit stands."""
        ...


def quoted(columns: Iterable[str]) -> str:
    """Return column names as SQL lists them."""
    return ", ".join(f'"{name}"' for name in columns)
