"""An attacker who holds subscriptions of statistics alone, keeps every answer and reckons exactly.

He shares no code with the gateway's proof. He knows the published rules, which tables there are, which
descriptions of incidents occur, and even which splits were left out. What he was told becomes linear
constraints on whole numbers; HiGHS (``scipy.optimize.milp``) says whether they leave a count one value,
and interval propagation says the same of each chain of queries that holds a part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

ALL_PLACES = ("lsoa", "msoa", "ward", "district", "none")
WAYS = ("area", "behaviour", "sub_behaviour", "source", "nsir_class", "mapping_status", "stage")
MANY = 10_000
Key = tuple[str, str, str, str, str, str]
"""Kind, period, level, place, way of splitting, name."""
Range = tuple[int, int]


class Unit(NamedTuple):
    """The finest thing that he reckons with: a description in an LSOA and month."""

    kind: str
    month: str
    places: tuple[str, str, str, str]
    names: tuple[str, ...]
    """By ``WAYS``."""


class Told(NamedTuple):
    """One figure of an answer; None where it is a star."""

    key: Key
    number: int | None
    since: int


@dataclass
class Published:
    """What one edition tells: its figures, whose splits speak, and the months that it counts."""

    told: Mapping[Key, Told]
    speaks: Callable[[Key], bool]
    months: tuple[str, ...]
    wheels: tuple[tuple[str, str], ...] = ()


@dataclass
class Rules:
    """How figures are made, as the gateway says; a weakened gateway says otherwise."""

    read: Callable[[Key, int | None], Range]
    moved: int = 8


def as_published(key: Key, number: int | None) -> Range:
    """Which true counts a figure stands for by the rule of Hospital Episode Statistics."""
    if key[0] == "asb_incident" and key[4] == "none":
        return (number or 0,) * 2
    if number is None:
        return 1, 7
    return (0, 0) if number == 0 else (max(8, number - 2), number + 2)


def cells_of(unit: Unit) -> Iterator[Key]:
    """The cells that a unit is counted in, by the documented tables (decision 0039)."""
    quarter = f"{unit.month[:4]}Q{(int(unit.month[5:]) + 2) // 3}"
    named = dict(zip(WAYS, unit.names, strict=True))
    for level, place in zip(ALL_PLACES, (*unit.places, "all"), strict=True):
        for period in (unit.month, quarter):
            whole = "Q" in period
            for way in ("none", *WAYS):
                if level == "none" and not (whole and way in {"none", "stage"}):
                    continue
                if way == "stage" and not (whole and level in {"district", "none"}):
                    continue
                if (
                    way in {"source", "nsir_class", "mapping_status"}
                    and level == "lsoa"
                    and not whole
                ):
                    continue
                if way in {"nsir_class", "mapping_status"} and unit.kind != "asb_incident":
                    continue
                yield unit.kind, period, level, place, way, named.get(way, "")


@dataclass
class Constraint:
    """Least and most of a sum of variables."""

    members: dict[int, int]
    least: int
    most: int
    asked: tuple[int, str, str, str]
    """Which query tells it: edition, level, length and way."""


@dataclass
class Attacker:
    """What he knows after everything that was ever shown of a quarter."""

    units: Sequence[Unit]
    editions: Sequence[Published]
    rules: Rules = field(default_factory=lambda: Rules(as_published))
    week: Sequence[str] = ()
    """Parts of the week that a wheel may name."""

    def __post_init__(self) -> None:
        self.cells: dict[Key, list[int]] = {}
        for index, unit in enumerate(self.units):
            for key in cells_of(unit):
                self.cells.setdefault(key, []).append(index)
        self.width = len(self.units)
        self.hours: dict[tuple[int, str, str, str], int] = {}
        self.total = self.width * len(self.editions)
        for at, one in enumerate(self.editions):
            for kind, district in one.wheels:
                for part in self.week:
                    self.hours[at, kind, district, part] = self.total
                    self.total += 1
        self.constraints = list(self._all())
        self._solved: tuple[Any, Any, Any] | None = None

    def variables(self, key: Key, at: int) -> list[int]:
        """The variables that make up a cell in an edition."""
        if key[4] == "wheel":
            found = self.hours.get((at, key[0], key[3], key[5]))
            return [] if found is None else [found]
        return [at * self.width + index for index in self.cells.get(key, ())]

    def _all(self) -> Iterator[Constraint]:
        keys = {*self.cells, *(key for one in self.editions for key in one.told)}
        keys |= {
            (kind, _quarter(one), "district", district, "wheel", part)
            for one in self.editions
            for kind, district in one.wheels
            for part in self.week
        }
        for key in sorted(keys):
            yield from self._of(key)
        for at, one in enumerate(self.editions):
            for kind, district in one.wheels:
                members = {self.hours[at, kind, district, part]: 1 for part in self.week}
                if members and one.speaks((kind, _quarter(one), "district", district, "wheel", "")):
                    total = (kind, _quarter(one), "district", district, "none", "")
                    members |= dict.fromkeys(self.variables(total, at), -1)
                    yield Constraint(members, 0, 0, (at, "district", "quarter", "wheel"))

    def _of(self, key: Key) -> Iterator[Constraint]:
        """What the figures of one cell, kept or new, say of it in every edition."""
        length = "quarter" if "Q" in key[1] else "month"
        last: tuple[int, int | None] | None = None
        for at, one in enumerate(self.editions):
            if not one.speaks(key):
                continue
            told = one.told.get(key)
            number = 0 if told is None else told.number
            unsaid = last is None or last[1] != 0
            fresh = unsaid if told is None else told.since == at + 1
            asked = (at, key[2], length, key[4])
            now = dict.fromkeys(self.variables(key, at), 1)
            if fresh:
                yield Constraint(now, *self.rules.read(key, number), asked)
            if last is not None:
                before = dict.fromkeys(self.variables(key, last[0]), -1)
                least, most = 1 - self.rules.moved, self.rules.moved - 1
                if fresh and self._may_be_either(key, number, last[1]):
                    # it moved, nobody can say which way
                    last = at, number
                    continue
                if fresh:
                    up = self.rules.read(key, number) > self.rules.read(key, last[1])
                    least, most = (self.rules.moved, MANY) if up else (-MANY, -self.rules.moved)
                yield Constraint(now | before, least, most, asked)
            if fresh:
                last = at, number

    def _may_be_either(self, key: Key, now: int | None, before: int | None) -> bool:
        """Whether a figure that is new may have risen or fallen."""
        (low, high), (least, most) = self.rules.read(key, now), self.rules.read(key, before)
        return high - least >= self.rules.moved and most - low >= self.rules.moved

    def fits(self, truth: Any) -> bool:
        """Whether true counts are what he was told: else he reckons wrongly."""
        matrix, low, high = self._matrix()
        sums = matrix @ truth
        return bool(((sums >= low) & (sums <= high)).all())

    def _matrix(self) -> tuple[Any, Any, Any]:
        if self._solved is None:
            rows = [
                (row, at, n)
                for row, c in enumerate(self.constraints)
                for at, n in c.members.items()
            ]
            where, columns, values = zip(*rows, strict=True)
            shape = (len(self.constraints), self.total)
            matrix = csr_array((values, (where, columns)), shape=shape)
            low = np.array([c.least for c in self.constraints])
            high = np.array([c.most for c in self.constraints])
            self._solved = matrix, low, high
        return self._solved

    def determined(self, targets: Iterable[tuple[Key, int]], truth: Any) -> list[tuple[Key, int]]:
        """Return the counts that only one value is left for, by exact search in whole numbers."""
        matrix, low, high = self._matrix()
        rule = LinearConstraint(matrix, low, high)
        opened: set[tuple[Key, int]] = set()
        wanted = {one: self.variables(*one) for one in targets}
        found = []
        for one, members in wanted.items():
            if one in opened:
                continue
            aim = np.zeros(self.total)
            aim[members] = 1
            true = float(truth[members].sum())
            for sign in (1, -1):
                answer = milp(
                    sign * aim,
                    constraints=rule,
                    integrality=np.ones(self.total),
                    bounds=Bounds(0, np.inf),
                )
                assert answer.x is not None, "what he was told contradicts itself"
                other = np.round(answer.x)
                opened |= {t for t, of in wanted.items() if other[of].sum() != truth[of].sum()}
                if abs(float(other[members].sum()) - true) > 0:
                    break
            else:
                found.append(one)
        return found

    def ranges(
        self, asked: set[tuple[int, str, str, str]], targets: Sequence[tuple[Key, int]]
    ) -> list[Range]:
        """Return what one chain of queries says of counts, by interval propagation."""
        matrix, low, high = self._matrix()
        chosen = [row for row, c in enumerate(self.constraints) if c.asked in asked]
        part = matrix[chosen].tocoo()
        row, column, added = part.row, part.col, part.data > 0
        low, high = low[chosen].astype(float), high[chosen].astype(float)
        least, most = np.zeros(self.total), np.full(self.total, float(MANY))
        for _ in range(3):
            least_of = np.where(added, least[column], -most[column])
            most_of = np.where(added, most[column], -least[column])
            floor = np.bincount(row, least_of, len(chosen))
            ceiling = np.bincount(row, most_of, len(chosen))
            room = (high - floor)[row] + least_of
            need = (low - ceiling)[row] + most_of
            np.minimum.at(most, column[added], room[added])
            np.maximum.at(least, column[added], need[added])
        bounds = {tuple(sorted(self.constraints[row].members.items())): row for row in chosen}
        found = []
        for target in targets:
            members = self.variables(*target)
            own = bounds.get(tuple(sorted(dict.fromkeys(members, 1).items())))
            lowest, highest = least[members].sum(), most[members].sum()
            if own is not None:
                lowest = max(lowest, self.constraints[own].least)
                highest = min(highest, self.constraints[own].most)
            found.append((int(lowest), int(highest)))
        return found


def _quarter(one: Published) -> str:
    return f"{one.months[0][:4]}Q{(int(one.months[0][5:]) + 2) // 3}"
