"""Maps: areas by outline, squares of the national grid, map points by size. Up is north of that grid."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from convertbng.cutil import convert_bng

from gateway.analysis.pictures.cells import Breaks, Cell, Told, titled
from gateway.analysis.pictures.sheet import LINE, MARGIN, WIDTH, Sheet, label, shape
from gateway.analysis.places.grid import Square
from gateway.analysis.shown import Shown
from gateway.intake.outlines import Pair, to_metres

MOST_BYTES: Final = 60_000
"""Of a borough's map: outlines are made simpler until it is no larger."""
_TALLEST: Final = 520
_FOOT: Final = 34
"""Height of the strip with scale and north arrow."""
_WITHIN: Final = 12.0
_LARGEST_MARK: Final = 22.0
_SMALLEST_MARK: Final = 3.0
_MOST_LABELS: Final = 40
_SMALLEST_LETTERS: Final = 9
_ROOM: Final = 26.0
_OUTLINE = f'fill="none" stroke="{LINE}"'


@dataclass(frozen=True, slots=True)
class _Frame:
    """From metres of the national grid to the picture's own units."""

    west: float
    north: float
    scale: float
    """Units a metre."""
    left: float
    height: float

    @classmethod
    def round(cls, bounds: Sequence[float]) -> _Frame:
        west, south, east, north = (float(one) for one in bounds)
        across, along = max(east - west, 1.0), max(north - south, 1.0)
        width = WIDTH - 2 * MARGIN - 2 * _WITHIN
        scale = min(width / across, _TALLEST / along)
        left = MARGIN + _WITHIN + (width - across * scale) / 2
        return cls(west, north, scale, left, along * scale + 2 * _WITHIN)

    def at(self, easting: Any, northing: Any) -> tuple[Any, Any]:  # noqa: ANN401 - a number or many
        return (
            self.left + (easting - self.west) * self.scale,
            _WITHIN + (self.north - northing) * self.scale,
        )

    def foot(self) -> list[str]:
        """Return the scale bar and the north arrow."""
        metres = next(
            (one for one in (20_000, 10_000, 5_000, 2_000, 1_000, 500) if one * self.scale <= 160),  # noqa: PLR2004 - a third of the width
            200,
        )
        x, y, long = MARGIN, self.height + 16, metres * self.scale
        words = f"{metres // 1_000} km" if metres >= 1_000 else f"{metres} m"  # noqa: PLR2004
        east = WIDTH - MARGIN - 12
        said = f'<text y="{y + 5:.0f}" font-size="13" fill="{LINE}"'
        return [
            f'<path d="M{x} {y - 5}v10m0 -5h{long:.1f}m0 -5v10" {_OUTLINE} stroke-width="1.5"/>',
            f'{said} x="{x + long + 8:.0f}">{words}</text>',
            f'<path d="M{east} {y - 12}l5 18l-5 -4l-5 4z" fill="{LINE}"/>',
            f'{said} x="{east - 10}" text-anchor="end">North (national grid)</text>',
        ]


# --------------------------------------------------------------------------------- areas
def choropleth(
    cells: Sequence[Cell],
    outlines: Mapping[str, bytes],
    told: Told,
    breaks: Breaks | None = None,
    *,
    name: str = "map",
    standalone: bool = False,
) -> str:
    """Draw areas by their outlines, each filled by the class of its figure.

    Args:
        cells: The figures; one whose area has no outline is only in the table.
        outlines: WKB in degrees by the cells' keys.
        told: The words that are printed.
        breaks: The classes; quantiles where absent.
        name: Makes the picture's ids unique on its page.
        standalone: With a style of its own, to be kept as a file.

    Raises:
        ValueError: No cell has an outline.
    """
    drawn = [cell for cell in cells if cell.key in outlines]
    if not drawn:
        message = "no area has an outline"
        raise ValueError(message)
    shapes = _on_grid(shapely.from_wkb([outlines[cell.key] for cell in drawn]))
    frame = _Frame.round(shapely.total_bounds(shapes))
    placed = shapely.transform(shapes, lambda pairs: np.column_stack(frame.at(*pairs.T)))
    sheet = Sheet(told, breaks or Breaks.quantiles(cells, decimals=told.decimals), cells, name)
    tolerance = 0.5
    while True:
        simple = shapely.coverage_simplify(placed, tolerance)
        made = sheet.finished(
            [*_areas(sheet, drawn, simple, told), *frame.foot()],
            frame.height + _FOOT,
            standalone=standalone,
        )
        if len(made.encode()) <= MOST_BYTES or tolerance > 8:  # noqa: PLR2004 - no outline is left then
            return made
        tolerance *= 1.5


