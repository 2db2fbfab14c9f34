from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.faults import UnreadableError
from adapters.london_time import london_to_utc, month_start, time_reader, usable_format
from schemas.codes import TimePrecision

LONDON = ZoneInfo("Europe/London")
USUAL = time_reader(("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%d-%b-%Y %H:%M", "iso"))


def rule_broken_by(text: str) -> str:
    with pytest.raises(UnreadableError) as refused:
        USUAL(text)
    return refused.value.rule


@given(
    wall=st.datetimes(min_value=datetime(1996, 1, 1), max_value=datetime(2099, 12, 31))  # noqa: DTZ001
)
def test_every_time_is_the_one_of_the_time_zone_database(wall: datetime) -> None:
    there = wall.replace(tzinfo=LONDON)
    exists = there.astimezone(UTC).astimezone(LONDON).replace(tzinfo=None) == wall

    try:
        instant = london_to_utc(wall.replace(tzinfo=UTC))
    except UnreadableError as refused:
        assert (refused.rule, exists) == ("time.does_not_exist", False)  # noqa: PT017 - both outcomes are right
    else:
        assert exists
        assert instant == there.astimezone(UTC)


@pytest.mark.parametrize("year", range(1996, 2100))
def test_every_hour_around_the_turns_is_the_one_of_the_time_zone_database(year: int) -> None:
    for month in (3, 10):
        for hours in range(24 * 7 + 3):
            instant = datetime(year, month, 24, 22, 30, tzinfo=UTC) + timedelta(hours=hours)
            wall = instant.astimezone(LONDON)
            if wall.fold == 0:
                assert london_to_utc(wall.replace(tzinfo=UTC)) == instant


@pytest.mark.parametrize(
    ("text", "instant", "precision"),
    [
        ("31/10/2026 21:47", "2026-10-31T21:47:00+00:00", TimePrecision.MINUTE),
        ("01/07/2026 09:30:15", "2026-07-01T08:30:15+00:00", TimePrecision.MINUTE),
        ("1/7/2026 9:30", "2026-07-01T08:30:00+00:00", TimePrecision.MINUTE),
        ("01/07/2026", "2026-06-30T23:00:00+00:00", TimePrecision.DAY),
        ("25/10/2026 01:30", "2026-10-25T00:30:00+00:00", TimePrecision.MINUTE),
        ("25/10/2026 02:30", "2026-10-25T02:30:00+00:00", TimePrecision.MINUTE),
        ("01-nov-2026 01:20", "2026-11-01T01:20:00+00:00", TimePrecision.MINUTE),
        ("2026-07-01T09:30:00+01:00", "2026-07-01T08:30:00+00:00", TimePrecision.MINUTE),
        ("2026-07-01 09:30", "2026-07-01T08:30:00+00:00", TimePrecision.MINUTE),
        ("2026-07-01", "2026-06-30T23:00:00+00:00", TimePrecision.DAY),
    ],
)
def test_a_time_is_read_in_any_of_the_formats(
    text: str, instant: str, precision: TimePrecision
) -> None:
    read, exactness = USUAL(text)

    assert read.isoformat() == instant
    assert exactness is precision


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("yesterday", "time.unreadable"),
        ("31/02/2026 10:00", "time.unreadable"),
        ("01/01/2026 24:00", "time.unreadable"),
        ("٠١/٠١/٢٠٢٦ ١٠:٠٠", "time.unreadable"),
        ("29/03/2026 01:30", "time.does_not_exist"),
        ("01/01/0001 00:00", "time.out_of_range"),
        ("0001-01-01T00:00:00", "time.out_of_range"),
        ("0001-01-01T00:00:00+00:00", "time.out_of_range"),
        ("01/01/2150 00:00", "time.out_of_range"),
    ],
)
def test_a_time_that_cannot_be_used_names_the_rule(text: str, rule: str) -> None:
    assert rule_broken_by(text) == rule


@pytest.mark.parametrize(
    ("text", "instant"),
    [("2025-06", "2025-05-31T23:00:00+00:00"), ("2022-01-01", "2022-01-01T00:00:00+00:00")],
)
def test_a_month_begins_with_its_first_instant_in_england(text: str, instant: str) -> None:
    assert month_start(text).isoformat() == instant


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("June", "month.unreadable"),
        ("2025-13", "month.unreadable"),
        ("2025-00", "month.unreadable"),
        ("1888-08", "time.out_of_range"),
    ],
)
def test_a_month_that_cannot_be_used_names_the_rule(text: str, rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        month_start(text)

    assert refused.value.rule == rule


@pytest.mark.parametrize(
    ("form", "usable"),
    [
        ("iso", True),
        ("%d/%m/%Y", True),
        ("%d %b %Y", True),
        ("%d/%m/%y", False),
        ("%m/%Y", False),
        ("%d/%m/%b/%Y", False),
        ("%d/%d/%m/%Y", False),
        ("", False),
    ],
)
def test_a_format_must_name_a_day_a_month_and_a_year(form: str, usable: bool) -> None:
    assert usable_format(form) is usable
