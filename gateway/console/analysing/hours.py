"""The hours of the week: a wheel, and the same as a table of days by hours."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gateway.analysis.counting import Cell
from gateway.console.analysing.figures import value_of
from gateway.console.analysing.periods import period_name
from gateway.console.charts.parts import Value
from gateway.console.charts.wheel import DAYS, HOURS, time_wheel

_UNKNOWN = "unknown"


def wheel_of(cells: Sequence[Cell]) -> dict[str, Any] | None:
    """Return the wheel of a quarter's cells (split by hour) and its table; None where there are none."""
    if not cells:
        return None
    values = {
        _slot(one.split): value_of([one]) for one in cells if one.split not in {None, _UNKNOWN}
    }
    unknown = value_of([one for one in cells if one.split in {None, _UNKNOWN}])
    title = f"Hours of the week, {period_name(cells[0].period)}"
    seen = {slot: one.number for slot, one in values.items() if one.number}
    top = max(seen, key=lambda slot: (seen[slot] or 0, slot), default=None)
    most = "" if top is None else f" Most on {DAYS[top[0]]} from {top[1]:02}:00."
    none = Value(0, "0")
    return {
        "title": title,
        "picture": time_wheel("wheel", title, f"Hours round it, days outwards.{most}", values),
        "heads": ["Hour", *(day[:3] for day in DAYS)],
        "rows": [
            [f"{hour:02}:00", *(values.get((day, hour), none).says for day in range(len(DAYS)))]
            for hour in HOURS
        ],
        "unknown": unknown.says,
    }


def _slot(split: str | None) -> tuple[int, int]:
    """Return day (0 is Monday) and hour of «mon 00»."""
    day, _, hour = (split or "").partition(" ")
    return [one[:3].lower() for one in DAYS].index(day), int(hour)
