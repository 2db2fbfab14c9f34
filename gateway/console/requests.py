"""Disclosure on request, in pages: the list, the register of refusals, one request with its steps.

The asker sees the answer and no reason; the holder and the IG lead see what was asked and every step.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from gateway.access.people import Role
from gateway.audit.request_desk import requests_of
from gateway.audit.request_state import Request
from gateway.audit.request_words import (
    REFUSAL_SAYS,
    STEP_SAYS,
    TO_THE_ASKER,
    is_refusal,
    outcome_for_asker,
    says_for_asker,
)
from gateway.audit.requests import Requests
from gateway.clock import LONDON
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.console.needs import Need, needing
from gateway.console.request_pages import ANSWER_SAYS, PATH, STATE_SAYS, asked_rows, find
from gateway.errors import GatewayError, LawRefuses, NotFound
from gateway.release.sent import PageForm, written
from policies.lists import packaged_lists
from schemas.requests import RefusalReason, State, Step, Worded

LEAD, NOMINATED, AUDITOR = Role.IG_LEAD, Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR
ONE = PATH + "/{request}"
_WORDED: TypeAdapter[str] = TypeAdapter(Worded)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", PATH, "Disclosure on request", LEAD, NOMINATED, AUDITOR)
    link("Requests", PATH + "/refusals", "Register of refusals", LEAD, NOMINATED)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_list)
    desk.get(PATH + "/refusals", LEAD, NOMINATED)(_refusals)
    desk.get(ONE, LEAD, NOMINATED)(_one)
    desk.get(ONE + "/form", LEAD, NOMINATED)(_form)
    desk.post(ONE + "/review", LEAD, NOMINATED, once=True)(_review)
    desk.post(ONE + "/withdraw", NOMINATED, once=True)(_withdraw)
    desk.post(ONE + "/collect", NOMINATED)(_collect)
    needing(_needs)


def _desk(visit: Visit) -> Requests:
    return requests_of(visit.house, visit.settings)


def _own(visit: Visit) -> str | None:
    """Whose requests somebody sees: the own partner's; None: all of them."""
    return None if visit.person.has(LEAD) else visit.person.partner or ""


# ---------------------------------------------------------------------- lists
def _list(visit: Visit) -> Response:
    found, own = _desk(visit).every(_own(visit)), visit.person.partner
    now = visit.house.clock.now()
    names = _names(visit)
    asked = [_row(one, own, now, names) for one in found if own is not None and one.partner == own]
    mine = [_row(one, own, now, names) for one in found if one.partner != own or own is None]
    return visit.page(
        "requests/list.html",
        asked=asked,
        to_answer=[row for row in mine if row["waits"]],
        answered=[row for row in mine if not row["waits"]],
        may_ask=visit.person.has(NOMINATED) and own is not None,
        may_open=visit.person.has(LEAD, NOMINATED),
        lead=visit.person.has(LEAD),
    )


def _row(one: Request, own: str | None, now: datetime, names: dict[str, str]) -> dict[str, Any]:
    asker = own is not None and one.partner == own
    told = outcome_for_asker(one) if asker else None if one.outcome is None else one.outcome.value
    late = one.state is State.ASKED and one.due_on < now.astimezone(LONDON).date()
    review_late = one.review_due is not None and one.review_due < now
    return {
        "id": one.id,
        "asker": names.get(one.partner, one.partner),
        "holder": names.get(one.holder, one.holder),
        "at": one.at,
        "due_on": one.due_on,
        "urgent": one.is_urgent,
        "state": STATE_SAYS[one.state],
        "answer": ANSWER_SAYS.get(told or "", ""),
        "late": late or (review_late and not asker),
        "review": None if asker else one.review_due,
        "waits": one.state is State.ASKED or (one.review_due is not None and not asker),
    }


def _names(visit: Visit) -> dict[str, str]:
    partners = visit.house.book.refresh().register.partners
    return {name: partner.name for name, partner in partners.items()}


def _refusals(visit: Visit) -> Response:
    """What was not released, or not all of it: the own organisation's, or every one for the IG lead."""
    own, names = _own(visit), _names(visit)
    rows = [
        {
            "id": one.id,
            "asker": names.get(one.partner, one.partner),
            "holder": names.get(one.holder, one.holder),
            "at": one.answer.at if one.answer else one.at,
            "answer": ANSWER_SAYS[one.outcome.value] if one.outcome else "",
            "reason": REFUSAL_SAYS[RefusalReason(one.answer.said["refusal"])] if one.answer else "",
        }
        for one in _desk(visit).every(own)
        if is_refusal(one) and own in {None, one.holder}
    ]
    return visit.page("requests/refusals.html", rows=rows)


