"""One correction or recall: each recipient, each step, what was said, the records; and its next step."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Response

from gateway.access.people import Role
from gateway.audit.cases import Case
from gateway.audit.casework import CorrectionRefused
from gateway.audit.standing import Answer, RecipientStanding
from gateway.casework import cases_of
from gateway.console.desk import Desk, Visit
from gateway.console.reasons import reason_choices, reason_given
from gateway.console.recalls import PATH
from gateway.errors import NotFound
from gateway.store.casework import standing_of
from policies.correction_steps import (
    KIND_SAYS,
    ORDERS,
    ORIGIN_SAYS,
    REASON_SAYS,
    REFUSAL_SAYS,
    STEP_DOES,
    STEP_SAYS,
    WRONG_SAYS,
    must_do,
    says_kind,
)
from schemas.consulting import ReasonCode
from schemas.corrections import CaseStep, RefusalReason, Wrong

LEAD = Role.IG_LEAD
ONE, STEP = PATH + "/{case}", PATH + "/{case}/steps/{step}"
_REASONS = (ReasonCode.CORRECTION, ReasonCode.COMPLAINT, ReasonCode.AUDIT)
_LONGEST = 2_000
_FINAL = frozenset({CaseStep.ERASED, CaseStep.RETRACTED})
_NEEDS_WORDS = frozenset({CaseStep.REFUSED, CaseStep.SUBJECT_TOLD})


def add(desk: Desk) -> None:
    """Put the pages in."""
    desk.get(ONE, LEAD)(_one)
    desk.post(ONE + "/words", LEAD, once=True)(_words)
    desk.post(ONE + "/records", LEAD, once=True)(_records)
    desk.get(STEP, LEAD)(_step)
    desk.post(STEP, LEAD, once=True)(_take)


def _case(visit: Visit) -> Case:
    return cases_of(visit.house, visit.settings).find(visit.part("case"))


def _one(visit: Visit) -> Response:
    return _shown(visit, _case(visit))


def _shown(
    visit: Visit,
    case: Case,
    *,
    words: list[tuple[int, str]] | None = None,
    opened: list[dict[str, Any]] | None = None,
    faults: dict[str, str] | None = None,
) -> Response:
    cases = cases_of(visit.house, visit.settings)
    names = visit.house.book.current().register.partners
    with visit.house.reader.connection() as connection:
        standing = standing_of(connection, case.incidents)
    by_number = dict(words or [])
    return visit.page(
        "recalls/one.html",
        422 if faults else 200,
        case=case,
        kind=KIND_SAYS[case.kind],
        origin=ORIGIN_SAYS[case.origin],
        wrong=WRONG_SAYS[Wrong(case.item.first.said["wrong"])],
        received=date.fromisoformat(case.item.first.said["received"]),
        recipients=[_recipient(visit, case, one) for one in case.recipients],
        holders=[names[one].name if one in names else one for one in cases.holders(case)],
        steps=[(step.value, STEP_DOES[step]) for step in case.following],
        taken=[_taken(step, by_number.get(step.number)) for step in case.item.steps],
        records=[(one, standing[one]) for one in case.incidents if one in standing],
        reasons=reason_choices(*_REASONS),
        form=visit.form,
        faults=list((faults or {}).items()),
        reason_faults=faults or {},
        opened=opened,
        read=words is not None,
    )


def _recipient(visit: Visit, case: Case, one: RecipientStanding) -> dict[str, Any]:
    partner = visit.house.book.current().register.partners.get(one.recipient)
    waits = [answer for answer in one.answers if answer.open]
    tries = [answer for answer in waits if answer.release is not None]
    return {
        "name": partner.name if partner else one.recipient,
        "nominated": partner.nominated_person if partner else None,
        "subscription": one.subscription,
        "told": sorted({says_kind(_notice(answer.kind)) for answer in one.answers}),
        "records": len(one.answers),
        "acknowledged": one.count(Answer.ACKNOWLEDGED),
        "delivered": one.count(Answer.DELIVERED),
        "waiting": one.count(Answer.WAITING),
        "ended": one.count(Answer.ENDED),
        "overdue": one.overdue,
        "escalated": one.subscription in case.escalated,
        "since": min((answer.since for answer in waits), default=None),
        "attempts": max((answer.attempts for answer in tries), default=0),
        "next_at": min((a.next_at for a in tries if a.next_at is not None), default=None),
        "outcome": next((a.outcome for a in tries if a.outcome is not None), None),
    }


def _notice(kind: str) -> str:
    return "corrected" if kind == "recorded" else kind


def _taken(step: Any, words: str | None) -> dict[str, Any]:  # noqa: ANN401 - a step
    text = [words] if words else []
    reason = step.said.get("reason")
    if step.what == CaseStep.REFUSED:
        text.insert(0, REFUSAL_SAYS[RefusalReason(reason)] + ".")
    if step.what == CaseStep.ESCALATED:
        text.append(f"{step.said['recipient']}, {step.said['subscription']}.")
    text.append(f"Entry {step.leaf} of the ledger.")
    title = STEP_SAYS[CaseStep(step.what)]
    return {"title": title, "at": step.at, "by": step.actor, "text": " ".join(text)}


# ---------------------------------------------------------------------- what is locked
def _words(visit: Visit) -> Response:
    case = _case(visit)
    reason, faults = reason_given(visit, *_REASONS, case=case.item.id)
    if reason is None:
        return _shown(visit, case, faults=faults)
    cases = cases_of(visit.house, visit.settings)
    words = cases.read_words(case, visit.person.account, reason.code.value)
    return _shown(visit, cases.find(case.item.id), words=words)


def _records(visit: Visit) -> Response:
    case = _case(visit)
    reason, faults = reason_given(visit, *_REASONS, case=case.item.id)
    if reason is None:
        return _shown(visit, case, faults=faults)
    with visit.house.reader.connection() as connection:
        standing = standing_of(connection, case.incidents)
    positions = [one.position for one in standing.values() if one.state != "erased"]
    if not positions:
        return _shown(visit, case, opened=[])
    found = visit.house.consultations.open(visit.person, reason, positions)
    opened = [
        {
            "incident": one.version.row.incident,
            "version": one.version.row.version,
            "fields": []
            if one.incident is None
            else sorted(one.incident.model_dump(mode="json", exclude_defaults=True).items()),
        }
        for one in found
    ]
    return _shown(visit, case, opened=opened)


# ---------------------------------------------------------------------- a step
def _step(visit: Visit) -> Response:
    return _confirm(visit, _case(visit), [])


def _asked_step(visit: Visit) -> CaseStep:
    try:
        return CaseStep(visit.part("step"))
    except ValueError:
        raise NotFound from None


def _confirm(visit: Visit, case: Case, faults: list[tuple[str, str]]) -> Response:
    step = _asked_step(visit)
    order = ORDERS.get((case.kind, step))
    offered = step in case.following
    return visit.page(
        "recalls/step.html",
        422 if faults else 200 if offered else 409,
        case=case,
        step=step.value,
        says=STEP_DOES.get(step, STEP_SAYS[step]),
        kind=KIND_SAYS[case.kind],
        offered=offered,
        final=step in _FINAL,
        notice=None if order is None else says_kind(order.notice.value),
        reason=None if order is None else REASON_SAYS[order.reason.value],
        must=None if order is None else must_do(order.notice),
        holders=cases_of(visit.house, visit.settings).holders(case),
        refusals=[(one.value, REFUSAL_SAYS[one]) for one in RefusalReason]
        if step is CaseStep.REFUSED
        else [],
        form=visit.form,
        faults=faults,
        by_field=dict(faults),
    )


def _take(visit: Visit) -> Response:
    case, step = _case(visit), _asked_step(visit)
    words = visit.form.get("words") or None
    reason, faults = None, []
    if step is CaseStep.REFUSED:
        stated = visit.form.get("reason", "")
        reason = next((one for one in RefusalReason if one.value == stated), None)
        if reason is None:
            faults.append(("reason", "Select why it is refused; whoever asked is told."))
    unanswered = step is CaseStep.CLOSED and case.open > 0
    if words is None and (step in _NEEDS_WORDS or unanswered):
        faults.append(("words", "Say in words what was decided, or how it was told."))
    if words is not None and len(words) > _LONGEST:
        faults.append(("words", "Say it in at most 2,000 letters."))
    if faults:
        return _confirm(visit, case, faults)
    try:
        cases_of(visit.house, visit.settings).take(case, step, visit.person.account, words, reason)
    except CorrectionRefused:
        return _confirm(visit, _case(visit), [])
    return visit.see(f"{PATH}/{case.item.id}")
