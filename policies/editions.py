"""Published tables of counts: what an edition shows, and that nothing small can be worked out from it.

An edition shows a quarter on fixed hierarchies: place (LSOA, MSOA, ward, district) by time (month, quarter)
by behaviour (all, area, behaviour, sub-behaviour). A figure stays as it was last shown until the true
count has moved by 8 or more, so that no two editions can be subtracted to a household (law.md §5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from policies.audience import (
    HIDDEN_FROM,
    HIDDEN_TO,
    REPUBLISHED_FROM,
    CountRule,
    Shown,
    masked,
    masked_split,
)
from schemas.codes import Kind

PLACES = ("lsoa", "msoa", "ward", "district")
BEHAVIOURS = ("none", "area", "behaviour", "sub_behaviour")
ASB = Kind.ASB_INCIDENT.value


class Reported(NamedTuple):
    """What was reported, at the three levels of the typology; empty where it is not known."""

    area: str = ""
    behaviour: str = ""
    sub_behaviour: str = ""


class Spot(NamedTuple):
    """Where it was, at the four levels; empty where it is not known."""

    lsoa: str
    msoa: str
    ward: str
    district: str


class Atom(NamedTuple):
    """The finest count there is; every published cell is a sum of these."""

    kind: str
    month: str
    spot: Spot
    what: Reported


class Split(NamedTuple):
    """The cells that belong together: one place and period, at one level of behaviour."""

    kind: str
    period: str
    level: str
    place: str
    by: str

    @property
    def exact(self) -> bool:
        """Whether it is a total as data.police.uk publishes it."""
        return self.by == "none" and self.kind == ASB


class Cell(NamedTuple):
    """One published cell."""

    split: Split
    name: str
    """Code of the behaviour; empty where counts are not split or none is known."""


class Figure(NamedTuple):
    """What a cell shows, and since which edition of its quarter."""

    shown: Shown
    since: int


Truth = Mapping[Atom, int]


class World(NamedTuple):
    """True counts that could be as well: what is moved, and in which editions of the quarter."""

    move: tuple[tuple[Atom, int], ...]
    first: int
    stop: int
    """The editions from ``first`` to before ``stop``, counted from 0."""


Target = tuple[int, int]
"""A small count: the number of its cell, and the edition (from 0) whose truth it is."""


@dataclass(frozen=True, slots=True)
class Edition:
    """What one edition of a quarter was made from."""

    truth: Truth
    months: tuple[str, ...]
    """Those that were closed; with all three the quarter is shown too."""
    left_out: frozenset[Split] = frozenset()
    worlds: tuple[World, ...] = ()
    """Second worlds that keep the small counts of this edition and of those before it open."""


@lru_cache(maxsize=4_096)
def quarter_of_month(month: str) -> str:
    """Return ``2026Q4`` for ``2026-10``."""
    return f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"


def months_of(quarter: str) -> tuple[str, ...]:
    """Return the three months of ``2026Q4``."""
    first = int(quarter[5]) * 3 - 2
    return tuple(f"{quarter[:4]}-{month:02d}" for month in range(first, first + 3))


@lru_cache(maxsize=262_144)
def cells_of(atom: Atom) -> tuple[Cell, ...]:
    """Return the 32 cells that an atom is counted in."""
    names = ("", *atom.what)
    return tuple(
        Cell(Split(atom.kind, period, level, place, by), name)
        for period in (atom.month, quarter_of_month(atom.month))
        for level, place in zip(PLACES, atom.spot, strict=True)
        for by, name in zip(BEHAVIOURS, names, strict=True)
    )


def published(editions: Sequence[Edition]) -> list[dict[Cell, Figure]]:
    """Return what each edition of one quarter shows, by its own truth and those before.

    A cell that is absent from a split that is shown is a zero.
    """
    history = History(editions)
    shown: list[dict[Cell, Figure]] = [{} for _ in editions]
    for number, cell in enumerate(history.cells):
        for at, figure in history.figures(number):
            shown[at][cell] = figure
    return shown


class History:
    """The editions of a quarter, read by cell. Cells and splits are numbered, which makes search cheap."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self.editions = editions
        self.cells: list[Cell] = []
        self.split_of: list[int] = []
        self.splits: list[Split] = []
        self.silent: set[int] = set()
        """Splits that the newest edition does not show; may grow and shrink while it is searched."""
        self._numbered: dict[Cell, int] = {}
        self._split_numbered: dict[Split, int] = {}
        self._of: dict[Atom, tuple[int, ...]] = {}
        self._counts: list[list[int]] = []
        self._speaking: list[tuple[int, ...]] = []
        self._atoms: dict[int, list[Atom]] = {}
        self._parts: dict[int, list[int]] = {}
        self._alike: dict[tuple[str, str, str, Reported], list[Atom]] = {}
        for atom in sorted({atom for edition in editions for atom in edition.truth}):
            for level, place in zip(PLACES, atom.spot, strict=True):
                self._alike.setdefault((atom.kind, level, place, atom.what), []).append(atom)
            for cell in self.counted_in(atom):
                for at, edition in enumerate(editions):
                    self._counts[cell][at] += edition.truth.get(atom, 0)
                split = self.split_of[cell]
                if self.splits[split].by == "none":
                    self._atoms.setdefault(split, []).append(atom)
        for cell, split in enumerate(self.split_of):
            self._parts.setdefault(split, []).append(cell)
        self.reported = sorted({atom.what for edition in editions for atom in edition.truth})

    def counted_in(self, atom: Atom) -> tuple[int, ...]:
        """Return the numbers of the cells that an atom is counted in."""
        known = self._of.get(atom)
        if known is None:
            known = self._of[atom] = tuple(map(self._number, cells_of(atom)))
        return known

    def _number(self, cell: Cell) -> int:
        known = self._numbered.get(cell)
        if known is None:
            known = self._numbered[cell] = len(self.cells)
            self.cells.append(cell)
            self.split_of.append(self._split_number(cell.split))
            self._counts.append([0] * len(self.editions))
        return known

    def _split_number(self, split: Split) -> int:
        known = self._split_numbered.get(split)
        if known is None:
            known = self._split_numbered[split] = len(self.splits)
            self.splits.append(split)
            shown = (
                at
                for at, edition in enumerate(self.editions)
                if shows(edition, split) and split not in edition.left_out
            )
            self._speaking.append(tuple(shown))
        return known

    def atoms(self, split: Split) -> list[Atom]:
        """Return the atoms of a split's place and period, in a fixed order."""
        return self._atoms.get(self._split_number(split._replace(by="none")), [])

    def alike(self, atom: Atom, level: str) -> list[Atom]:
        """Return the atoms of the quarter that report the same in the same place of a level."""
        return self._alike.get((atom.kind, level, getattr(atom.spot, level), atom.what), [])

    def number(self, atom: Atom, at: int) -> int:
        """Return how many there are in an edition."""
        return self.editions[at].truth.get(atom, 0)

    def small(self) -> Iterator[Target]:
        """Yield every count of 1 to 7 of a period that is shown, with the edition it belongs to."""
        for cell, counts in enumerate(self._counts):
            split = self.splits[self.split_of[cell]]
            if split.exact:
                continue
            for at, number in enumerate(counts):
                if HIDDEN_FROM <= number <= HIDDEN_TO and shows(self.editions[at], split):
                    yield cell, at

    def tells_alone(self, split: int) -> bool:
        """Whether a split beside its own exact total gives a part away; it is not worth a search."""
        if self.splits[split].kind != ASB:
            return False
        parts = {cell: self._counts[cell][-1] for cell in self._parts.get(split, ())}
        return any(one.rule is CountRule.LEFT_OUT for one in masked_split(parts).values())

    def figures(self, cell: int) -> Iterator[tuple[int, Figure]]:
        """Yield what editions show of a cell; those that leave its split out are passed over."""
        split = self.split_of[cell]
        last: tuple[int, Figure] | None = None
        for at in self._speaks(split):
            number = self._counts[cell][at]
            if last is None or abs(number - last[0]) >= REPUBLISHED_FROM:
                last = number, Figure(_shown(number, self.splits[split]), at + 1)
            yield at, last[1]

    def agrees(self, changed: Mapping[int, int], editions: range, only: int | None = None) -> bool:
        """Whether counts that differ in some editions give the same figures, of one split or of all."""
        split_of = self.split_of
        return all(
            self._same(cell, change, editions)
            for cell, change in changed.items()
            if change and (only is None or split_of[cell] == only)
        )

    def _same(self, cell: int, change: int, editions: range) -> bool:
        split = self.split_of[cell]
        counts, exact = self._counts[cell], self.splits[split].exact
        last: tuple[int, int] | None = None
        for at in self._speaks(split):
            number = counts[at]
            other = number + change if at in editions else number
            fresh = last is None or abs(number - last[0]) >= REPUBLISHED_FROM
            if fresh != (last is None or abs(other - last[1]) >= REPUBLISHED_FROM):
                return False
            if fresh:
                if number != other and (exact or _looks(number) != _looks(other)):
                    return False
                last = number, other
        return True

    def _speaks(self, split: int) -> tuple[int, ...]:
        """Return the editions, from 0, that show a split."""
        known = self._speaking[split]
        newest = len(self.editions) - 1
        return known[:-1] if split in self.silent and known[-1:] == (newest,) else known


@lru_cache(maxsize=16_384)
def _looks(number: int) -> int | None:
    return masked(number).number


def _shown(number: int, split: Split) -> Shown:
    return Shown(number, CountRule.PUBLISHED_TOTAL) if split.exact else masked(number)


def shows(edition: Edition, split: Split) -> bool:
    """Whether an edition covers the period of a split."""
    if split.period in edition.months:
        return True
    quarter = quarter_of_month(edition.months[0])
    return split.period == quarter and set(months_of(quarter)) <= {*edition.months}
