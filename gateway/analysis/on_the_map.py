"""A reader's own records by the map point at which they leave: what stands in for areas that were replaced.

Only what leaves at a point has one. What leaves at an area, or at no place, is counted beside and never put
into a square: where in its area it happened is more than leaves.
"""

from __future__ import annotations

from collections import Counter

import polars as pl

from gateway.analysis.counting import Cell
from gateway.analysis.entitled import Desk, Entitled
from gateway.analysis.own_records import month_begins, month_ends, own_records
from gateway.analysis.places.grid import Size, Square, square_of
from gateway.analysis.several import Beside
from gateway.analysis.statistics import Answered
from gateway.intake.outlines import to_metres
from policies.audience import CountRule
from schemas.analysis import IncidentQuestion
from schemas.codes import Kind
from schemas.released import PlaceLevel

POINTS = "points"
"""Name of the table of counts by map point, whose place is latitude and longitude; None without a point."""
MOST_RECORDS = 200_000


def points_of(desk: Desk, kind: Kind, period: str, months: tuple[str, str]) -> Beside:
    """Return what counts a reader's own records by map point.

    Args:
        desk: What questions are answered with.
        kind: Of incidents.
        period: The name of the period.
        months: Its first and last month.
    """

    def count(entitled: Entitled) -> dict[str, Answered]:
        question = IncidentQuestion(
            subscription=entitled.subscription.id,
            kind=(kind,),
            first=month_begins(months[0]),
            last=month_ends(months[1]),
        )
        records = own_records(desk, entitled, question, MOST_RECORDS)
        at = records.filter(pl.col("place_level") == PlaceLevel.MAP_POINT.value)
        counted = Counter[str | None](
            f"{y:.6f} {x:.6f}"
            for x, y in zip(at["place_longitude"], at["place_latitude"], strict=True)
        )
        counted[None] = len(records) - len(at)
        rule = CountRule.OWN_COUNT.value
        cells = [
            Cell(kind.value, period, place, None, number, rule)
            for place, number in sorted(counted.items(), key=lambda one: one[0] or "")
            if number
        ]
        classes = frozenset(records["class_id"].unique().to_list())
        return {POINTS: Answered(cells, None, months, classes, ())}

    return count


def degrees_of(place: str) -> tuple[float, float]:
    """Return longitude and latitude of a counted point."""
    latitude, longitude = map(float, place.split())
    return longitude, latitude


def in_squares(points: dict[str, int], size: Size) -> dict[Square, int]:
    """Return how many lie in each square of the grid; points outside Great Britain lie in none."""
    found: Counter[Square] = Counter()
    metres = to_metres([degrees_of(one) for one in points])
    for pair, number in zip(metres, points.values(), strict=True):
        if pair is not None:
            found[square_of(*pair, size)] += number
    return dict(found)
