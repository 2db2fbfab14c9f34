"""The tables of requests for disclosure: where each stands, and its steps. Covered by verify."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

DISCLOSURE_REQUEST = Table(
    "disclosure_request",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("partner", Text, nullable=False, comment="who asks"),
    Column("holder", Text, nullable=False, comment="who is asked"),
    Column("state", Text, nullable=False),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("due_on", Text, nullable=False),
    Column("review_due", Position, comment="while an urgent answer waits for its review"),
    Column("steps", Integer, nullable=False),
    Index("disclosure_request_partner", "partner"),
    Index("disclosure_request_holder", "holder", "state"),
    comment="requests for disclosure, case by case: where each stands; codes and days alone",
)

DISCLOSURE_REQUEST_STEP = Table(
    "disclosure_request_step",
    METADATA,
    Column("leaf", Position, primary_key=True, autoincrement=False),
    Column("request", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("step", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("said", Text, nullable=False, comment="codes, days and counts as JSON"),
    Column("wrapped_secret", LargeBinary),
    Column("ciphertext", LargeBinary, comment="what was asked, or a reason in words, locked"),
    Index("disclosure_request_step_of", "request", "number", unique=True),
    comment="what happened to each request, step by step; words go when the request is erased",
)
