"""Which periods the demonstration publishes counts of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from gateway.demo.story_analysis import closed_periods


@pytest.mark.parametrize(
    ("day", "periods"),
    [
        ((2026, 11, 26), ["2026Q2", "2026Q3", "2026-10"]),
        ((2026, 11, 13), ["2026Q2", "2026Q3"]),
        ((2026, 10, 14), ["2026Q1", "2026Q2", "2026-08"]),
        ((2026, 10, 16), ["2026Q2", "2026Q3"]),
        ((2027, 1, 10), ["2026Q2", "2026Q3", "2026-11"]),
        ((2027, 2, 20), ["2026Q3", "2026Q4", "2027-01"]),
    ],
)
def test_only_what_is_over_and_past_its_days_of_grace_is_published(
    day: tuple[int, int, int], periods: list[str]
) -> None:
    assert closed_periods(datetime(*day, 12, tzinfo=UTC)) == periods
