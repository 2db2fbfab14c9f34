"""Deciding a request: look for records, open them for a stated reason, choose fields, answer, confirm.

Every search and every opening is a consultation of the ledger. What the law does not let go cannot be
ticked through: the answer is refused with the conditions, and nothing was changed.
"""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.access.people import Role
from gateway.audit.consulting import Opened
from gateway.audit.request_decided import EVERY_FIELD
from gateway.audit.request_desk import requests_of
from gateway.audit.request_search import SAYS, Proposed, RequestSearch
from gateway.audit.request_state import Decider, Request
from gateway.audit.request_words import REFUSAL_SAYS
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.reasons import reason_choices, reason_given
from gateway.console.request_pages import (
    ANSWER_SAYS,
    PATH,
    asked_rows,
    field_says,
    find,
    group_says,
)
from gateway.errors import GatewayError, NotFound
from policies.existence import existence_may_be_told
from policies.lists import packaged_lists
from schemas.base import own_words
from schemas.codes import Regime, SubjectRole
from schemas.consulting import ReasonCode
from schemas.requests import MOST_RECORDS, Answer, Outcome, State, Subject

NOMINATED = Role.NOMINATED_PERSON
DECIDE = PATH + "/{request}/decide"
_SEARCHED = ("name", "date_of_birth", "address", "postcode", "uprn", "telephone", "reference")
_FIELDS = tuple(name for name in EVERY_FIELD if name != "media_url")
_TEXTS = ("outcome", "words", "refusal", "told", "children", "crossing", "keep_days")
_LONGEST = 15
_CONDITIONS = ("special_category", "offence")


def add(desk: Desk) -> None:
    """Put the pages in."""
    desk.get(DECIDE, NOMINATED)(_begin)
    desk.post(DECIDE, NOMINATED, once=True)(_step)


def _asked(visit: Visit) -> Request:
    """Return the request, where the visitor's organisation is asked and it waits for an answer."""
    request = find(visit)
    if request.holder != visit.person.partner or request.asking is None:
        raise NotFound
    return request


def _begin(visit: Visit) -> Response:
    request = _asked(visit)
    if request.state is not State.ASKED:
        return visit.see(f"{PATH}/{request.id}")
    return _page(visit, request, form=_criteria(request))


def _criteria(request: Request) -> dict[str, str]:
    """What the search form is filled with: what the asker gave."""
    assert request.asking is not None
    found = request.asking.subject.model_dump(exclude_none=True)
    return {name: str(found[name]) for name in _SEARCHED if name in found}


def _step(visit: Visit) -> Response:
    request = _asked(visit)
    steps = {"search": _search, "open": _open, "answer": _answer}
    step = steps.get(visit.form.get("step", ""))
    if step is None:
        raise NotFound
    return step(visit, request)


# ---------------------------------------------------------------------- looking
def _search(visit: Visit, request: Request) -> Response:
    reason, faults = reason_given(visit, ReasonCode.REQUEST_115, case=request.id)
    stated: dict[str, Any] = {name: visit.form[name] for name in _SEARCHED if visit.form.get(name)}
    kind = "person" if stated.keys() & {"name", "telephone", "reference"} else "address"
    by_field = dict(faults)
    subject: Subject | None = None
    try:
        subject = Subject.model_validate({"kind": kind, **stated})
    except ValidationError:
        by_field["name"] = (
            "Give at least one thing to look for, in its own form. Nothing was looked for."
        )
    if reason is None or subject is None:
        return _page(visit, request, 422, form=dict(visit.form), by_field=by_field)
    search = RequestSearch(visit.house.consultations)
    found = search.propose(visit.person, request.holder, reason, subject)
    shown = [_proposed(one) for one in found]
    return _page(visit, request, form=dict(visit.form), found=shown, searched=True)


def _proposed(one: Proposed) -> dict[str, Any]:
    row = one.version.row
    return {
        "position": row.position,
        "why": "; ".join(SAYS[code] for code in one.why),
        "near": one.proposal.nearness.value,
        "source": one.record_class.source,
        "kind": row.kind,
        "behaviour": row.typology_behaviour or "",
        "reported": row.reported,
        "district": row.district_code or "",
        "sensitive": one.record_class.sensitive,
    }


def _open(visit: Visit, request: Request) -> Response:
    reason, faults = reason_given(visit, ReasonCode.REQUEST_115, case=request.id)
    positions = _positions(visit)
    by_field = dict(faults)
    if not positions:
        by_field["positions"] = "Tick at least one record. Nothing was opened."
    if reason is None or not positions:
        return _page(visit, request, 422, form=dict(visit.form), by_field=by_field)
    opened = visit.house.consultations.open(visit.person, reason, positions)
    return _decision(visit, request, positions, opened=opened, form={})


def _positions(visit: Visit) -> tuple[int, ...]:
    given = visit.lists.get("positions", ())
    return tuple(sorted({int(one) for one in given if one.isdecimal() and len(one) <= _LONGEST}))[
        :MOST_RECORDS
    ]


# ---------------------------------------------------------------------- answering
def _answer(visit: Visit, request: Request) -> Response:
    positions = _positions(visit)
    outcome = visit.form.get("outcome", "")
    nothing = outcome == Outcome.NOTHING.value
    try:
        answer = Answer.model_validate(_stated(visit, () if nothing else positions))
    except ValidationError as faults:
        return _decision(visit, request, positions, 422, by_field=_by_field(faults))
    if visit.form.get("sure") != "yes":
        return visit.page(
            "requests/confirm.html",
            request=request,
            answer=answer,
            outcome=ANSWER_SAYS[answer.outcome.value],
            refusal=None if answer.refusal is None else REFUSAL_SAYS[answer.refusal],
            fields=[field_says(name) for name in answer.fields],
            sent=[(name, one) for name, values in visit.lists.items() for one in values],
        )
    decider = Decider(visit.person.account, visit.person.office)
    try:
        requests_of(visit.house, visit.settings).answer(request.id, request.holder, decider, answer)
    except NotFound:
        raise
    except GatewayError as refused:
        extra = refused.extra or {}
        return _decision(
            visit,
            request,
            positions,
            422,
            by_field={"outcome": refused.title},
            refused=extra.get("conditions", []),
            withheld=[field_says(name) for name in extra.get("fields", [])],
        )
    return visit.see(f"{PATH}/{request.id}")


