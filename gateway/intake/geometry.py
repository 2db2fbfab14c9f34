"""The index of loaded geography: which areas a place lies in, and the map point nearest to it.

Imports numpy and shapely, so import it only where geography is loaded.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

import numpy as np
import shapely

from gateway.intake.geography import (
    AREA_FIELDS,
    AREA_KINDS,
    AreaEdition,
    Inside,
    PointEdition,
    district_in,
    folded,
)
from gateway.intake.outlines import Pair, to_metres
from schemas.open_half import MapPoint

Ranks: TypeAlias = tuple[int, ...]

AREA_CELL = 0.004
"""Degrees. Small enough that many cells lie wholly inside their areas."""
POINT_CELL = 100.0
"""Metres. Few map points can be the nearest to somewhere in so small a square."""
MAX_CELLS = 100_000
"""Cells remembered by an index (some 30 MB); when full, it begins again."""
FARTHEST = 20_000.0
"""Metres: a map point farther off does not stand for a place."""
FEWEST_ADDRESSES = 8
"""What a point stands for at least, unless it stands for none (law reference §5: data.police.uk)."""
NEIGHBOURS = 4
"""Points that are kept back with one of 1 to 7 addresses: at one of these the publisher of month files,
who does not use it, puts what happens there (deploy/decisions/0023)."""
_JUST_TOO_FAR = math.nextafter(FARTHEST * FARTHEST, math.inf)
_ROUNDING = 1e-9
_NOTE = {"wards": "ward", "lsoa": "lsoa", "msoa": "msoa", "districts": "district"}


# ------------------------------------------------------------------------------------ areas
class Areas:
    """Which areas a place lies in.

    Several editions of a kind may be there: the newest that has the place answers. On a shared
    boundary the lower code does.
    """

    def __init__(self, editions: Iterable[AreaEdition]) -> None:
        rows = [(one.kind, one.edition, row) for one in editions for row in one.rows]
        rows.sort(key=lambda entry: entry[2].code)
        rows.sort(key=lambda entry: entry[1], reverse=True)
        # from here on an area is its rank, and of two that hold a place the lower rank answers
        self.codes = [row.code for _, _, row in rows]
        self.districts = [_district(kind, row.name) for kind, _, row in rows]
        self._notes = [f"{_NOTE[kind]}:{edition}" for kind, edition, _ in rows]
        self._kinds = [AREA_KINDS.index(kind) for kind, _, _ in rows]
        self._shapes = np.array([shapely.from_wkb(row.wkb) for _, _, row in rows], dtype=object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)
        self._nowhere = (len(rows),) * len(AREA_KINDS)
        self._cells: dict[tuple[int, int], tuple[Ranks, list[int]]] = {}
        self._insides: dict[Ranks, Inside] = {}

    def at(self, places: Sequence[Pair]) -> list[Inside]:
        """Return the areas round each place (degrees)."""
        ranks: list[Ranks] = []
        asked: list[int] = []
        areas: list[int] = []
        for number, (x, y) in enumerate(places):
            key = (int(x // AREA_CELL), int(y // AREA_CELL))
            sure, unsure = self._cells.get(key) or self._cell(key)
            ranks.append(sure)
            if unsure:
                asked.extend([number] * len(unsure))
                areas.extend(unsure)
        if asked:
            points = np.array(places)[asked]
            hits = shapely.intersects_xy(self._shapes[areas], points[:, 0], points[:, 1])
            for hit in np.flatnonzero(hits).tolist():
                ranks[asked[hit]] = self._better(ranks[asked[hit]], areas[hit])
        return [self._insides.get(one) or self._inside(one) for one in ranks]

    def _better(self, ranks: Ranks, area: int) -> Ranks:
        kind = self._kinds[area]
        return (*ranks[:kind], area, *ranks[kind + 1 :]) if area < ranks[kind] else ranks

    def _inside(self, ranks: Ranks) -> Inside:
        found = {
            AREA_FIELDS[kind]: area for kind, area in enumerate(ranks) if area < len(self.codes)
        }
        districts = (self.districts[area] for area in found.values())
        codes = {name: self.codes[area] for name, area in found.items()}
        notes = {name: self._notes[area] for name, area in found.items()}
        inside = Inside.of(codes, notes, next((name for name in districts if name), None))
        self._insides[ranks] = inside
        return inside

    def _cell(self, key: tuple[int, int]) -> tuple[Ranks, list[int]]:
        """Work out a cell once: the areas that hold all of it, and those that cut it and rank first."""
        west, south = key[0] * AREA_CELL, key[1] * AREA_CELL
        box = shapely.box(
            west - _ROUNDING,
            south - _ROUNDING,
            west + AREA_CELL + _ROUNDING,
            south + AREA_CELL + _ROUNDING,
        )
        touching = np.sort(self._tree.query(box, predicate="intersects"))
        holds = shapely.covers(self._shapes[touching], box)
        sure: Ranks = self._nowhere
        for area in touching[holds].tolist():
            sure = self._better(sure, area)
        unsure = [area for area in touching[~holds].tolist() if area < sure[self._kinds[area]]]
        if len(self._cells) >= MAX_CELLS:
            self._cells.clear()
        self._cells[key] = answer = (sure, unsure)
        return answer


def _district(kind: str, name: str) -> str | None:
    district = name if kind == "districts" else district_in(name)
    return folded(district) if district else None


# ------------------------------------------------------------------------------- map points
class DistrictPoints:
    """The map points of one district, found by distance on the national grid.

    A point's catchment is all that is nearer to it than to another. One whose catchment is known to
    hold 1 to 7 addresses stands for nothing: what happens there gets no point, and never the next
    one, in whose own catchment it would be one of few.

    That no point is told tells something too, to whoever has the list of addresses and what others
    publish of the same incidents at a neighbouring point. So the ``NEIGHBOURS`` nearest points of the
    same area are kept back with it, among them one of eight addresses or more. Whatever happens in a
    catchment is told by the areas of its map point, as data.police.uk does: its own LSOA, told of a later
    version or counted in a table, would leave the few addresses that a border cuts off from their point.
    """

    def __init__(
        self,
        points: Sequence[MapPoint],
        addresses: Sequence[int | None] = (),
        areas: Areas | None = None,
    ) -> None:
        metres = to_metres([(point.longitude, point.latitude) for point in points])
        counts = addresses or [None] * len(points)
        covered = [
            (point, pair, count)
            for point, pair, count in zip(points, metres, counts, strict=True)
            if pair
        ]
        self.points = [point for point, _, _ in covered]
        counted = [count for _, _, count in covered]
        insides = [] if areas is None else areas.at(_degrees(self.points))
        kept_back = _kept_back(counted, insides, [pair for _, pair, _ in covered])
        self._released = [None if n in kept_back else point for n, point in enumerate(self.points)]
        self._told = {n: one for n, one in enumerate(insides) if _is_small_area(one)}
        self._eastings = np.array([pair[0] for _, pair, _ in covered], dtype=float)
        self._northings = np.array([pair[1] for _, pair, _ in covered], dtype=float)
        self._cells: dict[tuple[int, int], list[tuple[float, float, int]]] = {}

    def nearest(self, easting: float, northing: float) -> MapPoint | None:
        """Return the point whose catchment a place lies in, if that may be released."""
        place = self.catchment(easting, northing)
        return None if place is None else self._released[place]

    def told(self, easting: float, northing: float) -> Inside | None:
        """Return the areas that stand for a place: those of its map point, whether that may be told or not.

        None where no outline tells the LSOA of the point.
        """
        place = self.catchment(easting, northing)
        return None if place is None else self._told.get(place)

    def catchment(self, easting: float, northing: float) -> int | None:
        """Return the place among ``points`` of the nearest (the first of equals) within 20 km."""
        key = (int(easting // POINT_CELL), int(northing // POINT_CELL))
        near = self._cells.get(key)
        if near is None:
            near = self._cell(key)
        best, least = None, _JUST_TOO_FAR
        for x, y, place in near:
            across, along = x - easting, y - northing
            square = across * across + along * along
            if square < least:
                best, least = place, square
        return best

    def _cell(self, key: tuple[int, int]) -> list[tuple[float, float, int]]:
        """Work out a cell once: the points that are nearest to some place in it."""
        half = POINT_CELL / 2
        across = np.abs(self._eastings - (key[0] * POINT_CELL + half))
        along = np.abs(self._northings - (key[1] * POINT_CELL + half))
        farthest = np.hypot(across + half, along + half)
        closest = np.hypot(np.maximum(across - half, 0), np.maximum(along - half, 0))
        limit = min(float(farthest.min(initial=FARTHEST)), FARTHEST)
        near = [
            (float(self._eastings[place]), float(self._northings[place]), place)
            for place in np.flatnonzero(closest <= limit + _ROUNDING).tolist()
        ]
        if len(self._cells) >= MAX_CELLS:
            self._cells.clear()
        self._cells[key] = near
        return near


def _degrees(points: Sequence[MapPoint]) -> list[Pair]:
    return [(point.longitude, point.latitude) for point in points]


def _is_small_area(inside: Inside) -> bool:
    return "lsoa_code" in inside.codes


def _kept_back(
    counted: Sequence[int | None], insides: Sequence[Inside], metres: Sequence[Pair]
) -> set[int]:
    """Which points stand for nothing: those of 1 to 7 addresses, and what hides them in their area."""
    few = {place for place, count in enumerate(counted) if not may_stand(count)}
    by_area: dict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for place, inside in enumerate(insides):
        if place not in few:
            by_area[_small_area(inside)].append(place)
    kept = set(few)
    for place in few if insides else ():
        beside = by_area[_small_area(insides[place])]
        nearest = sorted(beside, key=lambda n: (math.dist(metres[n], metres[place]), n))
        kept.update(nearest[:NEIGHBOURS])
        inhabited = [n for n in nearest if (counted[n] or 0) >= FEWEST_ADDRESSES]
        kept.update(inhabited[:1])
    return kept


def _small_area(inside: Inside) -> tuple[str | None, str | None]:
    return inside.codes.get("lsoa_code"), inside.codes.get("ward_code")


def may_stand(addresses: int | None) -> bool:
    """Whether a point with so many addresses in its catchment may stand for a place.

    Eight or more, or none (data.police.uk's own rule); what its publisher counted need not be again.
    """
    return addresses is None or addresses == 0 or addresses >= FEWEST_ADDRESSES


def points_by_district(
    editions: Iterable[PointEdition],
    district: Callable[[str], str],
    areas: Areas | None = None,
) -> dict[str, DistrictPoints]:
    """Return the map points of each district.

    Where some edition counted a district's addresses, the newest that did says which points there are;
    else all points of data.police.uk do, whose publisher keeps the rule. A point that several
    editions hold carries the newest.

    Args:
        editions: Lists of points.
        district: Makes one name of what lists call a district.
        areas: The outlines, where some are loaded.
    """
    found: dict[str, dict[tuple[float, float], tuple[MapPoint, int | None]]] = {}
    for edition in sorted(editions, key=lambda one: (one.counted, one.edition)):
        note = f"{'addresses' if edition.counted else 'police-uk-points'}:{edition.edition}"
        begun: set[str] = set()
        for x, y, named, addresses in edition.rows:
            name = district(named)
            if edition.counted and name not in begun:
                found[name] = {}
                begun.add(name)
            found.setdefault(name, {})[x, y] = MapPoint(x, y, note), addresses
    return {name: _ordered([*points.values()], areas) for name, points in found.items()}


def _ordered(points: list[tuple[MapPoint, int | None]], areas: Areas | None) -> DistrictPoints:
    points.sort(key=lambda entry: (entry[0].longitude, entry[0].latitude))
    return DistrictPoints([point for point, _ in points], [count for _, count in points], areas)