def _on_grid(shapes: Any) -> Any:  # noqa: ANN401 - shapely has no types
    return shapely.transform(shapes, lambda pairs: np.column_stack(convert_bng(*pairs.T)))


def _areas(sheet: Sheet, cells: Sequence[Cell], shapes: Any, told: Told) -> list[str]:  # noqa: ANN401
    parts = [f'<g class="areas" stroke="{LINE}" stroke-width="1" fill-rule="evenodd">']
    for cell, outline in zip(cells, shapes, strict=True):
        drawn = f'<path fill="{sheet.fill(cell)}" d="{_path(outline)}"'
        parts.append(shape(drawn, titled(cell, told.decimals)))
    parts.append('</g><g class="labels" aria-hidden="true">')
    for cell, outline in zip(cells, shapes, strict=True):
        if cell.shown.value is not None and not outline.is_empty:
            parts += _fitting(outline, cell.shown.text(told.decimals))
    return [*parts, "</g>"]


def _fitting(outline: Any, words: str) -> list[str]:  # noqa: ANN401 - shapely has no types
    """Label a shape where there is room for it."""
    line = shapely.maximum_inscribed_circle(outline, 1)
    (x, y) = shapely.get_coordinates(line)[0]
    return [label(x, y, words)] if shapely.length(line) >= 4 + 3 * len(words) else []


def _path(outline: Any) -> str:  # noqa: ANN401 - shapely has no types
    """Write polygons as one path in whole units, each ring by its steps."""
    parts = []
    for polygon in shapely.get_parts(outline):
        rings = [shapely.get_exterior_ring(polygon), *shapely.get_rings(polygon)[1:]]
        for ring in rings:
            pairs = np.rint(shapely.get_coordinates(ring)).astype(int)
            steps = np.diff(pairs, axis=0)[:-1]
            steps = steps[(steps != 0).any(axis=1)]
            if len(steps) > 1:
                lines = "".join(f"{x}{' ' if y >= 0 else ''}{y} " for x, y in steps.tolist())
                parts.append(f"M{pairs[0][0]} {pairs[0][1]}l{lines.rstrip()}z")
    return "".join(parts)


# ------------------------------------------------------------------------------- squares
def squares(
    cells: Mapping[Square, Cell],
    told: Told,
    breaks: Breaks | None = None,
    *,
    round_about: bytes | None = None,
    name: str = "grid",
    standalone: bool = False,
) -> str:
    """Draw squares of the national grid, each filled by the class of its figure.

    Args:
        cells: The figures by square.
        told: The words that are printed.
        breaks: The classes; quantiles where absent.
        round_about: An outline (WKB in degrees) that is drawn over them, such as a district's.
        name: Makes the picture's ids unique on its page.
        standalone: With a style of its own, to be kept as a file.

    Raises:
        ValueError: No square.
    """
    if not cells:
        message = "no square"
        raise ValueError(message)
    outline = None if round_about is None else _on_grid(shapely.from_wkb(round_about))
    boxes = [
        shapely.box(s.easting, s.northing, s.easting + s.size, s.northing + s.size) for s in cells
    ]
    frame = _Frame.round(shapely.total_bounds([*boxes, *([] if outline is None else [outline])]))
    listed = [*cells.values()]
    told = replace(told, notes=(*told.notes, "A square that is not drawn holds none."))
    sheet = Sheet(told, breaks or Breaks.quantiles(listed, decimals=told.decimals), listed, name)
    parts = [f'<g class="squares" stroke="{LINE}" stroke-width="1">']
    labels = ['</g><g class="labels" aria-hidden="true">']
    for square, cell in cells.items():
        x, y = frame.at(square.easting, square.northing + square.size)
        side = square.size * frame.scale
        box = f'<rect x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}"'
        parts.append(shape(f'{box} fill="{sheet.fill(cell)}"', titled(cell, told.decimals)))
        words = cell.shown.text(told.decimals)
        size = min(12, int((side - 4) / max(len(words), 1) / 0.56))
        if cell.shown.value is not None and size >= _SMALLEST_LETTERS:
            labels.append(label(x + side / 2, y + side / 2, words, size))
    parts += [*labels, "</g>", *_over(outline, frame), *frame.foot()]
    return sheet.finished(parts, frame.height + _FOOT, standalone=standalone)


def _over(outline: Any, frame: _Frame) -> list[str]:  # noqa: ANN401 - shapely has no types
    if outline is None:
        return []
    placed = shapely.transform(outline, lambda pairs: np.column_stack(frame.at(*pairs.T)))
    drawn = _path(shapely.simplify(placed, 1))
    return [f'<path class="round" d="{drawn}" {_OUTLINE} stroke-width="2" pointer-events="none"/>']


