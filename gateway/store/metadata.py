"""Where every table is registered, and the type of a position."""

from __future__ import annotations

from sqlalchemy import BigInteger, Integer, MetaData

METADATA = MetaData()

Position = BigInteger().with_variant(Integer(), "sqlite")
"""SQLite's rowid alias needs INTEGER; PostgreSQL takes BIGINT."""
