"""The orders in which the log is read beside its own: by when it happened, and by when it was reported.

A page of records in such an order starts at a key and goes on from there, so each order has an index of
(key, position) over the versions alone. A statement that is to use one repeats these very words.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Index, Table, func, literal_column, text

UNKNOWN = 0
"""The key where no time is known, in seconds since 1970: before every other."""
_UNKNOWN: ColumnElement[int] = literal_column(str(UNKNOWN))
_RECORDED = "entry_kind = 'recorded'"


def is_recorded(log: Table) -> ColumnElement[bool]:
    """Whether an entry is a version of an incident."""
    return log.c.entry_kind == literal_column("'recorded'")


def when(log: Table) -> ColumnElement[Any]:
    """Return the key by which versions are in order of when it happened, else was reported."""
    return func.coalesce(log.c.occurred_from, log.c.reported, _UNKNOWN)


def reported(log: Table) -> ColumnElement[Any]:
    """Return the key by which versions are in order of when it was reported."""
    return func.coalesce(log.c.reported, _UNKNOWN)


def index_orders(log: Table) -> None:
    """Add the indexes of both orders to the log's table."""
    for name, key in (("log_occurred", when(log)), ("log_reported", reported(log))):
        Index(
            name,
            key,
            log.c.position,
            sqlite_where=text(_RECORDED),
            postgresql_where=text(_RECORDED),
        )
