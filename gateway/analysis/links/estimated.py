"""«About N of these are probably the same event», with an interval of 95 %.

N is the sum of the pairs' probabilities over the declared share that lies within reach. Its variance has
three parts: which of the pairs are one event (Poisson-binomial, Σ p (1 − p)), how well the share reported
twice is known (the information of the mixture at its maximum), and the declared doubt about what is declared.
The interval is normal, rounded outwards, and never beyond what was recorded.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from gateway.analysis.links.declared import Declared, packaged_parameters
from gateway.analysis.links.scored import Compared

OUT = 1.959964
"""Standard deviations of a two-sided 95 %."""
_LEAST = 1e-12
Feeds = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Estimate:
    """How many, about."""

    about: int
    low: int
    high: int
    variance: float

    def says(self, records: int) -> str:
        """Say it in one sentence."""
        return (
            f"About {self.about} of these {records} records are probably the same event as a record of"
            f" another source (95 % interval {self.low} to {self.high}). Nothing was merged or left out."
        )


def estimate(compared: Compared, most: int, told: Declared | None = None) -> Estimate:
    """Estimate how many records of one feed are in the other too.

    Args:
        compared: The two feeds.
        most: No more than this can be: the smaller feed.
        told: Parameters; the packaged ones where absent.
    """
    declared = told or packaged_parameters()
    return made(float(compared.probabilities.sum()), variance(compared), most, declared)


def variance(compared: Compared) -> float:
    """Return the variance of the number of pairs that are one event."""
    p = compared.probabilities
    ratios, rate = compared.ratios, compared.rate
    mixed = 1 - rate + rate * ratios
    information = float((((ratios - 1) / mixed) ** 2).sum())
    moves = float((ratios / mixed**2).sum())
    return float((p * (1 - p)).sum()) + moves * moves / max(information, _LEAST)


def overall(
    compared: Mapping[Feeds, Compared], records: int, told: Declared | None = None
) -> Estimate:
    """Estimate how many records, of all feeds, repeat an event that another feed's record tells of.

    Three records of one event make three pairs and two repetitions, so that of each triangle of pairs the
    weakest counts no more.
    """
    number = sum(float(one.probabilities.sum()) for one in compared.values())
    spread = sum(variance(one) for one in compared.values())
    declared = told or packaged_parameters()
    return made(number - _triangles(compared), spread, records, declared)


def made(total: float, spread: float, most: int, declared: Declared) -> Estimate:
    """Return an estimate from a sum of probabilities and its variance."""
    number = total / declared.within
    spread = spread / declared.within**2 + (declared.doubt * number) ** 2
    away = OUT * math.sqrt(spread)
    low = max(0, math.floor(number - away))
    return Estimate(min(round(number), most), low, min(most, math.ceil(number + away)), spread)


def _triangles(compared: Mapping[Feeds, Compared]) -> float:
    names = sorted({name for feeds in compared for name in feeds})
    known: dict[Feeds, dict[int, list[tuple[int, float]]]] = {}
    chances: dict[Feeds, dict[tuple[int, int], float]] = {}
    for feeds, one in compared.items():
        found: dict[int, list[tuple[int, float]]] = {}
        for pair, chance in zip(one.pairs, one.probabilities.tolist(), strict=True):
            found.setdefault(pair.one, []).append((pair.other, chance))
        known[feeds] = found
        chances[feeds] = {
            (pair.one, pair.other): chance
            for pair, chance in zip(one.pairs, one.probabilities.tolist(), strict=True)
        }
    total = 0.0
    for first, a in enumerate(names):
        for second in range(first + 1, len(names)):
            for c in names[second + 1 :]:
                b = names[second]
                if {(a, b), (a, c), (b, c)} <= compared.keys():
                    total += _closing(known[a, b], known[a, c], chances[b, c])
    return total


def _closing(
    left: dict[int, list[tuple[int, float]]],
    right: dict[int, list[tuple[int, float]]],
    across: dict[tuple[int, int], float],
) -> float:
    return sum(
        float(np.min([chance, beside, across[one, other]]))
        for start in left.keys() & right.keys()
        for one, chance in left[start]
        for other, beside in right[start]
        if (one, other) in across
    )
