"""The addresses of the analysts' pages: closed, and with defaults that show something."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from schemas.analysis_pages import (
    BehaviourQuestion,
    CompareQuestion,
    MapQuestion,
    OverviewQuestion,
    PlaceQuestion,
    QualityQuestion,
)


@pytest.mark.parametrize(
    "form", [OverviewQuestion, BehaviourQuestion, QualityQuestion, PlaceQuestion]
)
def test_a_page_asks_for_itself_and_takes_nothing_unknown(form: type[OverviewQuestion]) -> None:
    asked = form()

    assert (asked.subscription, asked.last) == (None, None)
    assert asked.kind == "asb_incident"
    for given in ({"colour": "red"}, {"last": "October"}, {"kind": "noise"}):
        with pytest.raises(ValidationError):
            form.model_validate_strings(given)


@pytest.mark.parametrize("given", [{"level": "none"}, {"period": "year"}, {"place": "Ada"}])
def test_a_page_of_places_is_of_areas_and_of_a_month_or_a_quarter(given: dict[str, str]) -> None:
    for form in (MapQuestion, CompareQuestion, PlaceQuestion):
        with pytest.raises(ValidationError):
            form.model_validate_strings(given)
    assert CompareQuestion.model_validate_strings({"level": "ward", "period": "quarter"})


def test_behaviours_are_those_of_the_typology() -> None:
    assert (
        BehaviourQuestion.model_validate_strings({"behaviour": "noise", "months": "3"}).months == 3
    )
    for given in ({"behaviour": "noises"}, {"area": "noise"}, {"months": "61"}):
        with pytest.raises(ValidationError):
            BehaviourQuestion.model_validate_strings(given)
