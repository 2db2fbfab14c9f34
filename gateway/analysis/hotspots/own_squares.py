"""Hotspots of a reader's own records: on squares of the grid, by the one place that leaves.

What leaves at an area lies in no square and is counted apart: putting it into one would be a guess, and
looking at where in its area it happened would tell more than leaves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import shapely

from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.hotspots.found import Found, found
from gateway.analysis.hotspots.neighbours import Square, of_squares
from gateway.analysis.hotspots.squares import MOST_SQUARES, Ground, ground, squares_of
from gateway.analysis.hotspots.top_places import Ranking, top_places
from gateway.analysis.own_records import month_begins, month_ends, own_records
from gateway.analysis.places import grid
from gateway.analysis.places.released import Shapes
from gateway.errors import RequestInvalid
from gateway.intake.outlines import Floats, Pair, to_metres
from gateway.law.geography import POINTS
from schemas.analysis import IncidentQuestion
from schemas.counted import CountedPeriod, month_named, month_number, period_named, whole_periods
from schemas.hotspots import HotspotQuestion, Nearness
from schemas.problems import ProblemError
from schemas.released import PlaceLevel

MOST_RECORDS = 2_000_000
_REACH = {Nearness.QUEEN: 1.5, Nearness.BAND: 2.0}
_APART = "{} of {} records leave at an area and {} at no place: they are in no square."
_POINT = PlaceLevel.MAP_POINT.value


@dataclass(frozen=True, slots=True)
class OfSquares:
    """What is found in squares."""

    found: Found
    ground: Ground
    squares: Sequence[grid.Square]
    points: Ranking
    """Map points with most."""
    areas: Ranking
    """Areas at which records leave, with most."""
    records: int
    apart: int
    """Records that leave at an area: in no square."""
    nowhere: int
    """Records that leave with no place, or at a point outside the grid."""
    coverage: Mapping[str, int]
    classes: frozenset[int]

    def says(self) -> list[str]:
        """Say it in plain words."""
        return [
            *self.found.says("squares"),
            _APART.format(self.apart, self.records, self.nowhere),
        ]


def of_own_records(desk: Desk, question: HotspotQuestion, entitled: Entitled) -> OfSquares:
    """Work it out; nothing is on record yet (raises as ``own_records``)."""
    records = own_records(desk, entitled, _records_asked(question), MOST_RECORDS)
    side = int(question.square.value)
    points = records.filter(pl.col("place_level") == _POINT)
    degrees = list(zip(points["place_longitude"], points["place_latitude"], strict=True))
    squares = squares_of(degrees, side)
    held = {one for one in squares if one is not None}
    districts = sorted(records["district_code"].drop_nulls().unique())
    chosen = _chosen(desk, question, districts, held, side)
    numbers = {square: place for place, square in enumerate(chosen.squares)}
    quarters = _quarters(question)
    counts = [0] * len(numbers)
    by_quarter = {name: [0] * len(numbers) for name in quarters}
    times = points["occurred"].fill_null(points["reported"])
    for square, time in zip(squares, times, strict=True):
        if square is not None:
            counts[numbers[square]] += 1
            if time is not None and (quarter := _quarter_of(time)) in by_quarter:
                by_quarter[quarter][numbers[square]] += 1
    named = [grid.Square(x * side, y * side, side) for x, y in chosen.squares]
    names = [one.key for one in named]
    near = of_squares(chosen.squares, _REACH[question.near])
    areas = records.filter(pl.col("place_code").is_not_null() & (pl.col("place_level") != _POINT))
    outside = sum(one is None for one in squares)
    return OfSquares(
        found=found(names, counts, near, by_quarter),
        ground=chosen,
        squares=named,
        points=top_places(Counter(f"{y:.5f} {x:.5f}" for x, y in degrees), question.top),
        areas=top_places(Counter(areas["place_code"].to_list()), question.top),
        records=len(records),
        apart=len(areas),
        nowhere=len(records) - len(points) - len(areas) + outside,
        coverage=Counter(records["mapping_status"].to_list()),
        classes=frozenset(records["class_id"].unique().to_list()),
    )


def _records_asked(question: HotspotQuestion) -> IncidentQuestion:
    return IncidentQuestion(
        subscription=question.subscription,
        kind=(question.kind,),
        area=question.area,
        behaviour=question.behaviour,
        sub_behaviour=question.sub_behaviour,
        source=question.source,
        place=() if question.place is None else (question.place,),
        first=month_begins(question.first),
        last=month_ends(question.last),
    )


def _quarters(question: HotspotQuestion) -> list[str]:
    """Return the whole quarters that were asked for."""
    whole = whole_periods(question.first, question.last, CountedPeriod.QUARTER)
    if whole is None:
        return []
    months = range(month_number(whole[0]), month_number(whole[1]) + 1, 3)
    return [period_named(one, CountedPeriod.QUARTER, whole) for one in months]


def _quarter_of(time: str) -> str:
    """Return the quarter of a released time, of whatever precision."""
    if "Q" in time:
        return time
    number = month_number(time[:7])
    return period_named(number, CountedPeriod.QUARTER, (month_named(number),) * 2)


def _chosen(
    desk: Desk, question: HotspotQuestion, districts: Sequence[str], held: set[Square], side: int
) -> Ground:
    wanted = districts if question.place is None else [question.place]
    outline = _outline(desk, wanted)
    points = () if outline is not None else _points(desk, held, side)
    if outline is not None and outline.area / side**2 > MOST_SQUARES:
        says = f"The outline holds more than {MOST_SQUARES} squares: name a district as the place."
        raise RequestInvalid(
            errors=(ProblemError(pointer="/query/place", rule="request.query", says=says),)
        )
    return ground(held, side, outline, points)


def _outline(desk: Desk, districts: Sequence[str]) -> shapely.Geometry | None:
    """Return the outlines of districts as one, in metres; None unless all are loaded."""
    shapes = Shapes(desk.reader)
    editions = shapes.editions("district")
    if not editions or not districts:
        return None
    outlines = shapes.outlines("district", editions[-1])
    if not set(districts) <= set(outlines):
        return None
    whole = shapely.union_all(shapely.from_wkb([outlines[one] for one in districts]))
    return shapely.transform(whole, _on_grid)


def _on_grid(pairs: Floats) -> Floats:
    beyond = (np.nan, np.nan)
    return np.array([one or beyond for one in to_metres(pairs.tolist())])


def _points(desk: Desk, held: set[Square], side: int) -> set[Square]:
    """Return the squares round the incidents that hold a loaded map point."""
    if not held:
        return set()
    listed = [row["id"] for row in desk.reader.geographies() if row["kind"] == POINTS]
    degrees: list[Pair] = [(x, y) for one in listed for x, y, *_ in desk.reader.points(one)]
    columns, rows = zip(*held, strict=True)
    return {
        one
        for one in squares_of(degrees, side)
        if one is not None
        and min(columns) <= one[0] <= max(columns)
        and min(rows) <= one[1] <= max(rows)
    }
