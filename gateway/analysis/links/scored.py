"""Pairs of two feeds' records with their log-odds, and the one-to-one proposals among them.

``weight = ln(m/u) of space + ln(m/u) of time + ln(m/u) of behaviour`` (I. P. Fellegi and A. B. Sunter, «A
theory for record linkage», JASA 64 (1969)). The share r of the first feed's records that the other holds too
is estimated from the pairs themselves (expectation–maximisation over r alone; every m stays as declared).
A pair's probability counts its rivals on both sides: a record that fits three is none of them for certain.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gateway.analysis.links.chance import Chance
from gateway.analysis.links.declared import Declared, packaged_parameters
from gateway.analysis.links.events import (
    Event,
    agreement_on_behaviour,
    cells_of,
    cells_round,
    homes_differ,
    tells_sub,
)

ROUNDS = 200
_STILL = 1e-7


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records that may be one event."""

    one: int
    other: int
    """Numbers of the records in their feeds."""
    space: float
    time: float
    behaviour: float
    """Log-odds of each evidence (natural logarithm)."""
    by_key: bool
    """Whether the place evidence is an exact key."""

    @property
    def weight(self) -> float:
        """The declared score: log-odds of all evidence, before how many are reported twice at all."""
        return self.space + self.time + self.behaviour


@dataclass(frozen=True, slots=True)
class Compared:
    """Two feeds compared."""

    pairs: tuple[Pair, ...]
    probabilities: npt.NDArray[np.float64]
    """Of each pair, that it is one event."""
    rate: float
    """Estimated share of the first feed's records that the other holds too, within reach."""
    ratios: npt.NDArray[np.float64]
    """Of each record of the first feed: how much likelier what is seen is if it was reported twice."""

    def proposals(self, least: float) -> list[tuple[Pair, float]]:
        """Return one-to-one proposals of at least a probability, the surest first.

        Taken greedily: the surest pair first, then the next of which neither record is taken.
        """
        ones: set[int] = set()
        others: set[int] = set()
        found = []
        order = sorted(
            range(len(self.pairs)),
            key=lambda n: (-self.probabilities[n], self.pairs[n].one, self.pairs[n].other),
        )
        for number in order:
            pair, chance = self.pairs[number], float(self.probabilities[number])
            if chance < least:
                break
            if pair.one not in ones and pair.other not in others:
                ones.add(pair.one)
                others.add(pair.other)
                found.append((pair, chance))
        return found


def compare(
    ones: Sequence[Event], others: Sequence[Event], declared: Declared | None = None
) -> Compared:
    """Compare two feeds' records.

    Args:
        ones: Of the first feed.
        others: Of the second.
        declared: Parameters; the packaged ones where absent.
    """
    told = declared or packaged_parameters()
    chance = Chance(ones, others, told)
    pairs = tuple(_pairs(ones, others, chance, told))
    if not pairs:
        nothing = np.zeros(0)
        return Compared((), nothing, 0.0, np.zeros(len(ones)))
    factors = np.exp(np.array([pair.weight for pair in pairs])) / len(others)
    first = np.array([pair.one for pair in pairs])
    second = np.array([pair.other for pair in pairs])
    ratios = np.bincount(first, weights=factors, minlength=len(ones)).astype(np.float64, copy=False)
    rate = _rate(ratios, told.rate)
    odds = factors * rate / (1 - rate)
    rivals = (
        np.bincount(first, weights=odds)[first] + np.bincount(second, weights=odds)[second] - odds
    )
    return Compared(pairs, odds / (1 + rivals), rate, ratios)


def _rate(ratios: npt.NDArray[np.float64], begins: float) -> float:
    """Estimate the share that is reported twice; at most nearly all."""
    rate = begins
    for _ in range(ROUNDS):
        found = float((rate * ratios / (1 - rate + rate * ratios)).mean())
        found = min(max(found, 1e-6), 0.99)
        if abs(found - rate) < _STILL:
            break
        rate = found
    return rate


def _pairs(
    ones: Sequence[Event], others: Sequence[Event], chance: Chance, told: Declared
) -> Iterable[Pair]:
    cells: dict[tuple[object, ...], dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for number, event in enumerate(others):
        for cell in cells_of(event, told.near_metres):
            cells[cell][event.day].append(number)
    far = -(-told.most_hours // 24)
    for number, event in enumerate(ones):
        beside: set[int] = set()
        for cell in cells_round(event, told.near_metres):
            days = cells.get(cell)
            if days is not None:
                for day in range(event.day - far, event.day + far + 1):
                    beside.update(days.get(day, ()))
        for other in sorted(beside):
            pair = _pair(number, other, event, others[other], chance, told)
            if pair is not None:
                yield pair


def _pair(
    number: int, beside: int, one: Event, other: Event, chance: Chance, told: Declared
) -> Pair | None:
    time = _time(one, other, chance, told)
    if time is None:
        return None
    space, by_key = _space(one, other, chance, told)
    if space is None:
        return None
    level = agreement_on_behaviour(one, other)
    behaviour = 0.0
    if level is not None:
        agreed = (told.subs if tells_sub(one, other) else told.behaviours)[level]
        behaviour = math.log(agreed / chance.of_behaviour(one, other, level))
    return Pair(number, beside, space, time, behaviour, by_key)


def _time(one: Event, other: Event, chance: Chance, told: Declared) -> float | None:
    if one.hour is not None and other.hour is not None:
        gap, gaps, levels = abs(one.hour - other.hour), chance.hours, told.hours
    else:
        gap, gaps, levels = abs(one.day - other.day), chance.days, told.days
    below = -1
    for most, agreed in levels:
        if gap <= most:
            return math.log(agreed / gaps.between(below, most))
        below = most
    return None


def _space(one: Event, other: Event, chance: Chance, told: Declared) -> tuple[float | None, bool]:
    """Return the evidence of place: by a key where both tell one, else by what leaves; None: no candidate."""
    shared = one.keys & other.keys
    if shared:
        least = min(chance.of_key(key) for key in shared)
        return math.log(told.same_key / least), True
    against = math.log(1 - told.same_key) if homes_differ(one, other) else 0.0
    place = _place(one, other, chance, told)
    return (None if place is None else place + against), False


def _place(one: Event, other: Event, chance: Chance, told: Declared) -> float | None:
    if one.point is not None and other.point is not None:
        if one.point == other.point:
            return math.log(told.same_point / chance.of_point(one.point))
        if math.dist(one.point, other.point) <= told.near_metres:
            return math.log(told.near_point / chance.near_point(one.point))
        if one.area is not None and one.area == other.area:
            return math.log(told.point_in_area / chance.of_area(one.area))
        return None
    if one.area is not None and one.area == other.area:
        return math.log(told.same_area / chance.of_area(one.area))
    return None
