"""The tables of matching: signals, the reports they rest on, what people decided, and how far it has come."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, Table, Text

from gateway.store.metadata import METADATA, Position

SIGNAL = Table(
    "signal",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("partner", Text, nullable=False, comment="who is told"),
    Column("agreement", Text, nullable=False),
    Column("why", Text, nullable=False, comment="schemas.signals.SignalWhy"),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("leaf", Position, nullable=False, unique=True),
    Column("body", Text, nullable=False, comment="schemas.signals.Signal"),
    Index("signal_partner", "partner", "at"),
    comment="that reports of one household were found, for one partner: existence only",
)

SIGNAL_RECORD = Table(
    "signal_record",
    METADATA,
    Column("signal", Text, primary_key=True),
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("incident", Position, nullable=False),
    Column("version", Integer, nullable=False),
    Column("controller", Text, nullable=False),
    Index("signal_record_incident", "incident"),
    comment="the reports that a signal rests on; never told to whoever is not their holder",
)

SIGNAL_STEP = Table(
    "signal_step",
    METADATA,
    Column("signal", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False, comment="schemas.signals.Step"),
    Column("at", Position, nullable=False, comment="seconds since 1970"),
    Column("leaf", Position, nullable=False, unique=True),
    comment="handed out, confirmed, dismissed: with the reason in words, of which the leaf has the HMAC",
)

MATCHING_MARK = Table(
    "matching_mark",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("matched_to", Position, nullable=False, comment="positions up to here were looked at"),
    comment="one row: how far matching has come; working state",
)
