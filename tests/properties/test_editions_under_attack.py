"""A reader who keeps every edition and can think without end: he narrows no hidden count to one value.

The adversary shares no code with ``policies.editions``: he has his own rules of what is shown, makes up
every world there could be, throws away those that do not give what he saw, and looks at what is left.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest

from policies.audience import CountRule
from policies.edition_history import published
from policies.editions import (
    Atom,
    Cell,
    Edition,
    Figure,
    Reported,
    Split,
    Spot,
    months_of,
)
from policies.second_world import Unproven, next_edition
from schemas.typology import TYPOLOGY
from tests.support.requirements import law

MONTHS = months_of("2026Q3")
_FIRST = TYPOLOGY.behaviour[0]
WHATS = (
    Reported(_FIRST.area, _FIRST.code, _FIRST.sub_behaviours[0].code),
    Reported(_FIRST.area, _FIRST.code, _FIRST.sub_behaviours[1].code),
    Reported("environment", "litter", "litter"),
    Reported(),
)
SPOTS = (
    Spot("lsoa-1", "msoa-1", "ward-1", "district"),
    Spot("lsoa-2", "msoa-1", "ward-2", "district"),
)
ASB, CRIME = "asb_incident", "crime"
MOST_WORLDS = 400_000


def his_cells(atom: Atom) -> Iterator[tuple[str, ...]]:
    for period in (atom.month, "2026Q3"):
        for level, place in zip(("lsoa", "msoa", "ward", "district"), atom.spot, strict=True):
            names = ("", atom.what.area, atom.what.behaviour, atom.what.sub_behaviour)
            for by, name in zip(("none", "area", "behaviour", "sub_behaviour"), names, strict=True):
                yield atom.kind, period, level, place, by, name


def as_shown(numbers: Any, *, exact: bool) -> Any:
    """Minus one where it is a star."""
    if exact:
        return numbers
    return np.where((numbers >= 1) & (numbers <= 7), -1, (numbers + 2) // 5 * 5)


def fits(history: list[Any], seen: list[Figure | None], *, exact: bool) -> Any:
    """Which worlds show of one cell what was seen: each figure, and whether it was new."""
    good = np.ones(len(history[0]), bool)
    last: Any = None
    for at, figure in enumerate(seen):
        if figure is None:
            continue
        fresh = figure.since == at + 1
        if last is None:
            good &= fresh
        else:
            good &= (abs(history[at] - last) >= 8) == fresh
        if fresh:
            last = history[at]
            told = -1 if figure.shown.number is None else figure.shown.number
            good &= as_shown(last, exact=exact) == told
    return good


def composed(most: int, parts: int) -> Any:
    """Every way to share at most so many incidents among some parts."""
    return np.array([w for w in product(range(most + 1), repeat=parts) if sum(w) <= most], np.int32)


def narrowed(editions: list[Edition], atoms: list[Atom], most: int) -> list[Cell] | None:
    """Return the small counts that only one value is left for; None where the worlds are too many.

    Args:
        editions: What was published, with the truth that the adversary wants.
        atoms: Every finest count that he thinks possible.
        most: Incidents in one place and month at most, as he knows.
    """
    shown = published(editions)
    units: dict[tuple[str, str, Spot], list[int]] = {}
    for index, atom in enumerate(atoms):
        units.setdefault((atom.kind, atom.month, atom.spot), []).append(index)
    worlds = [np.zeros((1, len(atoms)), np.int32) for _ in editions]
    cells: dict[tuple[str, ...], list[int]] = {}
    for index, atom in enumerate(atoms):
        for cell in his_cells(atom):
            cells.setdefault(cell, []).append(index)
    visible = {key for at, one in enumerate(editions) for key in cells if speaks(one, key)}
    done: set[int] = set()
    for members in units.values():
        ways = composed(most, len(members))
        for at in range(len(editions)):
            # the new unit's ways in each edition, all together
            if len(worlds[0]) * len(ways) > MOST_WORLDS * 20:
                return None
            repeated = [np.repeat(w, len(ways), axis=0) for w in worlds]
            repeated[at][:, members] = np.tile(ways, (len(worlds[0]), 1))
            worlds = repeated
            ready = done | set(members) if at == len(editions) - 1 else done
            keep = np.ones(len(worlds[0]), bool)
            for key in visible:
                if set(cells[key]) <= done | set(members):
                    upto = len(editions) if set(cells[key]) <= ready else at + 1
                    keep &= fits_key(key, cells[key], worlds, editions, shown, upto)
            worlds = [w[keep] for w in worlds]
            if len(worlds[0]) > MOST_WORLDS:
                return None
        done |= set(members)
    assert len(worlds[0]) >= 1, "the truth itself must fit"
    return determined(editions, atoms, cells, worlds)


def determined(
    editions: list[Edition],
    atoms: list[Atom],
    cells: dict[tuple[str, ...], list[int]],
    worlds: list[Any],
) -> list[Cell]:
    """Return the small counts that are the same in every world."""
    found = []
    for key, members in cells.items():
        if key[0] == ASB and key[4] == "none":
            continue
        for at, edition in enumerate(editions):
            true = sum(edition.truth.get(atoms[m], 0) for m in members)
            covered = key[1] in edition.months or len(edition.months) == 3
            if covered and 1 <= true <= 7 and len(np.unique(worlds[at][:, members].sum(1))) == 1:
                found.append(Cell(Split(*key[:5]), key[5]))
    return found


def speaks(edition: Edition, key: tuple[str, ...]) -> bool:
    covered = key[1] in edition.months or len(edition.months) == 3
    return covered and Split(*key[:5]) not in edition.left_out


def fits_key(
    key: tuple[str, ...],
    members: list[int],
    worlds: list[Any],
    editions: list[Edition],
    shown: list[dict[Cell, Figure]],
    upto: int,
) -> Any:
    cell = Cell(Split(*key[:5]), key[5])
    seen: list[Figure | None] = []
    absent: Figure | None = None
    for at, edition in enumerate(editions):
        if not speaks(edition, key):
            seen.append(None)
            continue
        figure = shown[at].get(cell)
        if figure is None:
            # a split that is shown and does not name it says zero, since it was first shown
            absent = absent or Figure(ZERO, at + 1)
            figure = absent
        seen.append(figure)
    history = [w[:, members].sum(1) for w in worlds]
    return fits(history[:upto], seen[:upto], exact=key[0] == ASB and key[4] == "none")


class _Zero:
    number = 0
    rule = CountRule.ROUNDED


ZERO: Any = _Zero()


def drawn(chance: random.Random, atoms: list[Atom], most: int) -> dict[Atom, int]:
    """Some incidents in each place and month."""
    truth: dict[Atom, int] = {}
    for spot, month in {(atom.spot, atom.month) for atom in sorted(atoms)}:
        here = [atom for atom in sorted(atoms) if (atom.spot, atom.month) == (spot, month)]
        for _ in range(chance.randint(0, most)):
            one = chance.choice(here[: chance.choice((1, 2, len(here)))])
            truth[one] = truth.get(one, 0) + 1
    return truth


def later(chance: random.Random, truth: dict[Atom, int], atoms: list[Atom], most: int) -> Any:
    """Late data, retractions and corrections: some cells move a little, some a lot."""
    if chance.random() < 0.4:
        return drawn(chance, atoms, most)
    moved = dict(truth)
    for atom in chance.sample(sorted(atoms), k=min(2, len(atoms))):
        here = sum(n for a, n in moved.items() if a.spot == atom.spot and a.month == atom.month)
        moved[atom] = max(0, min(moved.get(atom, 0) + chance.choice((-1, 1, 9)), most - here))
    return {atom: number for atom, number in moved.items() if number}


SHAPES = [
    # kind, spots, months of each edition, whats, incidents a place and month
    (ASB, 2, (1,), 3, 12),
    (ASB, 1, (1, 1), 2, 17),
    (ASB, 1, (3,), 2, 9),
    (ASB, 2, (1, 1), 2, 9),
    (CRIME, 2, (1,), 2, 9),
    (CRIME, 1, (1, 1), 1, 17),
    (ASB, 1, (1, 1, 1), 2, 9),
]


@pytest.mark.prove
@law("L49", "L50")
@pytest.mark.parametrize("shape", SHAPES)
def test_all_editions_together_narrow_no_hidden_count(
    shape: tuple[str, int, tuple[int, ...], int, int],
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    kind, places, months, kinds, most = shape
    attacked = 0
    for seed in range(count(1_500)):
        chance = random.Random(f"{shape}{seed}")
        whats = (*WHATS[: kinds - 1], WHATS[-1])
        asked = [
            Atom(kind, month, spot, what)
            for spot in SPOTS[:places]
            for month in MONTHS[: max(months)]
            for what in whats
        ]
        editions: list[Edition] = []
        truth: dict[Atom, int] = {}
        for number in months:
            truth = later(chance, truth, asked, most)
            closed = MONTHS[:number]
            counted = {a: n for a, n in truth.items() if a.month in closed}
            try:
                editions.append(next_edition(editions, counted, closed))
            except Unproven:
                break
        found = narrowed(editions, asked, most + 1) if editions else None
        if found is None:
            continue
        attacked += 1
        assert found == [], f"seed {seed}"
    assert attacked > count(1_500) // 2
    proved("editions-attacked", histories=attacked, narrowed=0)
