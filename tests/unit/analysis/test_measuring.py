"""Changes, rolling sums and rates, from shown cells alone: hidden where a part is, and saying why."""

from __future__ import annotations

import pytest

from gateway.analysis.counting import Cell
from gateway.analysis.measuring import (
    AREAS_CHANGED,
    NO_RESIDENTS,
    NOT_YET_TWELVE,
    NOTHING_BEFORE,
    NOTHING_HELD,
    Held,
    areas_changed,
    measured,
    reach,
)
from gateway.analysis.places.standing import Editions
from gateway.store.populations import Residents
from policies.audience import CountRule
from schemas.areas import EditionDates
from schemas.counted import (
    CountedPlace,
    StatisticsQuestion,
    month_named,
    month_number,
)

NOISE = "noise"
HIDDEN = CountRule.HIDDEN.value


def cell(period: str, count: int | None, place: str = "E05000001") -> Cell:
    rule = CountRule.OWN_COUNT.value if count is not None else HIDDEN
    return Cell("asb_incident", period, place, NOISE, count, rule)


def asked(measure: str, first: str, last: str, **more: str) -> StatisticsQuestion:
    given = {"subscription": "s", "place": "ward", "measure": measure, "first": first, "last": last}
    return StatisticsQuestion.model_validate_strings(given | more)


def held(first: str, last: str, starts: str = "2000-01-01") -> Held:
    dates = EditionDates.model_validate_strings(
        {"kind": "wards", "edition": "2023", "starts": starts}
    )
    months = range(month_number(first), month_number(last) + 1)
    return Held(
        frozenset(map(month_named, months)),
        areas_changed(CountedPlace.WARD, Editions.of([dates])),
        {"E05000001": [Residents(2_000, 2024, "ons"), Residents(1_000, 2022, "ons")]},
        CountRule.OWN_COUNT,
    )


def told(
    question: StatisticsQuestion, cells: list[Cell], of: Held
) -> list[tuple[str, int | None, float | None, float | None, str | None]]:
    made = measured(question, cells, (question.first, question.last), of)
    return [(one.period, one.count, one.value, one.percent, one.says) for one in made]


def test_a_change_is_against_the_period_before_and_says_why_it_cannot_be() -> None:
    question = asked("change", "2026-01", "2026-05")
    cells = [cell("2025-12", 4), cell("2026-01", 6), cell("2026-03", None), cell("2026-05", 3)]
    assert reach(question, "2026-01") == "2025-12"
    assert told(question, cells, held("2025-12", "2026-05")) == [
        ("2026-01", 6, 2.0, 50.0, None),
        ("2026-02", 0, -6.0, -100.0, None),
        ("2026-03", None, None, None, HIDDEN),
        ("2026-04", 0, None, None, HIDDEN),
        ("2026-05", 3, 3.0, None, NOTHING_BEFORE),
    ]
    assert told(question, cells[:2], held("2026-01", "2026-05"))[0][-1] == NOTHING_HELD
    changed = told(question, cells[:2], held("2025-12", "2026-05", "2026-01-10"))
    assert changed == [
        ("2026-01", 6, None, None, AREAS_CHANGED),
        ("2026-02", 0, -6.0, -100.0, None),
    ]


def test_a_quarter_is_held_against_the_same_quarter_a_year_before() -> None:
    question = asked("year_change", "2026-01", "2026-03", period="quarter")
    cells = [cell("2025Q1", 10), cell("2025Q4", 99), cell("2026Q1", 15)]
    assert reach(question, "2026-01") == "2025-01"
    assert told(question, cells, held("2025-01", "2026-03")) == [("2026Q1", 15, 5.0, 50.0, None)]


@pytest.mark.parametrize("hidden", [None, "2025-06"])
def test_twelve_months_roll(hidden: str | None) -> None:
    question = asked("rolling_12", "2026-01", "2026-03")
    months = [month_named(month_number("2025-02") + at) for at in range(14) if at != 11]
    cells = [cell(one, None if one == hidden else 2) for one in months]
    assert reach(question, "2026-01") == "2025-02"
    found = told(question, cells, held("2025-02", "2026-03"))
    says = HIDDEN if hidden else None
    values = (22.0, 22.0, 22.0)
    assert found == [
        (month, count, None if hidden else value, None, says)
        for month, count, value in zip(
            ("2026-01", "2026-02", "2026-03"), (0, 2, 2), values, strict=True
        )
    ]
    assert told(question, cells, held("2025-03", "2026-03"))[0][-1] == NOT_YET_TWELVE
    assert told(question, cells, held("2025-02", "2026-03", "2025-09-01"))[0][-1] == AREAS_CHANGED


def test_a_rate_is_made_with_the_residents_of_its_year_or_the_last_before_it() -> None:
    question = asked("rate", "2022-01", "2026-12", period="year")
    cells = [cell("2023", 4), cell("2025", 4), cell("2021", 4), cell("2026", 4, "E05000002")]
    assert told(question, cells, held("2021-01", "2026-12")) == [
        ("2023", 4, 4.0, None, "residents 2022, ons"),
        ("2025", 4, 2.0, None, "residents 2024, ons"),
        ("2021", 4, 4.0, None, "residents 2022, ons"),
        ("2026", 4, None, None, NO_RESIDENTS),
    ]
    assert measured(
        asked("count", "2026-01", "2026-01"), cells, ("", ""), held("2026-01", "2026-01")
    )
