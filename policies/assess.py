"""What coarsening hides and what it leaves: every combination of the fixed hierarchies, counted.

For each level of place × time × behaviour: how many cells there are, the smallest (k), how many hold one
row only, how much lies in cells under a minimum and would be held back, how much is lost, and how many of
the places with most incidents would still be found. It counts; it recommends nothing.

*Loss* is the share of the file's own information that goes: for each hierarchy the Shannon entropy that a
level keeps, over that of the finest level there is; the mean of the three; a row that is held back loses
everything. 0: nothing is lost; 1: everything is.

*Useful* is how many of the 20 places with most rows are still among the 20 that what leaves would show.
Places are compared at LSOA, else at the finest level there is; rows of a coarser area count for each of
its places alike. Where places tie at the end of the list each counts in part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVELS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "place": ("point", "lsoa", "msoa", "ward", "district", "none"),
        "time": ("hour", "day", "month", "quarter", "none"),
        "behaviour": ("sub", "behaviour", "area", "none"),
    }
)
"""The hierarchies, finest level first; ``none`` leaves the column out."""

MINIMUM = 5
"""Rows under which a cell counts as small where nothing else is asked for."""

TOP = 20
"""Places with most rows that an analyst wants to find again."""

NONE = "none"
_REFERENCE = "lsoa"
_DENSE = 1 << 22

Codes = NDArray[np.int64]
Column = Sequence[str | None]


@dataclass(frozen=True, slots=True)
class Combination:
    """One level of each hierarchy, and what it would mean."""

    place: str
    time: str
    behaviour: str
    k: int
    """Rows of the smallest cell."""
    cells: int
    uniques: int
    """Cells of one row."""
    small_cells: int
    """Cells of fewer rows than the minimum."""
    rows_in_small_cells: int
    held_share: float
    """Their part of all rows: what would be held back."""
    loss: float
    useful: float
    """Places, of ``top``; all rows in."""
    useful_when_held: float
    """Places, of ``top``, where the rows of small cells are held back."""

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was counted."""

    rows: int
    minimum: int
    top: int
    """How many places the usefulness is measured on: 20, or all that there are."""
    compared_at: str | None
    """Level of place at which usefulness is measured."""
    not_available: tuple[str, ...]
    """Levels that the file does not give, such as ``place.ward``."""
    combinations: tuple[Combination, ...]

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        shape = asdict(self)
        return shape | {"combinations": [one.document() for one in self.combinations]}


def assess(columns: Mapping[str, Mapping[str, Column]], minimum: int = MINIMUM) -> Assessment:
    """Count every combination of the levels that there are.

    Args:
        columns: Hierarchy (``place``, ``time``, ``behaviour``) → level → one value a row, None where it
            is not known: what is not known is a value of its own. A hierarchy may lack any level.
        minimum: Rows under which a cell counts as small; at least 1.

    Raises:
        ValueError: The columns are not of one length, or there is no row.
    """
    lengths = {len(column) for levels in columns.values() for column in levels.values()}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError("columns of one length, and at least one row, are needed")
    rows = lengths.pop()
    coded = {name: _coded(columns.get(name, {}), name, rows) for name in LEVELS}
    places = _Places.of(coded["place"])
    return Assessment(
        rows=rows,
        minimum=minimum,
        top=places.top,
        compared_at=places.level,
        not_available=tuple(
            f"{name}.{level}"
            for name, levels in LEVELS.items()
            for level in levels
            if level not in coded[name]
        ),
        combinations=tuple(_combinations(coded, places, rows, minimum)),
    )


def _coded(levels: Mapping[str, Column], name: str, rows: int) -> dict[str, Codes]:
    """Number the values of each level, finest first, ``none`` last."""
    coded = {level: _numbered(levels[level]) for level in LEVELS[name] if level in levels}
    return coded | {NONE: np.zeros(rows, dtype=np.int64)}


def _numbered(column: Column) -> Codes:
    numbers: dict[str | None, int] = {}
    found = (numbers.setdefault(value, len(numbers)) for value in column)
    return np.fromiter(found, dtype=np.int64, count=len(column))


