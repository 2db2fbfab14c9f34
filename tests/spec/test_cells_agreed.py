"""What an agreement says of cells binds every request under it: k, and how fine a cell may be."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from schemas.cells import Cells
from schemas.sensitivity import Lane
from tests.support.law import DAY, agreement, law_115, record_class, request_115
from tests.support.requirements import law as requirement


def in_cells(minimum: int, place: str = "lsoa", time: str = "day", **terms: Any) -> set[str]:
    levels = Cells.model_validate({"place": place, "time": time})
    asked = request_115(lane=Lane.DEPERSONALISED, minimum_cell=minimum, cells=levels)
    decision = law_115(agreement(**terms)).decide(asked, record_class(), DAY)
    return {condition.id for condition in decision.unmet}


@requirement("L46")
@pytest.mark.parametrize(
    ("agreed", "asked", "refused"),
    [
        (5, 4, {"everywhere.minimum_cell_is_enough", "everywhere.minimum_cell_is_agreed"}),
        (5, 5, set()),
        (10, 9, {"everywhere.minimum_cell_is_agreed"}),
        (10, 10, set()),
        (10, 11, set()),
    ],
)
def test_no_request_asks_for_smaller_cells_than_the_agreement_has(
    agreed: int, asked: int, refused: set[str]
) -> None:
    assert in_cells(asked, minimum_cell=agreed) == refused


@requirement("L46")
@pytest.mark.parametrize(
    ("place", "time", "refused"),
    [
        ("ward", "month", False),
        ("district", "quarter", False),
        ("lsoa", "month", True),
        ("msoa", "month", True),
        ("ward", "day", True),
    ],
)
def test_no_request_asks_for_finer_cells_than_the_agreement_has(
    place: str, time: str, refused: bool
) -> None:
    agreed = {"place": "ward", "time": "month"}

    found = in_cells(5, place, time, cells=agreed)

    assert found == ({"everywhere.cells_are_agreed"} if refused else set())
    assert in_cells(5, place, time) == set()


def test_cells_are_no_question_for_who_is_named_or_counted() -> None:
    made = law_115(agreement(minimum_cell=10, cells={"place": "district", "time": "quarter"}))

    for lane in (Lane.PERSONAL, Lane.STATISTICS):
        assert made.decide(request_115(lane=lane), record_class(), DAY).releases
    with pytest.raises(ValidationError):
        agreement(minimum_cell=4)
