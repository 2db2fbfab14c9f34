"""The places with most, ties said: who shares the last place is not left out by the order of codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

PER = 1_000


@dataclass(frozen=True, slots=True)
class Ranked:
    """One place in the ranking."""

    rank: int
    """1 has most; equals share a rank, and the next is as many lower («1, 2, 2, 4»)."""
    place: str
    count: float
    rate: float | None
    """Per 1,000 residents; None where nobody counted them."""
    tied: int
    """How many places share the rank."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """The first places and what is said about those that share the last."""

    places: tuple[Ranked, ...]
    says: str


def top_places(
    counts: Mapping[str, float],
    most: int,
    population: Mapping[str, float] | None = None,
    *,
    by_rate: bool = False,
) -> Ranking:
    """Rank places by their count, or by their rate where that is asked.

    Places with none are not ranked, and by rate none whose residents nobody counted.

    Args:
        counts: By place.
        most: How many ranks; places that share the last one are all there.
        population: Residents by place.
        by_rate: Rank by rate.
    """
    residents = population or {}
    rows = []
    for place, count in counts.items():
        living = residents.get(place, 0)
        rate = count / living * PER if living > 0 else None
        if count > 0 and not (by_rate and rate is None):
            rows.append((rate if by_rate and rate is not None else count, place, count, rate))
    rows.sort(key=lambda row: (-row[0], row[1]))
    worths = [row[0] for row in rows]
    found = []
    for worth, place, count, rate in rows:
        rank = worths.index(worth) + 1
        if rank > most:
            break
        found.append(Ranked(rank, place, count, rate, worths.count(worth)))
    return Ranking(tuple(found), _says(found, most))


def _says(found: list[Ranked], most: int) -> str:
    if not found:
        return "No place has any."
    last = found[-1]
    if last.tied == 1:
        return f"The first {len(found)}; the last rank is shared by none."
    if len(found) > most:
        return f"{last.tied} places share rank {last.rank}, so {len(found)} are listed instead of {most}."
    return f"{last.tied} places share rank {last.rank}."
