"""The table of published editions of counts. A row is written once and never changed."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text, UniqueConstraint

from gateway.store.metadata import METADATA, Position

EDITION = Table(
    "edition",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("quarter", Text, nullable=False, comment="such as 2026Q4"),
    Column("number", Integer, nullable=False, comment="within the quarter, from 1"),
    Column("at", Position, nullable=False),
    Column("cells", Integer, nullable=False),
    Column("shown", Text, nullable=False, comment="what readers of statistics are shown, JSON"),
    Column("basis", Text, nullable=False, comment="true counts and proof; shown to nobody, JSON"),
    UniqueConstraint("quarter", "number", name="edition_once"),
)
