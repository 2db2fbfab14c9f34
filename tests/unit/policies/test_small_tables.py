"""Paragraphs 6, 9 and 10: exclusions only as a table that hides the few; of a postcode the outward part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.exclusions import HIDDEN, Exclusion, ExclusionCell, exclusions_table
from policies.outcode import outcode
from tests.support.requirements import law


def exclusion(**more: object) -> Exclusion:
    said = {
        "age": 13,
        "gender": "female",
        "school_name": "Example High",
        "school_address": "Example Road",
        "reason": "PP",
    }
    return Exclusion.model_validate(said | more)


@law("L15")
@pytest.mark.parametrize(
    ("count", "shown"), [(1, HIDDEN), (7, HIDDEN), (8, "10"), (12, "10"), (13, "15")]
)
def test_exclusions_leave_as_counts_and_the_few_are_hidden(count: int, shown: str) -> None:
    cells = exclusions_table([exclusion()] * count)

    assert [cell.number for cell in cells] == [shown]


@law("L15")
@given(st.lists(st.sampled_from([exclusion(), exclusion(age=14), exclusion(gender="male")])))
def test_no_hidden_count_can_be_taken_off_another(rows: list[Exclusion]) -> None:
    cells = exclusions_table(rows)
    shown = {(cell.age, cell.gender): cell.number for cell in cells}

    assert set(ExclusionCell.model_fields) == {*Exclusion.model_fields, "number"}
    for key in {(row.age, row.gender) for row in rows}:
        true = sum((row.age, row.gender) == key for row in rows)
        # seven counts look alike, or five: and no total stands beside them
        assert shown[key] == HIDDEN if true <= 7 else shown[key] == str((true + 2) // 5 * 5)
    assert len(shown) == len(cells)


@law("L14")
@pytest.mark.parametrize(
    ("postcode", "left"),
    [
        ("LE11 2TZ", "LE11"),
        ("le11 9zz", "LE11"),
        ("M1 9ZZ", "M1"),
        ("W1A9ZZ", "W1A"),
        ("SW1A 9ZZ", "SW1A"),
        ("EC1 9ZZ", "EC1"),
    ],
)
def test_of_a_postcode_the_outward_part_is_left(postcode: str, left: str) -> None:
    assert outcode(postcode) == left


@law("L14")
@pytest.mark.parametrize(
    "text",
    ["", "LE11", "LE11 2T", "LE11 2TZZ", "LE111 2TZ", "9ZZ", "LE11-2TZ", "1 High St LE11 2TZ"],
)
def test_what_is_malformed_is_suppressed(text: str) -> None:
    assert outcode(text) is None
