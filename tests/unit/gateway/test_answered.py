"""What a page shows of an answer: everything that it holds, and ids letter for letter."""

from __future__ import annotations

from gateway.console.answered import sections, text


def test_what_is_inside_another_value_is_shown() -> None:
    flags = [{"flag": "out_of_hours", "says": "Outside working hours"}]
    (table,) = sections({"stand_out": [{"entry": 239, "flags": flags}]}).tables

    assert table.heads == ("Entry", "Flags")
    assert table.rows == (("239", "Outside working hours"),)
    assert text({"no-agreement": 64}) == "no-agreement 64"
    assert [text(one) for one in (None, [], {}, "", 0, False)] == ["none"] * 4 + ["0", "no"]


def test_an_id_a_file_and_a_rule_are_shown_letter_for_letter() -> None:
    for exact in ("r1.2026Q4.h_m-lnIgkXQ_7Y", "cedar/section_17a.cedar", "everywhere.minimum_cell"):
        assert text(exact) == exact
    assert text("accuracy_contested") == "accuracy contested"
    assert text(168.0) == "168"


def test_partners_are_called_by_their_names() -> None:
    told = sections({"who": "llr-fire", "by_controller": {"llr-fire": 3}}, {"llr-fire": "The Fire"})

    assert told.facts == (("Who", "The Fire"),)
    assert told.tables[0].rows == (("The Fire", "3"),)


def test_a_column_in_which_nothing_stands_is_left_out_and_a_sentence_stands_for_its_code() -> None:
    rows = [
        {"reason": "no_feed", "says": "One sentence.", "on": None, "made_at": None, "records": 2},
        {"reason": "other", "says": "Another.", "on": "2026-11-26", "made_at": None, "records": 0},
    ]
    (table,) = sections({"reasons": rows}).tables

    assert table.heads == ("In words", "Day", "Records")
    assert table.rows == (("One sentence.", "–", "2"), ("Another.", "26 November 2026", "0"))


def test_whose_an_account_is_is_said_and_a_role_of_that_name_stays_one() -> None:
    row = {"account": "analyst", "role": "analyst", "quarter": "2026Q2"}
    told = sections({"stand_out": [row]}, {}, {"analyst": "Jo Specimen (analyst)"})

    assert told.tables[0].rows == (("Jo Specimen (analyst)", "analyst", "April to June 2026"),)
