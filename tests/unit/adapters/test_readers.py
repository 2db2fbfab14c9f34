from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from adapters import faults
from adapters.cells import cell_text
from adapters.faults import BODY_RULES, RULES, UnreadableError, fault, pointer_to
from adapters.readers import area_code, code, flag, listed, marking
from schemas.codes import Marking


def test_a_code_keeps_its_leading_zeros_and_text_is_none() -> None:
    assert code("010") == "010"
    assert code("no code, this") is None


def test_an_area_code_is_a_gss_code() -> None:
    assert area_code("e01025713") == "E01025713"
    with pytest.raises(UnreadableError):
        area_code("95AA01S1")


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("OFFICIAL", Marking.OFFICIAL),
        ("official - sensitive", Marking.OFFICIAL_SENSITIVE),
        ("OFFICIAL–SENSITIVE", Marking.OFFICIAL_SENSITIVE),
    ],
)
def test_a_marking_is_read_however_its_words_are_joined(cell: str, read: Marking) -> None:
    assert marking(cell) is read


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("SECRET", "marking.above_official_sensitive"),
        ("Top-Secret UK EYES ONLY", "marking.above_official_sensitive"),
        ("RESTRICTED", "marking.unreadable"),
    ],
)
def test_a_marking_above_or_beside_the_scheme_is_refused(cell: str, rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        marking(cell)

    assert refused.value.rule == rule


def test_a_flag_is_one_of_the_words_for_yes_and_no() -> None:
    read = flag(("J", "JA"), ("N",))

    assert (read("j"), read("n")) == (True, False)
    with pytest.raises(UnreadableError):
        read("perhaps")


def test_a_word_outside_an_open_list_is_dropped_and_outside_a_closed_one_refused() -> None:
    assert listed({"a": 1})("B") is None
    assert listed({"a": 1})("A") == 1
    with pytest.raises(UnreadableError):
        listed({"P": 1}, "code.not_in_list")("X")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("  010 ", "010"),
        (None, ""),
        (True, "Y"),
        (False, "N"),
        (213, "213"),
        (213.0, "213"),
        (52.5, "52.5"),
        (1e300, "1e+300"),
        (["610", 635, None], "610;635;"),
    ],
)
def test_a_json_value_reads_like_a_cell(value: Any, text: str) -> None:
    assert cell_text(value, many=True).text == text


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ({"a": 1}, "value.not_a_scalar"),
        ([["610"]], "value.not_a_scalar"),
        ([float("nan")], "value.not_finite"),
        (float("inf"), "value.not_finite"),
        ("a\0b", "text.not_allowed"),
        pytest.param("a\ud800b", "text.not_allowed", id="surrogate"),
        ("a" * 10_001, "row.field_too_long"),
        (["a" * 5_000] * 3, "row.field_too_long"),
        pytest.param(10**5000, "row.field_too_long", id="huge"),
    ],
)
def test_a_json_value_that_is_no_cell_names_the_rule(value: Any, rule: str) -> None:
    assert cell_text(value, many=True).rule == rule


def test_a_list_stands_only_where_several_values_may() -> None:
    assert cell_text(["610"]).rule == "value.not_a_scalar"


def test_a_fault_points_at_a_column_and_speaks_in_a_sentence() -> None:
    assert pointer_to("A/B~C") == "/A~1B~0C"
    assert fault("", "row.too_few_fields").pointer == ""
    assert all(says.endswith(".") and says[0].isupper() for says in RULES.values())


def test_every_way_to_refuse_a_whole_body_has_a_sentence() -> None:
    """The sources are read for codes, so that a new one cannot reach a sender without its sentence."""
    folder = Path(faults.__file__).parent
    told = {
        code
        for path in folder.glob("*.py")
        for code in re.findall(r'BodyUnreadable\(\s*"([a-z_.]+)"', path.read_text(encoding="utf-8"))
    }

    assert "header.column_missing" in told
    assert told <= BODY_RULES.keys()
    assert all(says.endswith(".") and says[0].isupper() for says in BODY_RULES.values())
