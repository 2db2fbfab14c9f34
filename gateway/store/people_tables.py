"""The tables of people who sign in: their sessions. Working state, outside verify."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

SESSION = Table(
    "session",
    METADATA,
    Column("id_sha256", LargeBinary, primary_key=True),
    Column("body", Text, nullable=False),
    Column("began", Position, nullable=False, comment="seconds since 1970"),
    Column("seen", Position, nullable=False, comment="seconds since 1970"),
    comment="who is signed in (gateway.access.people.Person); of the cookie only its SHA-256",
)
