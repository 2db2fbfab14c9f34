"""The editions of a quarter, read by cell: what each shows, and whether other counts would show the same.

Places, ways of splitting and cells are numbered, and whether a cell may move by one is remembered, so
that hundreds of second worlds a count can be tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from policies.audience import HIDDEN_FROM, HIDDEN_TO, REPUBLISHED_FROM
from policies.edition_tables import ASB, PLACES, ordered_keys
from policies.edition_wheel import wheel_figures
from policies.editions import (
    Atom,
    Cell,
    Edition,
    Figure,
    Reported,
    Split,
    Spot,
    Target,
    cells_of,
    figure_of,
    name_of,
    shows,
    unseen,
)

Span = tuple[int, int]
"""Editions from the first to before the second, counted from 0."""


_WORTH_OF_LEVEL = dict(zip(PLACES, (1, 10, 10, 100, 400), strict=True))
_WORTH_OF_SPLIT = {"none": 40, "area": 6, "behaviour": 4, "sub_behaviour": 1}
_WORTH_OF_OTHERS = 5


class Seen(NamedTuple):
    """Splits by which a change would be seen, and what leaving them out costs."""

    cost: int
    splits: tuple[int, ...]


@lru_cache(maxsize=262_144)
def worth(split: Split) -> int:
    """Return what a split is worth to readers: coarse ones, long periods and short lists the most."""
    worth_of_split = _WORTH_OF_SPLIT.get(split.by, _WORTH_OF_OTHERS)
    return _WORTH_OF_LEVEL[split.level] * worth_of_split * (2 if "Q" in split.period else 1)


def published(editions: Sequence[Edition]) -> list[dict[Cell, Figure]]:
    """Return what each edition of one quarter shows, by its own truth and those before.

    A cell that is absent from a split that is shown is a zero.
    """
    history = History(editions)
    shown: list[dict[Cell, Figure]] = [dict(one) for one in wheel_figures(editions)]
    for number, cell in enumerate(history.cells):
        for at, figure in history.figures(number):
            shown[at][cell] = figure
    return shown


class History:
    """The editions of a quarter."""

    def __init__(self, editions: Sequence[Edition]) -> None:
        self.editions = editions
        self.cells: list[Cell] = []
        self.split_of: list[int] = []
        self.splits: list[Split] = []
        self._silent: set[int] = set()
        self._named: list[dict[str, int]] = []
        self._split_numbered: dict[Split, int] = {}
        self._of: dict[Atom, tuple[int, ...]] = {}
        self._splits_at: dict[tuple[str, str, Spot], tuple[int, ...]] = {}
        self._counts: list[list[int]] = []
        self._speaking: list[tuple[int, ...]] = []
        self._atoms: dict[int, list[Atom]] = {}
        self._fine: dict[tuple[int, Span], dict[int, bool]] = {}
        for atom in sorted({atom for edition in editions for atom in edition.truth}):
            for cell in self.counted_in(atom):
                for at, edition in enumerate(editions):
                    self._counts[cell][at] += edition.truth.get(atom, 0)
                split = self.split_of[cell]
                if self.splits[split].by == "none":
                    self._atoms.setdefault(split, []).append(atom)

    @property
    def silent(self) -> frozenset[int]:
        """Splits that the newest edition does not show."""
        return frozenset(self._silent)

    def hush(self, split: int) -> None:
        """Leave a split out of the newest edition."""
        self._silent.add(split)
        for known in self._fine.values():
            for cell in self._named[split].values():
                known.pop(cell, None)

    def counted_in(self, atom: Atom) -> tuple[int, ...]:
        """Return the numbers of the cells that an atom is counted in."""
        known = self._of.get(atom)
        if known is None:
            known = self._of[atom] = tuple(map(self._number, cells_of(atom)))
        return known

    def _number(self, cell: Cell) -> int:
        return self._numbered_in(self._split_number(cell.split), cell.name)

    def _numbered_in(self, split: int, name: str) -> int:
        known = self._named[split].get(name)
        if known is None:
            known = self._named[split][name] = len(self.cells)
            self.cells.append(Cell(self.splits[split], name))
            self.split_of.append(split)
            self._counts.append([0] * len(self.editions))
        return known

    def _split_number(self, split: Split) -> int:
        known = self._split_numbered.get(split)
        if known is None:
            known = self._split_numbered[split] = len(self.splits)
            self.splits.append(split)
            self._named.append({})
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

    def number(self, atom: Atom, at: int) -> int:
        """Return how many there are in an edition."""
        return self.editions[at].truth.get(atom, 0)

    def holds(self, atom: Atom, span: Span) -> bool:
        """Whether there is one to take away in every edition of a span that counts its month."""
        return all(
            self.number(atom, at) > 0
            for at in range(*span)
            if atom.month in self.editions[at].months
        )

    def small(self) -> Iterator[Target]:
        """Yield every count of 1 to 7 of a period that is shown, with the edition it belongs to."""
        for cell, counts in enumerate(self._counts):
            split = self.splits[self.split_of[cell]]
            if split.exact:
                continue
            for at, number in enumerate(counts):
                if HIDDEN_FROM <= number <= HIDDEN_TO and shows(self.editions[at], split):
                    yield cell, at

    def figures(self, cell: int) -> Iterator[tuple[int, Figure]]:
        """Yield what editions show of a cell; those that leave its split out are passed over."""
        split = self.split_of[cell]
        last: tuple[int, Figure] | None = None
        for at in self._speaks(split):
            number = self._counts[cell][at]
            if last is None or abs(number - last[0]) >= REPUBLISHED_FROM:
                last = number, Figure(figure_of(number, self.splits[split]), at + 1)
            yield at, last[1]

    def agrees(self, changed: Mapping[int, int], span: Span) -> bool:
        """Whether counts that differ in some editions give the same figures."""
        return all(self._moves_unseen(cell, change, span) for cell, change in changed.items())

    def seen_by(self, changed: Mapping[int, int], span: Span, most: int) -> Seen | None:
        """Return which splits the newest edition must leave out, so that nobody sees counts that differ.

        Args:
            changed: Cell → by how much it differs.
            span: In which editions.
            most: What leaving out may cost at most (``worth``).

        Returns:
            None where it costs as much or more, or where no leaving out helps.
        """
        cost, seen = 0, []
        for cell, change in changed.items():
            if not self._moves_unseen(cell, change, span):
                split = self.split_of[cell]
                if not self._helps(split, cell, change, span):
                    return None
                cost += worth(self.splits[split])
                if cost >= most:
                    return None
                seen.append(split)
        return Seen(cost, tuple(seen))

    def shift_seen_by(self, old: Atom, what: Reported, span: Span, most: int) -> Seen | None:
        """Return the same for one that was reported otherwise (``seen_by``)."""
        splits = self._splits_of(old)
        cost, seen = 0, []
        for index, before, after in _differing(old.what, what, old.kind):
            split = splits[index]
            named = self._named[split]
            there, here = named.get(after), named[before]
            fits = self._moves_unseen(here, -1, span) and (
                self._begins_unseen(split, span)
                if there is None
                else self._moves_unseen(there, 1, span)
            )
            if not fits:
                to = self._numbered_in(split, after) if there is None else there
                if not (self._helps(split, here, -1, span) and self._helps(split, to, 1, span)):
                    return None
                cost += worth(self.splits[split])
                if cost >= most:
                    return None
                seen.append(split)
        return Seen(cost, tuple(seen))

    def changed(self, move: Sequence[tuple[Atom, int]]) -> dict[int, int]:
        """Return by how much cells differ where counts of atoms do."""
        found: dict[int, int] = {}
        waiting = list(move)
        while waiting:
            atom, change = waiting.pop()
            if waiting and _same_place(atom, waiting[-1][0]) and waiting[-1][1] == -change:
                other, _ = waiting.pop()
                splits = self._splits_of(other)
                for index, before, after in _differing(other.what, atom.what, atom.kind):
                    here = self._numbered_in(splits[index], before)
                    there = self._numbered_in(splits[index], after)
                    found[here] = found.get(here, 0) - change
                    found[there] = found.get(there, 0) + change
            else:
                for cell in self.counted_in(atom):
                    found[cell] = found.get(cell, 0) + change
        return {cell: change for cell, change in found.items() if change}

    def _helps(self, split: int, cell: int, change: int, span: Span) -> bool:
        """Whether a change goes unseen if the newest edition leaves the split out."""
        spoken = self._speaks(split)
        newest = len(self.editions) - 1
        if spoken[-1:] == (newest,) and not self.splits[split].exact:
            spoken = spoken[:-1]
        return self._same(cell, change, span, spoken)

    def _begins_unseen(self, split: int, span: Span) -> bool:
        """Whether nobody sees one of a name that nobody counted yet: none is shown first in the span."""
        spoken = self._speaks(split)
        return not spoken or not span[0] <= spoken[0] < span[1]

    def keeps_open(self, split: int) -> bool:
        """Whether a split of exactly known totals could hide its small counts behind each other.

        One of them can differ only if another one does, by one the other way.
        """
        if self.splits[split].kind != ASB:
            return True
        end = len(self.editions)
        cells = list(self._named[split].values())
        opened: set[Target] = set()
        for span in ((first, stop) for first in range(end) for stop in range(first + 1, end + 1)):
            less, more = (
                [cell for cell in cells if self._may_move(cell, change, span)] for change in (-1, 1)
            )
            more_than_own = [*more, *([-1] if self._begins_unseen(split, span) else [])]
            for cell in less:
                if any(other != cell for other in more_than_own):
                    opened.update((cell, at) for at in range(*span))
            for cell in more:
                if any(other != cell for other in less):
                    opened.update((cell, at) for at in range(*span))
        return all(
            (cell, at) in opened
            for cell in cells
            for at, number in enumerate(self._counts[cell])
            if HIDDEN_FROM <= number <= HIDDEN_TO and shows(self.editions[at], self.splits[split])
        )

    def _may_move(self, cell: int, change: int, span: Span) -> bool:
        held = change > 0 or all(
            self._counts[cell][at]
            for at in range(*span)
            if shows(self.editions[at], self.splits[self.split_of[cell]])
        )
        return held and self._moves_unseen(cell, change, span)

    def _splits_of(self, atom: Atom) -> tuple[int, ...]:
        key = atom.kind, atom.month, atom.spot
        known = self._splits_at.get(key)
        if known is None:
            known = tuple(self.split_of[cell] for cell in self.counted_in(atom))
            self._splits_at[key] = known
        return known

    def _moves_unseen(self, cell: int, change: int, span: Span) -> bool:
        known = self._fine.setdefault((change, span), {})
        same = known.get(cell)
        if same is None:
            spoken = self._speaks(self.split_of[cell])
            same = known[cell] = self._same(cell, change, span, spoken)
        return same

    def _same(self, cell: int, change: int, span: Span, spoken: Sequence[int]) -> bool:
        exact = self.splits[self.split_of[cell]].exact
        return unseen(self._counts[cell], change, span, spoken, exact=exact)

    def _speaks(self, split: int) -> tuple[int, ...]:
        """Return the editions, from 0, that show a split."""
        known = self._speaking[split]
        newest = len(self.editions) - 1
        return known[:-1] if split in self._silent and known[-1:] == (newest,) else known


def _same_place(one: Atom, other: Atom) -> bool:
    return one.month == other.month and one.spot == other.spot and one.kind == other.kind


@lru_cache(maxsize=262_144)
def _differing(before: Reported, after: Reported, kind: str) -> tuple[tuple[int, str, str], ...]:
    """Return where two reports count under other names: which of ``ordered_keys``, and both names."""
    return tuple(
        (index, name_of(before, key.by), name_of(after, key.by))
        for index, key in enumerate(ordered_keys(kind))
        if name_of(before, key.by) != name_of(after, key.by)
    )
