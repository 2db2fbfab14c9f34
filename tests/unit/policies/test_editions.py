"""Published tables: what stays as it was, what is shown anew, and what is left out."""

from __future__ import annotations

import pytest

from policies.audience import CountRule
from policies.edition_history import published
from policies.editions import (
    Atom,
    Cell,
    Edition,
    Reported,
    Split,
    Spot,
    World,
    cells_of,
    months_of,
    quarter_of_month,
)
from policies.second_world import Unproven, next_edition
from schemas.typology import TYPOLOGY
from tests.support.requirements import law

_FIRST, _SECOND = TYPOLOGY.behaviour[0], TYPOLOGY.behaviour[-1]
NOISE = Reported(_FIRST.area, _FIRST.code, _FIRST.sub_behaviours[0].code)
LITTER = Reported(_SECOND.area, _SECOND.code, _SECOND.sub_behaviours[0].code)
HERE = Spot("lsoa-1", "msoa-1", "ward-1", "district")
JULY = "2026-07"
ALL = months_of("2026Q3")


def atom(what: Reported = NOISE, kind: str = "asb_incident", month: str = JULY) -> Atom:
    return Atom(kind, month, HERE, what)


def split(by: str, kind: str = "asb_incident", period: str = JULY) -> Split:
    return Split(kind, period, "lsoa", "lsoa-1", by)


TOTAL = Cell(split("none"), "")
NOISY = Cell(split("behaviour"), NOISE.behaviour)


def test_months_and_quarters() -> None:
    assert ALL == ("2026-07", "2026-08", "2026-09")
    assert [quarter_of_month(month) for month in (*ALL, "2026-12")] == ["2026Q3"] * 3 + ["2026Q4"]
    assert len(set(cells_of(atom()))) == 56
    assert len(set(cells_of(atom(kind="crime")))) == 42


def test_a_figure_stays_until_the_count_moved_by_eight() -> None:
    history: list[Edition] = []
    for noise, litter in ((20, 30), (27, 30), (28, 23), (28, 21)):
        truth = {atom(NOISE): noise, atom(LITTER): litter}
        history.append(next_edition(history, truth, [JULY]))
    shown = published(history)
    told = [(one[TOTAL].shown.number, one[NOISY].shown.number) for one in shown]

    assert told == [(50, 20), (50, 20), (50, 30), (50, 30)]
    assert [one[NOISY].since for one in shown] == [1, 1, 3, 3]


@law("L49", "L52")
def test_small_parts_are_hidden_by_a_rule_and_a_lone_one_takes_its_split_along() -> None:
    lone = next_edition([], {atom(): 3}, [JULY])
    two = next_edition([], {atom(NOISE): 3, atom(LITTER): 4}, [JULY])
    shown = published([two])[0]

    assert split("behaviour") in lone.left_out
    assert published([lone])[0][TOTAL].shown == (3, CountRule.PUBLISHED_TOTAL)
    assert {one.by for one in two.left_out} <= {"source", "nsir_class", "mapping_status", "stage"}
    assert shown[NOISY].shown == (None, CountRule.HIDDEN)
    assert shown[TOTAL].shown.number == 7


def test_crimes_have_no_exact_totals_so_that_even_a_lone_one_is_only_hidden() -> None:
    made = next_edition([], {atom(kind="crime"): 3}, [JULY])
    shown = published([made])[0]

    assert made.left_out == frozenset()
    assert {one.shown for one in shown.values()} == {(None, CountRule.HIDDEN)}


def test_a_quarter_is_shown_once_its_three_months_are_closed() -> None:
    truth = {atom(NOISE, month=month): 20 for month in ALL}
    part = next_edition([], {atom(NOISE): 20}, [JULY])
    whole = next_edition([part], truth, ALL)
    first, second = published([part, whole])
    quarter = Cell(split("none", period="2026Q3"), "")

    assert quarter not in first
    assert second[quarter].shown.number == 60


def test_what_an_earlier_table_gave_away_cannot_be_taken_back() -> None:
    no_world = World(((atom(), -5),), 0, 1)
    gave_away = Edition({atom(): 3}, (JULY,), worlds=(no_world,))

    with pytest.raises(Unproven):
        next_edition([gave_away], {atom(): 3}, [JULY])
