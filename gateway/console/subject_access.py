"""Subject access: every case with its clock, a new one, and one with what it found and what was shared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.audit.subject_cases import SubjectCase
from gateway.audit.subject_disclosures import NOTICE
from gateway.clock import LONDON, london_day
from gateway.console.called import people
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED, link
from gateway.console.needs import Need, needing
from gateway.console.reasons import reason_given
from gateway.console.typed import day_of
from gateway.store.consulting import versions_at
from policies.subject_answer import FIELD_SAYS, LANE_SAYS
from policies.subject_case import CaseState
from policies.subject_search.asked import SubjectAsked
from policies.subject_search.scored import NEARNESS_SAYS, REASON_SAYS, Nearness
from schemas.codes import Regime
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.subject_access import (
    OUTCOME_SAYS,
    RESTRICTION_SAYS,
    STEP_SAYS,
    UNDER_PART_3,
    Restriction,
    SubjectStep,
)
from schemas.typology import TYPOLOGY

PATH = "/console/subject-access"
_SOON = timedelta(days=7)
_LISTS = ("names", "addresses", "telephones")
STATE_SAYS = {
    CaseState.OPEN: "Open",
    CaseState.PAUSED: "Clock stands",
    CaseState.ANSWERED: "Answer made",
    CaseState.CLOSED: "Closed",
    CaseState.ERASED: "Closed and destroyed",
}


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", PATH, "Subject access", LEAD, NOMINATED)
    desk.get(PATH, LEAD, NOMINATED)(_list)
    desk.get(PATH + "/new", LEAD, NOMINATED)(_form)
    desk.post(PATH + "/new", LEAD, NOMINATED, once=True)(_open)
    desk.get(PATH + "/{case}", LEAD, NOMINATED)(_one)
    needing(_needs)


def _list(visit: Visit) -> Response:
    cases = visit.house.subject_desk.cases.every(visit.person)
    return visit.page("subject_access/list.html", cases=cases, states=STATE_SAYS)


# ---------------------------------------------------------------------- a new one
def _form(visit: Visit) -> Response:
    day = london_day(visit.house.clock)
    today = {
        "received-day": str(day.day),
        "received-month": str(day.month),
        "received-year": str(day.year),
    }
    return visit.page("subject_access/new.html", form=today, faults={})


def _open(visit: Visit) -> Response:
    asked, faults = asked_in(visit)
    received = day_in(visit.form, "received")
    if received is None or received > london_day(visit.house.clock):
        faults["received"] = "Enter the day on which the request came in; not a day to come."
    reason, stated = reason_given(visit, ReasonCode.SUBJECT_ACCESS)
    faults |= stated
    if faults or asked is None or received is None or reason is None:
        return visit.page("subject_access/new.html", 422, form=visit.form, faults=faults)
    desk = visit.house.subject_desk
    case = desk.cases.open(visit.person, asked, received, visit.form.get("reference", ""))
    search_for(visit, case, asked, reason)
    return visit.see(f"{PATH}/{case}")


def search_for(visit: Visit, case: str, asked: SubjectAsked, reason: ConsultationReason) -> None:
    """Search for a case, under the reason that its form stated."""
    about = reason.model_copy(update={"case": case})
    visit.house.subject_desk.searches.search(visit.person, case, asked, about)


def asked_in(visit: Visit) -> tuple[SubjectAsked | None, dict[str, str]]:
    """Read what somebody is looked for by; nothing and what is wrong, by field."""
    form, faults = visit.form, dict[str, str]()
    said: dict[str, Any] = {
        name: [line.strip() for line in form.get(name, "").split("\n") if line.strip()]
        for name in _LISTS
    }
    born = day_in(form, "born")
    if born is None and any(form.get(f"born-{part}") for part in ("day", "month", "year")):
        faults["born"] = "Enter a date of birth such as 12 3 1984, or leave it empty."
    try:
        return SubjectAsked(**said, born=born), faults
    except ValidationError:
        faults["names"] = (
            "Enter at least one name (more than initials), a date of birth, an address or a telephone "
            "number; up to eight of each, one a line."
        )
        return None, faults


def day_in(form: Mapping[str, str], name: str) -> date | None:
    """Read a day of three fields; None where it is none."""
    try:
        return day_of(form, name)
    except ValueError:
        return None


# ---------------------------------------------------------------------- one case
def _one(visit: Visit) -> Response:
    return case_page(visit, visit.house.subject_desk.cases.of(visit.person, visit.part("case")))


def case_page(
    visit: Visit, case: SubjectCase, status: int = 200, faults: Mapping[str, str] | None = None
) -> Response:
    """Return the page of a case; with faults where a form of it could not be done."""
    proposals = _proposals(visit, case)
    given = [one for one in proposals if one["incident"] in case.case.confirmed]
    return visit.page(
        "subject_access/case.html",
        status,
        case=case,
        state=STATE_SAYS[case.case.state],
        is_open=case.case.state not in {CaseState.CLOSED, CaseState.ERASED},
        undecided=[one for one in proposals if one["standing"] == "undecided"],
        rejected=[one for one in proposals if one["standing"] == "rejected"],
        confirmed=given,
        shared=list(_shared(visit, case)),
        form=visit.form,
        faults=dict(faults or {}),
        reasons=[(ReasonCode.SUBJECT_ACCESS.value, "Somebody asked what is held about them")],
        says=REASON_SAYS,
        nearness=NEARNESS_SAYS,
        steps=[(STEP_SAYS[one.done.what], one) for one in case.steps],
        outcomes=OUTCOME_SAYS,
        has_answer=case.last(SubjectStep.ANSWERED) is not None,
        today=case.today,
        people=people(visit.house),
    )


def _proposals(visit: Visit, case: SubjectCase) -> list[dict[str, Any]]:
    """Every record that a search of the case proposed, as metadata, by its newest search."""
    known: dict[int, dict[str, Any]] = {}
    for step in case.steps:
        if step.done.what is SubjectStep.SEARCHED:
            known |= {one["incident"]: one for one in step.done.said.get("proposals", ())}
    with visit.house.reader.connection() as connection:
        versions = versions_at(connection, [one["position"] for one in known.values()])
    classes = visit.house.book.classes()
    register = visit.house.book.current().register
    told: list[dict[str, Any]] = []
    for one in sorted(known.values(), key=lambda each: (-each["score"], -each["position"])):
        version = versions.get(one["position"])
        feed = register.feeds[one["source"]][1]
        row = None if version is None else version.row
        record_class = None if row is None else classes[row.class_id]
        police = record_class is not None and record_class.regime is Regime.LAW_ENFORCEMENT
        behaviour = row and (row.typology_sub_behaviour or row.typology_behaviour)
        told.append(
            {
                **one,
                "title": feed.title,
                "holder": register.partners[one["controller"]].name,
                "behaviour": TYPOLOGY.names.get(behaviour or "", "Not classified"),
                "day": _day_of(row.reported or row.occurred_from) if row else None,
                "erased": version is None,
                "near": NEARNESS_SAYS[Nearness(one["nearness"])],
                "standing": _standing(case, one["incident"]),
                "withheld": case.case.withheld.get(one["incident"]),
                "grounds": [
                    (ground.value, RESTRICTION_SAYS[ground])
                    for ground in Restriction
                    if (ground in UNDER_PART_3) is police
                ],
            }
        )
    return told


def _standing(case: SubjectCase, incident: int) -> str:
    if incident in case.case.confirmed:
        return "confirmed"
    return "rejected" if incident in case.case.rejected else "undecided"


def _day_of(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _shared(visit: Visit, case: SubjectCase) -> Iterator[dict[str, Any]]:
    """What left of the confirmed records, as a table reads it."""
    for one in visit.house.subject_desk.disclosures.of(sorted(case.case.confirmed)):
        if one.what != NOTICE:
            yield {
                "to": one.recipient_name,
                "at": datetime.fromisoformat(one.at),
                "record": one.incident,
                "version": one.version,
                "form": LANE_SAYS.get(one.lane, one.lane),
                "fields": [FIELD_SAYS.get(name, name) for name in one.fields],
                "power": one.power.replace("_", " ").replace("17a", "17A"),
                "purpose": (one.purpose or "").replace("_", " ").replace("17a", "17A"),
                "provision": one.provision,
                "agreement": one.agreement,
                "agreement_version": one.agreement_version,
                "from": one.controller,
                "entry": one.entry,
            }


# ---------------------------------------------------------------------- what waits
def _needs(visit: Visit) -> list[Need]:
    if not visit.person.has(LEAD, NOMINATED):
        return []
    now = visit.house.clock.now()
    found: list[Need] = []
    for case in visit.house.subject_desk.cases.every(visit.person):
        if case.case.state not in {CaseState.OPEN, CaseState.ANSWERED}:
            continue
        due = datetime.combine(case.due.due, time(23, 59), LONDON)
        if due - now < _SOON:
            when = "was due" if case.overdue else "is due soon"
            says = f"The answer to a person who asked what is held about them {when} ({case.id})."
            found.append(Need(due, says, "Open the case", f"{PATH}/{case.id}"))
    return found
