"""Every second world is one: made true, it shows the same, and every small count has one that differs."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from policies.edition_history import published
from policies.edition_tables import BY
from policies.editions import (
    Atom,
    Edition,
    Reported,
    Spot,
    Truth,
    World,
    cells_of,
    months_of,
    shows,
)
from policies.second_world import Unproven, next_edition
from schemas.typology import TYPOLOGY
from tests.support.requirements import law

SIZES = (20, 30, 60, 150, 400)
MONTHS = months_of("2026Q3")
SPOTS = tuple(
    Spot(f"lsoa-{n}", f"msoa-{n // 2}", f"ward-{n % 2}", f"district-{n // 3}") for n in range(5)
)
WHATS = (
    *(
        Reported(area, behaviour, sub, source, nsir, mapping, stage)
        for place, (behaviour, area) in enumerate(list(TYPOLOGY.area_of.items())[:5])
        for sub in ("a", "b")
        for source, nsir, mapping, stage in (
            ("police-nsir", "nuisance", "mapped", ""),
            ("cnh-housing", "", "mapped", ("advice", "warning")[place % 2]),
        )
    ),
    Reported(source="police-nsir", nsir_class="personal", mapping_status="class_only"),
    Reported(source="cnh-housing", mapping_status="unclassified"),
)


def drawn(chance: random.Random, kind: str, number: int) -> dict[Atom, int]:
    found: dict[Atom, int] = {}
    for _ in range(number):
        what = chance.choice(WHATS[: chance.choice((3, 10, len(WHATS)))])
        spot = SPOTS[min(int(chance.expovariate(0.6)), len(SPOTS) - 1)]
        if kind == "crime":
            what = Reported(source=what.source, mapping_status="unclassified")
        atom = Atom(kind, chance.choice(MONTHS), spot, what)
        found[atom] = found.get(atom, 0) + 1
    return found


def moved(editions: list[Edition], world: World) -> list[Edition]:
    """Make a second world the true one."""
    found = []
    for at, edition in enumerate(editions):
        truth = dict(edition.truth)
        if world.first <= at < world.stop:
            for atom, change in world.move:
                if atom.month in edition.months:
                    truth[atom] = truth.get(atom, 0) + change
        assert min(truth.values(), default=0) >= 0
        found.append(replace(edition, truth={a: n for a, n in truth.items() if n}))
    return found


def counts(truth: Truth) -> dict[object, int]:
    found: dict[object, int] = {}
    for atom, number in truth.items():
        for cell in cells_of(atom):
            found[cell] = found.get(cell, 0) + number
    return found


def told(editions: list[Edition]) -> list[object]:
    return [
        {cell: figure for cell, figure in one.items() if figure.shown.number != 0}
        for one in published(editions)
    ]


@pytest.mark.prove
@law("L49", "L50")
@pytest.mark.parametrize("kind", ["asb_incident", "crime"])
def test_every_small_count_has_another_value_that_shows_the_same(
    kind: str, count: Callable[[int], int]
) -> None:
    shown = 0
    for seed in range(count(150)):
        chance = random.Random(f"{kind}{seed}")
        truth = drawn(chance, kind, chance.choice(SIZES[: 1 + seed]))
        editions: list[Edition] = []
        for _ in range(1 + seed % 2):
            try:
                editions.append(next_edition(editions, truth, MONTHS))
            except Unproven:
                break
            truth = {**truth, **drawn(chance, kind, 12)}
        if not editions:
            continue
        seen = told(editions)
        opened: set[tuple[object, int]] = set()
        truths = [counts(one.truth) for one in editions]
        for world in editions[-1].worlds:
            others = moved(editions, world)
            assert told(others) == seen
            for at, one in enumerate(others):
                there = counts(one.truth)
                opened |= {
                    (cell, at)
                    for cell in {*there, *truths[at]}
                    if there.get(cell, 0) != truths[at].get(cell, 0)
                }
        for at, one in enumerate(editions):
            small = {
                (cell, at)
                for atom in one.truth
                for cell in cells_of(atom)
                if not cell.split.exact and shows(one, cell.split) and 1 <= truths[at][cell] <= 7
            }
            assert small <= opened
        shown += len({c.split.by for c in seen[-1]} & {*BY[1:]})  # type: ignore[attr-defined]
    assert shown > 10
