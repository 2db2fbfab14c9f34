"""Bars from left to right, each with its name before it and its figure behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import wrap

from markupsafe import Markup

from gateway.console.charts.parts import (
    COLOURS,
    HIDDEN_MOST,
    Value,
    hatched,
    picture,
    short,
    text,
    top_of,
    with_title,
)

_WIDTH, _LEFT, _RIGHT, _ROW, _THICK = 600, 230, 500, 36, 20
_NAME_MOST = 30
"""Letters of a line of a name; a longer one stands in two."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar."""

    name: str
    value: Value


def bar_chart(key: str, title: str, describes: str, bars: Sequence[Bar]) -> Markup:
    """Return bars on a scale from 0, in the order given."""
    most = top_of(one.value for one in bars)
    parts = []
    for at, bar in enumerate(bars):
        y = at * _ROW + 5
        shown = bar.value.number
        width = (_RIGHT - _LEFT) * (HIDDEN_MOST if shown is None else shown) / most
        width = max(width, 24 if shown is None else 0)
        fill = hatched(key) if shown is None else COLOURS[0]
        shape = Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"{}/>').format(
            _LEFT,
            y,
            short(width),
            _THICK,
            fill,
            Markup(' stroke="#505a5f"') if shown is None else "",
        )
        parts += [
            *_name(bar.name, y),
            with_title(shape, f"{bar.name}: {bar.value.says}"),
            text(_LEFT + width + 8, y + 15, bar.value.says, kind="chart__figure"),
        ]
    height = max(len(bars), 1) * _ROW + 10
    axis = Markup('<path d="M{} 0 V{}" stroke="#505a5f"/>').format(_LEFT, height)
    return picture(key, title, describes, (_WIDTH, height), [*parts, axis])


def _name(name: str, y: float) -> list[Markup]:
    """A name before its bar, in two lines where it is long."""
    lines = wrap(name, _NAME_MOST, max_lines=2, placeholder="…")
    top = y + 15 - 7.5 * (len(lines) - 1)
    return [text(_LEFT - 10, top + 15 * at, line, "end") for at, line in enumerate(lines)]
