"""A motivated intruder (ICO, anonymisation code): he has no rights, some skill, and all that is public.

He holds the public month-and-place data, a list of every address with its place, the published rule and
the published map points, and everything that ONE recipient ever got. For each record he asks which
households it can be about, and narrows that down by every means that is here: the catchment of a map point;
that no map point was told; versions, corrections and lanes that bear one id; what the public data still
leave open once every record with a point was paired off; published counts less what he holds; the same
incident in a return under section 17A, the racial file beside the others. One household left, and he says
a name.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tests.support.intruder_joins import File, subtracted, with_files

FEW = range(1, 8)
NOTHING: Mapping[tuple[str, str], int] = {}
Spot = tuple[float, float]
POLICE = "police-nsir"
"""Whose incidents the month files hold."""


class Address(NamedTuple):
    """One household, in metres of the national grid."""

    uprn: int
    easting: int
    northing: int


class Public(NamedTuple):
    """One row of the published month files: a map point, and the month."""

    month: str
    point: Spot


@dataclass
class Intruder:
    """What he knows before he begins."""

    addresses: list[Address]
    points: Mapping[Spot, tuple[int, int]]
    """Every published map point: degrees → metres."""
    area_of: Callable[[int, int], str]
    """The LSOA round a place: outlines are published."""
    sensitive: frozenset[str]
    """Behaviours that get no map point, as the rule says."""
    by_point: bool = True
    """Whether areas are those of the map point: the rule, unless it is weakened."""
    _nearest: dict[int, Spot] = field(default_factory=dict)
    _published: dict[int, Spot] = field(default_factory=dict)
    _own: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._nearest = {one.uprn: self._point_of(one, self.points) for one in self.addresses}
        self._own = {one.uprn: self.area_of(one.easting, one.northing) for one in self.addresses}
        counts = Counter(self._nearest.values())
        self.counts = {point: counts[point] for point in self.points}
        self.untold = {point for point, number in self.counts.items() if number in FEW}
        self._hide_with_neighbours()
        published = [point for point, number in self.counts.items() if number not in FEW]
        self._published = {one.uprn: self._point_of(one, published) for one in self.addresses}

    def _point_of(self, one: Address, among: Iterable[Spot]) -> Spot:
        return min(among, key=lambda p: (math.dist(self.points[p], (one.easting, one.northing)), p))

    def published_point(self, uprn: int) -> Spot:
        """The point under which a household's incidents are published: its list has none of 1 to 7."""
        return self._published[uprn]

    def area_round(self, point: Spot) -> str:
        """The LSOA in which a map point lies."""
        return self.area_of(*self.points[point])

    def _hide_with_neighbours(self) -> None:
        """He knows the rule, so he knows which points are kept back beside those of 1 to 7."""
        few = sorted(self.untold)
        for point in few:
            beside = [
                p
                for p in self.points
                if p not in few and self.area_round(p) == self.area_round(point)
            ]
            beside.sort(key=lambda p: (math.dist(self.points[p], self.points[point]), p))
            self.untold.update(beside[:4])
            self.untold.update([p for p in beside if self.counts[p] > max(FEW)][:1])

    # ------------------------------------------------------------------ one record
    def households(self, record: Mapping[str, Any]) -> frozenset[int]:
        """Which households one version of one record can be about."""
        place = record["place"]
        if place["level"] == "map_point":
            at = (place["longitude"], place["latitude"])
            if at in self.points:
                return frozenset(u for u, point in self._nearest.items() if point == at)
            return self._at_degrees(at)
        if "code" not in place:
            return frozenset(self._nearest)
        plain = record.get("typology_behaviour") not in self.sensitive
        exact = record.get("time_precision") in {"hour", "minute"}
        return frozenset(
            one.uprn
            for one in self.addresses
            if self._may_be_told_by(one, place["code"], untold_only=plain and exact)
        )

    def _may_be_told_by(self, one: Address, code: str, *, untold_only: bool) -> bool:
        point = self._nearest[one.uprn]
        if not self.by_point:
            own = self.area_of(one.easting, one.northing)
            return own == code and (point in self.untold or not untold_only)
        return self.area_round(point) == code and (point in self.untold or not untold_only)

    def _at_degrees(self, at: Spot) -> frozenset[int]:
        """A place that is no map point is the household's own: the nearest address has it."""
        near = min(self.points, key=lambda p: math.dist(p, at))
        scale = 111_320 * math.cos(math.radians(near[1])), 110_540
        east = self.points[near][0] + (at[0] - near[0]) * scale[0]
        north = self.points[near][1] + (at[1] - near[1]) * scale[1]
        found = min(self.addresses, key=lambda a: math.dist((a.easting, a.northing), (east, north)))
        return frozenset({found.uprn})

    # ------------------------------------------------------------------ all that he has
    def claims(
        self,
        records: Iterable[Mapping[str, Any]],
        public: Iterable[Public],
        files: Iterable[File] = (),
        totals: Mapping[tuple[str, str], int] = NOTHING,
    ) -> dict[str, frozenset[int]]:
        """Return, by released id, the households that are left after everything was laid together.

        Args:
            records: Every version in every page, replay and lane of one recipient.
            public: The published rows of the same months.
            files: Paragraph and lines of every return under section 17A that it got.
            totals: ASB by LSOA and month, as published.
        """
        versions: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        for record in records:
            if record not in versions[record["id"]]:
                versions[record["id"]].append(record)
        left = {}
        for name, several in versions.items():
            sets = [self.households(one) for one in several]
            both = frozenset.intersection(*sets)
            # nothing in common: it moved, and the last place is the one that counts
            left[name] = both or sets[-1]
        left = subtracted(self, versions, self._paired_off(versions, left, list(public)), totals)
        return with_files(self, versions, left, list(files))

    def _paired_off(
        self,
        versions: Mapping[str, list[Mapping[str, Any]]],
        left: Mapping[str, frozenset[int]],
        public: list[Public],
    ) -> dict[str, frozenset[int]]:
        """Pair records with public rows; where one of each is left in a month and area, join the two."""
        open_rows = Counter(public)
        unpaired: dict[tuple[str, str], list[str]] = defaultdict(list)
        for name, several in versions.items():
            last = several[-1]
            month, place = (last.get("occurred") or "")[:7], last["place"]
            if last["source"] != POLICE:
                continue
            if place["level"] == "map_point":
                open_rows[Public(month, (place["longitude"], place["latitude"]))] -= 1
            elif "code" in place:
                unpaired[month, place["code"]].append(name)
        rows: dict[tuple[str, str], list[Spot]] = defaultdict(list)
        for row, number in open_rows.items():
            if number > 0 and row.point in self.points:
                rows[row.month, self.area_round(row.point)] += [row.point] * number
        narrowed = dict(left)
        for key, names in unpaired.items():
            spots = set(rows[key])
            if len(names) == 1 and len(spots) == 1:
                catchment = {u for u, p in self._published.items() if p in spots}
                narrowed[names[0]] = left[names[0]] & catchment or left[names[0]]
        return narrowed

    def counted_in(self, uprn: int) -> str:
        """The LSOA in which a household's incidents are counted, by the rule."""
        return self.area_round(self._nearest[uprn]) if self.by_point else self._own[uprn]

    def is_cut_off(self, one: Address) -> bool:
        """Whether an LSOA's border runs between a household and its map point."""
        return self.area_round(self._nearest[one.uprn]) != self.area_of(one.easting, one.northing)

    def small_catchment(self, uprn: int) -> bool:
        """Whether a household is one of 1 to 7 round its map point."""
        return self.counts[self._nearest[uprn]] in FEW
