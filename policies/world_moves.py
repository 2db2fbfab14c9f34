"""Changes to true counts that nobody may see, the smallest first: what second worlds are tried with.

An incident becomes another one only of a description that occurs in the quarter (behaviour, source, class
and mapping together), so that whoever knows how the sources describe incidents can rule none out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from policies.edition_history import History
from policies.edition_tables import ASB, PLACES
from policies.editions import Atom, Cell, Reported, name_of, quarter_of_month
from schemas.codes import InterventionStage, MappingStatus, NsirClass
from schemas.typology import TYPOLOGY

Move = tuple[tuple[Atom, int], ...]
"""Which counts differ, and by how much."""

_ATOMS, _WHATS, _SWAPS = 12, 6, 4
"""How many incidents are looked at, as how many of a name each is tried, where it is paid back."""
_FIRST = TYPOLOGY.behaviour[0]
_ALWAYS = (("", "", ""), (_FIRST.area, _FIRST.code, _FIRST.sub_behaviours[0].code))
"""Two descriptions by the typology: none, and the first one."""
_CLASSES = ("", *(one.value for one in NsirClass))
_MAPPINGS = tuple(
    one.value for one in (MappingStatus.MAPPED, MappingStatus.AMBIGUOUS, MappingStatus.UNCLASSIFIED)
)
_ANOTHER = "another"
_STAGES = ("", *(one.value for one in InterventionStage))


class Moves:
    """The changes worth trying in one history."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._seen: dict[str, Counter[Reported]] = {}
        self._stages: dict[str, dict[str, None]] = {}
        self._alike: dict[tuple[str, str, str, Reported], list[Atom]] = {}
        self._near: dict[tuple[str, Reported, str], dict[str, list[Reported]]] = {}
        for atom in sorted({atom for edition in history.editions for atom in edition.truth}):
            what = atom.what._replace(stage="")
            self._seen.setdefault(atom.kind, Counter())[what] += 1
            self._stages.setdefault(atom.kind, {})[atom.what.stage] = None
            for level in PLACES:
                key = atom.kind, level, atom.spot.at(level), what
                self._alike.setdefault(key, []).append(atom)

    def shifts(self, cell: Cell, at: int) -> Iterator[tuple[Atom, Reported]]:
        """Yield incidents with what else each may have been, so that a cell of an edition differs."""
        if cell.split.by != "none":
            by = cell.split.by
            around = [one for one in self._history.atoms(cell.split) if self._number(one, at)]
            inside = [one for one in around if name_of(one.what, by) == cell.name]
            outside = [one for one in around if name_of(one.what, by) != cell.name]
            yield from self._others(cell, inside[:_ATOMS], outside)

    def one_more_or_less(self, cell: Cell, at: int) -> Iterator[Move]:
        """Yield changes of a total that is not known exactly: one more, one less, one elsewhere."""
        if cell.split.kind == ASB:
            return
        by = cell.split.by
        around = self._history.atoms(cell.split)
        inside = [one for one in around if self._number(one, at)]
        inside = [one for one in inside if name_of(one.what, by) == cell.name][:_ATOMS]
        for atom in inside:
            yield ((atom, 1),)
            yield ((atom, -1),)
        for atom in inside:
            for there in islice(self._against(cell, atom, atom.what, at), _SWAPS):
                yield (atom, -1), (there, 1)
                yield (atom, 1), (there, -1)

    def paid_back(self, cell: Cell, at: int, old: Atom, what: Reported) -> Iterator[Move]:
        """Yield a shift with one elsewhere that goes the other way."""
        for there in islice(self._against(cell, old, what, at), _SWAPS):
            back = there._replace(what=old.what._replace(stage=there.what.stage))
            yield (old, -1), (old._replace(what=what), 1), (there, -1), (back, 1)

    def _number(self, atom: Atom, at: int) -> int:
        return self._history.number(atom, at)

    def _others(
        self, cell: Cell, inside: list[Atom], outside: list[Atom]
    ) -> Iterator[tuple[Atom, Reported]]:
        """Yield incidents with what else each may have been, so that the cell gains or loses one."""
        by, name = cell.split.by, cell.name
        beside = dict.fromkeys(name_of(atom.what, by) for atom in outside)
        for old in inside:
            near = self._may_be(old, by)
            yield from ((old, what) for other in beside for what in near.get(other, ()))
        for old in outside[:_ATOMS]:
            yield from ((old, what) for what in self._may_be(old, by).get(name, ()))
        for old in inside:
            away = self._may_be(old, by).items()
            yield from (
                (old, what)
                for other, whats in away
                if other != name and other not in beside
                for what in whats
            )

    def _may_be(self, old: Atom, by: str) -> dict[str, list[Reported]]:
        """Return what else an incident may have been, by the name it then counts under."""
        key = old.kind, old.what, by
        known = self._near.get(key)
        if known is None:
            known = self._near[key] = {}
            for what in self._like(old.kind, old.what, by):
                listed = known.setdefault(name_of(what, by), [])
                if len(listed) < _WHATS:
                    listed.append(what)
        return known

    def _like(self, kind: str, what: Reported, by: str) -> list[Reported]:
        """Return the descriptions that occur, those most like one first; its stage stays."""
        if by == "stage":
            stages = dict.fromkeys([*self._stages[kind], *_STAGES])
            return [what._replace(stage=stage) for stage in stages]
        seen = self._seen[kind]
        own = what._replace(stage="")
        found = sorted(
            {*seen, *_always(own)} - {own},
            key=lambda one: (one not in seen, _differing(one, own), -seen.get(one, 0), one),
        )
        return [one._replace(stage=what.stage) for one in found]

    def _against(self, cell: Cell, old: Atom, what: Reported, at: int) -> Iterator[Atom]:
        """Yield atoms outside a cell's place or period that can pay a change back, near ones first."""
        seen: set[Atom] = set()
        own = cell.split
        linked = what._replace(stage="")
        for level in PLACES:
            for atom in self._alike.get((old.kind, level, old.spot.at(level), linked), ()):
                there = atom.spot.at(own.level) == own.place
                then = own.period in (atom.month, quarter_of_month(atom.month))
                if atom not in seen and not (there and then) and self._history.number(atom, at):
                    yield atom
                seen.add(atom)


def _always(like: Reported) -> Iterator[Reported]:
    """Yield what an incident may have been, whatever else was reported in the quarter."""
    for words in _ALWAYS:
        mapping = "mapped" if words[0] else "unclassified"
        names = dict(zip(Reported._fields[:3], words, strict=True))
        yield like._replace(**names, mapping_status=mapping if like.mapping_status else "")
    yield from (like._replace(nsir_class=name) for name in _CLASSES)
    yield from (like._replace(mapping_status=name) for name in _MAPPINGS)
    yield like._replace(source="" if like.source else _ANOTHER)


def _differing(one: Reported, other: Reported) -> int:
    return sum(a != b for a, b in zip(one, other, strict=True))
