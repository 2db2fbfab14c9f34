"""Which looks at records stand out (Q7)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from policies.looks import FLAG_SAYS, Flag, Look, flags_of
from schemas.consulting import ReasonCode

LONDON = ZoneInfo("Europe/London")
AT = datetime(2026, 11, 23, 10, 0, tzinfo=LONDON)


def look(leaf: int = 1, **more: Any) -> Look:
    given: dict[str, Any] = {
        "leaf": leaf,
        "at": AT,
        "account": "ig-lead",
        "reason": ReasonCode.SUBJECT_ACCESS,
        "case": "sar-1",
        "number": 1,
    }
    return Look(**{**given, **more})


def test_a_look_at_one_record_for_a_case_in_working_hours_stands_out_by_nothing() -> None:
    assert flags_of([look(), look(2, reason=ReasonCode.AUDIT, case=None)]) == {}


@pytest.mark.parametrize(
    ("at", "out"),
    [
        (AT.replace(hour=7), False),
        (AT.replace(hour=6, minute=59), True),
        (AT.replace(hour=18, minute=59), False),
        (AT.replace(hour=19), True),
        (datetime(2026, 11, 21, 10, tzinfo=LONDON), True),
        (datetime(2026, 12, 25, 10, tzinfo=LONDON), True),
    ],
)
def test_out_of_hours_is_by_the_clock_and_the_calendar_of_england(
    at: datetime, *, out: bool
) -> None:
    assert flags_of([look(at=at)]) == ({1: (Flag.OUT_OF_HOURS,)} if out else {})


def test_a_case_that_the_reason_needs_is_missed() -> None:
    assert flags_of([look(case=None)]) == {1: (Flag.WITHOUT_CASE,)}


def test_many_at_once_or_in_one_day_by_one_account() -> None:
    assert flags_of([look(number=50)]) == {}
    assert flags_of([look(number=51)]) == {1: (Flag.MASS,)}
    day = [look(n, number=40, at=AT + timedelta(minutes=n)) for n in range(1, 4)]
    assert flags_of(day) == {3: (Flag.MASS,)}
    searched = look(4, number=0, at=AT + timedelta(minutes=9))
    other = look(5, number=40, account="other", at=AT + timedelta(minutes=10))
    tomorrow = look(6, number=40, at=AT + timedelta(days=1, minutes=3))
    assert flags_of([*day, searched, other, tomorrow]) == {3: (Flag.MASS,)}


def test_every_flag_has_its_sentence() -> None:
    assert set(FLAG_SAYS) == set(Flag)
