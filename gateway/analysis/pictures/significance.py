"""Classes of a map of Gi*: not by size but by what is said of a place after correction for so many tests."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from typing_extensions import override

from gateway.analysis.hotspots.found import Row
from gateway.analysis.pictures.cells import Breaks

_PLAIN, _COLD, _HOT, _STRICTEST = 0, 1, 3, 5
LEGEND = {
    _PLAIN: "does not stand out",
    _COLD: "cold: fewer than chance",
    _HOT: "hot: more than chance",
    _STRICTEST: "hot by Bonferroni too",
}


@dataclass(frozen=True, slots=True)
class Judged(Breaks):
    """What is said of a place, by its Gi*: the corrections that judge it keep the order of Gi*."""

    cold: float = -math.inf
    """The greatest Gi* that is called cold."""
    hot: float = math.inf
    """The least that is called hot."""
    strictest: float = math.inf
    """The least that is hot by Bonferroni's correction too."""

    @classmethod
    def of_rows(cls, rows: Iterable[Row]) -> Judged:
        """Return the classes of places that were tested."""
        known = [(row, row.z) for row in rows if row.z is not None]
        hot = [(row, z) for row, z in known if row.stands_out == "hot"]
        return cls(
            upper=(),
            least=0,
            zero=False,
            stated="what stands out after correction for so many tests (see the table)",
            decimals=1,
            cold=max((z for row, z in known if row.stands_out == "cold"), default=-math.inf),
            hot=min((z for _, z in hot), default=math.inf),
            strictest=min((z for row, z in hot if row.bonferroni), default=math.inf),
        )

    @override
    def of(self, value: float) -> int:
        """Return the class of a Gi*."""
        if value >= self.strictest:
            return _STRICTEST
        if value >= self.hot:
            return _HOT
        return _COLD if value <= self.cold else _PLAIN

    @override
    def label(self, number: int) -> str:
        """Return the words of a class."""
        return LEGEND[number]

    @property
    @override
    def numbers(self) -> list[int]:
        """All classes, whether they occur or not: the legend is the same on every map."""
        return list(LEGEND)
