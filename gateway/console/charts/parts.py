"""What every picture is made of: values, colours, a frame with title and description, a scale, hatching."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

COLOURS = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")
"""The categorical set of the Government Analysis Function, in its order."""
SHADES = ("#DCE9F5", "#9DC3E6", "#5B9BD5", "#2073BC", "#12436D")
"""From few to many: one hue, so that lightness alone tells them apart in print."""
NOTHING = "#F3F2F1"
HIDDEN_MOST = 7
"""Up to where a hidden figure may lie (``policies.audience``): how high its hatching is drawn."""


@dataclass(frozen=True, slots=True)
class Value:
    """One figure as a reader sees it."""

    number: float | None
    """None: hidden."""
    says: str
    """«1,234», «about 25», «hidden (1 to 7)»."""
    missing: bool = False
    """Nothing was published: there is no figure that could be hidden."""


def text(x: float, y: float, words: object, anchor: str = "start", kind: str = "") -> Markup:
    """Return words at a place."""
    named = Markup(' class="{}"').format(kind) if kind else ""
    return Markup('<text x="{}" y="{}" text-anchor="{}"{}>{}</text>').format(
        short(x), short(y), anchor, named, words
    )


def short(number: float) -> str:
    """Return a coordinate to a tenth."""
    return f"{number:.1f}".rstrip("0").rstrip(".")


def hatching(key: str) -> Markup:
    """Return the pattern with which a picture draws what is hidden."""
    return Markup(
        '<defs><pattern id="{}-hidden" width="6" height="6" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(45)"><rect width="6" height="6" fill="#fff"/>'
        '<rect width="2" height="6" fill="#505a5f"/></pattern></defs>'
    ).format(key)


def hatched(key: str) -> str:
    """Return the fill of what is hidden."""
    return f"url(#{key}-hidden)"


def picture(
    key: str,
    title: str,
    describes: str,
    size: tuple[int, int],
    parts: Iterable[Markup],
    kind: str = "chart",
) -> Markup:
    """Return a picture.

    Args:
        key: Unique on the page; its title, description and hatching have ids of it.
        title: What it shows.
        describes: What can be seen in it, in a sentence or two.
        size: Width and height in its own units.
        parts: What is drawn.
        kind: Its class.
    """
    return Markup(
        '<svg class="{}" viewBox="0 0 {} {}" role="img" aria-labelledby="{key}-title {key}-desc">'
        '<title id="{key}-title">{}</title><desc id="{key}-desc">{}</desc>{}{}</svg>'
    ).format(kind, *size, title, describes, hatching(key), Markup("").join(parts), key=key)


def with_title(element: Markup, says: str) -> Markup:
    """Return an element that says itself when it is pointed at."""
    return Markup("<g><title>{}</title>{}</g>").format(says, element)


def top_of(values: Iterable[Value], least: float = 10) -> float:
    """Return where a scale from 0 ends: a round number not below any value."""
    most = max((one.number for one in values if one.number is not None), default=0)
    step = step_of(max(most, least))
    return math.ceil(max(most, least) / step) * step


def step_of(top: float) -> float:
    """Return the distance between two marks of a scale that ends at ``top``: four or five of them."""
    rough = top / 4
    size: float = 10 ** math.floor(math.log10(rough))
    return next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)


def steps(top: float) -> list[float]:
    """Return the marks of a scale from 0."""
    step = step_of(top)
    return [number * step for number in range(math.floor(top / step + 1e-9) + 1)]


def said(number: float) -> str:
    """Return a number of a scale."""
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


def some(labels: Sequence[str], most: int) -> list[int]:
    """Return which labels of an axis are written: the last, and others evenly before it."""
    every = max(1, math.ceil(len(labels) / most))
    return sorted(range(len(labels) - 1, -1, -every))


__all__ = [
    "COLOURS",
    "HIDDEN_MOST",
    "NOTHING",
    "SHADES",
    "Value",
    "escape",
    "hatched",
    "picture",
    "said",
    "short",
    "some",
    "steps",
    "text",
    "top_of",
    "with_title",
]
