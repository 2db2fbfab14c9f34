"""Questions for counts: what fits together, and how months, periods and their names go."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.counted import (
    CountedPeriod,
    StatisticsQuestion,
    month_named,
    month_number,
    period_begins,
    period_named,
    whole_periods,
)

WHOLE = ("2026-02", "2026-11")


def question(**more: Any) -> StatisticsQuestion:
    given = {"subscription": "s", "first": "2026-01", "last": "2026-10"} | more
    return StatisticsQuestion.model_validate_strings(given)


@pytest.mark.parametrize(
    "more",
    [
        {"split": "hour"},
        {"split": "hour", "place": "none"},
        {"split": "hour", "place": "none", "period": "year", "measure": "change"},
        {"measure": "rolling_12", "period": "quarter"},
        {"measure": "rate", "place": "none"},
        {"measure": "change", "period": "whole"},
        {"behaviour": "no_such"},
        {"set": "beats", "place": "none"},
        {"on": "2021", "place": "none"},
        {"set": "beats", "on": "2021"},
        {"order": "desc"},
    ],
)
def test_what_makes_no_sense_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        question(**more)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        StatisticsQuestion(subscription="s", first="2026-10", last="2026-01")


def test_a_named_set_or_another_edition_is_no_filter() -> None:
    assert question(set="beats").is_plain
    assert question(on="2021").is_plain


def test_filters_take_several_values_and_a_plain_question_has_none() -> None:
    asked = question(kind="crime,asb_incident", split="hour", place="none", period="quarter")
    assert asked.is_plain
    assert len(asked.kind) == 2
    for name, value in (
        *(("nsir_class", "nuisance"), ("source", "a,b"), ("stage", "advice")),
        *(
            ("mapping_status", "mapped"),
            ("within", "E07000130"),
            ("area", "misuse_of_public_space"),
        ),
        *(("behaviour", "noise"), ("sub_behaviour", "noisy_neighbours")),
    ):
        assert not question(**{name: value}).is_plain


@pytest.mark.parametrize(
    ("period", "name", "begins", "whole"),
    [
        (CountedPeriod.MONTH, "2026-10", date(2026, 10, 1), WHOLE),
        (CountedPeriod.TWO_MONTHS, "2026-09/2026-10", date(2026, 9, 1), ("2026-03", "2026-10")),
        (CountedPeriod.QUARTER, "2026Q4", date(2026, 10, 1), ("2026-04", "2026-09")),
        (CountedPeriod.SIX_MONTHS, "2026H2", date(2026, 7, 1), None),
        (CountedPeriod.YEAR, "2026", date(2026, 1, 1), None),
        (CountedPeriod.WHOLE, "2026-02/2026-11", date(2026, 2, 1), WHOLE),
    ],
)
def test_a_period_has_a_name_and_only_whole_ones_count(
    period: CountedPeriod, name: str, begins: date, whole: tuple[str, str] | None
) -> None:
    assert period_named(month_number("2026-10"), period, WHOLE) == name
    assert period_begins(name) == begins
    assert whole_periods(*WHOLE, period) == whole
    assert month_named(month_number("2026-12") + 1) == "2027-01"