def _combinations(
    coded: Mapping[str, Mapping[str, Codes]], places: _Places, rows: int, minimum: int
) -> Iterator[Combination]:
    kept = {name: _kept(levels) for name, levels in coded.items()}
    for place, where in coded["place"].items():
        shown = places.under(where)
        useful = shown(None)
        for time, when in coded["time"].items():
            pair = _joined(where, when)
            for behaviour, what in coded["behaviour"].items():
                cells = _joined(pair, what)
                sizes = np.bincount(cells)
                small = sizes < minimum
                in_small = int(sizes[small].sum())
                held = in_small / rows
                told = kept["place"][place], kept["time"][time], kept["behaviour"][behaviour]
                left = None if not in_small else ~small[cells]
                yield Combination(
                    place=place,
                    time=time,
                    behaviour=behaviour,
                    k=int(sizes.min()),
                    cells=len(sizes),
                    uniques=int((sizes == 1).sum()),
                    small_cells=int(small.sum()),
                    rows_in_small_cells=in_small,
                    held_share=round(held, 6),
                    loss=round(1 - (1 - held) * sum(told) / len(told), 6),
                    useful=round(useful, 2),
                    useful_when_held=round(useful if left is None else shown(left), 2),
                )


def _joined(one: Codes, other: Codes) -> Codes:
    """Number the pairs of two numbered columns without gaps."""
    wide = int(other.max()) + 1
    pairs = one * wide + other
    if (int(one.max()) + 1) * wide > max(_DENSE, 4 * len(pairs)):
        sparse: Codes = np.unique(pairs, return_inverse=True)[1].astype(np.int64)
        return sparse
    seen = np.bincount(pairs) > 0
    dense: Codes = (np.cumsum(seen) - 1)[pairs]
    return dense


def _kept(levels: Mapping[str, Codes]) -> dict[str, float]:
    """How much of a hierarchy's information each level keeps; all of it where there is none."""
    entropies = {level: _entropy(codes) for level, codes in levels.items()}
    finest = max(entropies.values())
    return {level: bits / finest if finest else 1.0 for level, bits in entropies.items()}


def _entropy(codes: Codes) -> float:
    shares = np.bincount(codes) / len(codes)
    return float(-(shares * np.log2(shares)).sum())


@dataclass(frozen=True, slots=True)
class _Places:
    """The places that usefulness is measured on, and those that are truly foremost."""

    level: str | None
    codes: Codes
    top: int
    truth: NDArray[np.float64]
    """How far each place belongs to the foremost, from 0 to 1."""

    @classmethod
    def of(cls, levels: Mapping[str, Codes]) -> _Places:
        """Choose LSOA, else the finest level there is."""
        named = [level for level in levels if level != NONE]
        level = _REFERENCE if _REFERENCE in named else next(iter(named), None)
        codes = levels[NONE if level is None else level]
        counts = np.bincount(codes).astype(np.float64)
        top = min(TOP, len(counts))
        return cls(level, codes, top, _foremost(counts, top))

    def under(self, where: Codes) -> Callable[[NDArray[np.bool_] | None], float]:
        """Return how many of the foremost places are shown to be, given the released place of each row.

        The answer takes which rows leave; all where that is None.
        """
        number = len(self.truth)
        areas, members = np.divmod(np.unique(where * number + self.codes), number)
        sizes = np.bincount(areas)

        def found(left: NDArray[np.bool_] | None) -> float:
            if self.level is None:
                return 0.0
            rows = np.bincount(where if left is None else where[left], minlength=len(sizes))
            shown = np.bincount(members, weights=(rows / sizes)[areas], minlength=number)
            foremost = _foremost(shown.astype(np.float64), self.top)
            return float(np.minimum(self.truth, foremost).sum())

        return found


def _foremost(counts: NDArray[np.float64], top: int) -> NDArray[np.float64]:
    """How far each place is among the ``top`` with most: those that tie at the end share what is left."""
    last = np.sort(counts)[::-1][top - 1]
    above = counts > last + _EQUAL
    tied = np.abs(counts - last) <= _EQUAL
    share = (top - above.sum()) / tied.sum()
    among: NDArray[np.float64] = above + tied * (share if last > 0 else 0.0)
    return among


_EQUAL = 1e-9
