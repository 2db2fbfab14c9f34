"""The sheet that every picture is drawn on: title, description, patterns, legend, scale, edition.

A class is told by its pattern (more and larger dots) as well as by its colour, and stands in the legend in
words. Fills are so light that the black line round each shape has a contrast of at least 3 to 1 with all of
them (WCAG 2.2, 1.4.11), so neighbours are told apart whichever classes they are of.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from gateway.analysis.pictures.cells import Breaks, Cell, Told
from gateway.analysis.shown import NOT_KNOWN

WIDTH: Final = 560
MARGIN: Final = 14
LINE: Final = "#0b0c0c"
FILLS: Final = ("#ffffff", "#e3eef8", "#bcd6ec", "#8fbbe0", "#5c9bd1", "#3682c2")
"""Of no incident at all, then of the classes from the least: one blue, from light to dark."""
GREY: Final = "#f3f2f1"
UNKNOWN: Final = "#b1b4b6"
_DOTS: Final = ((0, 0), (0, 0), (12, 0.8), (9, 1.0), (7, 1.2), (5, 1.3))
"""Of each class: the dots' distance and radius."""
_FONT: Final = 'font-family="arial, sans-serif"'
_STYLE: Final = "svg{background:#fff}path:hover,rect:hover,circle:hover{stroke-width:2.5}"
_CHARACTERS: Final = {20: 48, 14: 74, 13: 80}
_ROW: Final = 24
_COLUMNS: Final = 3


