"""The wheel: what it shows, what stays open in it, and that one incident more or less goes unseen."""

from __future__ import annotations

import pytest

from policies.audience import CountRule
from policies.edition_history import published
from policies.edition_wheel import part_of_week, wheel_split, wheels_left_out
from policies.editions import Cell, Edition
from policies.second_world import next_edition
from tests.support.requirements import law
from tests.unit.policies.test_editions import ALL, JULY

ASB, CRIME = "asb_incident", "crime"


def wheel(kind: str = ASB, **parts: int) -> Edition:
    named = {name.replace("_", "."): number for name, number in parts.items()}
    return Edition({}, ALL, hours={(kind, "district"): named})


SPLIT = wheel_split(ASB, "district", wheel())


def test_an_hour_lies_in_a_part_of_the_week() -> None:
    slots = (0, 5, 6, 23, 24, 167, 168)
    assert [part_of_week(slot) for slot in slots] == [
        "mon.night",
        "mon.night",
        "mon.morning",
        "mon.evening",
        "tue.night",
        "sun.evening",
        "",
    ]


@law("L49")
def test_a_wheel_is_masked_and_stays_until_the_count_moved_by_eight() -> None:
    first = wheel(mon_night=3, tue_night=20, wed_night=4)
    second = wheel(mon_night=3, tue_night=27, wed_night=12)
    shown = published([first, second])

    assert shown[0][Cell(SPLIT, "mon.night")].shown == (None, CountRule.HIDDEN)
    assert [one[Cell(SPLIT, "tue.night")].shown.number for one in shown] == [20, 20]
    assert [one[Cell(SPLIT, "wed.night")].since for one in shown] == [1, 2]


@law("L50")
@pytest.mark.parametrize(
    ("editions", "left_out"),
    [
        ([wheel(mon_night=3, tue_night=4)], False),
        ([wheel(mon_night=3)], True),  # the exact total tells it
        ([wheel(mon_night=1, tue_night=1)], True),  # neither can lose its one
        ([wheel(mon_night=3, tue_night=20)], False),  # 19 is shown as 20 too
        ([wheel(mon_night=7, tue_night=22)], True),  # 23 would be seen, and 8
        ([wheel(CRIME, mon_night=3)], True),  # nobody else takes a shift up
        ([wheel(CRIME, mon_night=3, tue_night=4)], False),
        ([wheel(CRIME, mon_night=1, tue_night=1)], True),  # one less would be seen
        ([wheel(mon_night=3, tue_night=4), wheel(mon_night=3, tue_night=4)], False),
        ([wheel(mon_night=3, tue_night=4), wheel(mon_night=11, tue_night=4)], False),
        ([wheel(mon_night=12), wheel(mon_night=12)], False),
    ],
)
def test_a_wheel_is_left_out_where_it_gives_a_part_away(
    editions: list[Edition], left_out: bool
) -> None:
    assert bool(wheels_left_out(editions)) is left_out


def test_a_quarter_that_is_not_whole_has_no_wheel() -> None:
    made = next_edition([], {}, [JULY], {(ASB, "district"): {"mon.night": 3}})

    assert published([made]) == [{}]
    assert made.left_out == frozenset()


def test_an_edition_leaves_its_wheel_out_with_its_rule() -> None:
    made = next_edition([], {}, ALL, {(ASB, "district"): {"mon.night": 3}})

    assert made.left_out == {SPLIT}
