"""Gradings, MoPI groups, fact and opinion, roles and markings, as adapters read them."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.faults import UnreadableError
from adapters.handling import assertion, mopi_group
from adapters.police_nsir import SOURCE as NSIR
from adapters.readers import marking
from adapters.source import CannotMap, Mapped, OutOfScope, Reference
from adapters.street_management import SOURCE as STREET
from schemas.codes import Marking
from schemas.grading import Assertion, Grading, GradingScheme, Handling, HandlingCondition
from schemas.incident import Incident
from tests.support.requirements import law

ROW = dict(NSIR.examples[0].given)
COLUMNS = {
    "handling_conditions": "CONDITIONS",
    "grading_scheme": "SCHEME",
    "source_grading": "SOURCE",
    "intelligence_grading": "INTEL",
    "mopi_group": "MOPI",
    "assertion": "ASSERTION",
}
EMPTY = dict.fromkeys(COLUMNS.values(), "")


def outcome(settings: dict[str, Any] | None = None, **cells: str) -> object:
    compiled = NSIR.compile({"columns": COLUMNS, **(settings or {})})
    return compiled.map({**ROW, **EMPTY, **cells})


def mapped(settings: dict[str, Any] | None = None, **cells: str) -> Incident:
    made = outcome(settings, **cells)
    assert isinstance(made, Mapped), made
    return made.incident


def faults(settings: dict[str, Any] | None = None, **cells: str) -> list[tuple[str, str]]:
    made = outcome(settings, **cells)
    assert isinstance(made, CannotMap), made
    return [(one.pointer, one.rule) for one in made.faults]


@law("L54", "L55")
def test_a_grading_is_taken_as_it_was_given_in_the_scheme_of_row_or_feed() -> None:
    legacy = mapped(SCHEME="5x5x5", SOURCE="b", INTEL="2", HANDLING="5", CONDITIONS="Bespoke; -")
    of_feed = mapped(
        {"grading_scheme": "3x5x2"}, HANDLING="C", CONDITIONS="No onward sharing;no-onward sharing"
    )

    assert legacy.grading == Grading(
        scheme=GradingScheme.FIVE_FIVE_FIVE,
        source="B",
        intelligence="2",
        handling=Handling.LEGACY_CONDITIONS,
        conditions=(HandlingCondition.OTHER,),
    )
    assert of_feed.grading == Grading(
        scheme=GradingScheme.THREE_FIVE_TWO,
        handling=Handling.CONDITIONS,
        conditions=(HandlingCondition.NO_ONWARD_SHARING,),
    )
    assert mapped().grading is None
    assert mapped({"grading_scheme": "3x5x2"}).grading is None


@law("L54", "L55")
def test_a_code_without_a_scheme_or_of_the_other_one_goes_to_quarantine() -> None:
    assert faults(HANDLING="P") == [("/HANDLING", "grading.scheme_missing")]
    assert faults(CONDITIONS="x") == [("/CONDITIONS", "grading.scheme_missing")]
    assert faults(SCHEME="4x4") == [("/SCHEME", "grading.scheme_unreadable")]
    assert faults(SCHEME="3x5x2", INTEL="2") == [("/INTEL", "grading.not_of_scheme")]
    assert faults(SCHEME="5x5x5", HANDLING="P") == [("/HANDLING", "grading.not_of_scheme")]


@law("L56")
def test_a_mopi_group_is_read_and_another_is_a_fault() -> None:
    assert mapped(MOPI="Group 1").mopi_group == 1
    assert mopi_group("4") == 4
    assert faults(MOPI="5") == [("/MOPI", "mopi.unreadable")]


@law("L24")
def test_a_narrative_is_fact_or_opinion_by_row_else_by_feed() -> None:
    assert mapped(ASSERTION="F").assertion is Assertion.FACT
    assert assertion("Assessment") is Assertion.OPINION
    assert mapped().assertion is None
    assert mapped({"assertion": "opinion"}).assertion is Assertion.OPINION
    assert mapped({"assertion": "opinion"}, RESULT_TEXT="").assertion is None
    assert mapped({"assertion": "opinion"}, ASSERTION="fact").assertion is Assertion.FACT
    assert faults(ASSERTION="rumour") == [("/ASSERTION", "assertion.unreadable")]


@law("L53")
@pytest.mark.parametrize(
    "cell",
    [
        *("SECRET", "secret", "TOP SECRET", "UK SECRET", "Top-Secret", "SECRET - UK EYES ONLY"),
        *("uk top secret strap 1", "S E C R E T", "ＳＥＣＲＥＴ", "OFFICIAL-SENSITIVE (SECRET)"),
    ],
)
def test_secret_in_any_spelling_is_above(cell: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        marking(cell)

    assert refused.value.rule == "marking.above_official_sensitive"


@law("L53")
@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("official", Marking.OFFICIAL),
        ("UK OFFICIAL", Marking.OFFICIAL),
        ("OFFICIAL - FOR PUBLIC RELEASE", Marking.OFFICIAL),
        ("OFFICIAL-SENSITIVE", Marking.OFFICIAL_SENSITIVE),
        ("Official–Sensitive [Personal Data]", Marking.OFFICIAL_SENSITIVE),
        ("OFFICIAL-SENSITIVE RECIPIENTS ONLY", Marking.OFFICIAL_SENSITIVE),
    ],
)
def test_what_is_accepted_is_read_with_its_handling_words(cell: str, read: Marking) -> None:
    assert marking(cell) is read


@law("L53")
@pytest.mark.parametrize("cell", ["RESTRICTED", "CONFIDENTIAL", "OFFICIAL DRAFT", "PROTECT", "?"])
def test_an_unknown_marking_goes_to_quarantine(cell: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        marking(cell)

    assert refused.value.rule == "marking.unreadable"


@law("L53")
def test_a_street_row_marked_secret_is_refused_before_anything_else_of_it_is_read() -> None:
    row = {
        "SRRef": "S-1",
        "Received": "01/11/2026",
        "RecTypeDesc": "Pothole",
        "MARKING": "SECRET",
    }
    columns = STREET.compile({})

    made = columns.map(row)

    assert columns.map({**row, "MARKING": ""}) == OutOfScope("highways", Reference("S-1"))
    assert isinstance(made, CannotMap)
    assert made.reference is None
    assert [one.rule for one in made.faults] == ["marking.above_official_sensitive"]
