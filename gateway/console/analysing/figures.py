"""Figures as a reader sees them: sums that say when a part is hidden, changes, and the words of each rule.

A figure one of whose parts is hidden is hidden. A sum of rounded parts says «about».
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.analysis.counting import Cell
from gateway.analysis.partnership.words import KINDS
from gateway.analysis.several import Tables
from gateway.console import marks
from gateway.console.charts.parts import Value
from policies.audience import HIDDEN_FROM, HIDDEN_TO, CountRule
from policies.editions import months_of
from schemas.codes import Kind
from schemas.typology import TYPOLOGY

HIDDEN = f"hidden ({HIDDEN_FROM} to {HIDDEN_TO}) {marks.HIDDEN}"
RULE_SAYS: Mapping[str, str] = {
    CountRule.OWN_COUNT: "counted from records that you may have",
    CountRule.PUBLISHED_TOTAL: "a total as data.police.uk publishes it, exact",
    CountRule.ROUNDED: "rounded to the nearest 5",
    CountRule.HIDDEN: f"{HIDDEN_FROM} to {HIDDEN_TO}, hidden",
    CountRule.LEFT_OUT: "left out, because what else is shown would give a hidden count away",
}
KIND_SAYS: Mapping[str, str] = {
    Kind.ASB_INCIDENT: "anti-social behaviour",
    Kind.CRIME: "crime",
    Kind.OTHER_PRESCRIBED: "other prescribed incidents",
}
MISSING = Value(None, "not published", missing=True)
NOT_RECORDED = Value(None, "nothing recorded", missing=True)
"""Of a time before the first record that this reader may have: no zero that anybody counted."""
NONE = Value(0, "0")


def value_of(cells: Sequence[Cell]) -> Value:
    """Return the sum of cells as it may be seen; of none it is 0."""
    if any(one.count is None for one in cells):
        left_out = all(one.rule == CountRule.LEFT_OUT for one in cells if one.count is None)
        if left_out:
            return Value(None, f"left out {marks.LEFT_OUT}")
        return Value(None, HIDDEN if len(cells) == 1 else f"hidden (a part is) {marks.PART}")
    number = sum(one.count or 0 for one in cells)
    rounded = len(cells) > 1 and any(one.rule == CountRule.ROUNDED for one in cells)
    return Value(number, f"about {number:,}" if rounded else f"{number:,}")


@dataclass(frozen=True, slots=True)
class Tally:
    """The cells of one kind of a table, found by what they count."""

    cells: Sequence[Cell]
    kind: str
    counted: frozenset[str] | None = None
    """The periods of which something is published; None: the reader counts for himself, and none is 0."""
    begins: str = ""
    """The first month of which this reader has a record, where he counts for himself."""

    @classmethod
    def of(cls, found: Tables, name: str, kind: str) -> Tally:
        """Make one from the cells of a table."""
        cells = found.cells[name]
        published = frozenset(one.period for one in cells) if found.published else None
        every = (one for cells in found.cells.values() for one in cells)
        begins = "" if found.published else min(map(_first_month, every), default="9999-12")
        return cls([one for one in cells if one.kind == kind], kind, published, begins)

    def of_behaviour(self, code: str) -> Tally:
        """Return those of one area, behaviour or sub-behaviour; empty: those of none."""
        chosen = [one for one in self.cells if (one.behaviour or "") == code]
        return replace(self, cells=chosen)

    def of_split(self, part: str) -> Tally:
        """Return those of one part of what counts are split by beside."""
        chosen = [one for one in self.cells if (one.split or "") == part]
        return replace(self, cells=chosen)

    def of_place(self, code: str) -> Tally:
        """Return those of one place."""
        return replace(self, cells=[one for one in self.cells if one.place == code])

    def value(self, period: str, by: Callable[[Cell], bool] = lambda _: True) -> Value:
        """Return the figure of a period, of the cells chosen."""
        return self.series([period], by)[0]

    def series(
        self, periods: Iterable[str], by: Callable[[Cell], bool] = lambda _: True
    ) -> list[Value]:
        """Return the figures of periods."""
        chosen = [one for one in self.cells if by(one)]
        return [
            self._none(period) or value_of([one for one in chosen if one.period == period])
            for period in periods
        ]

    def _none(self, period: str) -> Value | None:
        """Return what is said of a period of which nothing is held; None: it is counted."""
        if self.counted is not None:
            return None if period in self.counted else MISSING
        months = months_of(period) if "Q" in period else (period,)
        return NOT_RECORDED if months[-1] < self.begins else None

    def split(self, period: str, key: Callable[[Cell], str]) -> list[tuple[str, Value]]:
        """Return name → figure of a period, the largest first and what is hidden last."""
        parts: dict[str, list[Cell]] = {}
        for one in self.cells:
            if one.period == period:
                parts.setdefault(key(one), []).append(one)
        valued = [(name, value_of(cells)) for name, cells in parts.items()]
        return sorted(
            valued, key=lambda one: (one[1].number is None, -(one[1].number or 0), one[0])
        )


def change(now: Value, before: Value) -> str:
    """Return a change as a reader says it, from figures that are shown."""
    why = _not_comparable(now, before)
    if why is not None:
        return f"not comparable: {why}"
    difference = (now.number or 0) - (before.number or 0)
    if difference == 0:
        return "no change"
    direction = "more" if difference > 0 else "fewer"
    share = f" ({abs(difference) / before.number:.0%})" if before.number else ""
    return f"{abs(difference):,.0f} {direction}{share}"


def compared_with(now: Value, before: Value, name: str) -> tuple[str, str]:
    """Return the sentence of a change against a period of a name: what it says first, and the rest."""
    why = _not_comparable(now, before)
    if why is not None:
        return "Not comparable", f"with {name}: {why}"
    if now.number == before.number:
        return "As many", f"as in {name} ({before.says})"
    return change(now, before), f"than in {name} ({before.says})"


def _not_comparable(now: Value, before: Value) -> str | None:
    missing = next((one for one in (before, now) if one.missing), None)
    if missing is not None:
        return f"{missing.says} for one of the two" if missing is now else missing.says
    hidden = now.number is None or before.number is None
    return "one of the two figures is not shown" if hidden else None


def incidents(figure: Value, kind: str) -> str:
    """Return what a figure counts, as it is said behind it: «anti-social behaviour incidents», «crime»."""
    return KINDS[kind].removesuffix("s") if figure.number == 1 else KINDS[kind]


def _first_month(cell: Cell) -> str:
    return months_of(cell.period)[0] if "Q" in cell.period else cell.period


def rules_of(cells: Iterable[Cell]) -> list[tuple[str, int]]:
    """Return rule in words → how many cells follow it, in the order of the rules."""
    found = Counter(one.rule for one in cells)
    return [(RULE_SAYS[rule], found[rule]) for rule in RULE_SAYS if found[rule]]


def behaviour_name(code: str | None) -> str:
    """Return what an area, behaviour or sub-behaviour is called; without a code it was not told so finely."""
    return TYPOLOGY.names.get(code, code) if code else "Class only, or not classified"
