"""What of a request each side is told, and in which words.

The asker learns the answer and no reason: «released» says nothing of what stayed behind, and «nothing that
may be shared» is said in the same words whether nothing is held or nothing may go. Reminders, reasons and
the register of refusals are the holder's and the IG lead's.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from gateway.audit.request_state import Request, Taken
from schemas.partners import Partner
from schemas.requests import RELEASES, Outcome, RefusalReason, State, Step

STEP_SAYS: Mapping[Step, str] = MappingProxyType(
    {
        Step.ASKED: "Asked",
        Step.REMINDED: "The holder was reminded",
        Step.OVERDUE: "The answer is overdue",
        Step.ANSWERED: "Answered",
        Step.TOLD: "Answered: the asker was told that something is held",
        Step.COLLECTED: "What was released was opened on a page",
        Step.CONFIRMED: "Reviewed: the urgent release stands",
        Step.ENDED: "Reviewed: the release was ended",
        Step.REVIEW_OVERDUE: "The review of the urgent release is overdue",
        Step.WITHDRAWN: "Taken back by the asker",
        Step.ERASED: "Every word of it was destroyed; its time was over",
    }
)
TO_THE_ASKER = frozenset(
    {Step.ASKED, Step.ANSWERED, Step.TOLD, Step.COLLECTED, Step.ENDED, Step.WITHDRAWN, Step.ERASED}
)
"""Steps that the asker sees."""
REFUSAL_SAYS: Mapping[RefusalReason, str] = MappingProxyType(
    {
        RefusalReason.NOTHING_HELD: "Nothing is held",
        RefusalReason.NOT_NECESSARY: "It is not shown to be necessary or expedient",
        RefusalReason.NOT_PROPORTIONATE: "More is asked than the purpose needs",
        RefusalReason.NOT_LAWFUL: "The law does not let it go",
        RefusalReason.WOULD_HARM_A_PERSON: "It could harm somebody",
        RefusalReason.WOULD_HARM_AN_INVESTIGATION: "It could harm an investigation",
        RefusalReason.ASK_ELSEWHERE: "Somebody else is to be asked, or in another way",
        RefusalReason.OTHER: "Another reason, stated in words",
    }
)
RECEIVED = "Received. Nothing was looked for yet; the holder's nominated person answers."
_SAYS = {
    "released": "What may be shared is released. Collect it by the day named.",
    "existence_only": "Held by {holder}: ask {office}. Nothing more may be shared here.",
    "nothing": "Nothing that may be shared.",
    "ended": "A review ended this release. Delete what you collected, and nothing more can be collected.",
}


def outcome_for_asker(request: Request) -> str | None:
    """Return the answer as the asker learns it: a part is told like the whole."""
    if any(one.step is Step.ENDED for one in request.steps):
        return "ended"
    outcome = request.outcome
    return None if outcome is None else "released" if outcome in RELEASES else outcome.value


def says_for_asker(request: Request, holder: Partner | None) -> str:
    """Return one sentence for the asker."""
    told = outcome_for_asker(request)
    if told is None:
        withdrawn = request.state is State.WITHDRAWN
        return "You took this request back." if withdrawn else RECEIVED
    name = request.holder if holder is None else holder.name
    office = "its nominated person" if holder is None else holder.nominated_person
    return _SAYS[told].format(holder=name, office=office or "its nominated person")


def for_asker(request: Request, holder: Partner | None) -> dict[str, Any]:
    """Return a request as its asker sees it."""
    told, answer = outcome_for_asker(request), request.answer
    words = None if answer is None else answer.words
    released = told == "released" and answer is not None
    return {
        "id": request.id,
        "holder": request.holder,
        "state": request.state.value,
        "asked_at": request.at.isoformat(),
        "due_on": request.due_on.isoformat(),
        "urgent": request.is_urgent,
        "answer": told,
        "says": says_for_asker(request, holder),
        "told": None if words is None else words.get("told"),
        "collect_before": answer.said["ends_on"] if released and answer is not None else None,
        "steps": [step_of(one) for one in request.steps if one.step in TO_THE_ASKER],
    }


def for_holder(request: Request) -> dict[str, Any]:
    """Return a request as its holder sees it: what is asked, and every step."""
    asking, answer = request.asking, request.answer
    return {
        "id": request.id,
        "asker": request.partner,
        "state": request.state.value,
        "asked_at": request.at.isoformat(),
        "due_on": request.due_on.isoformat(),
        "review_due": None if request.review_due is None else request.review_due.isoformat(),
        "urgent": request.is_urgent,
        "asking": None if asking is None else asking.model_dump(mode="json", exclude_none=True),
        "answer": None if request.outcome is None else request.outcome.value,
        "refusal": None if answer is None else answer.said["refusal"],
        "records": None if answer is None else answer.said["records"],
        "fields": None if answer is None else answer.said["fields"],
        "steps": [step_of(one) for one in request.steps],
    }


def step_of(taken: Taken) -> dict[str, Any]:
    """Return a step without its words."""
    return {
        "step": taken.step.value,
        "says": STEP_SAYS[taken.step],
        "at": taken.at.isoformat(),
        "leaf": taken.leaf,
    }


def is_refusal(request: Request) -> bool:
    """Whether it stands in the register of refusals: less than all was released."""
    outcome = request.outcome
    return outcome is not None and outcome is not Outcome.RELEASED
