"""Roll-ups held in memory: what is summed once for a level and a year is what its months say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from random import Random

import numpy as np
import pytest

from gateway.store.held_counts import Block, HeldCounts, What, Where

YEAR = [f"2025-{month:02d}" for month in range(1, 13)]


def held_counts(dice: Random) -> HeldCounts:
    held = HeldCounts()
    held.whats = [What(one, "personal", "") for one in range(4)]
    for lsoa in range(30):
        ward = dice.choice((lsoa // 5, lsoa // 5 + 1))  # one LSOA may lie in two wards
        for one in {ward, lsoa // 5}:
            held.wheres.append(Where(f"L{lsoa}", f"M{lsoa // 4}", f"W{one}", f"D{lsoa // 10}"))
    held._where = {"|".join(one): at for at, one in enumerate(held.wheres)}
    return held


def a_month(dice: Random, held: HeldCounts, version: int) -> Block:
    cells = sorted({(dice.randrange(4), dice.randrange(30)) for _ in range(40)})
    what, where = (np.array(one, np.int32) for one in zip(*cells, strict=True))
    number = np.array([dice.randint(1, 90) for _ in cells], np.int32)
    return Block((version,), what, where, number)


def by_area(held: HeldCounts, blocks: Iterable[Block], level: str) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for block in blocks:
        rows = zip(block.what.tolist(), block.where.tolist(), block.number.tolist(), strict=True)
        for what, where, number in rows:
            found[what, getattr(held.wheres[where], level, "")] += number
    return found


@pytest.mark.parametrize("level", ["lsoa", "msoa", "ward", "district", "none"])
def test_a_level_and_a_year_summed_once_say_what_the_months_say(level: str) -> None:
    dice = Random(level)
    held = held_counts(dice)
    months = {name: a_month(dice, held, 1) for name in [*YEAR, "2026-01"]}
    for _ in range(3):
        for years in (False, True):
            said = held.at_level(months, level, years=years)
            assert list(said) == (["2025", "2026-01"] if years else [*YEAR, "2026-01"])
            for name, block in said.items():
                of = [months[name]] if name in months else [months[one] for one in YEAR]
                assert by_area(held, [block], level) == by_area(held, of, level)
                finest = "lsoa" if level == "ward" else level  # by which its ward is told
                assert by_area(held, [block], finest) == by_area(held, of, finest)
        # a month that moved is read again, and its year with it
        months[dice.choice(YEAR)] = a_month(dice, held, 2)


def test_counts_that_are_not_of_the_roll_ups_stay_as_they_are() -> None:
    held = held_counts(Random(1))
    block = a_month(Random(1), held, 1)
    other = {"2025-01": Block((), block.what, block.where, block.number)}
    assert held.at_level(other, "ward", years=True) is other
