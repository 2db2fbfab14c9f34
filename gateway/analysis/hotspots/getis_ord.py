"""Getis-Ord Gi*: how far the sum at a place and its neighbours lies from what chance would put there.

``z = (Σ w x − x̄ W) / (S √(W (n − W) / (n − 1)))`` for binary weights, W the number of neighbours with
itself, S the population standard deviation. Source: J. K. Ord and A. Getis, «Local spatial autocorrelation
statistics», Geographical Analysis 27 (1995), equation 14. The chance is two-sided, by the normal
distribution: with few incidents it is rough, which every answer says.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.analysis.hotspots.neighbours import Neighbours

FEWEST_PLACES = 2


@dataclass(frozen=True, slots=True)
class Scores:
    """Gi* of every place; NaN where it cannot be tested."""

    z: npt.NDArray[np.float64]
    p: npt.NDArray[np.float64]
    untested: str | None = None
    """Why nothing could be tested at all: one place, or every place alike."""

    @property
    def tested(self) -> npt.NDArray[np.bool_]:
        """Which places have a score."""
        return ~np.isnan(self.z)


def gi_star(counts: Sequence[float], neighbours: Neighbours) -> Scores:
    """Score every place.

    A place is not tested where there is one place, where all are alike, or where every place is its
    neighbour: what holds everything stands out from nothing.

    Args:
        counts: One a place, zeros among them.
        neighbours: Of the same places.
    """
    values = np.asarray(counts, dtype=np.float64)
    size = len(values)
    nothing = np.full(size, np.nan)
    if size < FEWEST_PLACES:
        return Scores(
            nothing, nothing.copy(), "There is only one place: it stands out from nothing."
        )
    if np.all(values == values[0]):
        return Scores(nothing, nothing.copy(), "Every place has the same count: none stands out.")
    near = neighbours.counts().astype(np.float64)
    spread = values.std() * np.sqrt(near * (size - near) / (size - 1))
    away = neighbours.sums(values) - values.mean() * near
    z = np.divide(away, spread, out=nothing, where=spread > 0)
    return Scores(z, _two_sided(z))


def _two_sided(z: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The chance of lying at least so far out on either side."""
    return np.array([math.erfc(abs(one) / math.sqrt(2)) for one in z.tolist()])
