"""The table of proceedings: breaches and off-boardings, step by step. Append only; each step is one leaf."""

from __future__ import annotations

from sqlalchemy import Column, Integer, Table, Text

from gateway.store.metadata import METADATA, Position

PROCEEDING_STEP = Table(
    "proceeding_step",
    METADATA,
    Column("proceeding", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="breach, off_boarding"),
    Column("body", Text, nullable=False, comment="what was done, by whom, in words"),
    Column("at", Position, nullable=False),
    Column("leaf", Position, nullable=False, unique=True),
    comment="the breach register and off-boardings; the ledger has the keyed hash of each step",
)
