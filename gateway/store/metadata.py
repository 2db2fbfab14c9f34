"""Where every table is registered, and the type of a position."""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Integer, MetaData, text

METADATA = MetaData()

Position = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite's rowid alias needs INTEGER; PostgreSQL takes BIGINT."""

ERASED = "erased"
"""State of an incident whose content was destroyed."""

IS_ERASED = "state = 'erased'"
IS_CORRECTION = "entry_kind <> 'recorded'"
"""What few rows are: their partial indexes cost the others nothing. A statement that is to use one
repeats these words."""


def partial_index(name: str, *columns: str, where: str) -> Index:
    """Return an index over the rows that a condition holds for, on both engines."""
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))