# -------------------------------------------------------------------------------- points
@dataclass(frozen=True, slots=True)
class Point:
    """A map point in degrees with its figure."""

    longitude: float
    latitude: float
    cell: Cell


def points(
    listed: Sequence[Point],
    told: Told,
    breaks: Breaks | None = None,
    *,
    round_about: bytes | None = None,
    name: str = "points",
    standalone: bool = False,
) -> str:
    """Draw map points, the larger the figure the larger the mark; hidden ones have a mark of one size.

    Args:
        listed: The points.
        told: The words that are printed.
        breaks: The classes that fill the marks; quantiles where absent.
        round_about: An outline (WKB in degrees) that is drawn under them.
        name: Makes the picture's ids unique on its page.
        standalone: With a style of its own, to be kept as a file.

    Raises:
        ValueError: No point lies in Great Britain.
    """
    metres = to_metres([(one.longitude, one.latitude) for one in listed])
    placed = [
        (one.cell, pair) for one, pair in zip(listed, metres, strict=True) if pair is not None
    ]
    if not placed:
        message = "no point lies in Great Britain"
        raise ValueError(message)
    outline = None if round_about is None else _on_grid(shapely.from_wkb(round_about))
    about = [shapely.Point(pair) for _, pair in placed]
    frame = _Frame.round(shapely.total_bounds([*about, *([] if outline is None else [outline])]))
    cells = [cell for cell, _ in placed]
    sheet = Sheet(told, breaks or Breaks.quantiles(cells, decimals=told.decimals), cells, name)
    most = max((abs(cell.shown.value) for cell in cells if cell.shown.value), default=0.0)
    parts = [*_over(outline, frame), *_marks(sheet, placed, frame, most), *frame.foot()]
    height = frame.height + _FOOT
    if most:
        parts += _sizes(most, told, height + _LARGEST_MARK + 4)
        height += 2 * _LARGEST_MARK + 12
    return sheet.finished(parts, height, standalone=standalone)


def _marks(
    sheet: Sheet, placed: Sequence[tuple[Cell, Pair]], frame: _Frame, most: float
) -> list[str]:
    ordered = sorted(placed, key=lambda one: -abs(one[0].shown.value or 0))
    spots = [(cell, *frame.at(*pair), _radius(cell, most)) for cell, pair in ordered]
    parts = [f'<g class="points" stroke="{LINE}" stroke-width="1">']
    for cell, x, y, radius in spots:
        mark = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{sheet.fill(cell)}"'
        parts.append(shape(mark, titled(cell, sheet.told.decimals)))
    parts.append('</g><g class="labels" aria-hidden="true">')
    for number in _apart([(x, y) for _, x, y, _ in spots]):
        cell, x, y, radius = spots[number]
        words = cell.shown.text(sheet.told.decimals)
        if cell.shown.value and radius >= 4 + 3 * len(words):
            parts.append(label(x, y, words))
        elif cell.shown.value:
            parts.append(label(x, y - radius - 7, words))
    return [*parts, "</g>"]


def _radius(cell: Cell, most: float) -> float:
    if not cell.shown.value:
        return 2 * _SMALLEST_MARK if cell.shown.value is None else _SMALLEST_MARK
    return max(_SMALLEST_MARK, _LARGEST_MARK * math.sqrt(abs(cell.shown.value) / most))


def _apart(spots: Sequence[Pair]) -> list[int]:
    """Return which spots have room for words: none that was chosen before lies within 26 units."""
    chosen: list[int] = []
    for number, spot in enumerate(spots):
        if len(chosen) < _MOST_LABELS and all(
            math.dist(spot, spots[one]) >= _ROOM for one in chosen
        ):
            chosen.append(number)
    return chosen


def _sizes(most: float, told: Told, top: float) -> list[str]:
    """Return the legend of sizes: the largest mark, and one of a quarter of its figure."""
    x, parts = float(MARGIN), []
    for value in (most, most / 4):
        radius = _LARGEST_MARK * math.sqrt(value / most)
        x += radius
        parts.append(f'<circle cx="{x:.1f}" cy="{top:.0f}" r="{radius:.1f}" {_OUTLINE}/>')
        words = Shown(value).text(told.decimals)
        parts.append(
            f'<text x="{x + radius + 6:.0f}" y="{top + 5:.0f}" font-size="14" fill="{LINE}">{words}</text>'
        )
        x += radius + 24 + 8 * len(words)
    return parts
