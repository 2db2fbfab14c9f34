"""The table of release by cells: what waits until its cell is full."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKeyConstraint, Table, Text

from gateway.store.metadata import METADATA, Position

KEPT_BACK = Table(
    "kept_back",
    METADATA,
    Column("subscription", Text, primary_key=True),
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("offers", Text, nullable=False, comment="places in the log, ascending, as a JSON list"),
    Column("more", Boolean, nullable=False, comment="whether full cells wait for the next page"),
    ForeignKeyConstraint(["subscription", "number"], ["release.subscription", "release.number"]),
    comment="what each release by cells kept back; that of the last one which was not closed waits",
)
