"""The table of anchors: where checkpoints are published, and since when that fails."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from gateway.store.metadata import METADATA, Position

ANCHOR = Table(
    "anchor",
    METADATA,
    Column("kind", Text, primary_key=True, comment="file or post"),
    Column("body", Text, nullable=False, comment="gateway.law.anchors.Anchor"),
    Column("stops_at", Position, comment="seconds since 1970; from then on nothing is released"),
    comment="how publishing checkpoints goes; working state, but that releases stop and go on is a leaf",
)
