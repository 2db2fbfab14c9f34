"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from hypothesis import given
from hypothesis import strategies as st

from gateway.release.schedule import (
    JITTER,
    LONGEST,
    SHORTEST_AFTER_PRESSURE,
    WAITS,
    retry_after_seconds,
    wait_seconds,
)

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LOW, MIDDLE, HIGH = (
    lambda _size, drawn=drawn: drawn for drawn in (bytes(4), b"\x80\0\0\0", b"\xff" * 4)
)


def wait(tried: int, **more: object) -> int:
    """A wait after a plain failure, in the middle of chance."""
    said = {"status": 500, "timed_out": False, "retry_after": None, "now": NOW, "random": MIDDLE}
    return wait_seconds(tried, **(said | more))  # type: ignore[arg-type] # by name


def test_waits_follow_the_schedule_and_the_last_one_repeats() -> None:
    assert [wait(tried) for tried in range(1, 9)] == [*WAITS, WAITS[-1], WAITS[-1]]


@given(tried=st.integers(1, 100), drawn=st.binary(min_size=4, max_size=4))
def test_chance_moves_a_wait_by_a_fifth_at_most(tried: int, drawn: bytes) -> None:
    mean = WAITS[min(tried, len(WAITS)) - 1]

    waited = wait(tried, random=lambda _size: drawn)

    assert mean * (1 - JITTER) - 1 <= max(waited, 4)
    assert waited <= mean * (1 + JITTER) + 1


def test_chance_is_used_in_both_directions() -> None:
    assert wait(3, random=LOW) < wait(3, random=MIDDLE) < wait(3, random=HIGH)


@given(
    tried=st.integers(1, 50),
    status=st.sampled_from([None, 200, 301, 404, 429, 500, 503]),
    timed_out=st.booleans(),
    told=st.one_of(st.none(), st.text(), st.integers(0, 10**30).map(str)),
    drawn=st.binary(min_size=4, max_size=4),
)
def test_no_subscriber_can_make_us_hurry_or_wait_for_ever(
    tried: int, status: int | None, timed_out: bool, told: str | None, drawn: bytes
) -> None:
    waited = wait(
        tried,
        status=status,
        timed_out=timed_out,
        retry_after=told,
        random=lambda _size: drawn,
    )

    pressed = timed_out or status == 429
    assert (SHORTEST_AFTER_PRESSURE if pressed else 5) <= waited <= LONGEST


def test_retry_after_is_read_in_both_its_forms() -> None:
    at = format_datetime(NOW + timedelta(minutes=3), usegmt=True)

    assert retry_after_seconds(" 120 ", NOW) == 120
    assert retry_after_seconds(at, NOW) == 180
    assert retry_after_seconds(format_datetime(NOW - timedelta(days=1)), NOW) == 0
    for text in (None, "", "soon", "-5", "1.5", "٣", "Fri, 99 Foo 2026 00:00:00 GMT"):
        assert retry_after_seconds(text, NOW) is None
