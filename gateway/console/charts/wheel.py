"""The time wheel: the hours of the day round it, the days of the week from the middle outwards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from gateway.console.charts.parts import (
    NOTHING,
    SHADES,
    Value,
    hatched,
    picture,
    said,
    short,
    text,
    with_title,
)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS = range(24)
_SIZE = (660, 500)
_CENTRE, _INNER, _OUTER = 245, 62, 216
_RING = (_OUTER - _INNER) / len(DAYS)


def time_wheel(
    key: str, title: str, describes: str, values: Mapping[tuple[int, int], Value]
) -> Markup:
    """Return the wheel.

    Args:
        key: Unique on the page.
        title: What it shows.
        describes: What can be seen, in a sentence.
        values: By day of the week (0 is Monday) and hour of the day; what is absent is none.
    """
    limits = limits_of(values)
    parts = []
    for day, name in enumerate(DAYS):
        for hour in HOURS:
            value = values.get((day, hour), Value(0, "0"))
            fill = hatched(key) if value.number is None else shade(value.number, limits)
            shape = Markup('<path d="{}" fill="{}" stroke="#fff"/>').format(
                _sector(day, hour), fill
            )
            parts.append(with_title(shape, f"{name}, {hour:02}:00 to {hour:02}:59: {value.says}"))
    for hour in range(0, 24, 3):
        angle = _angle(hour)
        x = _CENTRE + (_OUTER + 17) * math.sin(angle)
        y = _CENTRE - (_OUTER + 17) * math.cos(angle) + 5
        parts.append(text(x, y, f"{hour:02}", "middle"))
    parts.append(text(_CENTRE, _CENTRE - 4, "inside: Monday", "middle", "chart__small"))
    parts.append(text(_CENTRE, _CENTRE + 12, "outside: Sunday", "middle", "chart__small"))
    parts += _key(key, limits, any_hidden=any(one.number is None for one in values.values()))
    return picture(key, title, describes, _SIZE, parts, "chart chart--wheel")


def limits_of(values: Mapping[tuple[int, int], Value]) -> list[float]:
    """Return the least figure of each shade but the first: equal parts of the figures over 0."""
    seen = sorted(one.number for one in values.values() if one.number)
    if not seen:
        return []
    cuts = [seen[len(seen) * part // len(SHADES)] for part in range(1, len(SHADES))]
    return sorted({cut for cut in cuts if cut > seen[0]})


def shade(number: float, limits: Sequence[float]) -> str:
    """Return the colour of a figure."""
    if number == 0:
        return NOTHING
    spread = (len(SHADES) - 1) / max(len(limits), 1)
    return SHADES[round(sum(number >= limit for limit in limits) * spread)]


def _angle(hour: float) -> float:
    return hour / 24 * math.tau


def _sector(day: int, hour: int) -> str:
    inner, outer = _INNER + day * _RING, _INNER + (day + 1) * _RING
    begins, ends = _angle(hour), _angle(hour + 1)
    corners = [
        (_CENTRE + radius * math.sin(angle), _CENTRE - radius * math.cos(angle))
        for radius, angle in ((inner, begins), (outer, begins), (outer, ends), (inner, ends))
    ]
    a, b, c, d = (f"{short(x)} {short(y)}" for x, y in corners)
    return (
        f"M{a} L{b} A{short(outer)} {short(outer)} 0 0 1 {c} "
        f"L{d} A{short(inner)} {short(inner)} 0 0 0 {a} Z"
    )


def _key(key: str, limits: Sequence[float], *, any_hidden: bool) -> list[Markup]:
    """The legend: from which figure on each shade stands."""
    steps = [("0", NOTHING)]
    lowest = [1.0, *limits]
    for at, low in enumerate(lowest):
        high = f" to {said(lowest[at + 1] - 1)}" if at + 1 < len(lowest) else " or more"
        one = at + 1 < len(lowest) and lowest[at + 1] - 1 <= low
        steps.append((said(low) if one else said(low) + high, shade(low, limits)))
    if any_hidden:
        steps.append(("hidden (1 to 7)", hatched(key)))
    parts = []
    for at, (says, fill) in enumerate(steps):
        y = 150 + at * 28
        parts += [
            Markup(
                '<rect x="520" y="{}" width="20" height="20" fill="{}" stroke="#505a5f"/>'
            ).format(y, fill),
            text(550, y + 15, says),
        ]
    return parts
