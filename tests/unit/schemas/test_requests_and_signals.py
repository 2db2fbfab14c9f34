"""What an answer to a request must say, and where a signal stands after its steps."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.requests import Answer
from schemas.signals import SignalState, Step, StepKind, state_of

NOW = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
WORDS = "The caller agreed, and the visit needs it."


def answer(**said: Any) -> Answer:
    return Answer.model_validate({"words": WORDS, **said})


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"outcome": "released", "positions": (1,), "refusal": "other"}, "less than all"),
        ({"outcome": "part", "positions": (1,)}, "less than all"),
        (
            {"outcome": "existence_only", "positions": (1,), "refusal": "other", "told": WORDS},
            "told",
        ),
        ({"outcome": "nothing", "positions": (1,), "refusal": "other"}, "records are named"),
        ({"outcome": "released"}, "records are named"),
    ],
)
def test_an_answer_says_what_its_outcome_needs(said: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        answer(**said)


def test_whole_answers_are_taken() -> None:
    assert answer(outcome="released", positions=(1,), told=WORDS).told == WORDS
    assert answer(outcome="nothing", refusal="other").positions == ()


def step(number: int, kind: StepKind) -> Step:
    return Step(number=number, kind=kind, actor="ig-lead", at=NOW)


def test_a_signal_stands_where_the_last_decision_left_it() -> None:
    handed, no, yes = map(step, range(3), (StepKind.HANDED, StepKind.DISMISSED, StepKind.CONFIRMED))

    assert state_of(()) is state_of((handed,)) is SignalState.WAITING
    assert state_of((handed, no)) is SignalState.DISMISSED
    assert state_of((handed, no, yes)) is SignalState.CONFIRMED
