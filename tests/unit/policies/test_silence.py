"""When a feed is silent, and when its quarantine grows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from policies.silence import grows, silent_since

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def heard(*days_ago: float) -> list[datetime]:
    return [NOW - timedelta(days=one) for one in days_ago]


@pytest.mark.parametrize(
    ("days_ago", "late"),
    [
        ((), None),
        ((90, 60), None),
        ((5, 4, 3), None),
        ((8, 7, 6), 3),
        ((30, 23, 16), None),
        ((50, 43, 36), 15),
        ((2.2, 2.1, 2.05), 0.05),
        ((1.2, 1.1, 1), None),
    ],
)
def test_who_was_not_heard_for_three_times_its_pause_is_silent(
    days_ago: tuple[float, ...], late: float | None
) -> None:
    since = silent_since(heard(*days_ago), NOW)
    if late is None:
        assert since is None
    else:
        assert since is not None
        assert abs(since - (NOW - timedelta(days=late))) < timedelta(minutes=5)


def test_growth_is_told_from_ten_rows_that_are_more_than_before() -> None:
    assert grows(10, 9)
    assert not grows(9, 0)
    assert not grows(10, 10)
