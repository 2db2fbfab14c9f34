"""The map without areas: squares of the national grid or map points, from a reader's own records."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from gateway.analysis.on_the_map import POINTS, degrees_of, in_squares
from gateway.analysis.pictures.cells import Cell as Drawn
from gateway.analysis.pictures.cells import Told
from gateway.analysis.pictures.maps import Point, points, squares
from gateway.analysis.several import Tables
from gateway.analysis.shown import Shown
from gateway.console.words import when
from schemas.analysis_pages import MapDrawing

DRAWING_SAYS = {
    MapDrawing.AREAS: "Areas",
    MapDrawing.SQUARES_1_KM: "Squares of 1 km",
    MapDrawing.SQUARES_500_M: "Squares of 500 m",
    MapDrawing.POINTS: "Map points",
}


def drawn(found: Tables, drawing: MapDrawing, title: str, replaced: str) -> dict[str, Any]:
    """Return picture, rows and words of a map of squares or points.

    Args:
        found: With the counts by map point.
        drawing: Squares or points.
        title: Of the picture.
        replaced: What is said of the areas in whose stead they are; empty where they were asked for.
    """
    counted = found.cells[POINTS]
    placed = {one.place: one.count or 0 for one in counted if one.place is not None}
    without = sum(one.count or 0 for one in counted if one.place is None)
    says = f"{DRAWING_SAYS[drawing].lower()} of the British National Grid"
    if drawing is MapDrawing.POINTS:
        says = "map points at which records leave"
    beside = f"{without:,} more leave at an area or at no place, and are in none of them."
    told = Told(title, "Incidents", says, when(found.at), (beside,))
    cells: list[Drawn] = []
    picture = None
    if drawing is MapDrawing.POINTS:
        cells = [Drawn(one, one, Shown(number)) for one, number in placed.items()]
        listed = [Point(*degrees_of(one.key), one) for one in cells]
        picture = points(listed, told) if listed else None
    else:
        size = in_squares(placed, 1000 if drawing is MapDrawing.SQUARES_1_KM else 500)
        by_square = {one: Drawn(one.name, one.name, Shown(number)) for one, number in size.items()}
        cells = [*by_square.values()]
        picture = squares(by_square, told) if by_square else None
    ordered = sorted(cells, key=lambda one: (-(one.shown.value or 0), one.key))
    return {
        "picture": None if picture is None else Markup(picture),  # noqa: S704 - our own picture, escaped there
        "tiles": None,
        "rows": [(one.key, one.name, [one.shown.text(), "nothing"]) for one in ordered],
        "several": "squares or points",
        "edition": f"{says}{', for the areas are ' + replaced if replaced else ''}",
        "without": beside,
        "carried": False,
        "queries": {"places": None},
    }
