"""The audience rule: vectors of the source, and that a hidden part cannot be worked out."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.audience import CountRule, masked, masked_split
from tests.support.requirements import law


@law("L49")
@pytest.mark.parametrize(
    ("count", "shown"), [(0, 0), (1, None), (7, None), (8, 10), (12, 10), (13, 15), (17, 15)]
)
def test_the_rule_of_hospital_episode_statistics(count: int, shown: int | None) -> None:
    assert masked(count).number == shown
    assert masked(count).rule is (CountRule.HIDDEN if shown is None else CountRule.ROUNDED)


def test_a_count_is_not_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        masked(-1)


def test_a_single_hidden_part_beside_an_exact_total_is_left_out() -> None:
    assert {one.rule for one in masked_split({"noise": 3, "litter": 0}).values()} == {
        CountRule.LEFT_OUT
    }
    assert masked_split({"noise": 3, "litter": 4})["noise"].rule is CountRule.HIDDEN


@given(st.lists(st.integers(0, 14), min_size=1, max_size=4))
def test_what_is_shown_leaves_every_hidden_part_at_least_two_values(counts: list[int]) -> None:
    parts = dict(enumerate(counts))
    shown = masked_split(parts)
    if CountRule.LEFT_OUT in {one.rule for one in shown.values()}:
        return
    possible = [
        guess
        for guess in product(range(17), repeat=len(counts))
        if sum(guess) == sum(counts) and [masked(n) for n in guess] == list(shown.values())
    ]
    for key, one in shown.items():
        if one.number is None:
            assert len({guess[key] for guess in possible}) > 1
