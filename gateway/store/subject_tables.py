"""The tables by which a record is found without opening it: keyed hashes of what names people and homes.

They are made from the sealed half alone, written in its transaction and destroyed with it (decision 0030).
"""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, LargeBinary, Table, Text

from gateway.store.metadata import METADATA, Position

SUBJECT_KEY = Table(
    "subject_key",
    METADATA,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column(
        "part", Integer, primary_key=True, autoincrement=False, comment="0: the row; n: person n"
    ),
    Column("kind", Text, primary_key=True, comment="policies.subject_keys.SubjectKind"),
    Column("digest", LargeBinary, primary_key=True),
    Index("subject_key_digest", "digest"),
    sqlite_with_rowid=False,
    comment="what names people and homes in a sealed half, as keyed hashes; goes with it",
)

SUBJECT_INDEX = Table(
    "subject_index",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("edition", Integer, nullable=False, comment="policies.subject_keys.EDITION"),
    Column("begins", Position, nullable=False, comment="the first position that is keyed"),
    comment="one row: from where on sealed halves are keyed; older ones are filled in downwards",
)
