"""How good link proposals are, where it is known which records are one event.

The sample is what the score was looked at on while it was made; the held-out world has another seed, density,
noise and share of repeats, and no parameter was chosen by it (decision 0041 has the table).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from gateway.analysis.links.estimated import estimate, overall
from gateway.analysis.links.scored import Compared, compare
from tests.conftest import PROVING
from tests.support.reported_twice import FEEDS, HELD_OUT, PAIRS, SAMPLE, Labelled, World, labelled

WORLDS = {"held-out": HELD_OUT} | ({"sample": SAMPLE} if PROVING else {})
RECALLS = (0.5, 0.6, 0.7, 0.8)
GOAL, AT = {"sample": 0.95, "held-out": 0.80}, 0.8
"""Of pairs of which both records have a key. Held out, a quarter of all events comes from homes with many,
which a key cannot tell apart: 0.95 is reached at a recall of 0.68 there, and not at 0.8."""


@dataclass(frozen=True)
class Curve:
    """Proposals by falling probability, each with whether it is right, and how many there were to find."""

    found: list[tuple[float, bool]]
    there: int

    def precision_at(self, recall: float) -> float | None:
        """Precision where that recall is first reached; None where it never is."""
        right = 0
        for number, (_, is_right) in enumerate(self.found, start=1):
            right += is_right
            if right >= recall * self.there:
                return round(right / number, 3)
        return None

    def precision_from(self, least: float) -> float:
        """Precision of what is proposed from a probability on."""
        taken = [is_right for chance, is_right in self.found if chance >= least]
        return sum(taken) / max(1, len(taken))


def seeds(world: World, number: int) -> Iterator[Labelled]:
    """The world made again and again."""
    return (labelled(world, world.seed + turn) for turn in range(number))


def compared(feeds: Labelled) -> dict[tuple[str, str], Compared]:
    """Every pair of feeds."""
    return {(a, b): compare(feeds.records[a], feeds.records[b]) for a, b in PAIRS}


def curve(every: list[tuple[Labelled, dict[tuple[str, str], Compared]]], *, keyed: bool) -> Curve:
    """Proposals of several runs; of those pairs alone of which both have a key, where that is asked."""
    found: list[tuple[float, bool]] = []
    there = 0
    for feeds, pairs in every:
        for (a, b), one in pairs.items():
            ours, theirs = feeds.records[a], feeds.records[b]
            true = feeds.true_pairs(a, b)
            there += sum(bool(ours[x].keys and theirs[y].keys) or not keyed for x, y in true)
            found += [
                (chance, (pair.one, pair.other) in true)
                for pair, chance in one.proposals(0.0)
                if not keyed or (ours[pair.one].keys and theirs[pair.other].keys)
            ]
    return Curve(sorted(found, key=lambda each: -each[0]), there)


@pytest.mark.prove
@pytest.mark.parametrize("name", WORLDS)
def test_precision_and_recall_of_proposals(
    name: str, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    runs = list(seeds(WORLDS[name], count(20)))
    with_keys = [(one, compared(one)) for one in runs]
    cells = [(one, compared(one.without_keys())) for one in runs]
    by = {
        "keys-in-both": curve(with_keys, keyed=True),
        "keys-where-told": curve(with_keys, keyed=False),
        "cells-only": curve(cells, keyed=False),
    }
    for mode, one in by.items():
        proved(
            "links-precision-recall",
            world=name,
            mode=mode,
            runs=len(runs),
            true_pairs=one.there,
            **{f"precision_at_{recall:.0%}": one.precision_at(recall) or 0.0 for recall in RECALLS},
            precision_from_90_percent=round(one.precision_from(0.9), 3),
        )

    assert (by["keys-in-both"].precision_at(AT) or 0) >= GOAL[name]
    assert by["keys-where-told"].precision_from(0.9) >= 0.88
    assert by["cells-only"].precision_from(0.9) >= 0.85
    # what is said of a pair is about how often it is right
    for one in by.values():
        middle = [(chance, right) for chance, right in one.found if 0.4 <= chance < 0.8]
        said, true = (sum(part) / len(middle) for part in zip(*middle, strict=True))
        assert abs(said - true) < 0.12


@pytest.mark.prove
@pytest.mark.parametrize("name", WORLDS)
def test_the_true_number_lies_in_the_interval(
    name: str, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    runs = count(50)
    inside = of_all = 0
    for feeds in seeds(WORLDS[name], runs):
        plain = feeds.without_keys()
        pairs = {
            (a, b): compare(plain.records[a], plain.records[b])
            for a, b in (sorted(pair) for pair in PAIRS)
        }
        for (a, b), one in pairs.items():
            found = estimate(one, min(len(plain.records[a]), len(plain.records[b])))
            inside += found.low <= len(plain.true_pairs(a, b)) <= found.high
        whole = overall(pairs, sum(len(plain.records[feed]) for feed in FEEDS))
        of_all += whole.low <= plain.repeated <= whole.high
    proved(
        "links-interval",
        world=name,
        runs=runs,
        pairs=runs * 3,
        inside=inside,
        inside_overall=of_all,
    )

    assert inside >= 0.9 * runs * 3
    assert of_all >= 0.9 * runs


def test_where_nothing_is_reported_twice_about_nothing_is_said() -> None:
    feeds = labelled(SAMPLE, 5)
    ones = feeds.records[FEEDS[0]]
    true = {x for x, _ in feeds.true_pairs(FEEDS[0], FEEDS[1])}
    alone = [one for number, one in enumerate(ones) if number not in true]
    found = estimate(compare(alone, feeds.records[FEEDS[1]]), len(alone))

    assert found.about <= 0.03 * len(alone)
    assert found.low == 0
