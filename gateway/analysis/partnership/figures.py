"""Counts as a reader may see them, summed over months and places; and how sure a figure is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, sqrt

from gateway.analysis.counting import Cell
from policies.audience import CountRule, Shown
from policies.derived import total

SURE = 1.96
"""Standard deviations: chance alone goes so far one time in twenty."""
_SELDOM = 0.05
_MANY = 1_000


@dataclass(frozen=True, slots=True)
class Figures:
    """What came back for one question: counts by kind, month, place and behaviour."""

    cells: Mapping[tuple[str, str], Sequence[Cell]]
    """By kind and month."""
    published: bool
    """Whether they are read from published editions: a cell that these do not name is zero."""

    @classmethod
    def of(cls, cells: Iterable[Cell], *, published: bool) -> Figures:
        """Sort cells by kind and month."""
        found: dict[tuple[str, str], list[Cell]] = defaultdict(list)
        for cell in cells:
            found[cell.kind, cell.period].append(cell)
        return cls(found, published)

    @property
    def months(self) -> frozenset[str]:
        """The months of which there is anything."""
        return frozenset(month for _, month in self.cells)

    def places(
        self, kind: str, months: Iterable[str], behaviours: Iterable[str] | None = None
    ) -> dict[str, Shown]:
        """Return the sum over months of each place that has a code.

        Args:
            kind: The kind of incidents.
            months: Of these.
            behaviours: Of these only, where cells are split; None: of everything.
        """
        parts: dict[str, list[Shown]] = defaultdict(list)
        for cell in self._cells(kind, months, behaviours):
            if cell.place is not None:
                parts[cell.place].append(_shown(cell))
        return {place: total(listed) for place, listed in parts.items()}

    def behaviours(
        self, kind: str, months: Iterable[str], within: Container[str] | None = None
    ) -> dict[str, Shown]:
        """Return the sum over months and places of each behaviour; empty name: none is told.

        Args:
            kind: The kind of incidents.
            months: Of these.
            within: Of these places; None: of all, known ones and unknown.
        """
        parts: dict[str, list[Shown]] = defaultdict(list)
        for cell in self._cells(kind, months, None):
            if within is not None and (cell.place is None or cell.place not in within):
                continue
            parts[cell.behaviour or ""].append(_shown(cell))
        return {name: total(listed) for name, listed in parts.items()}

    def whole(self, kind: str, months: Iterable[str]) -> Shown:
        """Return the sum over months and places, known ones and unknown."""
        return self.sum_of(_shown(cell) for cell in self._cells(kind, months, None))

    def sum_of(self, parts: Iterable[Shown]) -> Shown:
        """Return a sum; of nothing it is zero, by the rule that this reader's counts follow."""
        listed = list(parts)
        rule = CountRule.PUBLISHED_TOTAL if self.published else CountRule.OWN_COUNT
        return total(listed) if listed else Shown(0, rule)

    def _cells(
        self, kind: str, months: Iterable[str], behaviours: Iterable[str] | None
    ) -> Iterable[Cell]:
        asked = None if behaviours is None else frozenset(behaviours)
        for month in months:
            for cell in self.cells.get((kind, month), ()):
                if asked is None or cell.behaviour in asked:
                    yield cell


def _shown(cell: Cell) -> Shown:
    return Shown(cell.count, CountRule(cell.rule))


def by_chance(count: int) -> tuple[float, float]:
    """Return between which numbers a count that comes by chance lies 19 times in 20 (Byar's method).

    Source: Breslow and Day, Statistical Methods in Cancer Research II (1987), p. 69; the method of the
    Office for Health Improvement and Disparities for rates.
    """
    above = count + 1
    most = above * (1 - 1 / (9 * above) + SURE / (3 * sqrt(above))) ** 3
    if count == 0:
        return 0.0, most
    return count * (1 - 1 / (9 * count) - SURE / (3 * sqrt(count))) ** 3, most


def is_beyond_chance(now: int, before: int, days: int, days_before: int) -> bool:
    """Whether two counts over so many days differ by more than chance brings one time in twenty.

    Of counts that come by chance (Poisson) at one rate, each of the two has its share of their sum by the
    length of its days: twice the smaller tail of that binomial is looked at, exactly up to ``_MANY``
    incidents and by the normal distribution beyond (Przyborowski and Wilenski, Biometrika 31, 1940).
    Incidents come in runs and vary more, so that what is beyond chance here may still be one bad weekend.
    """
    number, share = now + before, days / (days + days_before)
    if number == 0:
        return False
    if number > _MANY:
        apart = abs(now / days - before / days_before)
        return apart > SURE * sqrt(now / days**2 + before / days_before**2)
    chances = [
        exp(
            lgamma(number + 1)
            - lgamma(k + 1)
            - lgamma(number - k + 1)
            + k * log(share)
            + (number - k) * log(1 - share)
        )
        for k in range(number + 1)
    ]
    return 2 * min(sum(chances[: now + 1]), sum(chances[now:])) < _SELDOM
