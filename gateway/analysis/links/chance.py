"""u: how often two records of different events agree all the same, counted from the records compared.

* Place and key: the share of both feeds' records there, the two that are compared left aside, drawn halfway
  to the share of a place like any other. A busy street proves little, a quiet one more.
* Time: the share of pairs that lie as close one or two weeks apart, which keeps the hour of the day and the
  day of the week and holds no event twice; where the records span less than that, as if spread evenly.
* Behaviour: the share of both feeds' records that agree at that level with what is told.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from gateway.analysis.links.declared import Declared
from gateway.analysis.links.events import (
    HOURS_A_DAY,
    Event,
    Key,
    Metres,
    agreement_on_behaviour,
    tells_sub,
)

SMOOTH = 1.0
"""How far the share of a place is drawn to that of any: 1 is halfway."""
WEEKS = (-2, -1, 1, 2)
_DAYS_A_WEEK = 7
Told = tuple[str | None, str | None, str | None, frozenset[str]]


@dataclass(slots=True, eq=False)
class Gaps:
    """How often two of different events lie no further apart than a gap; in steps (hours or days)."""

    firsts: npt.NDArray[np.int64]
    seconds: npt.NDArray[np.int64]
    """Sorted."""
    week: int
    _within: dict[int, float] = field(default_factory=dict)

    def between(self, more_than: int, most: int) -> float:
        """Return u of a gap above one bound (−1: none) and up to another."""
        inner = self._share(more_than) if more_than >= 0 else 0.0
        return max(self._share(most) - inner, 1e-9)

    def _share(self, most: int) -> float:
        if most not in self._within:
            self._within[most] = self._counted(most)
        return self._within[most]

    def _counted(self, most: int) -> float:
        pairs = len(self.firsts) * len(self.seconds)
        if not pairs:
            return 1.0
        low = min(self.firsts.min(), self.seconds.min())
        span = int(max(self.firsts.max(), self.seconds.max()) - low) + 1
        close = expected = 0.0
        for weeks in WEEKS:
            away = weeks * self.week
            if abs(away) * 2 < span:
                begins = np.searchsorted(self.seconds, self.firsts + away - most, "left")
                ends = np.searchsorted(self.seconds, self.firsts + away + most, "right")
                close += float((ends - begins).sum())
                expected += pairs * (1 - abs(away) / span)
        evenly = min(1.0, (2 * most + 1) / span)
        # half an even share is a floor: that none lay so close by chance may be chance itself
        return max(close / expected, evenly / 2) if expected else evenly


@dataclass(slots=True, eq=False)
class Chance:
    """u of one feed's records against another's."""

    ones: Sequence[Event]
    others: Sequence[Event]
    declared: Declared
    hours: Gaps = field(init=False)
    days: Gaps = field(init=False)
    _keys: dict[str, Counter[Key]] = field(init=False)
    _areas: Counter[str] = field(init=False)
    _points: Counter[Metres] = field(init=False)
    _near: dict[Metres, int] = field(default_factory=dict)
    _told: dict[tuple[Told, bool], dict[str, float]] = field(default_factory=dict)
    _square: dict[tuple[int, int], list[Metres]] = field(init=False)
    _kinds: Counter[Told] = field(init=False)

    def __post_init__(self) -> None:
        self.hours = _gaps(self.ones, self.others, hours=True)
        self.days = _gaps(self.ones, self.others, hours=False)
        both = [*self.ones, *self.others]
        self._keys = defaultdict(Counter)
        for one in both:
            for key in one.keys:
                self._keys[key[0]][key] += 1
        self._areas = Counter(one.area for one in both if one.area is not None)
        self._points = Counter(one.point for one in both if one.point is not None)
        self._kinds = Counter(one.told for one in both)
        self._square = defaultdict(list)
        for x, y in self._points:
            self._square[self._cell((x, y))].append((x, y))

    def of_key(self, key: Key) -> float:
        """The share of records with a key, among those with one of its kind."""
        kind = self._keys[key[0]]
        return _share(kind[key] - 2, kind)

    def of_area(self, code: str) -> float:
        """The share that lies in an area."""
        return _share(self._areas[code] - 2, self._areas)

    def of_point(self, point: Metres) -> float:
        """The share at a map point."""
        return _share(self._points[point] - 2, self._points)

    def near_point(self, point: Metres) -> float:
        """The share near a map point and not at it."""
        if point not in self._near:
            column, row = self._cell(point)
            reach = self.declared.near_metres**2
            self._near[point] = sum(
                self._points[other]
                for across in (-1, 0, 1)
                for up in (-1, 0, 1)
                for other in self._square.get((column + across, row + up), ())
                if other != point
                and (other[0] - point[0]) ** 2 + (other[1] - point[1]) ** 2 <= reach
            )
        return _share(self._near[point] - 1, self._points)

    def of_behaviour(self, one: Event, other: Event, level: str) -> float:
        """The share that agrees at a level with what is told, among those that tell as much."""
        subs = tells_sub(one, other)
        known = (one.told, subs)
        if known not in self._told:
            counted: Counter[str] = Counter()
            for told, number in self._kinds.items():
                like = Event("", None, 0, None, None, *told)
                found = agreement_on_behaviour(one, like)
                if found is not None and tells_sub(one, like) is subs:
                    counted[found] += number
            total = counted.total()
            self._told[known] = {name: number / total for name, number in counted.items()}
        return self._told[known][level]

    def _cell(self, point: Metres) -> tuple[int, int]:
        near = self.declared.near_metres
        return int(point[0] // near), int(point[1] // near)


def _share(more: int, places: Counter[Any]) -> float:
    """The share of all that tell a place of this sort, drawn halfway to that of any place."""
    total = places.total()
    usual = total / len(places)
    return (max(more, 0) + SMOOTH * usual) / (total * (1 + SMOOTH))


def _gaps(ones: Sequence[Event], others: Sequence[Event], *, hours: bool) -> Gaps:
    if hours:
        first = [one.hour for one in ones if one.hour is not None]
        second = [one.hour for one in others if one.hour is not None]
    else:
        first, second = [one.day for one in ones], [one.day for one in others]
    week = _DAYS_A_WEEK * (HOURS_A_DAY if hours else 1)
    return Gaps(np.array(first, dtype=np.int64), np.sort(np.array(second, dtype=np.int64)), week)
