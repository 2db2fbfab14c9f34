"""Time limits by the calendar: the vectors of the law reference, and what must hold of any day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.clocks import answer_due, months_after, next_working_day, packaged_holidays
from tests.support.requirements import law

pytestmark = law("L39")
DAYS = st.dates(date(2025, 1, 1), date(2030, 6, 30))


@pytest.mark.parametrize(
    ("received", "due"),
    [
        (date(2027, 1, 31), date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2028, 1, 31), date(2028, 2, 29)),
        (date(2026, 11, 25), date(2026, 12, 29)),  # Christmas, a weekend, the day in its place
        (date(2026, 3, 3), date(2026, 4, 7)),  # Good Friday to Easter Monday
    ],
)
def test_an_answer_is_due_on_the_corresponding_day_or_the_next_that_is_worked(
    received: date, due: date
) -> None:
    assert answer_due(received).due == due


def test_a_complex_request_has_two_months_more_and_a_clarification_stops_the_clock() -> None:
    assert answer_due(date(2026, 11, 23), extended=True).due == date(2027, 2, 23)
    assert answer_due(date(2026, 11, 23), stopped_days=2).due == date(2026, 12, 29)
    with pytest.raises(ValueError, match="fewer than no days"):
        answer_due(date(2026, 11, 23), stopped_days=-1)


def test_a_day_beyond_the_list_of_holidays_says_so() -> None:
    assert answer_due(date(2030, 11, 1)).uncertain is None
    assert answer_due(date(2031, 3, 3)).uncertain == "holidays of 2031 are not in the list"


@given(DAYS)
def test_it_never_ends_on_a_day_off_nor_more_than_a_long_weekend_late(received: date) -> None:
    due = answer_due(received).due
    corresponding = months_after(received, 1)

    assert packaged_holidays().is_working_day(due)
    assert corresponding <= due <= corresponding + timedelta(days=4)
    assert due == next_working_day(corresponding, packaged_holidays())


@given(DAYS, st.integers(0, 30))
def test_whoever_asks_later_is_never_answered_earlier(received: date, days: int) -> None:
    assert answer_due(received).due <= answer_due(received + timedelta(days=days)).due
