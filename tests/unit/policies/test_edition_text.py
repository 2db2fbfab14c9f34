"""An edition as text: what is shown, what it was made from, and that neither changes on the way."""

from __future__ import annotations

from policies.edition_text import basis_text, read_basis, read_shown, shown_text
from policies.editions import Edition, published
from policies.second_world import next_edition
from tests.support.requirements import law
from tests.unit.policies.test_editions import JULY, LITTER, NOISE, atom

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
    second = next_edition([first], {atom(): 3}, [JULY])

    assert second.left_out
    assert read_shown(shown_text([first, second])) == []
