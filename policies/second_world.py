"""That nothing small can be worked out: a second world for every count of 1 to 7, or the split is left out.

Before an edition is published, every such count in it and in the editions before must keep at least two
values that fit all that was ever shown. The proof is a second world: true counts that differ by one
incident here and there, give every figure of every edition again, kept or new, and differ in that count.
Tables in three directions are no tree, so ranges carried from total to part come out too wide and would
let a determined count pass; a second world that fits cannot be wrong. Where none is found in the tries
allowed, the split stays out. So some splits are left out for which a longer search had found one, and
none is shown that determines a small count. Decision 0026.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from policies.editions import (
    ASB,
    BEHAVIOURS,
    PLACES,
    Atom,
    Cell,
    Edition,
    History,
    Reported,
    Split,
    Target,
    Truth,
    World,
    quarter_of_month,
    shows,
)
from schemas.typology import TYPOLOGY

_SINGLES, _SWAPPED, _SWAPS = 16, 8, 4
"""Second worlds tried for one count before a split is left out: of one incident, of two, of each two."""
_FIRST = TYPOLOGY.behaviour[0]
_ALWAYS = (Reported(), Reported(_FIRST.area, _FIRST.code, _FIRST.sub_behaviours[0].code))
"""What an incident may have been, whatever else was reported in the quarter."""


class Unproven(ValueError):
    """A small count stays determined by what was published before, whatever is left out now."""


def next_edition(earlier: Sequence[Edition], truth: Truth, months: Sequence[str]) -> Edition:
    """Return the edition that may be published after others of its quarter.

    It begins with totals alone and takes splits in, coarse ones first, as long as every small count of
    every edition keeps a second world.

    Args:
        earlier: The editions of this quarter so far, oldest first.
        truth: The true counts of the months.
        months: The closed months of the quarter.

    Raises:
        Unproven: A small count cannot be kept from being worked out, even by leaving out every split.
    """
    history = History([*earlier, Edition(truth, tuple(months))])
    newest = history.editions[-1]
    splits = [
        (split, number)
        for number, split in enumerate(history.splits)
        if shows(newest, split) and not split.exact
    ]
    history.silent.update(number for _, number in splits)
    proof = _Proof(history, earlier[-1].worlds if earlier else ())
    for _, number in sorted(splits, key=lambda one: _coarse_first(one[0])):
        proof.take_in(number)
    left_out = frozenset(split for split, number in splits if number in history.silent)
    return Edition(truth, tuple(months), left_out, proof.worlds())


def _coarse_first(split: Split) -> tuple[int, int, int, Split]:
    return (-PLACES.index(split.level), BEHAVIOURS.index(split.by), -len(split.period), split)


Move = Mapping[Atom, int]


@dataclass(frozen=True, eq=False, slots=True)
class Fitting:
    """A second world that gives every figure again, and by how much its cells differ."""

    world: World
    changed: Mapping[int, int]

    @property
    def editions(self) -> range:
        """The editions in which it differs."""
        return range(self.world.first, self.world.stop)

    @property
    def opens(self) -> Iterator[Target]:
        """The counts that it keeps open."""
        return ((cell, at) for cell in self.changed for at in self.editions)


class _Proof:
    """A second world for every small count, kept while splits are taken in one by one."""

    def __init__(self, history: History, known: Iterable[World]) -> None:
        self._history = history
        self._by: dict[Target, Fitting] = {}
        self._touching: dict[int, dict[Fitting, None]] = {}
        small = set(history.small())
        newest = len(history.editions)
        for world in known:
            for stop in (newest, world.stop):
                found = _fitting(history, world._replace(stop=stop))
                if found is not None:
                    self._keep(found, small)
                    break
        for target in sorted(small - self._by.keys()):
            if target not in self._by:
                found = _second_world(history, *target)
                if found is None:
                    raise Unproven
                self._keep(found, small)

    def worlds(self) -> tuple[World, ...]:
        """Return the worlds that are in use, each once."""
        return tuple(sorted({one.world for one in self._by.values()}))

    def take_in(self, split: int) -> None:
        """Show a split that was left out, unless that leaves a small count only one value."""
        history = self._history
        if history.tells_alone(split):
            return
        history.silent.discard(split)
        broken = [
            one
            for one in self._touching.get(split, ())
            if not history.agrees(one.changed, one.editions, split)
        ]
        lost = {target for one in broken for target in one.opens if self._by.get(target) is one}
        found = self._again(broken, lost)
        if found is None:
            history.silent.add(split)
            return
        for one in broken:
            for touched in {history.split_of[cell] for cell in one.changed}:
                del self._touching[touched][one]
        for one in found:
            self._keep(one, lost)

    def _again(self, broken: Sequence[Fitting], lost: set[Target]) -> list[Fitting] | None:
        """Return worlds for the counts that lost theirs, None where one is left without."""
        newest = len(self._history.editions) - 1
        found: list[Fitting] = []
        for one in broken:
            if one.world.first < newest < one.world.stop:
                # what was published before stays open by the same world, as it was before
                before = _fitting(self._history, one.world._replace(stop=newest))
                found += [before] if before else []
        opened = {target for one in found for target in one.opens}
        for target in sorted(lost):
            if target not in opened:
                new = _second_world(self._history, *target)
                if new is None:
                    return None
                found.append(new)
                opened |= set(new.opens)
        return found

    def _keep(self, one: Fitting, wanted: set[Target]) -> None:
        history = self._history
        self._by.update(dict.fromkeys(wanted.intersection(one.opens), one))
        for split in {history.split_of[cell] for cell in one.changed}:
            self._touching.setdefault(split, {})[one] = None


def _second_world(history: History, cell: int, at: int) -> Fitting | None:
    """Return a world in which a count of an edition differs and all that was shown is the same."""
    end = len(history.editions)
    spans = dict.fromkeys([(0, end), (at, end), (0, at + 1)])
    for move in _moves(history, history.cells[cell], at):
        moved = tuple(move.items())
        for span in spans:
            found = _fitting(history, World(moved, *span))
            if found is not None and cell in found.changed:
                return found
    return None


def _fitting(history: History, world: World) -> Fitting | None:
    """Return what a world changes, None where it does not give the same figures."""
    changed: dict[int, int] = {}
    for atom, change in world.move:
        for at in range(world.first, world.stop):
            covers = atom.month in history.editions[at].months
            if covers and history.number(atom, at) + change < 0:
                return None
        for cell in history.counted_in(atom):
            changed[cell] = changed.get(cell, 0) + change
    if not history.agrees(changed, range(world.first, world.stop)):
        return None
    return Fitting(world, {cell: change for cell, change in changed.items() if change})


def _moves(history: History, cell: Cell, at: int) -> Iterator[Move]:
    """Yield worlds that differ in a cell, the smallest changes first."""
    around = [atom for atom in history.atoms(cell.split) if history.number(atom, at)]
    inside = [atom for atom in around if _names(cell, atom.what)]
    outside = [atom for atom in around if not _names(cell, atom.what)]
    if cell.split.kind != ASB:
        for atom in inside:
            yield {atom: 1}
            yield {atom: -1}
    if cell.split.by == "none":
        return
    own = dict.fromkeys(atom.what for atom in inside)
    beside = dict.fromkeys(atom.what for atom in outside)
    known = (*history.reported, *_ALWAYS)
    others = [what for what in known if what not in beside and not _names(cell, what)]
    here = [(one, one._replace(what=what)) for one in inside for what in beside]
    here += [(one, one._replace(what=what)) for one in outside for what in own]
    away = [(one, one._replace(what=what)) for one in inside for what in others]
    for changes in (here, away):
        for old, new in changes[:_SINGLES]:
            yield {old: -1, new: 1}
        for old, new in changes[:_SWAPPED]:
            for elsewhere in islice(_against(history, cell, old, new, at), _SWAPS):
                back = elsewhere._replace(what=old.what)
                yield {old: -1, new: 1, elsewhere: -1, back: 1}


def _names(cell: Cell, what: Reported) -> bool:
    return ("", *what)[BEHAVIOURS.index(cell.split.by)] == cell.name


def _against(history: History, cell: Cell, old: Atom, new: Atom, at: int) -> Iterator[Atom]:
    """Yield atoms outside a cell's place or period that can pay a change back, near ones first."""
    seen: set[Atom] = {new}
    own = cell.split
    for level in PLACES:
        for atom in history.alike(new._replace(spot=old.spot), level):
            there = getattr(atom.spot, own.level) == own.place
            then = own.period in (atom.month, quarter_of_month(atom.month))
            if atom not in seen and not (there and then) and history.number(atom, at):
                yield atom
            seen.add(atom)
