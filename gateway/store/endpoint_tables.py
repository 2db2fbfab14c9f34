"""The tables of push: endpoints, their secrets, and which of our keys sign."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

ENDPOINT = Table(
    "endpoint",
    METADATA,
    Column("subscription", Text, ForeignKey("subscription.id"), primary_key=True),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, comment="active, paused, disabled"),
    Column("failing_since", Position),
    Column("failures", Integer, nullable=False),
    Column("opens_at", Position, comment="until when the breaker is open"),
    Column("replay_next", Position, comment="release that a replay sends next; absent: none runs"),
    Column("replay_to", Position, comment="the last release of the replay"),
    comment="where a push subscription is sent; working state beside what an operator set",
)

WEBHOOK_SECRET = Table(
    "webhook_secret",
    METADATA,
    Column("subscription", Text, ForeignKey("subscription.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("wrapped", LargeBinary, nullable=False),
    Column("created_at", Position, nullable=False),
    Column("expires_at", Position, comment="end of its grace; absent while it is the newest"),
    comment="Standard Webhooks secrets under the key-encryption key",
)

WEBHOOK_KEY = Table(
    "webhook_key",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("created_at", Position, nullable=False),
    Column("expires_at", Position, comment="end of its grace; absent while it is the newest"),
    comment="which of the key ring's webhook signing keys are in use; number 1 before the first row",
)
