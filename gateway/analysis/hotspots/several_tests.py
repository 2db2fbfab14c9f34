"""So many places tested at once: how many stand out, and how many would by chance alone.

Beside the plain test stand two corrections: Benjamini and Hochberg's false discovery rate (of those said to
stand out, at most that share is wrong on average), by which a place is called hot or cold, and Bonferroni's
(the chance that any is wrong), the strictest. Source: Y. Benjamini and Y. Hochberg, Journal of the Royal
Statistical Society B 57 (1995) 289–300.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.analysis.hotspots.getis_ord import Scores

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Findings:
    """Which places stand out, and what may be said of how many."""

    q: npt.NDArray[np.float64]
    """Adjusted chance of each place (false discovery rate); NaN where untested."""
    hot: npt.NDArray[np.bool_]
    cold: npt.NDArray[np.bool_]
    tested: int
    plain: int
    """How many stand out before any correction."""
    bonferroni: npt.NDArray[np.bool_]
    level: float
    untested: str | None

    @property
    def by_chance(self) -> float:
        """How many would stand out by chance alone before correction."""
        return self.tested * self.level

    def says(self, places: str = "squares") -> str:
        """Say it in plain words."""
        if self.untested is not None:
            return self.untested
        hot, cold, strict = (int(one.sum()) for one in (self.hot, self.cold, self.bonferroni))
        return (
            f"Of {self.tested} {places} tested, {self.plain} stand out at the {self.level:.0%} level; by"
            f" chance alone about {self.by_chance:.0f} would. After correction for so many tests (false"
            f" discovery rate {self.level:.0%}) {hot + cold} stand out: {hot} hot, {cold} cold. By the"
            f" strictest correction (Bonferroni) {strict} do."
        )


def judged(scores: Scores, level: float = LEVEL) -> Findings:
    """Judge every place at a level of significance."""
    tested = scores.tested
    number = int(tested.sum())
    q = np.full(len(scores.p), np.nan)
    q[tested] = discovery_rates(scores.p[tested])
    found = np.where(tested, q, 1.0) <= level
    plain = np.where(tested, scores.p, 1.0) <= level
    strict = np.where(tested, scores.p, 1.0) * number <= level
    up = np.where(tested, scores.z, 0.0) > 0
    return Findings(
        q=q,
        hot=found & up,
        cold=found & ~up,
        tested=number,
        plain=int(plain.sum()),
        bonferroni=strict & tested,
        level=level,
        untested=scores.untested
        or (None if number else "Every place is near every other: none stands out."),
    )


def discovery_rates(p: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the Benjamini–Hochberg adjusted chance of each, in their order."""
    size = len(p)
    order = np.argsort(p, kind="stable")
    raised = p[order] * size / np.arange(1, size + 1)
    least = np.minimum.accumulate(raised[::-1])[::-1]
    found = np.empty(size)
    found[order] = np.minimum(least, 1.0)
    return found
