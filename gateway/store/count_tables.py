"""The tables of counts: how often a row, a place or a cell was seen."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

_ROOM = {"fillfactor": 80}
"""A number that changes stays on its page, and no index is written: none but the key's looks at it. An
index over the number itself, or of what is empty, would make every addition five times as dear (0038)."""

_WORD = Text().with_variant(Text(collation="C"), "postgresql")
"""Compared byte by byte: by the rules of a language a key of eight words is found half as fast (0038)."""

UNIT_COUNT = Table(
    "unit_count",
    METADATA,
    Column("unit", LargeBinary, primary_key=True),
    Column("content", LargeBinary, primary_key=True),
    Column("seen", Integer, nullable=False),
    comment="how often a row's content was seen in a unit (a file sent in several pushes)",
)

PLACE_COUNT = Table(
    "place_count",
    METADATA,
    Column("quarter", Text, primary_key=True, comment="of the incidents' first report"),
    Column("place", LargeBinary, primary_key=True),
    Column("seen", Integer, nullable=False),
    comment="how many incidents a keyed, unnamed place of one feed had in one quarter",
)

ROLLUP = Table(
    "rollup",
    METADATA,
    Column(
        "month", _WORD, primary_key=True, comment="of first report, Europe/London; empty: unknown"
    ),
    Column("class_id", Integer, primary_key=True, autoincrement=False),
    Column("sub_behaviour", _WORD, primary_key=True, comment="empty: none"),
    Column("nsir_class", _WORD, primary_key=True, comment="empty: none"),
    Column("lsoa_code", _WORD, primary_key=True, comment="empty: none, as the other areas"),
    Column("msoa_code", _WORD, primary_key=True),
    Column("ward_code", _WORD, primary_key=True),
    Column("district_code", _WORD, primary_key=True),
    Column("number", Integer, nullable=False),
    postgresql_with=_ROOM,
    comment="how many current, live versions there are; kept in the recording transaction",
)

ROLLUP_HOUR = Table(
    "rollup_hour",
    METADATA,
    Column("quarter", _WORD, primary_key=True, comment="of the month; empty: unknown"),
    Column("class_id", Integer, primary_key=True, autoincrement=False),
    Column("sub_behaviour", _WORD, primary_key=True, comment="empty: none"),
    Column("nsir_class", _WORD, primary_key=True, comment="empty: none"),
    Column("district_code", _WORD, primary_key=True, comment="empty: none"),
    Column("slot", Integer, primary_key=True, autoincrement=False, comment="rollups.slot_of"),
    Column("number", Integer, nullable=False),
    postgresql_with=_ROOM,
    comment="the roll-ups of each quarter and district by day of the week and hour",
)

ROLLUP_CHANGE = Table(
    "rollup_change",
    METADATA,
    Column("month", Text, primary_key=True),
    Column("changes", Position, nullable=False),
    comment="how many commits changed a month's roll-ups: who holds them in memory reads them again",
)

GEOGRAPHY_POPULATION = Table(
    "geography_population",
    METADATA,
    Column("geography", Integer, ForeignKey("geography.id"), primary_key=True),
    Column("code", Text, primary_key=True, comment="GSS code of an area at any level"),
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, nullable=False, comment="usual residents"),
    comment="how many live where, as a source published it: what rates are made with",
)
