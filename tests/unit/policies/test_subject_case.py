"""A subject access case: its clock, its decisions, and what is missing to end it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from policies.subject_case import (
    MISSING_SAYS,
    Case,
    CaseState,
    Missing,
    StepDone,
    case_of,
    missing_for,
)
from schemas.subject_access import (
    OUTCOME_SAYS,
    RESTRICTION_SAYS,
    STEP_SAYS,
    UNDER_PART_3,
    Restriction,
    SubjectOutcome,
    SubjectStep,
)
from tests.support.requirements import law

S = SubjectStep
DAY = date(2026, 11, 23)
WORDS = "Said in a letter to her"


def step(what: SubjectStep, days: int = 0, **said: Any) -> StepDone:
    return StepDone(what, DAY + timedelta(days=days), said)


def searched(*incidents: int, near: bool = True) -> StepDone:
    return step(S.SEARCHED, proposals=[{"incident": n, "must_decide": near} for n in incidents])


def case(*steps: StepDone) -> Case:
    return case_of([step(S.OPENED), *steps])


@law("L39")
def test_the_clock_stands_while_a_clarification_is_awaited() -> None:
    asked = case(step(S.CLARIFICATION_ASKED, 2))
    came = case(step(S.CLARIFICATION_ASKED, 2), step(S.CLARIFIED, 9))

    assert case().due(DAY).due == date(2026, 12, 23)
    assert asked.state is CaseState.PAUSED
    assert asked.due(DAY + timedelta(days=9)).due == came.due(DAY).due == date(2026, 12, 30)
    assert asked.due(DAY).due == date(2026, 12, 23)
    assert (came.state, came.stopped_days) == (CaseState.OPEN, 7)


@law("L39")
def test_two_months_more_are_told_within_the_first_and_once_with_a_reason() -> None:
    more = step(S.EXTENDED, words=WORDS)
    assert case(more).due(DAY).due == date(2027, 2, 23)
    assert missing_for(case(), more) is None
    assert missing_for(case(more), more) is Missing.EXTENDED
    assert missing_for(case(), step(S.EXTENDED, 31, words=WORDS)) is Missing.TOO_LATE
    assert missing_for(case(), step(S.EXTENDED, words="complex")) is Missing.WORDS


def test_what_is_likely_is_decided_and_what_is_far_may_be() -> None:
    both = case(searched(1), searched(2, near=False), searched(1, near=False))

    assert both.undecided == {1}
    assert missing_for(both, step(S.CONFIRMED, incident=3)) is Missing.NOT_PROPOSED
    assert missing_for(both, step(S.REJECTED, incident=2)) is None
    decided = case(searched(1, 2), step(S.CONFIRMED, incident=1), step(S.REJECTED, incident=2))
    assert (decided.confirmed, decided.rejected, decided.undecided) == ({1}, {2}, set())
    again = case(searched(1), step(S.CONFIRMED, incident=1), step(S.REJECTED, incident=1))
    assert again.confirmed == set()


@law("L40")
def test_nothing_is_withheld_without_its_ground_and_reason() -> None:
    known = (searched(1), step(S.CONFIRMED, incident=1))
    close = step(S.CLOSED, outcome="answered")
    for said in (
        {},
        {"ground": "s45_4_b"},
        {"ground": "s45_4_b", "words": "crime"},
        {"words": WORDS},
    ):
        without = case(*known, step(S.WITHHELD, incident=1, **said))
        assert missing_for(without, step(S.ANSWERED)) is Missing.REASON
        assert missing_for(without, close) is Missing.REASON
    with_one = step(S.WITHHELD, incident=1, ground="s45_4_b", words=WORDS)
    assert missing_for(case(*known, with_one), step(S.ANSWERED)) is None
    assert missing_for(case(*known, with_one, step(S.ANSWERED)), close) is None
    given = case(*known, with_one, step(S.GIVEN, incident=1))
    assert given.withheld == {}
    assert missing_for(case(searched(1)), with_one) is Missing.NOT_CONFIRMED
    assert missing_for(case(searched(1)), step(S.GIVEN, incident=1)) is Missing.NOT_CONFIRMED
    assert case(*known, with_one, step(S.REJECTED, incident=1)).withheld == {}


def test_an_answer_waits_for_a_search_and_every_decision() -> None:
    answered = step(S.ANSWERED)
    assert missing_for(case(), answered) is Missing.SEARCH
    assert missing_for(case(searched(1)), answered) is Missing.UNDECIDED
    assert missing_for(case(searched(), step(S.CLARIFICATION_ASKED)), answered) is Missing.PAUSED
    assert missing_for(case(searched()), answered) is None


def test_an_answer_made_before_a_decision_is_not_the_answer() -> None:
    known = (searched(1), step(S.CONFIRMED, incident=1), step(S.ANSWERED))
    close = step(S.CLOSED, outcome="answered")

    assert case(*known).state is CaseState.ANSWERED
    assert missing_for(case(*known), close) is None
    assert missing_for(case(*known, searched()), close) is Missing.ANSWER


def test_a_case_ends_with_its_outcome() -> None:
    known = (searched(1), step(S.CONFIRMED, incident=1))

    assert missing_for(case(searched()), step(S.CLOSED, outcome="nothing_held")) is None
    assert missing_for(case(*known), step(S.CLOSED, outcome="nothing_held")) is Missing.CONFIRMED
    for outcome in ("refused", "withdrawn"):
        assert missing_for(case(), step(S.CLOSED, outcome=outcome)) is Missing.WORDS
        assert missing_for(case(), step(S.CLOSED, outcome=outcome, words=WORDS)) is None


def test_a_closed_case_is_erased_and_nothing_else() -> None:
    closed = case(searched(), step(S.CLOSED, 3, outcome="nothing_held"))
    erased = case_of([step(S.OPENED), step(S.CLOSED, 3), step(S.ERASED, 9)])

    assert (closed.state, closed.closed_on) == (CaseState.CLOSED, DAY + timedelta(days=3))
    assert missing_for(closed, searched(1)) is Missing.CLOSED
    assert missing_for(closed, step(S.ERASED)) is None
    assert missing_for(case(), step(S.ERASED)) is Missing.NOT_CLOSED
    assert erased.state is CaseState.ERASED
    assert missing_for(erased, step(S.ERASED)) is Missing.CLOSED


def test_a_pause_begins_once_and_ends_once() -> None:
    paused = case(step(S.CLARIFICATION_ASKED))

    assert missing_for(paused, step(S.CLARIFICATION_ASKED)) is Missing.PAUSED
    assert missing_for(case(), step(S.CLARIFICATION_ASKED)) is None
    assert missing_for(case(), step(S.CLARIFIED)) is Missing.NOT_PAUSED
    assert missing_for(paused, step(S.CLARIFIED)) is None
    assert case(step(S.CLARIFIED)).stopped_days == 0
    assert missing_for(case(), searched(1)) is None


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (MISSING_SAYS, Missing),
        (STEP_SAYS, SubjectStep),
        (OUTCOME_SAYS, SubjectOutcome),
        (RESTRICTION_SAYS, Restriction),
    ],
)
def test_every_code_has_its_sentence(said: Any, words: Any) -> None:
    assert set(said) == set(words)
    assert len(UNDER_PART_3) == 5
