"""Tables of retention: which sealed halves it destroyed, and what is held back from it."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

RETENTION_ERASED = Table(
    "retention_erased",
    METADATA,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("leaf", Position, nullable=False),
    Index("retention_erased_leaf", "leaf", "position"),
    comment="sealed halves that retention destroyed: the hash by which their rows still verify",
)

RETENTION_HOLD = Table(
    "retention_hold",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("leaf", Position, nullable=False, comment="the operation of its last step"),
    comment="what retention passes over, until when and why; an ended one is kept",
)

RETENTION_HELD = Table(
    "retention_held",
    METADATA,
    Column("hold", Text, primary_key=True),
    Column("feed", Integer, primary_key=True, autoincrement=False),
    Column("natural_key", LargeBinary, primary_key=True),
    Index("retention_held_key", "feed", "natural_key"),
    comment="the records that a hold names, by their keyed names",
)
