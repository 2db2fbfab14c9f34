"""Link proposals: what is evidence, what is none, one to one, and how many there are about."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from gateway.analysis.links.chance import Gaps
from gateway.analysis.links.declared import packaged_parameters
from gateway.analysis.links.estimated import estimate, overall
from gateway.analysis.links.events import Event, agreement_on_behaviour
from gateway.analysis.links.scored import Compared, Pair, compare

DAY, TOLD = 20_000, packaged_parameters()
NOISE = {"typology_area": "nuisance", "behaviour": "noise", "sub": "music"}


def event(name: str = "a", hour: int | None = 20, day: int = 0, **more: Any) -> Event:
    """A loud party at a map point, unless told otherwise."""
    at = None if hour is None else (DAY + day) * 24 + hour
    fields = {"point": (1000.0, 1000.0), "area": "one", **NOISE, **more}
    return Event(name, at, DAY + day, **fields)


def spread(name: str) -> list[Event]:
    """Forty others elsewhere and at other times."""
    return [
        event(
            f"{name}{n}",
            n % 24,
            n,
            point=(9000.0 + 900 * n, 5000.0),
            area=f"far-{n}",
            keys=frozenset({("uprn", f"{name}{n}".encode())}),
        )
        for n in range(2, 42)
    ]


def best(one: Event, other: Event) -> Pair | None:
    """The pair of two among many that are alike to neither."""
    found = compare([one, *spread("x")], [other, *spread("y")[1:]])
    return next((pair for pair in found.pairs if (pair.one, pair.other) == (0, 0)), None)


def test_the_declared_shares_of_each_evidence_leave_room_for_what_is_not_compared() -> None:
    for levels in (
        [TOLD.same_point, TOLD.near_point, TOLD.point_in_area],
        [m for _, m in TOLD.hours],
        [m for _, m in TOLD.days],
        TOLD.subs.values(),
        TOLD.behaviours.values(),
    ):
        assert 0.9 <= sum(levels) <= 1 + 1e-9
    assert TOLD.hours[-1][0] == TOLD.most_hours
    assert TOLD.version


def test_a_rare_place_weighs_more_than_an_area_and_a_key_more_than_nothing() -> None:
    same = best(event(), event())
    near = best(event(), event(point=(1100.0, 1100.0)))
    beside = best(event(), event(point=(3000.0, 1000.0)))
    by_area = best(event(), event(point=None))
    keyed = best(
        event(keys=frozenset({("uprn", b"k")})),
        event(area="else", point=None, keys=frozenset({("uprn", b"k")})),
    )
    against = best(event(keys=frozenset({("uprn", b"k")})), event(keys=frozenset({("uprn", b"l")})))

    assert same is not None
    assert near is not None
    assert beside is not None
    assert by_area is not None
    assert keyed is not None
    assert against is not None
    assert same.space > near.space
    assert min(same.space, by_area.space, keyed.space) > beside.space
    assert keyed.by_key
    assert not same.by_key
    assert same.space - against.space == pytest.approx(-math.log(1 - TOLD.same_key))
    assert best(event(), event(point=(9e5, 9e5), area="else")) is None
    assert best(event(), event(point=None, area=None)) is None


def test_two_ways_to_name_a_home_and_two_telephones_are_nothing_against() -> None:
    plain = best(event(), event())
    for one, other in (("uprn", "address"), ("phone", "phone")):
        pair = best(event(keys=frozenset({(one, b"1")})), event(keys=frozenset({(other, b"2")})))
        assert pair is not None
        assert plain is not None
        assert pair.space == pytest.approx(plain.space)


def test_close_times_weigh_more_and_far_ones_are_not_compared() -> None:
    weights = [best(event(hour=12), event(hour=12 + gap)) for gap in (0, 2, 9)]
    days = [best(event(hour=None), event(hour=None, day=gap)) for gap in (0, 1, 3)]

    for told in (weights, days):
        times = [pair.time for pair in told if pair is not None]
        assert times == sorted(times, reverse=True)
        assert len(times) == 3
    assert best(event(), event(day=4)) is None
    assert best(event(hour=None), event(day=4)) is None


@pytest.mark.parametrize(
    ("other", "level"),
    [
        ({}, "same_sub"),
        ({"sub": None}, "same_behaviour"),
        ({"behaviour": "dogs", "sub": None, "others": frozenset({"noise"})}, "compatible"),
        ({"behaviour": "dogs", "sub": None}, "same_area"),
        ({"behaviour": "litter", "typology_area": "environment", "sub": "x"}, "different"),
        ({"behaviour": None, "sub": None}, None),
    ],
)
def test_levels_of_agreement_on_behaviour(other: dict[str, Any], level: str | None) -> None:
    assert agreement_on_behaviour(event(), event(**other)) == level
    pair = best(event(), event(**other))
    assert pair is not None
    assert (pair.behaviour == 0.0) is (level is None)


def test_a_record_that_fits_two_is_neither_for_certain_and_proposals_are_one_to_one() -> None:
    ones, others = [event(), *spread("x")], [event("b"), event("c"), *spread("y")]
    one, two = compare(ones, [others[0], *others[2:]]), compare(ones, others)

    assert one.proposals(0.9)[0][0].other == 0
    among_two = [p for pair, p in zip(two.pairs, two.probabilities, strict=True) if pair.one == 0]
    assert sum(among_two) <= 1
    assert max(among_two) <= 0.5 + 1e-9
    taken = two.proposals(0.0)
    assert len({pair.one for pair, _ in taken}) == len(taken)
    assert len({pair.other for pair, _ in taken}) == len(taken)


def test_nothing_to_compare_is_about_none() -> None:
    for ones, others in (([], []), ([event()], []), ([], [event()])):
        found = compare(ones, others)
        assert found.pairs == ()
        assert estimate(found, 0).about == 0
        assert overall({("a", "b"): found}, 0).high == 0


def test_the_number_is_said_with_its_interval_and_no_more_than_there_are() -> None:
    same = [event(f"a{n}", 12, n, point=(n * 2000.0, 0.0), area=f"w{n}") for n in range(30)]
    found = compare(same, same)
    told = estimate(found, 30)

    assert 25 <= told.about <= 30
    assert told.low <= told.about <= told.high <= 30
    assert "About" in told.says(30)
    assert "95 % interval" in told.says(30)


def test_three_records_of_one_event_are_two_repetitions() -> None:
    pairs = (Pair(0, 0, 1.0, 1.0, 1.0, by_key=False),)
    sure = Compared(pairs, np.array([1.0]), 0.5, np.array([9.0]))
    three = {("a", "b"): sure, ("a", "c"): sure, ("b", "c"): sure}
    elsewhere = Compared((Pair(0, 7, 1, 1, 1, by_key=False),), sure.probabilities, 0.5, sure.ratios)

    assert overall(three, 90).about == round(2 / TOLD.within)
    assert overall(three | {("b", "c"): elsewhere}, 90).about == round(3 / TOLD.within)
    assert overall({("a", "b"): sure, ("b", "c"): sure}, 90).about == round(2 / TOLD.within)


def test_chance_gaps_keep_the_hour_of_day_and_hold_no_event_twice() -> None:
    nightly = np.array([day * 24 + 22 for day in range(60)], dtype=np.int64)
    gaps = Gaps(nightly, nightly, 168)
    short = Gaps(nightly[:5], nightly[:5], 168)

    assert gaps.between(-1, 1) == pytest.approx(1 / 60, rel=0.1)
    assert gaps.between(1, 3) < gaps.between(-1, 1) / 2
    assert short.between(-1, 1) == pytest.approx(3 / 97)
    assert Gaps(nightly[:0], nightly, 168).between(-1, 1) == 1.0
