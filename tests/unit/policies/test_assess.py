"""Counting what coarsening hides: against counts made by hand and by another way."""

from __future__ import annotations

from collections import Counter
from itertools import product
from math import log2

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policies import assess as module
from policies.assess import LEVELS, Combination, assess

PLACES = {"lsoa": ["a", "a", "b", "b", "c", None], "msoa": ["x", "x", "x", "x", "y", None]}
TIMES = {"month": ["1", "1", "1", "2", "2", "2"]}


def of(found: module.Assessment, place: str, time: str, behaviour: str = "none") -> Combination:
    (one,) = (
        c for c in found.combinations if (c.place, c.time, c.behaviour) == (place, time, behaviour)
    )
    return one


def test_a_small_table_counted_by_hand() -> None:
    found = assess({"place": PLACES, "time": TIMES}, minimum=2)
    fine, coarse = of(found, "lsoa", "month"), of(found, "msoa", "none")

    assert (found.rows, found.top, found.compared_at) == (6, 4, "lsoa")
    assert (fine.k, fine.cells, fine.uniques) == (1, 5, 4)
    assert (fine.small_cells, fine.rows_in_small_cells) == (4, 4)
    assert fine.held_share == pytest.approx(4 / 6, abs=1e-6)
    assert (coarse.k, coarse.cells, coarse.uniques) == (1, 3, 2)
    assert of(found, "none", "none").k == 6


def test_what_is_not_given_is_named_and_leaving_a_column_out_is_always_there() -> None:
    found = assess({"place": PLACES, "time": TIMES})

    assert "place.point" in found.not_available
    assert "behaviour.sub" in found.not_available
    assert not {"place.lsoa", "time.month", "place.none"} & set(found.not_available)
    assert len(found.combinations) == 3 * 2 * 1


def test_loss_is_the_share_of_the_files_own_information() -> None:
    found = assess({"place": PLACES, "time": TIMES}, minimum=1)
    lsoa = 2 * (2 / 6) * log2(6 / 2) + 2 * (1 / 6) * log2(6)
    msoa = (4 / 6) * log2(6 / 4) + 2 * (1 / 6) * log2(6)

    assert of(found, "lsoa", "month").loss == 0
    # behaviour is not given: nothing of it can be lost
    assert of(found, "msoa", "month").loss == pytest.approx(1 - (msoa / lsoa + 2) / 3, abs=1e-6)
    assert of(found, "none", "none").loss == pytest.approx(2 / 3, abs=1e-6)


def test_usefulness_counts_the_foremost_places_and_shares_out_ties() -> None:
    """30 places, the first 20 with two rows; half of an area looks like the other half."""
    lsoa = [f"{number:02}" for number in range(30)] + [f"{number:02}" for number in range(20)]
    halves = ["low" if place < "15" else "high" for place in lsoa]
    found = assess({"place": {"lsoa": lsoa, "msoa": halves}}, minimum=2)

    assert found.top == 20
    assert of(found, "lsoa", "none").useful == 20
    assert of(found, "lsoa", "none").useful_when_held == 20
    # all 15 of the low half are among the foremost, and 5 of 15 of the other at a third of a chance
    assert of(found, "msoa", "none").useful == pytest.approx(15 + 5 / 3, abs=0.01)
    assert of(found, "none", "none").useful == pytest.approx(20 * 20 / 30, abs=0.01)


def test_without_a_place_nothing_is_found_and_where_all_is_held_nothing_is_either() -> None:
    timed = assess({"time": TIMES})
    held = assess({"place": PLACES}, minimum=100)

    assert (timed.compared_at, of(timed, "none", "month").useful) == (None, 0)
    assert of(held, "lsoa", "none").useful_when_held == 0
    assert of(held, "lsoa", "none").held_share == of(held, "lsoa", "none").loss == 1
    assert assess({"place": {"ward": ["v", "w"]}}).compared_at == "ward"


@pytest.mark.parametrize(
    "columns", [{}, {"place": {}}, {"place": {"lsoa": []}}, {"place": {"lsoa": ["a"], "msoa": []}}]
)
def test_columns_that_do_not_fit_are_refused(columns: dict[str, dict[str, list[str]]]) -> None:
    with pytest.raises(ValueError, match="one length"):
        assess(columns)


def test_it_is_a_document() -> None:
    document = assess({"place": PLACES}).document()

    assert document["rows"] == 6
    assert document["combinations"][0]["place"] == "lsoa"


def test_pairs_that_are_too_many_to_lay_out_are_numbered_in_their_order() -> None:
    """Far more pairs are thinkable than there are rows, and than ``_DENSE``."""
    apart = np.array([0, 2_999, 0, 5], dtype=np.int64)
    other = np.array([0, 2_999, 2_999, 0], dtype=np.int64)

    assert module._joined(apart, other).tolist() == [0, 3, 1, 2]


VALUES = st.sampled_from(["a", "b", "c", "d", None])


@settings(max_examples=30)
@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=40), st.integers(1, 6))
@pytest.mark.parametrize("dense", [True, False])
def test_every_combination_is_what_a_plain_count_says(
    dense: bool, rows: list[tuple[str | None, ...]], minimum: int
) -> None:
    place, time, what = (list(column) for column in zip(*rows, strict=True))
    columns = {"place": {"point": place}, "time": {"hour": time}, "behaviour": {"sub": what}}
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module, "_DENSE", 1 << 22 if dense else 0)
        found = assess(columns, minimum)

    assert len(found.combinations) == 8
    for levels in product(("point", "none"), ("hour", "none"), ("sub", "none")):
        kept = [level != "none" for level in levels]
        cells = Counter(
            tuple(value for value, keeps in zip(row, kept, strict=True) if keeps) for row in rows
        )
        small = [size for size in cells.values() if size < minimum]
        one = of(found, *levels)
        assert (one.k, one.cells) == (min(cells.values()), len(cells))
        assert one.uniques == sum(size == 1 for size in cells.values())
        assert (one.small_cells, one.rows_in_small_cells) == (len(small), sum(small))


def test_the_levels_are_those_of_the_issue() -> None:
    assert LEVELS["place"] == ("point", "lsoa", "msoa", "ward", "district", "none")
    assert LEVELS["time"] == ("hour", "day", "month", "quarter", "none")
    assert LEVELS["behaviour"] == ("sub", "behaviour", "area", "none")