# ---------------------------------------------------------------------- one request
def _shown(visit: Visit, **more: Any) -> dict[str, Any]:  # noqa: ANN401 - what a template takes
    request = find(visit)
    own = visit.person.partner
    asker = own is not None and request.partner == own and not visit.person.has(LEAD)
    partners = visit.house.book.refresh().register.partners
    holder = partners.get(request.holder)
    answer = request.answer
    words = {} if answer is None or answer.words is None else answer.words
    steps = [one for one in request.steps if not asker or one.step in TO_THE_ASKER]
    nominated = own == request.holder and visit.person.has(NOMINATED)
    refusal = None if answer is None else answer.said["refusal"]
    return {
        "request": request,
        "asker": asker,
        "names": _names(visit),
        "asked": asked_rows(request, packaged_lists()),
        "says": says_for_asker(request, holder),
        "answer": "" if request.outcome is None else ANSWER_SAYS[request.outcome.value],
        "refusal": "" if refusal is None or asker else REFUSAL_SAYS[RefusalReason(refusal)],
        "words": {"told": words.get("told")} if asker else words,
        "fields": [] if answer is None else answer.said["fields"],
        "taken": [_timed(one, asker=asker) for one in steps],
        "may_decide": nominated and request.state is State.ASKED,
        "may_review": request.review_due is not None and not asker,
        "may_withdraw": asker and request.state is State.ASKED,
        "may_collect": asker and request.is_released and request.state is State.ANSWERED,
        "gone": request.asking is None,
        "faults": [],
        "by_field": {},
        "form": {},
        **more,
    }


def _timed(one: Any, *, asker: bool) -> dict[str, Any]:  # noqa: ANN401 - a step
    by = "" if asker else one.actor
    reason = (
        None if asker or one.words is None or one.step is Step.ASKED else one.words.get("words")
    )
    return {
        "title": STEP_SAYS[one.step],
        "at": one.at,
        "by": by,
        "text": f"{reason or ''} Operation {one.leaf} of the ledger.".strip(),
    }


def _one(visit: Visit) -> Response:
    return visit.page("requests/one.html", **_shown(visit))


def _form(visit: Visit) -> Response:
    """The request as a form to print and file."""
    return visit.page("requests/form.html", **_shown(visit))


def _review(visit: Visit) -> Response:
    if not visit.person.has(LEAD) and find(visit).holder != visit.person.partner:
        # the asker is never told that an answer is reviewed
        raise NotFound
    choice, words = visit.form.get("review", ""), visit.form.get("why", "")
    by_field: dict[str, str] = {}
    if choice not in {"stands", "ends"}:
        by_field["review"] = "Select whether it stands. Nothing was changed."
    try:
        _WORDED.validate_python(words)
    except ValidationError:
        by_field["why"] = "Say why, in a sentence. Nothing was changed."
    if not by_field:
        try:
            _desk(visit).review(
                visit.part("request"), visit.person, words, stands=choice == "stands"
            )
        except NotFound:
            raise
        except GatewayError as refused:
            by_field["review"] = refused.title
        else:
            return visit.see(f"{PATH}/{visit.part('request')}")
    shown = _shown(visit, by_field=by_field, faults=list(by_field.items()), form=visit.form)
    return visit.page("requests/one.html", 422, **shown)


def _withdraw(visit: Visit) -> Response:
    _desk(visit).withdraw(visit.part("request"), visit.person.partner or "", visit.person.account)
    return visit.see(f"{PATH}/{visit.part('request')}")


# ---------------------------------------------------------------------- collecting
def _collect(visit: Visit) -> Response:
    """Show what was released: by the one door, with a step of the ledger before it is shown."""
    name, partner = visit.part("request"), visit.person.partner or ""
    request = find(visit)
    if request.partner != partner or not request.is_released:
        raise NotFound
    desk, door, actor = _desk(visit), visit.house.door, visit.person.account
    records: list[Any] = []
    notices: list[Any] = []
    refused: list[dict[str, str]] = []
    try:
        pulled = door.pull(name, partner, actor, None, 100)
        page = from_json(b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken)))
        records, notices = page["records"], page["notices"]
        if page["complete"] and (records or notices):
            door.acknowledge(name, partner, actor, page["cursor"])
        newest = page["release"] - 1 if records or notices else page["release"]
        before = list(_again(visit, name, partner, newest))
        records = [one for page_ in before for one in page_["records"]] + records
        notices = [one for page_ in before for one in page_["notices"]] + notices
    except LawRefuses as law:
        refused = (law.extra or {}).get("conditions", [])
    desk.note(name, Step.COLLECTED, actor, records=len(records))
    return visit.page(
        "requests/collected.html",
        request=request,
        records=records,
        notices=notices,
        refused=refused,
        names=_names(visit),
    )


def _again(visit: Visit, name: str, partner: str, newest: int) -> Iterator[dict[str, Any]]:
    """Yield the pages that were collected before, up to the newest; each is an operation of its own."""
    door, number = visit.house.door, 0
    while number < newest:
        again = door.again(name, partner, visit.person.account, number)
        if again is None or again.page.release > newest:
            return
        number = again.page.release
        yield from_json(b"".join(written(again.page, PageForm.JSON, again.look, again.broken)))


# ---------------------------------------------------------------------- what waits
def _needs(visit: Visit) -> list[Need]:
    if not visit.person.has(LEAD, NOMINATED):
        return []
    own, lead = visit.person.partner, visit.person.has(LEAD)
    made: list[Need] = []
    for one in _desk(visit).every(_own(visit)):
        path = f"{PATH}/{one.id}"
        mine = one.holder == own
        if one.review_due is not None and (lead or mine):
            says = "An urgent release on request was made and nobody has reviewed it."
            made.append(Need(one.review_due, says, "Review the release", path))
        elif one.state is State.ASKED and (mine or lead):
            due = datetime.combine(one.due_on, time(23, 59), tzinfo=LONDON)
            urgent = "An urgent request" if one.is_urgent else "A request"
            says = f"{urgent} for disclosure waits for {'your' if mine else 'its holder’s'} answer."
            button = "Answer the request" if mine else "See the request"
            made.append(Need(due, says, button, path + "/decide" if mine else path))
    return made
