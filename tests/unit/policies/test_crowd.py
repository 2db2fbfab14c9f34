"""Paragraph 7 beside paragraph 8: somebody who holds both files finds no pair."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from policies.crowd import Level, Spot, Told, cell_of, levels, part_of_day
from schemas.returns import Change
from tests.support.requirements import law

CROWD = 5


def told(
    hour: int | None = 21,
    ward: str | None = "E05000001",
    district: str | None = "E07000130",
    date: str = "2026-08-01",
    change: Change = Change.ORIGINAL,
    *,
    hate: bool = False,
) -> Told:
    return Told(change, "2026Q3", (Spot(date, hour, ward, district, hate),))


def test_parts_of_the_day_are_four() -> None:
    assert [part_of_day(hour) for hour in (0, 5, 6, 18, 23, None)] == [
        *("00:00/06:00", "00:00/06:00", "06:00/12:00", "18:00/24:00", "18:00/24:00"),
        None,
    ]


def test_a_racial_row_among_five_is_told_by_ward_and_part_of_the_day() -> None:
    assert levels([told()], [told(hour=18 + n) for n in range(5)], CROWD) == [Level.PART_WARD]


def test_a_racial_row_is_coarsened_until_five_fit_and_else_stays() -> None:
    race = [told()]
    elsewhere = [told(ward="E05000002")] * 4
    morning = [told(hour=3)] * 4
    other_district = [told(district="E07000131", ward="E05000009")] * 4

    assert levels(race, [told(), *elsewhere], CROWD) == [Level.PART_DISTRICT]
    assert levels(race, [told(), *morning], CROWD) == [Level.DAY_DISTRICT]
    assert levels(race, [told(), *other_district], CROWD) == [Level.DAY]
    assert levels(race, [told()] * 4, CROWD) == [None]


def test_two_racial_rows_of_one_cell_need_twice_the_crowd() -> None:
    assert levels([told()] * 2, [told()] * 9, CROWD) == [None, None]
    assert levels([told()] * 2, [told()] * 10, CROWD) == [Level.PART_WARD] * 2


def test_what_a_row_does_not_know_is_no_crowd_for_it() -> None:
    others = [told(hour=None, ward=None)] * 5

    assert levels([told()], others, CROWD) == [Level.DAY_DISTRICT]
    assert levels([told(district=None)], others, CROWD) == [Level.DAY]


def test_a_change_hides_among_changes_that_moved_alike() -> None:
    late = told(change=Change.LATE)
    revised = Told(Change.REVISED, "2026Q3", (*told().spots, *told(hour=3).spots))
    still = Told(Change.REVISED, "2026Q3", told().spots * 2)

    assert levels([late], [told()] * 9, CROWD) == [None]
    assert levels([late], [late] * 5, CROWD) == [Level.PART_WARD]
    assert levels([revised], [still] * 9, CROWD) == [Level.DAY_DISTRICT]
    assert levels([revised], [revised] * 5, CROWD) == [Level.PART_WARD]


def test_what_was_told_before_is_told_again_at_the_same_level_or_not_at_all() -> None:
    fits = [told()] * 5

    assert levels([told()], fits, CROWD, [Level.DAY]) == [Level.DAY]
    assert levels([told()] * 2, fits * 2, CROWD, [None, Level.PART_DISTRICT]) == [
        Level.PART_WARD,
        Level.PART_DISTRICT,
    ]
    assert levels([told()], [told(ward="E05000002")] * 9, CROWD, [Level.PART_WARD]) == [None]


def test_a_row_whose_category_says_hate_hides_among_such_rows_only() -> None:
    hate = told(hate=True)

    assert levels([hate], [hate, *[told()] * 9], CROWD) == [None]
    assert levels([hate], [hate] * 5, CROWD) == [Level.PART_WARD]
    assert levels([told()], [told(), *[hate] * 9], CROWD) == [None]


def test_what_is_known_of_nothing_fits_nowhere() -> None:
    nothing = Told(Change.RETRACTED, "2026Q3", ())

    assert levels([nothing], [nothing] * 9, CROWD) == [None]


HOURS = st.sampled_from([None, 1, 4, 9, 20])
WARDS = st.sampled_from([None, "E05000001", "E05000002"])
DAYS = st.sampled_from(["2026-08-01", "2026-08-02"])
ROWS = st.builds(told, hour=HOURS, ward=WARDS, date=DAYS)


@law("L12", "L48")
@given(st.lists(ROWS, max_size=4), st.lists(ROWS, max_size=40))
def test_an_intruder_with_both_files_finds_five_rows_for_each_racial_one(
    race: list[Told], more: list[Told]
) -> None:
    others = [*race, *more]
    for one, level in zip(race, levels(race, others, CROWD), strict=True):
        if level is None:
            continue
        seen = cell_of(one, level)
        # he knows of each other row its hour, ward and day, and keeps those that fit what was told
        fits = [row for row in others if cell_of(row, level) == seen]
        alike = [row for row in race if cell_of(row, level) == seen]
        assert seen is not None
        assert len(fits) >= CROWD * len(alike)
