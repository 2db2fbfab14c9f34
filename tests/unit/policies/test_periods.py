"""Information periods and the day a return is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.periods import Quarter
from policies.pseudonym import LONDON
from tests.support.requirements import law

BEGAN = datetime(2007, 7, 1, tzinfo=LONDON)


@law("L09")
@pytest.mark.parametrize(
    ("instant", "name", "due"),
    [
        ("2026-09-30T22:59:59+00:00", "2026Q3", "2026-12-31"),
        ("2026-09-30T23:00:00+00:00", "2026Q4", "2027-03-31"),
        ("2007-07-01T12:00:00+00:00", "2007Q3", "2007-12-31"),
        ("2026-12-31T23:59:59+00:00", "2026Q4", "2027-03-31"),
        ("2027-01-01T00:00:00+00:00", "2027Q1", "2027-06-30"),
        ("2027-03-31T22:59:59+00:00", "2027Q1", "2027-06-30"),
        ("2027-03-31T23:00:00+00:00", "2027Q2", "2027-09-30"),
    ],
)
def test_a_period_is_of_london_and_due_by_the_end_of_the_next(
    instant: str, name: str, due: str
) -> None:
    quarter = Quarter.of(datetime.fromisoformat(instant))

    assert (quarter.name, quarter.due.isoformat()) == (name, due)


@law("L09")
@given(st.datetimes(datetime(2007, 7, 2), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_every_instant_lies_in_one_period_and_is_due_within_half_a_year(at: datetime) -> None:
    quarter = Quarter.of(at)
    day = at.astimezone(LONDON).date()

    assert quarter.first_day <= day < quarter.following.first_day
    assert at < quarter.ends <= quarter.due_ends
    assert quarter.due == quarter.following.following.first_day - timedelta(days=1)
    assert quarter.due_ends.astimezone(LONDON).date() == quarter.due + timedelta(days=1)
    assert Quarter.parse(quarter.name) == quarter < quarter.following
    assert quarter.following.previous == quarter


@law("L09")
def test_the_first_period_began_on_the_first_of_july_2007() -> None:
    assert Quarter.of(BEGAN).first_day == date(2007, 7, 1)
    with pytest.raises(ValueError, match="no information period"):
        Quarter.of(BEGAN - timedelta(seconds=1))


@pytest.mark.parametrize("name", ["2007Q2", "2026Q5", "2026q3", "26Q3", "2026Q33", "", "1999Q4"])
def test_what_is_no_period_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no information period"):
        Quarter.parse(name)
