"""The sixteen questions, as a person asks them: a list of sentences, and a page that answers each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from fastapi import Response

from gateway.audit.answers import QUESTIONS, bundle
from gateway.audit.questions import Asked, House, Question
from gateway.clock import london_day
from gateway.console.answered import named, sections
from gateway.console.called import called, people
from gateway.console.desk import Desk, Visit
from gateway.console.handing import attached
from gateway.console.navigation import LEAD, link
from gateway.console.returns import recent
from gateway.console.words import day, quarter
from gateway.errors import NotFound, RequestInvalid
from policies.duty import DutyState

PATH = "/console/questions"
_RETURNS = 6
_REFUSED = 8
_BUNDLE = 13
_SHORTEST_REASON = 10
_MONTHS_SHOWN = 13
_OWED = {DutyState.DUE.value, DutyState.OVERDUE.value}
_FIRST = [
    *(DutyState.OVERDUE.value, DutyState.WITHHELD.value, DutyState.DUE.value),
    *(DutyState.SENT_LATE.value, DutyState.SENT.value, DutyState.MET_BY_STANDING.value),
]
"""What somebody has to do about stands first, what nobody can say last."""


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Evidence", PATH, "The sixteen questions", LEAD)
    desk.get(PATH, LEAD)(_list)
    desk.get(PATH + "/{number}", LEAD)(_page)
    desk.post(PATH + "/{number}", LEAD)(_answer)
    desk.post(PATH + "/13/bundle", LEAD)(_download)


def asked_of(visit: Visit, given: Mapping[str, str], partner: str | None = None) -> Asked:
    """Return a question as a visitor asks it."""
    house = House.of(visit.house, visit.settings)
    return Asked(house, {key: value for key, value in given.items() if value}, partner)


def _list(visit: Visit) -> Response:
    return visit.page("questions/list.html", questions=QUESTIONS.all())


def _question(visit: Visit) -> Question:
    number = visit.part("number")
    known = next((one for one in QUESTIONS.all() if str(one.number) == number), None)
    if known is None:
        raise NotFound
    return known


def _page(visit: Visit) -> Response:
    question = _question(visit)
    if any(one.required for one in question.parameters) or question.number == _BUNDLE:
        return _shown(visit, question)
    given = {"quarter": _falls_due(visit)} if question.number == _RETURNS else {}
    return _answered(visit, question, given)


def _falls_due(visit: Visit) -> str:
    """Return the quarter whose returns are due by the end of the one that runs."""
    return recent(visit)[:2][-1].name


def _months(visit: Visit) -> list[tuple[str, str]]:
    """Return the months that are offered, this one first: «2026-11», «November 2026»."""
    first = london_day(visit.house.clock).replace(day=1)
    found = []
    for _ in range(_MONTHS_SHOWN):
        found.append((f"{first:%Y-%m}", f"{first:%B %Y}"))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _answer(visit: Visit) -> Response:
    question = _question(visit)
    names = {one.name for one in question.parameters}
    return _answered(visit, question, {k: v for k, v in visit.form.items() if k in names})


def _answered(visit: Visit, question: Question, given: Mapping[str, str]) -> Response:
    visit.house.book.refresh()
    try:
        answer = QUESTIONS.ask(question.number, asked_of(visit, given))["answer"]
    except RequestInvalid as faulty:
        faults = {one.pointer.removeprefix("/"): one.says for one in faulty.errors}
        return _shown(visit, question, given=given, faults=faults, status=422)
    except NotFound:
        last = question.parameters[-1].name if question.parameters else ""
        says = "There is no such record, case, release or partner. Check what you typed."
        return _shown(visit, question, given=given, faults={last: says}, status=422)
    names = called(visit.house)
    told = headline(question.number, named(answer, names, {}))
    laid = _laid(question.number, answer)
    shown = sections(laid, names, people(visit.house))
    return _shown(visit, question, given=given, answer=shown, told=told)


def _laid(number: int, answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Lay an answer out as a page can show it: returns by recipient, a month by its name."""
    if number == _REFUSED:
        offenders = [
            {**one, "reasons": None, "most_often_because": next(iter(one["reasons"]))}
            for one in answer["repeat_offenders"]
        ]
        month = f"{date.fromisoformat(answer['month'] + '-01'):%B %Y}"
        return {**answer, "month": month, "repeat_offenders": offenders}
    if number != _RETURNS:
        return answer
    rows = [
        {"authority": cell["authority"], "paragraph": cell["paragraph"], **one}
        for cell in answer["cells"]
        for one in cell["recipients"]
    ]
    rows.sort(key=lambda row: _FIRST.index(row["state"]) if row["state"] in _FIRST else len(_FIRST))
    return {**answer, "cells": rows}


