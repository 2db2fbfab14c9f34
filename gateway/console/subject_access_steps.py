"""The steps of a subject access case: search, open and decide, withhold, the clock, the answer, the end."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response

from gateway.audit.subject_cases import StepMissing, SubjectCase
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED
from gateway.console.reasons import reason_given
from gateway.console.subject_access import PATH, asked_in, case_page, day_in, search_for
from policies.subject_case import MISSING_SAYS
from policies.subject_search.scored import NEARNESS_SAYS, REASON_SAYS, Nearness
from schemas.consulting import SHORTEST_WORDS, ReasonCode
from schemas.sensitivity import FieldGroup
from schemas.subject_access import Restriction, SubjectOutcome, SubjectStep

_CLOCK = (SubjectStep.CLARIFICATION_ASKED, SubjectStep.CLARIFIED, SubjectStep.EXTENDED)
_WHO = (
    FieldGroup.IDENTITY,
    FieldGroup.CONTACT,
    FieldGroup.EXACT_PLACE,
    FieldGroup.EXACT_TIME,
    FieldGroup.REFERENCE,
)
"""What tells whether a record is about somebody; what was said is opened where it is ticked."""
_ONE = PATH + "/{case}"


def add(desk: Desk) -> None:
    """Put the steps in."""
    for name, does in (
        ("search", _search),
        ("open", _open),
        ("decide", _decide),
        ("withhold", _withhold),
        ("clock", _clock),
        ("answer", _answer),
        ("letter", _read),
        ("letter.json", _download),
        ("close", _close),
    ):
        desk.post(f"{_ONE}/{name}", LEAD, NOMINATED, once=True)(does)
    desk.get(_ONE + "/letter", LEAD, NOMINATED)(_letter)


def _case(visit: Visit) -> SubjectCase:
    return visit.house.subject_desk.cases.of(visit.person, visit.part("case"))


def _back(visit: Visit, case: SubjectCase) -> Response:
    return visit.see(f"{PATH}/{case.id}")


def _take(visit: Visit, case: SubjectCase, what: SubjectStep, said: dict[str, Any]) -> None:
    visit.house.subject_desk.cases.take(visit.person, case.id, what, said)


def _missing(visit: Visit, case: SubjectCase, missing: StepMissing, field: str) -> Response:
    says = f"{MISSING_SAYS[missing.missing]} Nothing was changed."
    return case_page(visit, case, 422, {field: says})


def _search(visit: Visit) -> Response:
    case = _case(visit)
    asked, faults = asked_in(visit)
    reason, stated = reason_given(visit, ReasonCode.SUBJECT_ACCESS, case=case.id)
    if faults or stated or asked is None or reason is None:
        return case_page(visit, case, 422, {**faults, **stated})
    try:
        search_for(visit, case.id, asked, reason)
    except StepMissing as missing:
        return _missing(visit, case, missing, "names")
    return _back(visit, case)


def _open(visit: Visit) -> Response:
    """Open the records that are ticked, to see whether they are about the person."""
    case = _case(visit)
    ticked = set(visit.lists.get("record", ()))
    known = _proposed(case)
    positions = [known[one]["position"] for one in sorted(known) if str(one) in ticked]
    reason, faults = reason_given(visit, ReasonCode.SUBJECT_ACCESS, case=case.id)
    if not positions:
        faults["record"] = "Tick the records to open. Nothing was opened."
    if faults or reason is None:
        return case_page(visit, case, 422, faults)
    groups = set(_WHO) | ({FieldGroup.NARRATIVE} if visit.form.get("narrative") else set())
    shown = visit.house.consultations.open(visit.person, reason, positions, groups)
    return visit.page(
        "subject_access/opened.html",
        case=case,
        shown=[(one, known[one.version.row.incident]) for one in shown],
        says=REASON_SAYS,
        near={each.value: NEARNESS_SAYS[each] for each in Nearness},
        with_words=FieldGroup.NARRATIVE in groups,
    )


def _proposed(case: SubjectCase) -> dict[int, dict[str, Any]]:
    known: dict[int, dict[str, Any]] = {}
    for step in case.steps:
        if step.done.what is SubjectStep.SEARCHED:
            known |= {one["incident"]: one for one in step.done.said.get("proposals", ())}
    return known


def _decide(visit: Visit) -> Response:
    """Confirm or reject each record about which somebody said so; the others stay undecided."""
    case = _case(visit)
    known = _proposed(case)
    steps = {"confirm": SubjectStep.CONFIRMED, "reject": SubjectStep.REJECTED}
    try:
        for incident, proposal in known.items():
            what = steps.get(visit.form.get(f"decision-{incident}", ""))
            if what is not None:
                _take(visit, case, what, {"incident": incident, "part": proposal["part"]})
    except StepMissing as missing:
        return _missing(visit, case, missing, "record")
    return _back(visit, case)


def _withhold(visit: Visit) -> Response:
    case, form = _case(visit), visit.form
    stated = form.get("incident", "")
    incident = next((one for one in _proposed(case) if str(one) == stated), 0)
    said: dict[str, Any]
    if form.get("give"):
        what, said = SubjectStep.GIVEN, {"incident": incident}
    else:
        ground = next((one.value for one in Restriction if one.value == form.get("ground")), None)
        words = form.get("why", "")[:1_000]
        what = SubjectStep.WITHHELD
        said = {"incident": incident, "ground": ground, "words": words}
        if ground is None or len(words) < SHORTEST_WORDS:
            says = "Select the ground and say why in at least 15 letters. Nothing was changed."
            return case_page(visit, case, 422, {f"ground-{incident}": says})
    try:
        _take(visit, case, what, said)
    except StepMissing as missing:
        return _missing(visit, case, missing, f"ground-{incident}")
    return _back(visit, case)


def _clock(visit: Visit) -> Response:
    case, form = _case(visit), visit.form
    what = next((one for one in _CLOCK if one.value == form.get("what")), None)
    day = day_in(form, "on")
    if (
        what is None
        or day is None
        or not case.case.received <= day <= london_day(visit.house.clock)
    ):
        says = "Select what happened, and the day: not before the request came in, not after today."
        return case_page(visit, case, 422, {"what": says})
    try:
        said = {"words": form.get("clock_words", "")[:1_000]}
        visit.house.subject_desk.cases.take(visit.person, case.id, what, said, day=day)
    except StepMissing as missing:
        return _missing(visit, case, missing, "what")
    return _back(visit, case)


def _answer(visit: Visit) -> Response:
    case = _case(visit)
    reason, faults = reason_given(visit, ReasonCode.SUBJECT_ACCESS, case=case.id)
    if reason is None:
        return case_page(visit, case, 422, faults)
    try:
        document = visit.house.subject_desk.answers.make(visit.person, case.id, reason)
    except StepMissing as missing:
        return _missing(visit, case, missing, "answer")
    return visit.page("subject_access/letter.html", case=case, letter=document)


def _letter(visit: Visit) -> Response:
    case = _case(visit)
    has_answer = case.last(SubjectStep.ANSWERED) is not None
    return visit.page(
        "subject_access/letter_asked.html", case=case, has_answer=has_answer, form={}, faults={}
    )


def _read(visit: Visit) -> Response:
    case, document, answer = _document(visit)
    if answer is not None:
        return answer
    return visit.page("subject_access/letter.html", case=case, letter=document)


def _download(visit: Visit) -> Response:
    case, document, answer = _document(visit)
    if answer is not None:
        return answer
    text = json.dumps(document, ensure_ascii=False, indent=2)
    headers = {
        "Content-Disposition": f'attachment; filename="answer-{case.id}.json"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }
    return Response(text, 200, headers, "application/json")


def _document(visit: Visit) -> tuple[SubjectCase, dict[str, Any] | None, Response | None]:
    """Return the answer of a case, read for a stated reason, or the page that asks for the reason."""
    case = _case(visit)
    has_answer = case.last(SubjectStep.ANSWERED) is not None
    reason, faults = reason_given(visit, ReasonCode.SUBJECT_ACCESS, case=case.id)
    document = None
    if reason is not None:
        document = visit.house.subject_desk.answers.read(visit.person, case.id, reason)
    if document is None:
        page = visit.page(
            "subject_access/letter_asked.html",
            422,
            case=case,
            has_answer=has_answer,
            form=visit.form,
            faults=faults,
        )
        return case, None, page
    return case, document, None


def _close(visit: Visit) -> Response:
    case, form = _case(visit), visit.form
    outcome = next((one for one in SubjectOutcome if one.value == form.get("outcome")), None)
    if outcome is None:
        return case_page(visit, case, 422, {"outcome": "Select how the case ends."})
    said = {"outcome": outcome.value, "words": form.get("close_words", "")[:1_000]}
    try:
        _take(visit, case, SubjectStep.CLOSED, said)
    except StepMissing as missing:
        return _missing(visit, case, missing, "outcome")
    return _back(visit, case)
