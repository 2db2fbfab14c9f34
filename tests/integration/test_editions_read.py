"""What is read from an edition: parts of a split left out are hidden, and are no zero to a measure."""

from __future__ import annotations

from gateway.analysis.counting import Cell
from gateway.analysis.editions_read import unnamed_parts
from tests.support.requirements import law

ASB = "asb_incident"


def cell(period: str, behaviour: str | None, count: int | None, rule: str) -> Cell:
    return Cell(ASB, period, "E06", behaviour, count, rule)


@law("L52")
def test_a_part_that_another_period_names_is_hidden_where_the_split_was_left_out() -> None:
    cells = [
        cell("2026-07", "noise", 20, "rounded_to_5"),
        cell("2026-07", "litter", None, "hidden_1_to_7"),
        cell("2026-08", None, None, "split_left_out"),
    ]
    assert {(c.period, c.behaviour, c.count, c.rule) for c in unnamed_parts(cells)} == {
        ("2026-08", "noise", None, "split_left_out"),
        ("2026-08", "litter", None, "split_left_out"),
    }
    assert unnamed_parts(cells[2:]) == []
