"""Beside what is hidden stands a mark, and under its table what each mark means."""

from __future__ import annotations

import pytest

from gateway.analysis.counting import Cell
from gateway.console.analysing.figures import value_of
from gateway.console.marks import MARK_SAYS, marks_in
from policies.audience import CountRule


def cell(rule: CountRule, count: int | None = None) -> Cell:
    """One cell of a published table."""
    return Cell("asb_incident", "2026-10", "all", None, count, rule.value)


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        ([cell(CountRule.HIDDEN)], "†"),
        ([cell(CountRule.LEFT_OUT)], "‡"),
        ([cell(CountRule.HIDDEN), cell(CountRule.ROUNDED, 25)], "¶"),
    ],
)
def test_what_is_hidden_carries_the_mark_of_its_rule(cells: list[Cell], mark: str) -> None:
    says = value_of(cells).says
    assert says.endswith(f" {mark}")
    assert marks_in([["Noise", says]]) == [(mark, MARK_SAYS[mark])]


def test_a_table_has_the_meaning_of_its_own_marks_alone() -> None:
    shown = value_of([cell(CountRule.ROUNDED, 25)]).says
    assert marks_in([["§ 17A", shown], ["¶", 3], []]) == []
    every = [[value_of([cell(one)]).says] for one in (CountRule.LEFT_OUT, CountRule.HIDDEN)]
    assert [mark for mark, _ in marks_in(every)] == ["†", "‡"]
