"""What the partnership is told is true of ties, of nothing, of the hidden and of what has no rate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import factorial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.counting import Cell
from gateway.analysis.partnership.compared import are_some_worse, is_one_worse
from gateway.analysis.partnership.figures import Figures, by_chance, is_beyond_chance
from gateway.analysis.partnership.periods import last_closed, last_meeting
from gateway.analysis.partnership.places_with_most import (
    CATEGORY,
    most_arson,
    most_criminal_damage,
)
from gateway.analysis.partnership.questions import QUESTIONS
from gateway.analysis.partnership.side_by_side import is_asb_bigger
from gateway.analysis.partnership.since import what_changed
from gateway.analysis.partnership.tables import Asked, Groups, Residents, Told
from gateway.analysis.partnership.words import listed
from schemas.counted import CountedPlace
from schemas.partnership import PartnershipName, PartnershipQuestion

TODAY = date(2026, 11, 26)
ASB, CRIME = "asb_incident", "crime"
OWN, HIDDEN = "own_count", "hidden_1_to_7"
NOW = "2026-10"


def cell(
    place: str | None, count: int | None, kind: str = ASB, month: str = NOW, what: str | None = None
) -> Cell:
    return Cell(kind, month, place, what, count, HIDDEN if count is None else OWN)


def asked(
    cells: Mapping[str, Iterable[Cell]], *, area: str | None = None, top: int = 5, **more: Any
) -> Asked:
    question = PartnershipQuestion(subscription="fire-17a", months=1, area=area, top=top)
    figures = {name: Figures.of(one, published=False) for name, one in cells.items()}
    return Asked(question, figures, last_closed(TODAY, 1), **more)


TOWNS = Groups("Towns", "own", {"u": "Urban", "r": "Rural"}, {"A": "u", "B": "u", "C": "r"})
LIVING = Residents("census, invented", {"A": 1_000, "B": 1_000, "C": 4_000})
HOMES = Residents("census, invented", {"a": 1_000, "b": 1_000, "c": 4_000})


def first(told: Told) -> str:
    return told.sentences[0]


# ------------------------------------------------------------------------------- communities
@pytest.mark.parametrize(
    ("counts", "residents", "says"),
    [
        (
            {"A": 30, "B": 30, "C": 10},
            LIVING,
            "Urban had most, 30.0 per 1,000 residents, and Rural",
        ),
        ({"A": 30, "B": 30, "C": 10}, LIVING, "more apart than chance explains"),
        ({"A": 1, "C": 1}, LIVING, "no further apart than chance explains"),
        ({"A": 4, "B": 4, "C": 16}, LIVING, "all had 4.0 per 1,000 residents"),
        ({}, LIVING, "none at all"),
        ({"A": None, "C": 10}, LIVING, "1 of 2 figures are hidden"),
        ({"A": None, "C": 10}, LIVING, "there is no other to compare it with"),
        ({"A": None, "C": None}, LIVING, "every figure is hidden"),
        ({"A": 30, "C": 10}, None, "Urban had most, 30, of 40 in 2 areas"),
        ({"A": 10, "C": 10}, None, "Rural and Urban had most, 10 each, of 20"),
    ],
)
def test_communities_are_compared_by_their_residents_and_never_beyond_what_is_known(
    counts: dict[str, int | None], residents: Residents | None, says: str
) -> None:
    cells = [cell(place, count) for place, count in counts.items()]
    told = are_some_worse(asked({"counted": cells}, groups=TOWNS, residents=residents))

    assert says in first(told)
    assert any("no rates" in one for one in told.sentences) is (residents is None)
    rows = {row["area"]: row for row in told.tables[0].records() if row["kind"] == ASB}
    assert rows.keys() == {"u", "r"}


def test_a_range_of_a_hidden_sum_is_what_the_rule_says_of_it() -> None:
    cells = [cell("A", None), cell("B", 10), cell("C", 3)]
    told = are_some_worse(asked({"counted": cells}, groups=TOWNS, residents=LIVING))
    rows = {row["area"]: row for row in told.tables[0].records() if row["kind"] == ASB}

    assert (rows["u"]["count"], rows["u"]["least"], rows["u"]["most"]) == (None, 11, 17)
    assert rows["u"]["rule"] == HIDDEN
    assert (rows["u"]["rate"], rows["u"]["rate_from"]) == (None, None)
    assert rows["r"]["rate"] == 0.75


@pytest.mark.parametrize(
    ("counts", "area", "residents", "says"),
    [
        ({"a": 20, "b": 10, "c": 5}, "b", None, "b had 10 anti-social"),
        ({"a": 20, "b": 10, "c": 10}, "b", None, "of 2 others 1 had more, 1 as many"),
        ({"a": 20, "b": None}, "b", None, "the figure of b is hidden"),
        (
            {"a": None, "b": 1},
            "b",
            None,
            "b had 1 anti-social behaviour incident; of 1 others 0 had more",
        ),
        ({"a": 3}, "z", None, "nothing is counted in z"),
        ({"a": 3}, "a", None, "no other area is counted"),
        (
            {"a": 90, "b": 10, "c": 400},
            "a",
            HOMES,
            "a had 90.0 per 1,000 residents; of 2 others 1 had",
        ),
        ({"a": 90, "b": 10, "c": 400}, "a", HOMES, "than 1 it was higher by more than chance"),
    ],
)
def test_one_district_is_held_against_the_others(
    counts: dict[str, int | None], area: str, residents: Residents | None, says: str
) -> None:
    cells = [cell(place, count) for place, count in counts.items()]
    told = is_one_worse(asked({"counted": cells}, area=area, residents=residents))

    assert says in first(told)


def test_where_no_district_is_named_all_are_compared_and_none_is_said_to_be_empty() -> None:
    told = is_one_worse(asked({"counted": [cell("a", 20), cell("b", 5)]}))
    question = QUESTIONS[PartnershipName.DISTRICTS].as_asked(
        PartnershipQuestion(subscription="fire-17a")
    )
    lsoas = PartnershipQuestion(subscription="fire-17a", level=CountedPlace.LSOA)

    assert "a had most, 20, of 25" in first(told)
    assert (question.level, question.area) == (CountedPlace.DISTRICT, "E07000130")
    assert QUESTIONS[PartnershipName.DISTRICTS].as_asked(lsoas) == lsoas


def test_an_area_that_no_count_names_has_none_and_is_compared() -> None:
    areas, cells = frozenset({"a", "b", "c"}), [cell("a", 20), cell("b", 5)]
    told = are_some_worse(asked({"counted": cells}, residents=HOMES, areas=areas))
    rows = {row["area"]: row for row in told.tables[0].records() if row["kind"] == ASB}
    older = are_some_worse(asked({"counted": cells}, areas=frozenset({"older"})))

    assert "and c least, 0.0" in first(told)
    assert (rows["c"]["count"], rows["c"]["rate"], rows["c"]["areas"]) == (0, 0.0, 0)
    assert "older" not in {row["area"] for row in older.tables[0].records()}


# ----------------------------------------------------------------------------- side by side
@pytest.mark.parametrize(
    ("asb", "crime", "says"),
    [
        (
            3,
            1,
            "3 anti-social behaviour incidents and 1 crime: anti-social behaviour is the larger",
        ),
        (1, 3, "1 anti-social behaviour incident and 3 crimes: crime is the larger"),
        (2, 2, "neither is the larger"),
        (0, 0, "no anti-social behaviour incidents and no crimes: neither"),
        (None, 3, "the figure of anti-social behaviour is hidden"),
        (None, None, "of anti-social behaviour and of crime is hidden"),
    ],
)
def test_kinds_stand_side_by_side_and_are_never_summed(
    asb: int | None, crime: int | None, says: str
) -> None:
    cells = [cell("A", asb), cell(None, crime, CRIME)]
    told = is_asb_bigger(asked({"counted": cells}))

    assert says in first(told)
    assert "not added up" in told.sentences[-1]
    assert told.tables[0].rows[-1][1::2] == (asb, crime)


def test_a_month_of_which_there_is_nothing_is_not_compared() -> None:
    made = asked({"counted": [cell("A", 3)]})
    two = Asked(made.question, made.figures, last_closed(TODAY, 2))
    told = is_asb_bigger(two)

    assert told.tables[0].rows[0] == ("2026-09", None, "nothing recorded", None, "nothing recorded")
    assert "in 1 of 1 months that can be compared" in told.sentences[1]


# --------------------------------------------------------------------------- places with most
def test_who_shares_the_last_rank_is_listed_and_the_hidden_are_said() -> None:
    counts = {"A": 5, "B": 3, "C": 3, "D": None, "E": 1}
    cells = [cell(place, one, what="criminal_damage_vandalism") for place, one in counts.items()]
    cells += [cell("E", 99, what="noise"), cell(None, 50, what="criminal_damage_vandalism")]
    category = [cell("B", 7, CRIME, what=CATEGORY)]
    told = most_criminal_damage(asked({"split": cells, "category": category}, top=2))

    assert [row[:2] for row in told.tables[0].rows] == [(1, "A"), (2, "B"), (2, "C")]
    assert "A had most, 5." in first(told)
    assert "In 1 places the figure is hidden" in first(told)
    assert [row[:2] for row in told.tables[1].rows] == [(1, "B")]
    assert "no place" in told.sentences[1]


def test_a_fire_is_one_that_somebody_set() -> None:
    fires = [cell("A", 2, what="setting_fires"), cell("A", 1, what="setting_vehicles_alight")]
    told = most_arson(asked({"split": [*fires, cell("B", 9, what="fireworks")]}))

    assert [row[1:5] for row in told.tables[0].rows] == [("A", "A", ASB, 3)]
    assert len(told.tables) == 1


def test_where_no_behaviour_is_told_nothing_is_said_of_one() -> None:
    told = most_arson(asked({"split": [cell("A", 12), cell("A", None, CRIME)]}))

    assert (
        "none of 12 anti-social behaviour incidents was told a sub-behaviour" in told.sentences[0]
    )
    assert "none was told a sub-behaviour, which alone names a fire" in told.sentences[1]
    told = most_criminal_damage(asked({"split": [cell("A", 12)]}))
    assert "incidents was told a behaviour, so nothing can be said of it" in told.sentences[0]


# -------------------------------------------------------------------------------------- since
def since(now: Mapping[str, int | None], then: Mapping[str, int | None], **more: Any) -> Told:
    compared = last_meeting(TODAY, 2)
    months = ((compared.now.names[0], now), (compared.before.names[0], then))
    cells = [
        cell(place, count, month=one) for one, counts in months for place, count in counts.items()
    ]
    others = [cell("Z", 0, month=one) for one in (*compared.now.names, *compared.before.names)]
    split = [one for one in cells if one.count is not None]
    figures = {"totals": [*cells, *others], "places": [*cells, *others], "split": split}
    made = asked(figures, **more)
    earlier = {"before": compared.before, "year_before": compared.year_before}
    return what_changed(
        Asked(made.question, made.figures, compared.now, earlier, {"A": "Ashby"}, made.groups)
    )


@pytest.mark.parametrize(
    ("now", "then", "says"),
    [
        ({"A": 100}, {"A": 50}, "100 anti-social behaviour incidents after 50, 50 more: beyond"),
        ({"A": 11}, {"A": 10}, "11 anti-social behaviour incidents after 10, 1 more: no more than"),
        ({"A": 10}, {"A": 11}, "1 fewer: no more than chance"),
        ({"A": 10}, {"A": 10}, "after 10, the same"),
        ({}, {}, "no anti-social behaviour incidents in either"),
        ({"A": None}, {"A": 10}, "cannot be compared: a figure is hidden"),
    ],
)
def test_a_change_is_told_with_how_sure_it_is(
    now: dict[str, int | None], then: dict[str, int | None], says: str
) -> None:
    told = since(now, then)

    assert says in first(told)
    assert "nothing is recorded for 2025-09 and 2025-10" in told.sentences[2]
    assert told.sentences[-1].startswith("«Beyond chance»")


def test_new_and_gone_places_are_named_as_such() -> None:
    told = since({"A": 5, "B": 2}, {"B": 2, "C": 4, "D": None})
    places = {row["what"]: row for row in told.tables[2].records()}

    assert (places["A"]["became"], places["A"]["name"], places["A"]["share"]) == (
        "new",
        "Ashby",
        None,
    )
    assert places["C"]["became"] == "gone"
    assert "B" not in places
    assert "new in 1 places, gone from 1, and of 1 the change is hidden." in told.sentences[1]


def test_what_is_held_against_nothing_known_is_counted_and_called_not_comparable() -> None:
    told = since({"A": 5}, {"B": 2})
    rows = [row for table in told.tables[:2] for row in table.records()]
    year = [row for row in rows if row["against"] == "year_before"]

    assert {row["became"] for row in year} == {"not comparable"}
    assert {(row["now"], row["then"], row["change"]) for row in year if row["kind"] == ASB} == {
        (5, None, None)
    }
    assert "not comparable, nothing is recorded for 2025-09" in told.sentences[2]


def test_a_question_about_one_area_of_a_set_is_of_its_places_alone() -> None:
    told = since({"A": 5, "C": 9}, {"B": 2}, groups=TOWNS, area="u")

    assert "in Urban against" in first(told)
    assert "5 anti-social behaviour incidents after 2" in first(told)
    assert {row["what"] for row in told.tables[2].records()} == {"A", "B"}


# ----------------------------------------------------------------------------- what they rest on
@given(st.integers(0, 40))
def test_chance_goes_no_further_than_the_exact_interval_says(count: int) -> None:
    """Byar's method against the distribution itself: each side has about one chance in forty."""
    low, high = by_chance(count)

    def below(mean: float, number: int) -> float:
        return sum(2.718281828459045**-mean * mean**k / factorial(k) for k in range(number + 1))

    assert below(high, count) == pytest.approx(0.025, abs=0.004)
    if count > 1:
        assert 1 - below(low, count - 1) == pytest.approx(0.025, abs=0.004)


