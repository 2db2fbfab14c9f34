"""An edition as text: what is shown, what it was made from, and that neither changes on the way."""

from __future__ import annotations

import json
from dataclasses import replace

from policies.edition_history import published
from policies.edition_text import basis_text, read_basis, read_shown, shown_text
from policies.editions import Edition
from policies.second_world import next_edition
from tests.support.requirements import law
from tests.unit.policies.test_editions import ALL, HERE, JULY, LITTER, NOISE, atom, split

TRUTH = {atom(NOISE): 3, atom(LITTER): 20, atom(NOISE, kind="crime"): 3}


def test_what_an_edition_was_made_from_is_read_back_as_it_was() -> None:
    made = next_edition([], TRUTH, [JULY])
    text = basis_text(made, (7, 3))
    again = read_basis(text)

    assert again.edition == made
    assert again.classes == (3, 7)
    assert basis_text(again.edition, again.classes) == text


@law("L52")
def test_every_row_that_shows_no_number_says_by_which_rule() -> None:
    lone = next_edition([], {atom(): 3}, [JULY])
    for edition in (lone, next_edition([], TRUTH, [JULY])):
        rows = read_shown(shown_text([edition]))
        assert rows
        for row in rows:
            assert row.rule in {
                "published_total",
                "rounded_to_5",
                "hidden_1_to_7",
                "split_left_out",
            }
            assert (row.number is None) is (row.rule in {"hidden_1_to_7", "split_left_out"})


def test_a_zero_that_stands_still_is_told_apart_from_no_other_zero() -> None:
    first = next_edition([], {atom(LITTER): 20}, [JULY])
    second = next_edition([first], {atom(LITTER): 20, atom(NOISE): 3}, [JULY])
    rows = read_shown(shown_text([first, second]))

    assert any(figure.shown.number == 0 for figure in published([first, second])[1].values())
    assert {row.name for row in rows if row.by == "behaviour" and row.number} == {LITTER.behaviour}
    assert not [row for row in rows if row.name == NOISE.behaviour]


def test_a_split_that_is_left_out_of_a_place_without_a_total_is_told() -> None:
    truth = {atom(kind="crime"): 3}
    splits = {cell.split for cell in published([next_edition([], truth, [JULY])])[0]}
    made = Edition(truth, (JULY,), frozenset(splits))

    assert {row.rule for row in read_shown(shown_text([made]))} == {"split_left_out"}


def test_a_place_that_still_shows_zero_is_not_told_by_a_split_left_out() -> None:
    first = next_edition([], {}, [JULY])
    made = next_edition([first], {atom(): 3}, [JULY])
    second = replace(made, left_out=frozenset({split("behaviour")}))

    assert read_shown(shown_text([first, second])) == []


def test_an_edition_of_the_first_tables_is_read_made_again_and_written_as_ever() -> None:
    """Such as stand in databases since before there were other tables."""
    old = {
        "atoms": [
            ["asb_incident", JULY, *HERE, *[""] * 3],
            ["asb_incident", JULY, *HERE, *NOISE[:3]],
        ],
        "classes": [3],
        "counts": [9, 20],
        "left_out": [],
        "months": [JULY],
        "worlds": [[[[1, -1], [0, 1]], 0, 1]],
    }
    text = json.dumps(old, sort_keys=True, separators=(",", ":"))
    basis = read_basis(text)
    rows = read_shown(shown_text([basis.edition]))

    assert basis_text(basis.edition, basis.classes) == text
    assert {row.by for row in rows} == {"none", "area", "behaviour", "sub_behaviour"}
    assert {row.level for row in rows} == {"lsoa", "msoa", "ward", "district"}

    later = next_edition([basis.edition], {atom(NOISE._replace(source="feed")): 40}, [JULY])
    assert {row.by for row in read_shown(shown_text([basis.edition, later]))} > {"none", "source"}
    assert later.worlds


def test_a_wheel_is_kept_and_read_back() -> None:
    hours = {("asb_incident", "district"): {"mon.night": 3, "tue.night": 4}}
    made = next_edition([], {}, ALL, hours)
    again = read_basis(basis_text(made, ())).edition

    assert again == made
    assert {row.name for row in read_shown(shown_text([again]))} == {"mon.night", "tue.night"}
