"""One request for disclosure as it stands, with its steps, and who speaks for its holder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from schemas.requests import RELEASES, Asking, Outcome, State, Step


@dataclass(frozen=True, slots=True)
class Taken:
    """One step as it was taken."""

    step: Step
    at: datetime
    actor: str
    leaf: int
    said: Mapping[str, Any]
    words: Mapping[str, Any] | None
    """What was asked, or the reasons; None where they were none, or are destroyed."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request with its steps."""

    id: str
    partner: str
    holder: str
    state: State
    at: datetime
    due_on: date
    review_due: datetime | None
    steps: tuple[Taken, ...]

    @property
    def said(self) -> Mapping[str, Any]:
        """What was asked, in codes."""
        return self.steps[0].said

    @property
    def is_urgent(self) -> bool:
        """Whether the asker says that it cannot wait."""
        return bool(self.said["urgent"])

    @property
    def asking(self) -> Asking | None:
        """What was asked; None once it is destroyed."""
        words = self.steps[0].words
        return None if words is None else Asking.model_validate(words)

    @property
    def answer(self) -> Taken | None:
        """The step that answered it."""
        return next((one for one in self.steps if "outcome" in one.said), None)

    @property
    def outcome(self) -> Outcome | None:
        """What was answered."""
        answer = self.answer
        return None if answer is None else Outcome(answer.said["outcome"])

    @property
    def is_released(self) -> bool:
        """Whether something can be, or was, collected."""
        return self.outcome in RELEASES


@dataclass(frozen=True, slots=True)
class Decider:
    """Who speaks for a holder: an account or a system, and the office on whose behalf."""

    actor: str
    office: str | None
