"""Hotspots: Gi* as PySAL has it, corrections and trends as SciPy has them, and what cannot be tested."""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gateway.analysis.hotspots.getis_ord import gi_star
from gateway.analysis.hotspots.neighbours import Square, of_outlines, of_squares
from gateway.analysis.hotspots.over_quarters import Course, course_of, trend_of
from gateway.analysis.hotspots.several_tests import discovery_rates, judged
from gateway.analysis.hotspots.squares import ground, squares_of
from gateway.analysis.hotspots.top_places import top_places

SAME = 1e-9
SQUARES: list[Square] = [(column, row) for column in range(6) for row in range(5)]


def esda_scores(counts: list[int], squares: list[Square], reach: float) -> tuple[np.ndarray, ...]:
    """Gi* and its one-sided chance by PySAL, of weights made here on another way."""
    # esda brings scipy, pandas and scikit-learn, which no other test of this file needs
    from esda.getisord import G_Local  # noqa: PLC0415
    from libpysal.weights import W  # noqa: PLC0415

    near = {
        one: [
            other
            for other, b in enumerate(squares)
            if other != one and (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2 <= reach**2
        ]
        for one, a in enumerate(squares)
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = G_Local(
            np.array(counts, dtype=float),
            W(near, silence_warnings=True),
            transform="B",
            permutations=0,
            star=True,
        )
    return found.Zs, found.p_norm


def test_gi_star_equals_pysal(count: Callable[[int], int], proved: Callable[..., None]) -> None:
    worst = 0.0
    fields = count(2_000)

    @settings(max_examples=fields, deadline=None)
    @given(
        squares=st.lists(st.sampled_from(SQUARES), min_size=4, max_size=30, unique=True),
        data=st.data(),
        reach=st.sampled_from((1.5, 2.0, 3.0)),
    )
    def holds(squares: list[Square], data: st.DataObject, reach: float) -> None:
        nonlocal worst
        size = len(squares)
        counts = data.draw(st.lists(st.integers(0, 60), min_size=size, max_size=size))
        scores = gi_star(counts, of_squares(squares, reach))
        if scores.untested is not None:
            assert len(set(counts)) == 1
            return
        z, p = esda_scores(counts, squares, reach)
        tested = scores.tested
        worst = max(
            worst,
            float(np.abs(scores.z[tested] - z[tested]).max(initial=0)),
            float(np.abs(scores.p[tested] - 2 * p[tested]).max(initial=0)),
        )
        assert worst < SAME
        assert not np.isfinite(z[~tested]).any()
        assert scores.p[tested] == pytest.approx(2 * stats.norm.sf(np.abs(z[tested])), abs=SAME)

    holds()
    proved("hotspots-pysal", fields=fields, worst_difference=worst, allowed=SAME)


def test_what_cannot_be_tested_says_why() -> None:
    one = gi_star([4], of_squares([(0, 0)]))
    alike = gi_star([2, 2, 2], of_squares([(0, 0), (0, 1), (0, 2)]))
    nothing = gi_star([], of_squares([]))
    all_near = gi_star([1, 0], of_squares([(0, 0), (0, 1)]))

    assert "one place" in judged(one).says()
    assert "same count" in judged(alike).says()
    assert judged(nothing).tested == 0
    assert "every other" in judged(all_near).says()
    assert not judged(all_near).hot.any()


def test_an_island_is_compared_by_its_own_count() -> None:
    squares = [(0, 0), (0, 1), (1, 0), (9, 9)]
    near = of_squares(squares)
    scores = gi_star([0, 0, 0, 9], near)

    assert near.islands() == [3]
    assert scores.z[3] == pytest.approx((9 - 9 / 4) / (np.std([0, 0, 0, 9]) * np.sqrt(3 / 3)))


def test_one_place_that_stands_out_is_found_and_said_in_plain_words() -> None:
    squares = [(column, row) for column in range(20) for row in range(15)]
    counts = [12 if (a, b) in {(4, 4), (4, 5), (5, 4)} else (a * 7 + b) % 2 for a, b in squares]
    found = judged(gi_star(counts, of_squares(squares)))

    assert found.hot[squares.index((4, 4))]
    assert not found.hot[squares.index((15, 10))]
    assert "Of 300 squares tested" in found.says()
    assert "by chance alone about 15" in found.says()
    assert int(found.bonferroni.sum()) <= int(found.hot.sum() + found.cold.sum()) <= found.plain


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(1e-12, 1.0), min_size=1, max_size=60))
def test_discovery_rates_are_those_of_scipy(chances: list[float]) -> None:
    assert discovery_rates(np.array(chances)) == pytest.approx(
        stats.false_discovery_control(chances), abs=SAME
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=5, max_size=14))
def test_the_trend_is_kendalls(series: list[int]) -> None:
    found = trend_of([float(one) for one in series])
    assert found is not None
    if len(set(series)) == 1:
        assert (found.s, found.p) == (0, 1.0)
        return
    tau = stats.kendalltau(range(len(series)), series).statistic
    assert np.sign(found.s) == np.sign(round(tau, 12))
    ties = len(series) * (len(series) - 1) / 2
    tied = sum(series.count(one) * (series.count(one) - 1) / 2 for one in set(series))
    assert found.s == pytest.approx(tau * np.sqrt(ties * (ties - tied)))


