"""The table of policy bundles; their documents lie with the parts of snapshots, each text once."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from gateway.store.metadata import METADATA, Position

POLICY_BUNDLE = Table(
    "policy_bundle",
    METADATA,
    Column("sha256", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("leaf", Position, nullable=False, unique=True, comment="the operation of its last step"),
    comment="documents by hash, and who proposed, approved and withdrew it (schemas.bundles)",
)