def test_nothing_after_nothing_is_no_change() -> None:
    assert not is_beyond_chance(0, 0, 61, 61)
    assert is_beyond_chance(100, 50, 61, 61)
    assert not is_beyond_chance(62, 61, 62, 61)
    # twice the tail is 2 / 2**5 = 0.0625, and 2 / 2**6 = 0.03125
    assert not is_beyond_chance(0, 5, 61, 61)
    assert not is_beyond_chance(5, 0, 61, 61)
    assert is_beyond_chance(0, 6, 61, 61)
    assert is_beyond_chance(6, 0, 61, 61)
    assert is_beyond_chance(1_100, 900, 61, 61)
    assert not is_beyond_chance(1_010, 1_000, 61, 61)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from([2, 6, 12]))
def test_every_period_is_over_and_the_one_before_it_touches_it(today: date, number: int) -> None:
    found = last_meeting(today, number)
    later = found.now.back(-number)

    assert max(found.now.names) < f"{today:%Y-%m}" <= max(later.names)
    assert found.before.first + number == found.now.first
    assert found.year_before.names[0][5:] == found.now.names[0][5:]
    assert found.now.names[0][5:] in {"01", "03", "05", "07", "09", "11"}


def test_periods_are_written_as_people_write_them() -> None:
    assert last_closed(date(2026, 1, 15), 1).says == "December 2025"
    assert last_closed(date(2025, 7, 1), 6).says == "January to June 2025"
    assert last_closed(date(2025, 7, 1), 12).says == "July 2024 to June 2025"
    assert last_meeting(date(2025, 7, 1), 6).now.days == 181


def test_many_names_are_cut_short() -> None:
    assert listed(["A"]) == "A"
    assert listed(["A", "B"]) == "A and B"
    assert listed(list("ABCDEF")) == "A, B, C and 3 others"


def test_every_question_has_its_plan() -> None:
    assert QUESTIONS.keys() == set(PartnershipName)
    for kept in QUESTIONS.values():
        question = PartnershipQuestion(subscription="fire-17a")
        now, earlier = kept.periods(question, TODAY)
        counts = kept.counts(question, now.names)
        assert {"coverage", *kept.plans} == counts.keys()
        assert bool(earlier) is (kept.meets is not None)
