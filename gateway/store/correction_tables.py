"""The table of corrections: cases, and what recipients report, step by step. Append only; in verify."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

CORRECTION_STEP = Table(
    "correction_step",
    METADATA,
    Column("item", Text, primary_key=True, comment="the case or the report"),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False, comment="case or report"),
    Column("feed", Text, nullable=False, comment="whose records it is about"),
    Column("subscription", Text, comment="of a report: who reported it"),
    Column("body", Text, nullable=False, comment="what was done, in codes and our own numbers"),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("leaf", Position, nullable=False, unique=True),
    Column("wrapped_secret", LargeBinary, comment="of the words; empty: none, or destroyed"),
    Column("ciphertext", LargeBinary, comment="what was said, locked"),
    Index("correction_step_kind", "kind", "feed"),
    Index("correction_step_subscription", "subscription"),
    comment="rectification, restriction, erasure, recall; what recipients find wrong",
)
