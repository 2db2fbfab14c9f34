"""The table of simulations asked for on a page. Working state, outside verify: what was found is a leaf."""

from __future__ import annotations

from sqlalchemy import Column, Table, Text

from gateway.store.metadata import METADATA, Position

SIMULATION_JOB = Table(
    "simulation_job",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account", Text, nullable=False, comment="who asked; an id of ours"),
    Column("what", Text, nullable=False, comment="the draft, in words"),
    Column("state", Text, nullable=False, comment="running, done, failed"),
    Column("found", Text, comment="the comparison, JSON"),
    Column("began", Position, nullable=False, comment="seconds since 1970"),
    Column("ended", Position),
    comment="drafts replayed over what is recorded: asked by a form, shown by another process perhaps",
)