def _stated(visit: Visit, positions: tuple[int, ...]) -> dict[str, Any]:
    form = visit.form
    said: dict[str, Any] = {name: form[name] for name in _TEXTS if form.get(name)}
    said["fields"] = tuple(visit.lists.get("fields", ()))
    said["roles"] = tuple(visit.lists.get("roles", ()))
    said["positions"] = positions
    said["recipient_regime"] = form.get("recipient_regime") or Regime.GENERAL.value
    for name in _CONDITIONS:
        if form.get(name) or form.get(f"{name}_policy"):
            said[name] = {
                "condition": form.get(name, ""),
                "policy_document": form.get(f"{name}_policy", ""),
            }
    return said


def _by_field(faults: ValidationError) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in faults.errors(include_input=False, include_url=False):
        name = str(one["loc"][0]) if one["loc"] else "outcome"
        said = own_words(one) or "Fill this in as its hint says."
        found.setdefault(name, f"{said} Nothing was changed.")
    return found


# ---------------------------------------------------------------------- pages
def _page(
    visit: Visit,
    request: Request,
    status: int = 200,
    *,
    form: dict[str, str],
    by_field: dict[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what a template takes
) -> Response:
    """The first page: what is asked, the search, and what it proposed."""
    faults = by_field or {}
    shown: dict[str, Any] = {"found": [], "searched": False, **more}
    return visit.page(
        "requests/decide.html",
        status,
        request=request,
        asked=asked_rows(request, packaged_lists()),
        asker=visit.house.book.refresh().register.partners.get(request.partner),
        form=form,
        by_field=faults,
        faults=list(faults.items()),
        reasons=reason_choices(ReasonCode.REQUEST_115),
        **_choices(),
        **shown,
    )


def _decision(
    visit: Visit,
    request: Request,
    positions: tuple[int, ...],
    status: int = 200,
    *,
    opened: list[Opened] | None = None,
    by_field: dict[str, str] | None = None,
    form: dict[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what a template takes
) -> Response:
    """The second page: the records that were opened, and the answer."""
    faults = by_field or {}
    classes = [one.record_class for one in opened or []]
    typed = dict(visit.form) if form is None else form
    if opened is not None:
        typed["outcome"] = _default(visit, request, opened)
    held = {group.value for one in classes for group in one.field_groups}
    return visit.page(
        "requests/answer.html",
        status,
        request=request,
        positions=positions,
        records=[_opened(one) for one in opened or []],
        reopened=opened is not None,
        held=sorted(held),
        ticked=set(visit.lists.get("fields", ())),
        roles_ticked=set(visit.lists.get("roles", ())),
        form=typed,
        by_field=faults,
        faults=list(faults.items()),
        refused=more.get("refused", []),
        withheld=more.get("withheld", []),
        **_choices(),
    )


def _default(visit: Visit, request: Request, opened: list[Opened]) -> str:
    """The answer that is chosen beforehand: that something is held where that may be told, else nothing."""
    assert request.asking is not None
    desk = requests_of(visit.house, visit.settings)
    supposed = desk.supposed(request.id, request.partner, request.asking)
    law, day = visit.house.book.refresh().law, london_day(visit.house.clock)
    held = [one.record_class for one in opened]
    may = existence_may_be_told(law, supposed, held, day)
    return (Outcome.EXISTENCE_ONLY if may else Outcome.NOTHING).value


def _opened(one: Opened) -> dict[str, Any]:
    sealed = {} if one.incident is None else one.incident.model_dump(exclude_none=True, mode="json")
    people = sealed.pop("people", [])
    log = sealed.pop("log_entries", [])
    skip = {"kind", "mapping_status"}
    rows = [
        (field_says(name), str(value))
        for name, value in sealed.items()
        if name not in skip and value not in ([], {}, "", False)
    ]
    for person in people:
        parts = ", ".join(f"{key.replace('_', ' ')}: {value}" for key, value in person.items())
        rows.append(("Person", parts))
    rows += [("Log entry", str(entry.get("text", ""))) for entry in log]
    return {
        "position": one.version.row.position,
        "source": one.record_class.source,
        "reported": one.version.row.reported,
        "child": one.record_class.child,
        "regime": one.record_class.regime.value,
        "rows": rows,
    }


def _choices() -> dict[str, Any]:
    return {
        "outcomes": [(one.value, ANSWER_SAYS[one.value], _OUTCOME_HINTS[one]) for one in Outcome],
        "refusals": [(reason.value, says) for reason, says in REFUSAL_SAYS.items()],
        "fields": [(name, field_says(name), group_says(name)) for name in _FIELDS],
        "roles": [(role.value, role.value.capitalize()) for role in SubjectRole],
    }


_OUTCOME_HINTS = {
    Outcome.RELEASED: "Every field that the law lets go, for the people in the roles below.",
    Outcome.PART: "The fields ticked below, of the records chosen.",
    Outcome.EXISTENCE_ONLY: "The asker learns that you hold something, and whom to ask: no more.",
    Outcome.NOTHING: "The same words whether you hold nothing or nothing may go.",
}
