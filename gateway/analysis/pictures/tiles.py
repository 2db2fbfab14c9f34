"""A tile cartogram: every area a square of the same size, so that a small ward is seen like a large one."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import Final

from gateway.analysis.pictures.cells import Breaks, Cell, Told, titled
from gateway.analysis.pictures.sheet import LINE, MARGIN, WIDTH, Sheet, label, shape
from gateway.analysis.shown import Shown
from schemas.areas import TileLayout

_LARGEST: Final = 96.0
_GAP: Final = 4.0
_LETTER: Final = 6.2
"""Width of a letter at size 11."""


def cartogram(
    cells: Sequence[Cell],
    layout: TileLayout,
    told: Told,
    breaks: Breaks | None = None,
    *,
    name: str = "tiles",
    standalone: bool = False,
) -> str:
    """Draw a layout's tiles, filled by the class of each area's figure; an area without one is «not known».

    Args:
        cells: The figures, by the codes of the layout.
        layout: Where each tile lies.
        told: The words that are printed.
        breaks: The classes; quantiles where absent.
        name: Makes the picture's ids unique on its page.
        standalone: With a style of its own, to be kept as a file.
    """
    drawn = tiled(cells, layout)
    listed = [*drawn.values()]
    sheet = Sheet(told, breaks or Breaks.quantiles(listed, decimals=told.decimals), listed, name)
    columns = 1 + max(tile.column for tile in layout.tiles)
    rows = 1 + max(tile.row for tile in layout.tiles)
    side = min(_LARGEST, (WIDTH - 2 * MARGIN) / columns)
    left = (WIDTH - columns * side) / 2
    parts = [f'<g class="tiles" stroke="{LINE}" stroke-width="1">']
    labels = ['</g><g class="labels" aria-hidden="true">']
    for tile in layout.tiles:
        cell = drawn[tile.code]
        x, y, inner = left + tile.column * side, 6 + tile.row * side, side - _GAP
        box = f'<rect x="{x:.0f}" y="{y:.0f}" width="{inner:.0f}" height="{inner:.0f}" rx="3"'
        parts.append(shape(f'{box} fill="{sheet.fill(cell)}"', titled(cell, told.decimals)))
        labels += _words(cell, x + inner / 2, y, inner, told)
    arrow = f'<path d="M{WIDTH - MARGIN - 6} 8l5 18l-5 -4l-5 4z" fill="{LINE}"/>'
    return sheet.finished([*parts, *labels, "</g>", arrow], rows * side + 12, standalone=standalone)


def tiled(cells: Sequence[Cell], layout: TileLayout) -> Mapping[str, Cell]:
    """Return the cell of each tile by its code: all that the table beside the cartogram has to say."""
    by_code = {cell.key: cell for cell in cells}
    return {
        tile.code: by_code.get(tile.code, Cell(tile.code, tile.name, Shown()))
        for tile in layout.tiles
    }


def _words(cell: Cell, x: float, y: float, side: float, told: Told) -> list[str]:
    lines = textwrap.wrap(cell.name, max(int(side / _LETTER), 4), max_lines=3, placeholder="…")
    box = f'x="{x - side / 2 + 3:.0f}" y="{y + 3:.0f}" width="{side - 6:.0f}"'
    height = 12 * len(lines) + 8
    parts = [f'<rect {box} height="{height}" rx="2" fill="#ffffff" pointer-events="none"/>']
    parts += [label(x, y + 14 + 12 * number, line, 11) for number, line in enumerate(lines)]
    figure = cell.shown.text(told.decimals) if cell.shown.hidden is None else "hidden"
    return [*parts, label(x, y + side - 16, figure, 15 if cell.shown.value is not None else 11)]
