"""Signals: reports that may concern one household. Look by a consultation, then confirm or dismiss."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import Response
from pydantic import TypeAdapter, ValidationError

from gateway.assembly import signals_of
from gateway.audit.consulting import Consultations, Opened
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.needs import Need, needing
from gateway.console.reasons import reason_choices, reason_given
from gateway.errors import NotFound
from gateway.release.signals import Found, SignalStopped, may_decide, waits_for
from schemas.consulting import ReasonCode
from schemas.sensitivity import FieldGroup
from schemas.signals import SHORTEST, SignalReason, SignalState, SignalWhy, StepKind

PATH = "/console/signals"
ONE, OPEN, DECIDE = PATH + "/{signal}", PATH + "/{signal}/open", PATH + "/{signal}/decide"
LOOKED_AT_WITHIN = timedelta(days=5)
"""A signal that nobody looked at for so long is told as late on the first page."""
_NEEDED = frozenset(
    {
        FieldGroup.EXACT_PLACE,
        FieldGroup.EXACT_TIME,
        FieldGroup.IDENTITY,
        FieldGroup.CONTACT,
        FieldGroup.REFERENCE,
    }
)
"""What tells whether it is one household; no ground, no vulnerability, nobody's words."""
_REASON: TypeAdapter[str] = TypeAdapter(SignalReason)
WHY_SAYS = {
    SignalWhy.REPORTS: "The agreed number of reports",
    SignalWhy.SECOND_PARTNER: "A second partner reports",
}
STATE_SAYS = {
    SignalState.WAITING: ("waits for somebody to look", "blue"),
    SignalState.CONFIRMED: ("confirmed: one household", "green"),
    SignalState.DISMISSED: ("dismissed", "grey"),
}
STEP_SAYS = {
    StepKind.HANDED: "Told to the partner’s system",
    StepKind.CONFIRMED: "Confirmed",
    StepKind.DISMISSED: "Dismissed",
}


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Today", PATH, "Signals", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_listed)
    desk.get(ONE, LEAD, NOMINATED, AUDITOR)(_shown)
    desk.post(OPEN, LEAD, NOMINATED)(_opened)
    desk.post(DECIDE, LEAD, NOMINATED, once=True)(_decided)
    needing(_waiting)


def _waiting(visit: Visit) -> Iterable[Need]:
    """Say the signals that wait for the visitor."""
    if not visit.person.has(LEAD, NOMINATED):
        return
    waiting = list(waits_for(visit.person, signals_of(visit.house).listed(visit.person)))
    if len(waiting) > 1:
        yield Need(
            due=min(one.signal.at for one in waiting) + LOOKED_AT_WITHIN,
            says=(
                f"{len(waiting):,} signals of reports that may concern one household each: "
                "nobody has looked yet whether they do."
            ),
            button="Look at the signals",
            path=PATH,
        )
        return
    for one in waiting:
        yield Need(
            due=one.signal.at + LOOKED_AT_WITHIN,
            says=f"{WHY_SAYS[one.signal.why]} about one household: nobody has looked yet whether it is one.",
            button="Look at the signal",
            path=f"{PATH}/{one.signal.id}",
        )


def _names(visit: Visit) -> Mapping[str, str]:
    partners = visit.house.book.current().register.partners
    return {key: partner.name for key, partner in partners.items()}


def _listed(visit: Visit) -> Response:
    return visit.page(
        "signals/list.html",
        found=signals_of(visit.house).listed(visit.person),
        names=_names(visit),
        why=WHY_SAYS,
        states=STATE_SAYS,
    )


def _shown(visit: Visit) -> Response:
    return _page(visit, signals_of(visit.house).one(visit.person, visit.part("signal")), {})


def _mine(visit: Visit, found: Found) -> list[dict[str, Any]]:
    """Return the reports that the visitor may open: all for the IG lead, else the own organisation's."""
    if visit.person.has(LEAD):
        return list(found.records)
    if visit.person.has(NOMINATED) and visit.person.partner is not None:
        return list(found.own(visit.person.partner))
    return []


def _page(
    visit: Visit,
    found: Found,
    faults: Mapping[str, str],
    opened: list[Opened] | None = None,
    *,
    status: int = 200,
) -> Response:
    house, partner = visit.house, found.signal.partner
    is_told = visit.person.has(LEAD) or visit.person.partner == partner
    return visit.page(
        "signals/one.html",
        status,
        found=found,
        mine=_mine(visit, found),
        known=signals_of(house).known(found, partner) if is_told else [],
        names=_names(visit),
        why=WHY_SAYS,
        states=STATE_SAYS,
        steps=STEP_SAYS,
        decides=may_decide(visit.person, found),
        reasons=reason_choices(ReasonCode.MATCHING),
        form=visit.form,
        faults=faults,
        opened=opened,
        done=visit.asked("done"),
    )


def _opened(visit: Visit) -> Response:
    """Open the reports that the visitor may see, with a reason; the page is shown once and not kept."""
    house = visit.house
    found = signals_of(house).one(visit.person, visit.part("signal"))
    positions = [one["position"] for one in _mine(visit, found)]
    if not positions:
        raise NotFound
    reason, faults = reason_given(visit, ReasonCode.MATCHING, case=found.signal.id)
    if reason is None:
        return _page(visit, found, faults, status=422)
    consultations = Consultations(
        house.reader, house.writer, house.book, house.keys, house.clock, house.random
    )
    return _page(visit, found, {}, consultations.open(visit.person, reason, positions, _NEEDED))


def _decided(visit: Visit) -> Response:
    desk = signals_of(visit.house)
    found = desk.one(visit.person, visit.part("signal"))
    if not may_decide(visit.person, found):
        raise NotFound
    kinds = {one.value: one for one in (StepKind.CONFIRMED, StepKind.DISMISSED)}
    kind = kinds.get(visit.form.get("decision", ""))
    faults = {}
    if kind is None:
        faults["decision"] = "Select whether it is one household. Nothing was changed."
    try:
        said = _REASON.validate_python(visit.form.get("why", ""))
    except ValidationError:
        said = ""
        faults["why"] = f"Say why in {SHORTEST} to 1,000 letters. Nothing was changed."
    if kind is not None and not faults:
        try:
            desk.decide(visit.person, found.signal.id, kind, said)
        except SignalStopped as stopped:
            faults["decision"] = f"{stopped.title} {stopped.remedy}"
        else:
            return visit.see(f"{PATH}/{found.signal.id}?done={kind.value}")
    return _page(visit, found, faults, status=422)
