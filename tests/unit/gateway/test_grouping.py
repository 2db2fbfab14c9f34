"""Figures added up by areas: what has a hidden part is hidden, what nobody may know is no zero."""

from __future__ import annotations

from gateway.analysis.counting import Cell
from gateway.analysis.grouping import Grouping
from policies.audience import CountRule

OUT, HIDDEN, ROUNDED = (
    one.value for one in (CountRule.LEFT_OUT, CountRule.HIDDEN, CountRule.ROUNDED)
)
GROUPS = Grouping("Two", "two", {"n": "North"}, {"A": "n", "B": "n"}, {"n": "3 % lies elsewhere"})


def cell(
    place: str | None, part: str | None, count: int | None, rule: str, period: str = "2026-09"
) -> Cell:
    return Cell("crime", period, place, part, count, rule, "2026q3.1")


def test_a_hidden_part_hides_the_sum_and_says_by_which_rule() -> None:
    found = GROUPS.cells(
        [
            cell("A", "arson", 10, ROUNDED),
            cell("B", "arson", 15, ROUNDED),
            cell("A", "noise", 20, ROUNDED),
            cell("B", "noise", None, HIDDEN),
            cell("C", "noise", 40, ROUNDED),
            cell(None, "noise", 5, ROUNDED),
        ]
    )
    assert {(one.place, one.behaviour, one.count, one.rule) for one in found} == {
        ("n", "arson", 25, ROUNDED),
        ("n", "noise", None, HIDDEN),
        (None, "noise", 5, ROUNDED),
    }


def test_parts_left_out_without_their_names_leave_no_part_of_the_area_known() -> None:
    found = GROUPS.cells(
        [
            cell("A", "arson", 10, ROUNDED),
            cell("B", None, None, OUT),
            cell("A", "arson", 10, ROUNDED, "2026-10"),
        ]
    )
    shown = {(one.period, one.behaviour): (one.count, one.rule) for one in found}
    assert shown["2026-09", "arson"] == (None, OUT)
    assert shown["2026-10", "arson"] == (10, ROUNDED)


def test_what_lies_elsewhere_stands_beside_whatever_else_is_said() -> None:
    told = GROUPS.told([cell("n", None, 10, ROUNDED)._replace(says="residents 2024, x")])
    assert told[0].says == "residents 2024, x; 3 % lies elsewhere"
