"""A paged answer is the filter over the reader's own records, in order, whatever filter, sort and size."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest

from gateway.analysis.incidents import ask_for_incidents
from gateway.analysis.places.released import Shapes
from gateway.clock import LONDON
from schemas.analysis import IncidentQuestion, Sort
from schemas.released import DepersonalisedIncident
from tests.support.analysed import Analysed, analysed_gateway, own_records

pytestmark = pytest.mark.on_sqlite
FILTERS = ("kind", "nsir_class", "area", "behaviour", "sub_behaviour", "source", "mapping_status")
NAMED = {name: f"typology_{name}" for name in ("area", "behaviour", "sub_behaviour")}


@pytest.fixture(scope="module")
def analysed(store: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Analysed]:
    with analysed_gateway(tmp_path_factory.mktemp("home")) as made:
        yield made


@pytest.fixture(scope="module")
def own(analysed: Analysed) -> list[DepersonalisedIncident]:
    return own_records(analysed.gateway)


def instant(text: str | None) -> datetime | None:
    """The first instant of what a record says of a time."""
    if text is None:
        return None
    if "T" in text:
        return datetime.fromisoformat(text)
    if "Q" in text:
        year, quarter = text.split("Q")
        return datetime(int(year), 3 * int(quarter) - 2, 1, tzinfo=LONDON)
    parts = [int(part) for part in text.split("-")]
    return datetime(parts[0], parts[1], parts[2] if len(parts) > 2 else 1, tzinfo=LONDON)


def moment(record: DepersonalisedIncident, by: str) -> datetime:
    at = instant(record.reported)
    if by == "occurred":
        at = instant(record.occurred) or at
    return at or datetime(1970, 1, 1, tzinfo=UTC)


def fits(record: DepersonalisedIncident, asked: dict[str, Any], shapes: Shapes) -> bool:
    for name in FILTERS:
        values = asked.get(name)
        if values and getattr(record, NAMED.get(name, name)) not in values:
            return False
    place = record.place
    if asked.get("place") and place.code not in asked["place"]:
        return False
    if "bbox" in asked and not shapes.meets(place, asked["bbox"]):
        return False
    when = instant(record.occurred) or instant(record.reported)
    for name in ("first", "last"):
        if name in asked:
            if when is None:
                return False
            day = when.astimezone(LONDON).date()
            if (day < asked[name]) if name == "first" else (day > asked[name]):
                return False
    return True


def a_question(dice: Random, own: list[DepersonalisedIncident]) -> dict[str, Any]:
    asked: dict[str, Any] = {}
    for name in FILTERS:
        if dice.random() < 0.25:
            seen = sorted({getattr(one, NAMED.get(name, name)) for one in own} - {None})
            asked[name] = dice.sample(seen, min(len(seen), dice.randint(1, 3)))
    if dice.random() < 0.2:
        codes = sorted({one.place.code for one in own if one.place.level == "lsoa"} - {None})
        asked["place"] = [*dice.sample(codes, min(3, len(codes))), "E01000001"]
    points = [one.place for one in own if one.place.longitude is not None]
    if points and dice.random() < 0.2:
        a, b = dice.choice(points), dice.choice(points)
        xs, ys = sorted((a.longitude, b.longitude)), sorted((a.latitude, b.latitude))
        asked["bbox"] = (xs[0], ys[0], xs[1], ys[1])
    days = sorted(moment(one, "occurred").astimezone(LONDON).date() for one in own)
    ends = sorted((dice.choice(days), dice.choice(days)))
    given = zip(("first", "last"), ends, strict=True)
    asked |= {name: day for name, day in given if dice.random() < 0.25}
    if dice.random() < 0.8:
        asked["sort"] = dice.choice(list(Sort))
    return asked


def pages(analysed: Analysed, asked: dict[str, Any], limit: int) -> list[DepersonalisedIncident]:
    found: list[DepersonalisedIncident] = []
    after = None
    while True:
        question = IncidentQuestion(subscription="fire-17a", limit=limit, after=after, **asked)
        page = ask_for_incidents(analysed.desk(), question, "llr-fire", "fire-analyst")
        assert len(page.records) <= limit
        assert len(page.records) == limit or page.after is None
        found += page.records
        after = page.after
        if after is None:
            return found


def test_own_records_are_worth_filtering(own: list[DepersonalisedIncident]) -> None:
    assert len(own) > 150
    assert len({one.kind for one in own}) == len({one.source for one in own}) == 3
    assert {"map_point", "lsoa"} <= {one.place.level.value for one in own}


def test_a_box_finds_what_leaves_at_a_point_in_it_or_at_an_area_that_it_meets(
    analysed: Analysed, own: list[DepersonalisedIncident]
) -> None:
    dice, shapes = Random("boxes"), Shapes(analysed.gateway.house.reader)
    points = [one.place for one in own if one.place.longitude is not None]
    levels: Counter[str] = Counter()
    for _ in range(6):
        a, b = dice.choice(points), dice.choice(points)
        xs, ys = sorted((a.longitude, b.longitude)), sorted((a.latitude, b.latitude))
        asked = {"bbox": (xs[0], ys[0], xs[1], ys[1])}
        expected = {one.id for one in own if fits(one, asked, shapes)}
        assert {one.id for one in pages(analysed, asked, 60)} == expected
        levels.update(one.place.level.value for one in own if one.id in expected)
    assert levels["map_point"]
    assert 0 < levels["lsoa"] < 6 * sum(one.place.level.value == "lsoa" for one in own)


def test_a_paged_answer_is_the_filter_over_the_readers_own_records(
    analysed: Analysed,
    own: list[DepersonalisedIncident],
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    dice, shapes = Random("pages"), Shapes(analysed.gateway.house.reader)
    whole = [one.id for one in pages(analysed, {}, 1_000)]
    rank = {name: number for number, name in enumerate(whole)}
    asked_for, filled = count(400), 0
    for _ in range(asked_for):
        asked = a_question(dice, own)
        got = pages(analysed, asked, dice.choice((13, 60, 1_000)))
        expected = {one.id: one for one in own if fits(one, asked, shapes)}
        assert Counter(one.id for one in got) == Counter(expected.keys()), asked
        assert {one.id: one for one in got} == expected
        sort = Sort(asked.get("sort", Sort.RECORDED))
        by, falling = sort.value.removeprefix("-"), sort.value.startswith("-")
        keys = [
            (rank[one.id],) if by == "recorded" else (moment(one, by), rank[one.id]) for one in got
        ]
        assert keys == sorted(keys, reverse=falling), asked
        filled += bool(got)
    assert filled > asked_for // 3
    proved("pages-of-incidents", questions=asked_for, filled=filled, wrong=0)


def test_a_day_on_the_border_of_summer_time_is_a_day_of_london(analysed: Analysed) -> None:
    asked = {"first": date(2026, 10, 31), "last": date(2026, 10, 31)}
    got = pages(analysed, asked, 1_000)
    assert got
    before = pages(analysed, {"last": asked["first"] - timedelta(days=1)}, 1_000)
    assert {one.id for one in got}.isdisjoint(one.id for one in before)
