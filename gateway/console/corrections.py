"""What recipients find wrong: the reports, and the source's answer to each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.access.people import Role
from gateway.audit.casework import CorrectionRefused
from gateway.audit.reported import OtherRecord, Report
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.console.needs import Need, needing
from gateway.console.reasons import reason_choices, reason_given
from gateway.errors import NotFound
from policies.correction_steps import REFUSAL_SAYS, REPORT_SAYS, WRONG_SAYS
from schemas.consulting import ReasonCode
from schemas.corrections import Deciding, RefusalReason, ReportStep

LEAD, NOMINATED = Role.IG_LEAD, Role.NOMINATED_PERSON
PATH = "/console/corrections"
ONE = PATH + "/{report}"
_REASONS = (ReasonCode.CORRECTION, ReasonCode.COMPLAINT, ReasonCode.QUALITY)
_DUE = timedelta(days=7)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", PATH, "Reported by recipients", LEAD, NOMINATED)
    desk.get(PATH, LEAD, NOMINATED)(_list)
    desk.get(ONE, LEAD, NOMINATED)(_one)
    desk.post(ONE + "/decision", LEAD, NOMINATED, once=True)(_decide)
    desk.post(ONE + "/words", LEAD, NOMINATED, once=True)(_words)
    needing(_needs)


def _own_feeds(visit: Visit) -> list[str] | None:
    """The feeds about whose records somebody decides: a partner's own; None: every feed."""
    if visit.person.has(LEAD):
        return None
    feeds = visit.house.book.refresh().register.feeds
    own = visit.person.partner or ""
    return [name for name, (_, feed) in feeds.items() if own in {feed.controller, feed.sender}]


def _list(visit: Visit) -> Response:
    found = visit.house.reports.of_feeds(_own_feeds(visit))
    rows = [_row(one) for one in found]
    return visit.page(
        "corrections/list.html",
        waiting=[row for row in rows if row["state"] == ReportStep.REPORTED],
        answered=[row for row in rows if row["state"] != ReportStep.REPORTED],
    )


def _row(report: Report) -> dict[str, Any]:
    first, decided = report.item.first, report.decided
    reason = None if decided is None else decided.said.get("reason")
    return {
        "id": report.item.id,
        "feed": report.item.feed,
        "wrong": WRONG_SAYS[report.wrong],
        "by": first.said.get("recipient"),
        "case": first.said.get("case"),
        "at": first.at,
        "state": report.state,
        "says": REPORT_SAYS[report.state],
        "reason": REFUSAL_SAYS[RefusalReason(reason)] if reason else "",
        "became": report.became,
        "version": first.said["version"],
        "recorded": None
        if report.recorded_at is None
        else datetime.fromtimestamp(report.recorded_at, UTC),
    }


def _find(visit: Visit) -> Report:
    return visit.house.reports.find(visit.part("report"), _own_feeds(visit))


def _one(visit: Visit) -> Response:
    return _shown(visit, _find(visit), [])


def _shown(
    visit: Visit,
    report: Report,
    faults: list[tuple[str, str]],
    words: list[str] | None = None,
    reason_faults: dict[str, str] | None = None,
) -> Response:
    return visit.page(
        "corrections/one.html",
        422 if faults else 200,
        report=_row(report),
        entry=report.item.first.leaf,
        has_words=report.item.has_words,
        words=words,
        taken=[
            {
                "title": REPORT_SAYS[ReportStep(step.what)]
                if step.what != ReportStep.REPORTED
                else "Reported",
                "at": step.at,
                "by": step.actor,
                "text": f"Entry {step.leaf} of the ledger.",
            }
            for step in report.item.steps
        ],
        refusals=[(one.value, REFUSAL_SAYS[one]) for one in RefusalReason],
        reasons=reason_choices(*_REASONS),
        form=visit.form,
        faults=faults,
        reason_faults=reason_faults or {},
        by_field=dict(faults),
    )


def _decide(visit: Visit) -> Response:
    report = _find(visit)
    said, faults = _deciding(visit)
    if said is None:
        return _shown(visit, report, faults)
    house = visit.house
    edition = house.book.refresh()
    if report.item.feed not in edition.register.feeds:
        raise NotFound
    feed = edition.register.feeds[report.item.feed][1]
    partner = visit.person.partner or feed.controller
    desk = house.desk(report.item.feed, edition)
    try:
        house.reports.decide(report, visit.person.account, partner, said, desk)
    except OtherRecord as other:
        return _shown(visit, report, [("reference", other.title)])
    except CorrectionRefused as refused:
        return _shown(visit, _find(visit), [("outcome", refused.title)])
    return visit.see(f"{PATH}/{report.item.id}")


def _deciding(visit: Visit) -> tuple[Deciding | None, list[tuple[str, str]]]:
    form = visit.form
    outcome, reason = form.get("outcome", ""), form.get("refusal", "")
    if outcome not in {ReportStep.ACCEPTED.value, ReportStep.REFUSED.value}:
        return None, [("outcome", "Select whether you accept it.")]
    refused = outcome == ReportStep.REFUSED.value
    if refused and reason not in {one.value for one in RefusalReason}:
        return None, [("refusal", "Select why it is refused; whoever reported it is told.")]
    said = {
        "outcome": outcome,
        "reason": reason if refused else None,
        "reference": form.get("reference") or None,
        "words": form.get("answer") or None,
    }
    try:
        return Deciding.model_validate(said), []
    except ValidationError as error:
        named = str(error.errors(include_input=False)[0]["loc"][0])
        field = "answer" if named == "words" else named
        return None, [(field, "It is too long. Nothing was changed.")]


def _words(visit: Visit) -> Response:
    report = _find(visit)
    reason, faults = reason_given(visit, *_REASONS, case=report.item.id)
    if reason is None:
        return _shown(visit, report, list(faults.items()), reason_faults=faults)
    person = visit.person
    reports = visit.house.reports
    words = reports.read_words(report, person.account, person.partner, reason.code.value)
    return _shown(visit, reports.find(report.item.id), [], words)


def _needs(visit: Visit) -> list[Need]:
    if not visit.person.has(LEAD, NOMINATED):
        return []
    waiting = [
        one
        for one in visit.house.reports.of_feeds(_own_feeds(visit))
        if one.state is ReportStep.REPORTED
    ]
    if not waiting:
        return []
    first = min(one.item.first.at for one in waiting)
    many = "A recipient reports" if len(waiting) == 1 else f"Recipients report {len(waiting)} times"
    says = f"{many} that a record is wrong, and the source has not answered."
    path = f"{PATH}/{waiting[-1].item.id}" if len(waiting) == 1 else PATH
    return [Need(first + _DUE, says, "Answer it", path)]
