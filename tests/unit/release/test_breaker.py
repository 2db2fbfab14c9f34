"""A subscriber that keeps failing is left alone, then asked once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.release.breaker import ENOUGH, IN_A_ROW, LONGEST, RATIO, SHORTEST, Breaker


def test_several_failures_in_a_row_open_it_and_each_further_one_doubles_the_time() -> None:
    breaker = Breaker()
    opened = [breaker.failed(number) for number in range(1, IN_A_ROW + 8)]

    assert opened[: IN_A_ROW - 1] == [None] * (IN_A_ROW - 1)
    assert opened[IN_A_ROW - 1 : IN_A_ROW + 2] == [SHORTEST, 2 * SHORTEST, 4 * SHORTEST]
    assert opened[-1] == LONGEST


def test_one_success_closes_it() -> None:
    breaker = Breaker()
    for number in range(1, IN_A_ROW + 1):
        breaker.failed(number)
    for _ in range(ENOUGH):
        breaker.succeeded()

    assert breaker.failed(1) is None


@given(st.lists(st.booleans(), max_size=60))
def test_it_opens_where_most_of_the_last_attempts_failed_and_never_else(fates: list[bool]) -> None:
    breaker, last, in_a_row = Breaker(), list[bool](), 0
    for fate in fates:
        in_a_row = 0 if fate else in_a_row + 1
        last = [*last, fate][-20:]
        if fate:
            breaker.succeeded()
            continue
        opened = breaker.failed(in_a_row)
        most = len(last) >= ENOUGH and last.count(False) / len(last) >= RATIO
        assert (opened is not None) == (in_a_row >= IN_A_ROW or most)
