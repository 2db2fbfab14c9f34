"""Squares of the British National Grid, and which of them are compared: zeros inside the district count.

A square belongs to a district where its centre lies in the district's outline, or where a map point of it
may stand for a place; a square with an incident is compared wherever it lies. Without outline and points
the rectangle round the incidents is all that is known of the district, which the answer says.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gateway.analysis.hotspots.neighbours import Square
from gateway.intake.outlines import Pair, to_metres

SIDES = (500, 1_000)
"""Metres. Finer squares hold too few incidents of a quarter to test."""
MOST_SQUARES = 100_000
GRID = "OS National Grid (EPSG:27700)"


@dataclass(frozen=True, slots=True)
class Ground:
    """The squares that are compared, sorted, and by what they were chosen."""

    side: int
    squares: tuple[Square, ...]
    chosen: str
    """``outline``, ``map_points`` or ``rectangle``."""

    @property
    def edition(self) -> str:
        """What the picture must name: grid, side, and by what the squares were chosen."""
        return f"{GRID}, {self.side} m squares, within the {_CHOSEN[self.chosen]}"


_CHOSEN = {
    "outline": "loaded outline of the district",
    "map_points": "squares that hold a loaded map point",
    "rectangle": "rectangle round the incidents (no outline is loaded)",
}


def squares_of(places: Sequence[Pair], side: int) -> list[Square | None]:
    """Return the square of each place in degrees; None outside Great Britain."""
    return [
        None if pair is None else (int(pair[0] // side), int(pair[1] // side))
        for pair in to_metres(list(places))
    ]


def ground(
    held: Iterable[Square],
    side: int,
    outline: shapely.Geometry | None = None,
    points: Iterable[Square] = (),
) -> Ground:
    """Return the squares to compare.

    Args:
        held: Squares with an incident: each is among them.
        side: Metres.
        outline: Of the district, in metres of the National Grid.
        points: Squares with a map point, for want of an outline.
    """
    inside, listed = set(held), set(points)
    if outline is not None:
        return Ground(side, tuple(sorted(inside | _within(outline, side))), "outline")
    if listed:
        return Ground(side, tuple(sorted(inside | listed)), "map_points")
    if inside:
        columns, rows = zip(*inside, strict=True)
        inside |= {
            (column, row)
            for column in range(min(columns), max(columns) + 1)
            for row in range(min(rows), max(rows) + 1)
        }
    return Ground(side, tuple(sorted(inside)), "rectangle")


def _within(outline: shapely.Geometry, side: int) -> set[Square]:
    west, south, east, north = (int(bound // side) for bound in outline.bounds)
    columns, rows = np.meshgrid(np.arange(west, east + 1), np.arange(south, north + 1))
    x, y = columns.ravel(), rows.ravel()
    shapely.prepare(outline)
    held = shapely.contains_xy(outline, (x + 0.5) * side, (y + 0.5) * side)
    return set(zip(x[held].tolist(), y[held].tolist(), strict=True))
