"""The table of subject access cases: append only, step by step; each step is one leaf. Covered by verify."""

from __future__ import annotations

from sqlalchemy import Column, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

SUBJECT_CASE_STEP = Table(
    "subject_case_step",
    METADATA,
    Column("case_id", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("what", Text, nullable=False, comment="schemas.subject_access.SubjectStep"),
    Column("day", Text, nullable=False, comment="from which the clock counts it, Europe/London"),
    Column("partner", Text, comment="whose case it is; empty: the operator's"),
    Column("account", Text, nullable=False),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("leaf", Position, nullable=False, unique=True),
    Column("wrapped_secret", LargeBinary, comment="empty once the case was erased"),
    Column("ciphertext", LargeBinary, comment="what was said, locked under a secret of its own"),
    comment="requests of people for what is held about them; the ledger has each step's keyed hash",
)
