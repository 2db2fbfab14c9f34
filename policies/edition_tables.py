"""Which tables editions show: a fixed set, numbered, so that an old edition is made again as it was.

No table crosses two ways of splitting: each splits a total of place and period one way. What was added
later stands in a later set; an edition names its set and keeps it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from schemas.codes import Kind

ASB = Kind.ASB_INCIDENT.value
MONTH, QUARTER = "month", "quarter"
WHOLE_LEVEL = "none"
"""The level of what is split by no place."""
PLACES = ("lsoa", "msoa", "ward", "district", WHOLE_LEVEL)
"""Levels of place, fine ones first."""
WHOLE = "all"
"""The one place of the coarsest level: everything that is counted."""
BY = (
    "none",
    "area",
    "behaviour",
    "sub_behaviour",
    "source",
    "nsir_class",
    "mapping_status",
    "stage",
    "wheel",
)
"""Ways of splitting, in the order in which they are taken in; each but the first is a table of its own."""


class Table(NamedTuple):
    """One way of splitting, at some levels of place and lengths of time."""

    by: str
    levels: tuple[str, ...]
    lengths: tuple[str, ...] = (MONTH, QUARTER)
    only_asb: bool = False


_AREAS = PLACES[:4]
_FIRST = tuple(Table(by, _AREAS) for by in BY[:4])
_SECOND = (
    *_FIRST,
    Table("none", (WHOLE_LEVEL,), (QUARTER,)),
    Table("source", _AREAS[1:]),
    Table("source", _AREAS[:1], (QUARTER,)),
    Table("nsir_class", _AREAS[1:], only_asb=True),
    Table("nsir_class", _AREAS[:1], (QUARTER,), only_asb=True),
    Table("mapping_status", _AREAS[1:], only_asb=True),
    Table("mapping_status", _AREAS[:1], (QUARTER,), only_asb=True),
    Table("stage", ("district", WHOLE_LEVEL), (QUARTER,)),
    Table("wheel", ("district",), (QUARTER,)),
)
TABLES: dict[int, tuple[Table, ...]] = {1: _FIRST, 2: _SECOND}
CURRENT = max(TABLES)
"""The set that a new edition shows."""


class Key(NamedTuple):
    """Where a table holds an incident: its level, length and way of splitting."""

    level: str
    length: str
    by: str


@lru_cache(maxsize=64)
def keys_of(tables: int, kind: str) -> frozenset[Key]:
    """Return what a set of tables shows of a kind."""
    return frozenset(
        Key(level, length, table.by)
        for table in TABLES[tables]
        if kind == ASB or not table.only_asb
        for level in table.levels
        for length in table.lengths
    )


@lru_cache(maxsize=64)
def ordered_keys(kind: str) -> tuple[Key, ...]:
    """Return what any set shows of a kind, but the wheel, which is proven by itself, in a fixed order."""
    every = {key for tables in TABLES for key in keys_of(tables, kind) if key.by != "wheel"}
    return tuple(sorted(every, key=lambda key: (key.length, PLACES.index(key.level), key.by)))