RISES, FALLS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0), (6.0, 5.0, 4.0, 3.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("hot", "z", "course"),
    [
        ((1, 1), (1.0, 2.0), Course.TOO_FEW_QUARTERS),
        ((0, 0, 0), (1.0, 2.0, 1.0), Course.QUIET),
        ((1, 1, 1), (3.0, 3.0, 3.0), Course.PERSISTENT),
        ((0, 0, 1), (0.0, 0.0, 3.0), Course.EMERGING),
        ((0, 0, 0, 1, 0, 1), RISES, Course.EMERGING),
        ((1, 1, 0), (3.0, 3.0, 0.0), Course.FADING),
        ((1, 1, 1, 1, 1, 1), FALLS, Course.FADING),
        ((1, 1, 1, 1, 1, 1), RISES, Course.PERSISTENT),
        ((1, 0, 0, 1), (3.0, 0.0, 0.0, 3.0), Course.ON_AND_OFF),
        ((0, 0, 0, 0, 1), (0.0, 0.0, float("nan"), 0.0, 3.0), Course.EMERGING),
    ],
)
def test_what_became_of_a_place(hot: tuple[int, ...], z: tuple[float, ...], course: Course) -> None:
    assert course_of([bool(one) for one in hot], z) is course


def test_four_quarters_say_no_trend_and_five_do() -> None:
    assert trend_of((1.0, 2.0, 3.0, 4.0)) is None
    found = trend_of((1.0, 2.0, 3.0, 4.0, 5.0))
    assert found is not None
    assert found.rises()
    assert not found.falls()


def test_who_shares_the_last_rank_is_listed_too() -> None:
    counts = {"a": 5, "b": 3, "c": 3, "d": 0, "e": 1, "f": 3}
    found = top_places(counts, 2, {"a": 1_000, "b": 100})

    assert [(one.rank, one.place, one.tied) for one in found.places] == [
        *((1, "a", 1), (2, "b", 3), (2, "c", 3), (2, "f", 3)),
    ]
    assert [one.rate for one in found.places] == [5.0, 30.0, None, None]
    assert found.says == "3 places share rank 2, so 4 are listed instead of 2."
    by_rate = top_places(counts, 5, {"a": 1_000, "b": 100}, by_rate=True)
    assert [one.place for one in by_rate.places] == ["b", "a"]
    assert by_rate.says == "The first 2; the last rank is shared by none."
    assert top_places(counts, 9).says == "The first 5; the last rank is shared by none."
    assert top_places({"a": 1, "b": 1}, 2).says == "2 places share rank 1."
    assert top_places({"a": 0}, 3).says == "No place has any."


def test_squares_with_none_inside_the_district_count() -> None:
    outline = shapely.box(0, 0, 3_000, 2_000)

    inside = ground([(9, 9)], 1_000, outline)
    assert inside.squares == ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1), (9, 9))
    assert "outline of the district" in inside.edition
    assert ground([(1, 1)], 500, points=[(4, 4)]).squares == ((1, 1), (4, 4))
    assert ground([(1, 1), (2, 3)], 500).squares == tuple(
        (column, row) for column in (1, 2) for row in (1, 2, 3)
    )
    assert ground([], 500).squares == ()


def test_a_place_falls_into_its_square_of_the_national_grid() -> None:
    loughborough, nowhere = (-1.2062, 52.7721), (20.0, 10.0)

    assert squares_of([loughborough, nowhere], 1_000) == [(453, 319), None]


def test_areas_are_near_where_they_touch() -> None:
    boxes = [shapely.box(0, 0, 1, 1), shapely.box(1, 1, 2, 2), shapely.box(5, 5, 6, 6)]
    near = of_outlines(boxes)

    assert near.counts().tolist() == [2, 2, 1]
    assert near.islands() == [2]
    assert of_outlines([]).size == 0
