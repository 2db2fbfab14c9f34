"""Measures are functions of what is shown: a hidden part hides them, and they tell nothing besides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.audience import CountRule, Shown, masked
from policies.derived import (
    Measure,
    Range,
    best_fit,
    change,
    known_of,
    known_of_total,
    ranks,
    rate,
    relative_change,
    rule_of,
    share,
    total,
)
from tests.support.requirements import law

ROUNDED, EXACT = Shown(20, CountRule.ROUNDED), Shown(12, CountRule.PUBLISHED_TOTAL)
HIDDEN, OUT = Shown(None, CountRule.HIDDEN), Shown(None, CountRule.LEFT_OUT)
NONE = Shown(0, CountRule.ROUNDED)


@law("L52")
def test_a_measure_with_a_hidden_part_is_hidden_by_its_rule() -> None:
    assert total([ROUNDED, HIDDEN]) == HIDDEN
    assert total([ROUNDED, HIDDEN, OUT]) == OUT
    assert rate(HIDDEN, 1_000) == Measure(None, CountRule.HIDDEN)
    assert change(ROUNDED, HIDDEN) == change(HIDDEN, EXACT) == Measure(None, CountRule.HIDDEN)
    assert relative_change(ROUNDED, OUT) == Measure(None, CountRule.LEFT_OUT)
    assert share(HIDDEN, ROUNDED) == Measure(None, CountRule.HIDDEN)
    assert best_fit({"a": HIDDEN, "b": ROUNDED}, {"a": 0.1, "b": 1}) == (None, CountRule.HIDDEN)


def test_what_is_shown_is_reckoned_with_and_keeps_the_least_exact_rule() -> None:
    assert total([ROUNDED, EXACT]) == Shown(32, CountRule.ROUNDED)
    assert rate(EXACT, 6_000) == Measure(2.0, CountRule.PUBLISHED_TOTAL)
    assert change(ROUNDED, EXACT) == Measure(8, CountRule.ROUNDED)
    assert relative_change(ROUNDED, EXACT).value == pytest.approx(2 / 3)
    assert share(EXACT, ROUNDED) == Measure(0.6, CountRule.ROUNDED)
    assert best_fit({"a": ROUNDED, "b": EXACT, "c": HIDDEN}, {"a": 0.5, "b": 1, "c": 0}) == (
        22.0,
        CountRule.ROUNDED,
    )
    assert best_fit({"a": ROUNDED}, {"z": 1.0}) == Measure(0.0, CountRule.ROUNDED)


def test_what_has_no_meaning_has_no_value() -> None:
    assert rate(ROUNDED, 0).value is rate(ROUNDED, None).value is None
    assert relative_change(ROUNDED, NONE).value is None
    assert share(NONE, NONE).value is None
    with pytest.raises(ValueError, match="made from something"):
        rule_of([])


def test_equals_share_a_rank_and_what_is_hidden_has_none() -> None:
    found = ranks({"a": ROUNDED, "b": ROUNDED, "c": EXACT, "d": HIDDEN})

    assert {key: one.value for key, one in found.items()} == {"a": 1, "b": 1, "c": 3, "d": None}
    assert found["d"].rule is CountRule.HIDDEN


def test_what_a_shown_count_says_of_the_true_one() -> None:
    assert known_of(Shown(3, CountRule.OWN_COUNT)) == Range(3, 3)
    assert known_of(EXACT) == Range(12, 12)
    assert known_of(EXACT, fresh=False) == Range(5, 19)
    assert known_of(OUT) == Range(0, None)
    assert known_of(HIDDEN) == Range(1, 7)
    assert known_of(HIDDEN, fresh=False) == Range(0, 14)
    assert known_of(NONE) == Range(0, 0)
    assert known_of_total([Range(1, 7), Range(8, 12)]) == Range(9, 19)
    assert known_of_total([Range(1, 7), Range(0, None)]) == Range(1, None)


@given(st.integers(0, 500), st.integers(-7, 7))
def test_the_true_count_is_in_what_is_known(number: int, moved: int) -> None:
    fresh, stale = known_of(masked(number)), known_of(masked(number), fresh=False)
    assert fresh.most is not None
    assert stale.most is not None
    assert fresh.least <= number <= fresh.most
    assert stale.least <= max(0, number + moved) <= stale.most


@law("L49", "L50")
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=6),
    st.integers(1, 9_000),
)
def test_two_truths_that_are_shown_alike_have_the_same_measures(
    counts: list[tuple[int, int]], residents: int
) -> None:
    """The second truth differs wherever the figure lets it; every measure is the same."""
    one = [masked(now) for now, _ in counts]
    other = [masked(_another(now)) for now, _ in counts]

    assert _all_measures(one, residents) == _all_measures(other, residents)


def _another(number: int) -> int:
    alike = [n for n in range(60) if masked(n) == masked(number) and n != number]
    return alike[0] if alike else number


def _all_measures(shown: list[Shown], residents: int) -> list[object]:
    named = dict(enumerate(shown))
    return [
        total(shown),
        change(shown[0], shown[1]),
        relative_change(shown[0], shown[1]),
        share(shown[0], total(shown)),
        best_fit(named, dict.fromkeys(named, 0.3)),
        ranks({key: rate(one, residents) for key, one in named.items()}),
    ]