def _shown(
    visit: Visit,
    question: Question,
    *,
    given: Mapping[str, str] | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
    **answer: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    register = visit.house.book.current().register
    return visit.page(
        "questions/question.html",
        status,
        question=question,
        given=given or {},
        faults=faults or {},
        partners=sorted((one.name, key) for key, one in register.partners.items()),
        feeds=sorted((feed.title, key) for key, (_, feed) in register.feeds.items()),
        quarters=[(one.name, quarter(one.name)) for one in recent(visit)],
        months=_months(visit),
        **{"answer": None, "told": "", **answer},
    )


def _download(visit: Visit) -> Response:
    """Make the auditor's bundle and hand it over; that it was made is in the ledger before."""
    question = QUESTIONS(_BUNDLE)
    given = {one.name: visit.form.get(one.name, "") for one in question.parameters}
    reason = visit.form.get("reason", "")
    faults = {}
    if len(reason) < _SHORTEST_REASON:
        faults["reason"] = "Say for whom and why it is made. Nothing was made."
    try:
        asked = asked_of(visit, given)
        if faults:
            return _shown(visit, question, given=visit.form, faults=faults, status=422)
        made = bundle(asked, visit.house.act(visit.person.account), reason)
    except RequestInvalid as faulty:
        faults |= {one.pointer.removeprefix("/"): one.says for one in faulty.errors}
        return _shown(visit, question, given=visit.form, faults=faults, status=422)
    return attached(made.file, made.name, "application/zip")


def headline(number: int, answer: Mapping[str, Any]) -> str:
    """Return the answer in one sentence, for those questions that have one."""
    found = _HEADLINES.get(number)
    return "" if found is None else found(answer)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"


def _held(answer: Mapping[str, Any]) -> str:
    holders = [one for one in answer["holders"] if one["still_holds"]]
    names = ", ".join(dict.fromkeys(one["recipient"] for one in holders))
    if not holders:
        return "Nobody outside holds this record now."
    return f"{_count(len(holders), 'holder has', 'holders have')} this record now: {names}."


def _whole(answer: Mapping[str, Any]) -> str:
    if answer["verified"]:
        return (
            "The log is whole: every entry, row and checkpoint was recomputed, and all of it fits."
        )
    return "Something is NOT as it was. The findings below name the table and the place."


def _shared(answer: Mapping[str, Any]) -> str:
    if "cases" in answer:
        return (
            "A person is found in a case, by searches with a reason."
            " Name one of these, or open a new one."
        )
    left = _count(len(answer["disclosures"]), "disclosure", "disclosures")
    return f"{left} of this person’s records to {', '.join(answer['recipients']) or 'nobody'}."


def _refused(answer: Mapping[str, Any]) -> str:
    asked = sum(one["requests"] for one in answer["requests"])
    return (
        f"{_count(answer['withheld'], 'record was', 'records were')} withheld of"
        f" {answer['considered']:,} considered, each for one reason or several;"
        f" {_count(asked, 'request for disclosure was', 'requests for disclosure were')}"
        " not granted, or not whole."
    )


def _returned(answer: Mapping[str, Any]) -> str:
    owed = [one for cell in answer["cells"] for one in cell["recipients"] if one["state"] in _OWED]
    late = sum(one["state"] == DutyState.OVERDUE.value for one in owed)
    return (
        f"For {quarter(answer['quarter'])}, {_count(len(owed), 'return is', 'returns are')} still to"
        f" send by the end of {day(date.fromisoformat(answer['due']))}; {late:,} of them"
        f" {'is' if late == 1 else 'are'} late."
    )


def _past(answer: Mapping[str, Any]) -> str:
    over = answer["feeds"].values()
    sealed, whole = sum(one["sealed"] for one in over), sum(one["records"] for one in over)
    return (
        f"{_count(sealed, 'personal part', 'personal parts')} and"
        f" {_count(whole, 'whole record', 'whole records')} are past their time, and go with the next"
        f" deletion; {_count(len(answer['holds']), 'hold keeps', 'holds keep')} records back from it."
    )


_HEADLINES: dict[int, Callable[[Mapping[str, Any]], str]] = {
    1: _shared,
    2: _held,
    3: lambda a: (
        f"{_count(len(a['open']), 'notice waits', 'notices wait')} for an acknowledgement;"
        f" {len(a['overdue']):,} of them overdue."
    ),
    4: lambda a: (
        f"{_count(a['records'], 'record', 'records')} about"
        f" {_count(a['incidents'], 'incident', 'incidents')} went there between these moments."
    ),
    5: lambda a: _count(len(a["due"]), "thing is", "things are") + " due, overdue or missing.",
    6: _returned,
    7: lambda a: (
        f"{_count(len(a['stand_out']), 'look stands', 'looks stand')} out in the last {a['days']} days."
        " Each is a question to ask, not a finding."
    ),
    8: _refused,
    9: lambda a: (
        "No law was in force on that day."
        if a["in_force"] is None
        else f"In force was the law {a['in_force']['snapshot'][:12]}…, as its documents below say."
    ),
    10: _past,
    11: lambda a: f"{a['title']}, as it is configured today.",
    12: _whole,
    14: lambda a: (
        _count(sum(one["records"] for one in a["counted"]), "record", "records")
        + " left with special category, offence or children’s data."
    ),
    15: lambda a: (
        "Nothing depersonalised was released yet."
        if a["suppression_rate"] is None
        else f"{a['suppression_rate']:.1%} of what was considered was kept back."
    ),
    16: lambda a: _count(len(a["off_boardings"]), "partner has", "partners have") + " left.",
}
