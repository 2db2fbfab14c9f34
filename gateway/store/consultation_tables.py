"""The tables of consultations: who opened which bodies, and why. Covered by verify."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

CONSULTATION = Table(
    "consultation",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("account", Text, nullable=False, comment="an id of ours, never a name"),
    Column("role", Text, nullable=False),
    Column("partner", Text, comment="for whom they acted; empty: the operator"),
    Column("action", Text, nullable=False, comment="open, search or read"),
    Column("reason", Text, nullable=False),
    Column("case_id", Text, comment="our own id of the case that it was for"),
    Column("number", Integer, nullable=False, comment="of bodies opened, or proposals of a search"),
    Column("wrapped_secret", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False, comment="the reason in words, locked"),
    Index("consultation_at", "at"),
    Index("consultation_case", "case_id"),
    comment="every look at a sealed half, with its reason; the ledger has the reason's HMAC",
)

CONSULTED = Table(
    "consulted",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("incident", Position, nullable=False),
    Column("version", Integer, nullable=False),
    Column("controller", Text, nullable=False),
    Index("consulted_incident", "incident"),
    Index("consulted_controller", "controller", "leaf"),
    comment="the versions that a consultation opened",
)
