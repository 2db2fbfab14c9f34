"""The tables of section 17A returns: one file a holder, recipient, period and paragraph, and its rows."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
)

from gateway.store.metadata import METADATA, Position

RETURN_FILE = Table(
    "return_file",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("paragraph", Integer, nullable=False),
    Column("form", Text, nullable=False, comment="prescribed, or voluntary: with what nobody asks"),
    Column("snapshot", Text, ForeignKey("snapshot.sha256"), nullable=False),
    Column("law_epoch", Position, nullable=False),
    Column("day", Text, nullable=False),
    Column("log_size", Position, nullable=False, comment="what came later is late"),
    Column("at", Position, nullable=False),
    Column("counts", Text, nullable=False),
    Column("content_hash", LargeBinary, nullable=False),
    Column("attempts", Integer, nullable=False, comment="how often it was handed out; a leaf each"),
    Column("handed_at", Position, comment="when first, in seconds since 1970"),
    Column("handed_hash", LargeBinary, comment="of what was handed out last"),
    Column("acknowledged_at", Position, comment="when the recipient said that it has it: sent"),
    UniqueConstraint("holder", "recipient", "quarter", "paragraph", name="return_file_once"),
    comment="never made twice: what changes later stands in the next period's file",
)

RETURN_ROW = Table(
    "return_row",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("incident", Position, nullable=False),
    Column("version", Integer, nullable=False),
    Column("position", Position, nullable=False),
    Column("row_id", Text, nullable=False),
    Column("change", Text, nullable=False),
    Column("period", Text, nullable=False, comment="of the incident's first report"),
    Column("level", Integer, comment="how coarsely a racial incident is told"),
    Index("return_row_incident", "incident"),
    comment="which incident version each line of a return's file is about",
)

RETURN_TABLE = Table(
    "return_table",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("holder", Text, nullable=False),
    Column("quarter", Text, nullable=False),
    Column("paragraph", Integer, nullable=False),
    Column("body", Text, nullable=False, comment="cells as JSON, small numbers hidden already"),
    Column("at", Position, nullable=False),
    UniqueConstraint("holder", "quarter", "paragraph", name="return_table_once"),
    comment="what a holder brings as a table (paragraph 6); the rows behind it are never here",
)