class Key(NamedTuple):
    """One entry of a legend: what fills its mark, and its words."""

    fill: str
    says: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A picture under way: what it says, the id that makes its own ids unique on a page."""

    told: Told
    breaks: Breaks
    cells: Sequence[Cell]
    id: str

    def fill(self, cell: Cell) -> str:
        """Return what a cell is filled with."""
        if cell.shown.hidden is not None:
            return self._pattern("hidden")
        if cell.shown.value is None:
            return UNKNOWN
        return self.fill_of(self.breaks.of(cell.shown.value))

    def fill_of(self, number: int) -> str:
        """Return what a class is filled with."""
        return self._pattern(str(number)) if _DOTS[number][0] else FILLS[number]

    def keys(self) -> list[Key]:
        """Return the legend: every class, each rule that hides, and «not known», where they occur."""
        known = any(cell.shown.value is not None for cell in self.cells)
        classes = self.breaks.numbers if known else []
        found = [Key(self.fill_of(n), self.breaks.label(n)) for n in classes]
        rules = dict.fromkeys(c.shown.hidden for c in self.cells if c.shown.hidden is not None)
        found += [Key(self._pattern("hidden"), rule) for rule in rules]
        if any(c.shown.hidden is None and c.shown.value is None for c in self.cells):
            found.append(Key(UNKNOWN, NOT_KNOWN))
        return found

    def _pattern(self, name: str) -> str:
        return f"url(#{self.id}-{name})"

    def _patterns(self) -> str:
        parts = [
            f'<pattern id="{self.id}-{n}" width="{gap}" height="{gap}" patternUnits="userSpaceOnUse">'
            f'<rect width="{gap}" height="{gap}" fill="{FILLS[n]}"/>'
            f'<circle cx="{gap / 2:g}" cy="{gap / 2:g}" r="{radius:g}" fill="{LINE}"/></pattern>'
            for n, (gap, radius) in enumerate(_DOTS)
            if gap and n in self.breaks.numbers
        ]
        if any(cell.shown.hidden is not None for cell in self.cells):
            parts.append(
                f'<pattern id="{self.id}-hidden" width="7" height="7" patternUnits="userSpaceOnUse" '
                f'patternTransform="rotate(45)"><rect width="7" height="7" fill="{GREY}"/>'
                '<path d="M0 0V7" stroke="#505a5f" stroke-width="3"/></pattern>'
            )
        return f"<defs>{''.join(parts)}</defs>"

    def described(self) -> str:
        """Return the description for who cannot see the picture."""
        values = [c for c in self.cells if c.shown.value is not None]
        hidden = sum(c.shown.hidden is not None for c in self.cells)
        unknown = len(self.cells) - len(values) - hidden
        says = [f"{len(self.cells)} shapes: {len(values)} with a figure, {hidden} hidden"]
        says.append(f"{unknown} not known. Areas: {self.told.edition}.")
        top = sorted(values, key=lambda c: (-(c.shown.value or 0), c.name))[:3]
        if top:
            listed = "; ".join(f"{c.name}, {c.shown.text(self.told.decimals)}" for c in top)
            says.append(f"Highest: {listed}.")
        return f"{says[0]}, {' '.join(says[1:])} The table beside it says the same."

    def finished(self, drawn: Sequence[str], height: float, *, standalone: bool) -> str:
        """Return the whole picture.

        Args:
            drawn: What is drawn, in a box of ``WIDTH`` by ``height`` whose origin is its upper left corner.
            height: Of that box.
            standalone: With a style of its own, to be kept as a file.
        """
        told = self.told
        head, top = _lines(told.title, 20, 26, bold=True)
        measure, top = _lines(told.measure, 14, top)
        drawing = [f'<g transform="translate(0 {top:.0f})">', *drawn, "</g>"]
        keys, top = self._legend(top + height + 8)
        says = [f"Areas: {told.edition}.", f"Classes: {self.breaks.stated}.", *told.notes]
        if told.as_of:
            says.insert(1, f"As of {told.as_of}.")
        foot: list[str] = []
        for sentence in says:
            lines, top = _lines(sentence, 13, top)
            foot += lines
        label = f"{self.id}-title {self.id}-description"
        begun = f'viewBox="0 0 {WIDTH} {top:.0f}" aria-labelledby="{label}"'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" class="picture" {_FONT} role="img" {begun}>',
                f'<title id="{self.id}-title">{escape(told.title)}</title>',
                f'<desc id="{self.id}-description">{escape(self.described())}</desc>',
                *([f"<style>{_STYLE}</style>"] if standalone else []),
                self._patterns(),
                *head,
                *measure,
                *drawing,
                *keys,
                *foot,
                "</svg>\n",
            ]
        )

    def _legend(self, top: float) -> tuple[list[str], float]:
        keys = self.keys()
        wide = any(len(key.says) > 20 for key in keys)  # noqa: PLR2004 - what fits a third of the width
        columns = 2 if wide else _COLUMNS
        rows = -(-len(keys) // columns)
        parts = []
        for number, key in enumerate(keys):
            x = MARGIN + number // rows * (WIDTH - 2 * MARGIN) / columns
            y = top + number % rows * _ROW
            parts.append(
                f'<rect x="{x:.0f}" y="{y:.0f}" width="28" height="17" fill={quoteattr(key.fill)} '
                f'stroke="{LINE}"/>'
                f'<text x="{x + 36:.0f}" y="{y + 14:.0f}" font-size="14" fill="{LINE}">'
                f"{escape(key.says)}</text>"
            )
        return parts, top + rows * _ROW + 18


def _lines(words: str, size: int, top: float, *, bold: bool = False) -> tuple[list[str], float]:
    """Set words in lines from a baseline; return them and the baseline after."""
    weight = ' font-weight="bold"' if bold else ""
    parts = []
    for line in textwrap.wrap(words, _CHARACTERS[size]):
        parts.append(
            f'<text x="{MARGIN}" y="{top:.0f}" font-size="{size}"{weight} fill="{LINE}">'
            f"{escape(line)}</text>"
        )
        top += size * 1.3
    return parts, top


def shape(element: str, title: str) -> str:
    """Return an element with the title that is told where somebody points at it.

    Args:
        element: Its opening tag without the bracket: ``<path d="M0 0"``.
        title: The words.
    """
    return f"{element}><title>{escape(title)}</title></{element[1:].partition(' ')[0]}>"


def label(x: float, y: float, words: str, size: int = 12) -> str:
    """Return words on a shape, with a white edge so that they can be read on any fill."""
    return (
        f'<text x="{x:.0f}" y="{y + size / 3:.0f}" font-size="{size}" text-anchor="middle" fill="{LINE}" '
        f'stroke="#ffffff" stroke-width="3" paint-order="stroke">{escape(words)}</text>'
    )
