"""Corrections and recalls: what is open, overdue and done; a new one; what a recipient still owes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.access.people import Role
from gateway.audit.cases import Case
from gateway.audit.notices import Notices, NoticeStanding
from gateway.casework import cases_of
from gateway.clock import LONDON, london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.console.needs import Need, needing
from gateway.console.typed import day_of
from policies.correction_steps import (
    KIND_SAYS,
    ORIGIN_SAYS,
    REASON_SAYS,
    WRONG_SAYS,
    must_do,
    says_kind,
)
from schemas.corrections import CaseKind, CaseOpening, Origin, Wrong
from schemas.released import NoticeKind

LEAD, NOMINATED, AUDITOR = Role.IG_LEAD, Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR
PATH = "/console/recalls"
MOST, LONGEST = 1_000, 64
_SOON = timedelta(days=7)
_FAULTS = {
    "kind": "Select what is wanted.",
    "origin": "Select who asked for it.",
    "feed": "Select the feed that the records came by.",
    "received": "Enter the day on which it was asked for, such as 26 11 2026; not a day to come.",
    "words": "Say it in at most 2,000 letters.",
}


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", PATH, "Corrections and recalls", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_list)
    desk.get(PATH + "/new", LEAD)(_form)
    desk.post(PATH + "/new", LEAD, once=True)(_open)
    needing(_needs)


def _list(visit: Visit) -> Response:
    cases: list[Case] = []
    if visit.person.has(LEAD):
        cases = cases_of(visit.house, visit.settings).all()
    groups = {
        state: [_row(case) for case in cases if case.state == state]
        for state in ("overdue", "open", "done")
    }
    owed = _owed(visit)
    return visit.page(
        "recalls/list.html",
        groups=groups,
        leads=visit.person.has(LEAD),
        owed=[_owed_row(one) for one in owed],
        days=visit.settings.notice_overdue_days,
        escalation=visit.settings.escalation_days,
    )


def _owed(visit: Visit) -> list[NoticeStanding]:
    """Notices that nobody acknowledged: a partner's own, or everybody's for the lead."""
    allowed = timedelta(days=visit.settings.notice_overdue_days)
    found = Notices(visit.house.reader, visit.house.clock.now(), allowed).open(overdue=False)
    if visit.person.has(LEAD):
        return found
    return [one for one in found if one.recipient == visit.person.partner]


def _owed_row(one: NoticeStanding) -> dict[str, Any]:
    kind = "corrected" if one.kind == "recorded" else one.kind
    return {
        "recipient": one.recipient,
        "subscription": one.subscription,
        "id": one.id,
        "says": says_kind(kind),
        "reason": REASON_SAYS.get(one.reason or "", ""),
        "must": must_do(NoticeKind(kind)),
        "since": datetime.fromisoformat(one.since),
        "state": one.state,
        "overdue": one.overdue,
    }


def _row(case: Case) -> dict[str, Any]:
    owed = sum(len(one.answers) for one in case.recipients)
    return {
        "id": case.item.id,
        "kind": KIND_SAYS[case.kind],
        "feed": case.item.feed,
        "origin": ORIGIN_SAYS[case.origin],
        "received": date.fromisoformat(case.item.first.said["received"]),
        "due": None if case.clock is None else case.clock.due.due,
        "late": case.late,
        "records": len(case.incidents),
        "owed": owed,
        "answered": owed - case.open,
        "overdue": case.overdue,
        "escalated": len(case.escalated),
    }


# ---------------------------------------------------------------------- a new one
def _form(visit: Visit) -> Response:
    return _shown(visit, {}, [])


def _shown(visit: Visit, form: dict[str, str], faults: list[tuple[str, str]]) -> Response:
    feeds = visit.house.book.refresh().register.feeds
    return visit.page(
        "recalls/new.html",
        422 if faults else 200,
        form=form,
        faults=faults,
        by_field=dict(faults),
        kinds=[(one.value, KIND_SAYS[one]) for one in CaseKind],
        origins=[(one.value, ORIGIN_SAYS[one]) for one in Origin],
        wrongs=[(one.value, WRONG_SAYS[one]) for one in Wrong],
        feeds=sorted((name, feed.title) for name, (_, feed) in feeds.items()),
    )


def _open(visit: Visit) -> Response:
    form, cases = dict(visit.form), cases_of(visit.house, visit.settings)
    opening, faults = _opening(visit)
    references = list(
        dict.fromkeys(
            line.strip() for line in form.get("references", "").split("\n") if line.strip()
        )
    )
    if not references or len(references) > MOST or any(len(one) > LONGEST for one in references):
        says = "Enter 1 to 1,000 references, one a line, each of at most 64 letters."
        faults.append(("references", says))
    if opening is None or faults:
        return _shown(visit, form, faults)
    found = cases.look_up(opening.feed, references)
    if found.unknown:
        says = f"{found.unknown} of {len(references)} references are not known in this feed."
        return _shown(visit, form, [("references", says)])
    case = cases.open(visit.person.account, opening, found.incidents)
    return visit.see(f"{PATH}/{case.item.id}")


def _opening(visit: Visit) -> tuple[CaseOpening | None, list[tuple[str, str]]]:
    form = visit.form
    faults: list[tuple[str, str]] = []
    known = visit.house.book.refresh().register.feeds
    received = _day(form, london_day(visit.house.clock))
    if received is None:
        faults.append(("received-day", _FAULTS["received"]))
    if form.get("feed", "") not in known:
        faults.append(("feed", _FAULTS["feed"]))
    said: dict[str, Any] = {
        "kind": form.get("kind", ""),
        "origin": form.get("origin", ""),
        "feed": form.get("feed") if form.get("feed", "") in known else "none",
        "received": received or date(2000, 1, 1),
        "wrong": form.get("wrong") or Wrong.OTHER.value,
        "words": form.get("words") or None,
    }
    try:
        opening = CaseOpening.model_validate(said)
    except ValidationError as error:
        named = {str(fault["loc"][0]) for fault in error.errors(include_input=False)}
        faults += [(name, _FAULTS.get(name, "Select one of the list.")) for name in sorted(named)]
        return None, faults
    return opening, faults


def _day(form: Any, today: date) -> date | None:  # noqa: ANN401 - a form's texts by name
    try:
        entered = day_of(form, "received")
    except ValueError:
        return None
    return entered if entered is not None and entered <= today else None


# ---------------------------------------------------------------------- what waits
def _needs(visit: Visit) -> list[Need]:
    now = visit.house.clock.now()
    if visit.person.has(LEAD):
        return _needs_of_lead(visit, now)
    if not visit.person.has(NOMINATED):
        return []
    late = [one for one in _owed(visit) if one.overdue]
    if not late:
        return []
    since = min(datetime.fromisoformat(one.since) for one in late)
    says = (
        f"Your organisation has not acknowledged {len(late)} notices about records that it holds."
    )
    return [Need(since, says, "See what to do", PATH)]


def _needs_of_lead(visit: Visit, now: datetime) -> list[Need]:
    found: list[Need] = []
    for case in cases_of(visit.house, visit.settings).all():
        path = f"{PATH}/{case.item.id}"
        if case.overdue:
            late = [one for one in case.recipients if one.overdue]
            since = min(answer.since for one in late for answer in one.answers if answer.open)
            who = ", ".join(sorted({one.recipient for one in late}))
            says = f"A recall has not been acknowledged by {who}."
            found.append(Need(since, says, "Chase it", path))
        if case.clock is not None and not case.closed:
            due = datetime.combine(case.clock.due.due, time(23, 59), LONDON).astimezone(UTC)
            told = "subject_told" in {step.what for step in case.item.steps}
            if not told and due - now < _SOON:
                late_or_soon = "is overdue" if case.late else "is due soon"
                says = f"The answer to a person's request for correction {late_or_soon}."
                found.append(Need(due, says, "Answer it", path))
    return found
