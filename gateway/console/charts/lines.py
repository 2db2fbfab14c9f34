"""A line through time, and a small one for many beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from markupsafe import Markup

from gateway.console.charts.parts import (
    COLOURS,
    HIDDEN_MOST,
    Value,
    hatched,
    picture,
    said,
    short,
    some,
    steps,
    text,
    top_of,
    with_title,
)

_WIDTH, _HEIGHT = 600, 270
_LEFT, _TOP, _RIGHT, _BOTTOM = 48, 14, 512, 234
_SMALL = (240, 128)
_MARKS = (
    '<circle cx="{x}" cy="{y}" r="3.5" fill="{fill}"/>',
    '<rect x="{l}" y="{u}" width="7" height="7" fill="{fill}"/>',
    '<path d="M{x} {u} l4.5 8 h-9 Z" fill="{fill}"/>',
    '<path d="M{x} {u} l4.5 4.5 l-4.5 4.5 l-4.5 -4.5 Z" fill="{fill}"/>',
)
_LINE_APART = 17


@dataclass(frozen=True, slots=True)
class Line:
    """One line."""

    name: str
    values: Sequence[Value]
    """As many as the labels."""


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where a number lies."""

    left: float
    top: float
    right: float
    bottom: float
    most: float
    count: int

    def x(self, at: int) -> float:
        return self.left + (self.right - self.left) * (at + 0.5) / max(self.count, 1)

    def y(self, number: float) -> float:
        return self.bottom - (self.bottom - self.top) * number / self.most


def line_chart(
    key: str, title: str, describes: str, labels: Sequence[str], lines: Sequence[Line]
) -> Markup:
    """Return lines through time, named at their right ends.

    Args:
        key: Unique on the page.
        title: What it shows.
        describes: What can be seen, in a sentence.
        labels: Of the periods, oldest first.
        lines: At most four, each with a mark of its own.
    """
    most = top_of(value for line in lines for value in line.values)
    plane = _Plane(_LEFT, _TOP, _RIGHT, _BOTTOM, most, len(labels))
    parts = [_grid(plane, number) for number in steps(most)]
    for at in some(labels, 6):
        parts.append(text(plane.x(at), _BOTTOM + 20, labels[at], "middle"))
        parts.append(_tick(plane.x(at)))
    for number, line in enumerate(lines):
        parts += _drawn(key, plane, line, labels, number)
    parts += _names(plane, lines)
    return picture(key, title, describes, (_WIDTH, _HEIGHT), parts)


def small_line(
    key: str, title: str, labels: Sequence[str], values: Sequence[Value], most: float
) -> Markup:
    """Return one of many lines, all on the scale that ends at ``most``."""
    width, height = _SMALL
    plane = _Plane(8, 12, width - 8, height - 24, most, len(labels))
    last = values[-1].says if values else "none"
    parts = [
        Markup(
            '<path d="M8 {0} H{1}" stroke="#b1b4b6"/><path d="M8 12 H{1}" stroke="#e3e9eb"/>'
        ).format(height - 24, width - 8),
        *_drawn(key, plane, Line(title, values), labels, 0, marks=False),
        text(8, height - 8, labels[0] if labels else "", kind="chart__small"),
        text(width - 8, height - 8, labels[-1] if labels else "", "end", "chart__small"),
        text(width - 8, 10, said(most), "end", "chart__small"),
    ]
    describes = (
        f"From {labels[0]} to {labels[-1]}; in the last period {last}." if labels else "No period."
    )
    return picture(key, title, describes, _SMALL, parts, "chart chart--small")


def _grid(plane: _Plane, number: float) -> Markup:
    y = plane.y(number)
    colour = "#505a5f" if number == 0 else "#dbe2e4"
    line = Markup('<path d="M{} {} H{}" stroke="{}"/>').format(
        plane.left, short(y), plane.right, colour
    )
    return line + text(plane.left - 8, y + 5, said(number), "end")


def _tick(x: float) -> Markup:
    return Markup('<path d="M{} {} v5" stroke="#505a5f"/>').format(short(x), _BOTTOM)


def _drawn(
    key: str, plane: _Plane, line: Line, labels: Sequence[str], number: int, *, marks: bool = True
) -> list[Markup]:
    """One line: unbroken only where neighbours are shown; what is hidden is a hatched box from 0 to 7."""
    colour = COLOURS[number % len(COLOURS)]
    points = [
        None if one.number is None else (plane.x(at), plane.y(one.number))
        for at, one in enumerate(line.values)
    ]
    d = "".join(
        f"M{short(a[0])} {short(a[1])} L{short(b[0])} {short(b[1])}"
        for a, b in pairwise(points)
        if a is not None and b is not None
    )
    parts = [
        Markup(
            '<path d="{}" fill="none" stroke="{}" stroke-width="2.5" stroke-linecap="round"/>'
        ).format(d, colour)
    ]
    for at, (value, point) in enumerate(zip(line.values, points, strict=True)):
        says = f"{line.name}, {labels[at]}: {value.says}"
        if value.missing:
            continue
        if point is None:
            parts.append(with_title(_box(key, plane, at), says))
        elif marks:
            x, y = point
            shape = Markup(_MARKS[number % len(_MARKS)]).format(  # noqa: S704 - a constant of ours
                x=short(x), y=short(y), l=short(x - 3.5), u=short(y - 4), fill=colour
            )
            parts.append(with_title(shape, says))
        else:
            dot = Markup('<circle cx="{}" cy="{}" r="1.5" fill="{}"/>').format(
                short(point[0]), short(point[1]), colour
            )
            parts.append(with_title(dot, says))
    return parts


def _box(key: str, plane: _Plane, at: int) -> Markup:
    width = max((plane.right - plane.left) / max(plane.count, 1) * 0.7, 4)
    height = max(plane.bottom - plane.y(min(HIDDEN_MOST, plane.most)), 9)
    return Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}" stroke="#505a5f"/>').format(
        short(plane.x(at) - width / 2),
        short(plane.bottom - height),
        short(width),
        short(height),
        hatched(key),
    )


def _names(plane: _Plane, lines: Sequence[Line]) -> list[Markup]:
    """The names at the right, in the order of their last figures and never on top of each other."""
    ends = []
    for number, line in enumerate(lines):
        seen = [one.number for one in line.values if one.number is not None]
        ends.append((plane.y(seen[-1]) if seen else plane.bottom, number, line.name))
    parts, below = [], 0.0
    for y, number, name in sorted(ends):
        at = max(y + 5, below)
        below = at + _LINE_APART
        colour = COLOURS[number % len(COLOURS)]
        parts.append(
            Markup('<text x="{}" y="{}" fill="{}" class="chart__name">{}</text>').format(
                plane.right + 8, short(at), colour, name
            )
        )
    return parts
