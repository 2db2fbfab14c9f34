"""Reading published editions: their rows, and the parts that a split left out has.

An edition never changes, so that what was read once is kept by its own text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from gateway.analysis.counting import Cell
from policies.audience import CountRule
from policies.edition_text import Row, read_basis, read_shown

_KEPT = 16
"""Editions in memory at most: four years of quarters."""


@lru_cache(maxsize=_KEPT)
def rows_of(shown: str) -> tuple[Row, ...]:
    """Return the rows that an edition shows."""
    return tuple(read_shown(shown))


@lru_cache(maxsize=_KEPT)
def basis_of(basis: str) -> tuple[int, tuple[int, ...]]:
    """Return an edition's set of tables, and the ids of the record classes that it counts."""
    read = read_basis(basis)
    return read.edition.tables, read.classes


def unnamed_parts(cells: Sequence[Cell]) -> list[Cell]:
    """Return the parts of splits that were left out, by the names that other periods give them.

    Without them a measure would take a part that nobody is shown for a zero.
    """
    out = [one for one in cells if one.rule == CountRule.LEFT_OUT]
    names: dict[tuple[str, str | None], dict[tuple[str | None, str | None], None]] = {}
    for one in cells:
        if one.rule != CountRule.LEFT_OUT:
            names.setdefault((one.kind, one.place), {})[one.behaviour, one.split] = None
    return [
        one._replace(behaviour=behaviour, split=split)
        for one in out
        for behaviour, split in names.get((one.kind, one.place), ())
        if (behaviour, split) != (one.behaviour, one.split)
    ]
