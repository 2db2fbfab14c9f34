"""A subject access case, folded from its steps: its clock, what is confirmed, and what is missing to end it.

The clock is ``policies.clocks`` (DPA 2018 s.54, UK GDPR art. 12(3)); that no answer withholds anything
without a recorded reason is DPA 2018 s.45(4) and (7) (law reference L40).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from policies.clocks import BankHolidays, Deadline, answer_due
from schemas.consulting import SHORTEST_WORDS
from schemas.subject_access import SubjectOutcome, SubjectStep


class StepDone(NamedTuple):
    """One step of a case."""

    what: SubjectStep
    day: date
    said: Mapping[str, Any]
    """Empty where the case was erased."""


class CaseState(StrEnum):
    """How a case stands."""

    OPEN = "open"
    PAUSED = "paused"
    ANSWERED = "answered"
    CLOSED = "closed"
    ERASED = "erased"


class Missing(StrEnum):
    """Why a step may not be taken now."""

    CLOSED = "closed"
    NOT_CLOSED = "not_closed"
    PAUSED = "paused"
    NOT_PAUSED = "not_paused"
    EXTENDED = "extended"
    TOO_LATE = "too_late"
    NOT_PROPOSED = "not_proposed"
    NOT_CONFIRMED = "not_confirmed"
    SEARCH = "search"
    UNDECIDED = "undecided"
    REASON = "reason"
    CONFIRMED = "confirmed"
    ANSWER = "answer"
    WORDS = "words"


MISSING_SAYS = MappingProxyType(
    {
        Missing.CLOSED: "The case is closed.",
        Missing.NOT_CLOSED: "The case is not closed yet.",
        Missing.PAUSED: "A clarification is awaited; note first that it came.",
        Missing.NOT_PAUSED: "No clarification is awaited.",
        Missing.EXTENDED: "The time was extended already; it can be once.",
        Missing.TOO_LATE: "The first month is over: the person had to be told of more time before.",
        Missing.NOT_PROPOSED: "No search proposed this record.",
        Missing.NOT_CONFIRMED: "This record is not confirmed to be about the person.",
        Missing.SEARCH: "Search first.",
        Missing.UNDECIDED: "Confirm or reject every likely and possible record first.",
        Missing.REASON: "Say the ground and the reason for every record that is withheld first.",
        Missing.CONFIRMED: "Records are confirmed to be about the person: the answer tells of them.",
        Missing.ANSWER: "Make the answer first; one made before a later decision does not count.",
        Missing.WORDS: "Say why in at least 15 letters.",
    }
)


@dataclass(frozen=True, slots=True)
class Withheld:
    """One record that is withheld from the answer."""

    incident: int
    ground: str | None
    words: str

    @property
    def has_reason(self) -> bool:
        """Whether it says ground and reason."""
        return self.ground is not None and len(self.words) >= SHORTEST_WORDS


_DECIDES = frozenset(
    {
        SubjectStep.SEARCHED,
        SubjectStep.CONFIRMED,
        SubjectStep.REJECTED,
        SubjectStep.WITHHELD,
        SubjectStep.GIVEN,
    }
)


@dataclass(slots=True)
class Case:
    """How a case stands."""

    received: date
    state: CaseState = CaseState.OPEN
    stopped_days: int = 0
    paused_since: date | None = None
    extended: bool = False
    searches: int = 0
    proposed: dict[int, bool] = field(default_factory=dict)
    """Incident → whether it is likely or possible, so that it must be decided."""
    confirmed: set[int] = field(default_factory=set)
    rejected: set[int] = field(default_factory=set)
    withheld: dict[int, Withheld] = field(default_factory=dict)
    closed_on: date | None = None

    @property
    def undecided(self) -> set[int]:
        """Likely and possible records that nobody has confirmed or rejected."""
        must = {incident for incident, near in self.proposed.items() if near}
        return must - self.confirmed - self.rejected

    def due(self, today: date, holidays: BankHolidays | None = None) -> Deadline:
        """Return by when the answer is due; while a clarification is awaited it moves with the day."""
        waited = 0 if self.paused_since is None else max((today - self.paused_since).days, 0)
        return answer_due(
            self.received,
            extended=self.extended,
            stopped_days=self.stopped_days + waited,
            holidays=holidays,
        )

    def take(self, step: StepDone) -> None:
        """Follow one step."""
        if step.what in _DECIDES and self.state is CaseState.ANSWERED:
            # an answer that was made before is not the answer any more
            self.state = CaseState.OPEN
        match step.what:
            case SubjectStep.CLARIFICATION_ASKED:
                self.paused_since, self.state = step.day, CaseState.PAUSED
            case SubjectStep.CLARIFIED:
                self.stopped_days += max((step.day - (self.paused_since or step.day)).days, 0)
                self.paused_since, self.state = None, CaseState.OPEN
            case SubjectStep.EXTENDED:
                self.extended = True
            case SubjectStep.SEARCHED:
                self._search(step.said)
            case SubjectStep.ANSWERED:
                self.state = CaseState.ANSWERED
            case SubjectStep.CLOSED:
                self.state, self.closed_on = CaseState.CLOSED, step.day
            case SubjectStep.ERASED:
                self.state = CaseState.ERASED
            case _:
                self._decide(step.what, step.said)

    def _search(self, said: Mapping[str, Any]) -> None:
        self.searches += 1
        for one in said.get("proposals", ()):
            near = self.proposed.get(one["incident"], False)
            self.proposed[one["incident"]] = near or one["must_decide"]

    def _decide(self, what: SubjectStep, said: Mapping[str, Any]) -> None:
        incident = said.get("incident", 0)
        if what is SubjectStep.CONFIRMED:
            self.confirmed.add(incident)
            self.rejected.discard(incident)
        elif what is SubjectStep.REJECTED:
            self.rejected.add(incident)
            self.confirmed.discard(incident)
            self.withheld.pop(incident, None)
        elif what is SubjectStep.WITHHELD:
            said_why = said.get("words", "")
            self.withheld[incident] = Withheld(incident, said.get("ground"), said_why)
        elif what is SubjectStep.GIVEN:
            self.withheld.pop(incident, None)


_Asked = Callable[[Case, StepDone], Missing | None]


def case_of(steps: Sequence[StepDone]) -> Case:
    """Return how a case stands after its steps; the first one opened it."""
    case = Case(steps[0].day)
    for step in steps:
        case.take(step)
    return case


def missing_for(case: Case, step: StepDone) -> Missing | None:
    """Return why a step may not be taken; None where it may."""
    if case.state in {CaseState.CLOSED, CaseState.ERASED}:
        is_next = step.what is SubjectStep.ERASED and case.state is CaseState.CLOSED
        return None if is_next else Missing.CLOSED
    asked = _MISSING.get(step.what)
    return None if asked is None else asked(case, step)


def _for_extension(case: Case, step: StepDone) -> Missing | None:
    if case.extended:
        return Missing.EXTENDED
    if step.day > case.due(step.day).due:
        return Missing.TOO_LATE
    return None if _has_words(step) else Missing.WORDS


def _for_answer(case: Case, _step: StepDone) -> Missing | None:
    if case.paused_since:
        return Missing.PAUSED
    if not case.searches:
        return Missing.SEARCH
    if case.undecided:
        return Missing.UNDECIDED
    if not all(one.has_reason for one in case.withheld.values()):
        return Missing.REASON
    return None


def _for_closing(case: Case, step: StepDone) -> Missing | None:
    outcome = SubjectOutcome(step.said["outcome"])
    if outcome in {SubjectOutcome.REFUSED, SubjectOutcome.WITHDRAWN}:
        return None if _has_words(step) else Missing.WORDS
    missing = _for_answer(case, step)
    if missing is not None:
        return missing
    if outcome is SubjectOutcome.NOTHING_HELD:
        return Missing.CONFIRMED if case.confirmed else None
    return None if case.state is CaseState.ANSWERED else Missing.ANSWER


def _has_words(step: StepDone) -> bool:
    return len(str(step.said.get("words", "")).strip()) >= SHORTEST_WORDS


def _if(missing: Missing, found: Callable[[Case, StepDone], bool]) -> _Asked:
    return lambda case, step: missing if found(case, step) else None


_MISSING: dict[SubjectStep, _Asked] = {
    SubjectStep.ERASED: _if(Missing.NOT_CLOSED, lambda _case, _step: True),
    SubjectStep.CLARIFICATION_ASKED: _if(
        Missing.PAUSED, lambda case, _step: case.paused_since is not None
    ),
    SubjectStep.CLARIFIED: _if(Missing.NOT_PAUSED, lambda case, _step: case.paused_since is None),
    SubjectStep.EXTENDED: _for_extension,
    SubjectStep.CONFIRMED: _if(
        Missing.NOT_PROPOSED, lambda case, step: _of(step) not in case.proposed
    ),
    SubjectStep.REJECTED: _if(
        Missing.NOT_PROPOSED, lambda case, step: _of(step) not in case.proposed
    ),
    SubjectStep.WITHHELD: _if(
        Missing.NOT_CONFIRMED, lambda case, step: _of(step) not in case.confirmed
    ),
    SubjectStep.GIVEN: _if(
        Missing.NOT_CONFIRMED, lambda case, step: _of(step) not in case.confirmed
    ),
    SubjectStep.ANSWERED: _for_answer,
    SubjectStep.CLOSED: _for_closing,
}


def _of(step: StepDone) -> object:
    return step.said.get("incident")
