"""The breach register: open one, note facts, decide, tell, report, close; with the 72-hour clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from fastapi import Response

from gateway.access.people import Role
from gateway.audit.breaches import (
    DECISIONS,
    SAYS,
    Breach,
    Breaches,
    Decision,
    refused,
)
from gateway.audit.exposed import Span
from gateway.audit.proceedings import new_name
from gateway.clock import instant_of
from gateway.console.answered import sections
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, link
from gateway.console.needs import Need, needing
from gateway.errors import GatewayError

PATH = "/console/breaches"
_STEPS = ("fact", "decide", "told", "report", "close")


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Evidence", PATH, "Breaches", LEAD)
    desk.get(PATH, LEAD)(_list)
    desk.post(PATH, LEAD, once=True)(_open)
    desk.get(PATH + "/{breach}", LEAD)(_one)
    desk.post(PATH + "/{breach}/{step}", LEAD, once=True)(_step)
    needing(clocks)


def clocks(visit: Visit) -> Iterable[Need]:
    """Yield every breach whose 72 hours run, or ran out."""
    if not visit.person.has(Role.IG_LEAD):
        return
    for one in register_of(visit).all():
        if one.clock_runs:
            left = (one.due - visit.house.clock.now()).total_seconds() / 3600
            says = f"The 72 hours of breach {one.id} ran out; report it, and say why it is late."
            if left > 0:
                says = f"{int(left)} hours are left to report breach {one.id} to the Commissioner."
            yield Need(one.due, says, "Open the breach", f"{PATH}/{one.id}")


def register_of(visit: Visit) -> Breaches:
    """Return the register."""
    house = visit.house
    return Breaches(house.reader, house.writer, house.book, house.keys, house.clock)


def _list(visit: Visit) -> Response:
    return _listed(visit)


def _listed(
    visit: Visit,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    register = visit.house.book.current().register
    now = visit.house.clock.now()
    found = register_of(visit).all()
    return visit.page(
        "breaches/list.html",
        status,
        breaches=found,
        standing={one.id: standing(one, now) for one in found},
        partners=sorted((one.name, key) for key, one in register.partners.items()),
        names={key: one.name for key, one in register.partners.items()},
        faults=faults or {},
        form=form or {},
    )


def standing(one: Breach, now: datetime) -> tuple[str, str]:
    """Return how a breach stands, in words and as a tag's colour."""
    if one.is_closed:
        return "closed", "grey"
    if one.reported_at is not None:
        return "reported", "green"
    if not one.clock_runs:
        return "register only", "green"
    hours = (one.due - now).total_seconds() / 3600
    return ("overdue", "red") if hours <= 0 else (f"{int(hours)} hours left", "orange")


def _open(visit: Visit) -> Response:
    form, faults = visit.form, {}
    read: dict[str, datetime] = {}
    for name in ("from", "to", "aware"):
        try:
            read[name] = instant_of(form.get(name, ""))
        except ValueError:
            faults[name] = "Give a day and a time."
    if form.get("recipient", "") not in visit.house.book.refresh().register.partners:
        faults["recipient"] = "Choose the partner at whom it happened."
    if not form.get("words", ""):
        faults["words"] = "Say what is known about the breach."
    if "to" in read and "from" in read and read["to"] <= read["from"]:
        faults["to"] = "The end comes after the beginning."
    if faults:
        return _listed(visit, 422, faults, form)
    house = visit.house
    breach = new_name("b", house.random)
    try:
        span = Span(read["from"], read["to"])
        act = house.act(visit.person.account)
        register_of(visit).open(breach, form["recipient"], span, read["aware"], form["words"], act)
    except GatewayError as refusal:
        return _listed(visit, 422, _faults(refusal), form)
    return visit.see(f"{PATH}/{breach}")


def _faults(refusal: GatewayError) -> dict[str, str]:
    found = {one.pointer.removeprefix("/"): one.says for one in refusal.errors}
    return found or {"words": f"{refusal.title} {refusal.remedy}"}


def _one(visit: Visit) -> Response:
    return _shown(visit, register_of(visit).get(visit.part("breach")))


def _shown(
    visit: Visit,
    one: Breach,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    open_step: str = "",
) -> Response:
    house, register = visit.house, register_of(visit)
    pack = register.pack(one.recipient, one.span)
    now = house.clock.now()
    moments = [
        {
            "title": SAYS[step.what],
            "at": step.at,
            "by": step.actor,
            "text": step.said.get("words") or f"Reference {step.said.get('reference', '')}",
            "path": "",
            "link": "",
        }
        for step in one.proceeding.steps
    ]
    names = {key: p.name for key, p in house.book.current().register.partners.items()}
    counted = {key: value for key, value in pack.document().items() if key not in _HEAD}
    return visit.page(
        "breaches/one.html",
        status,
        one=one,
        standing=standing(one, now),
        moments=moments,
        counted=sections(counted),
        report=register.report_text(one.id),
        decisions=[(key.value, says) for key, says in DECISIONS.items()],
        names=names,
        late=now > one.due,
        faults=faults or {},
        form=form or {},
        open_step=open_step,
        steps=_STEPS,
    )


_HEAD = ("recipient", "from", "to")


def _step(visit: Visit) -> Response:
    step, form = visit.part("step"), visit.form
    register, breach = register_of(visit), visit.part("breach")
    one = register.get(breach)
    act = visit.house.act(visit.person.account)
    words = form.get("words", "")
    takes: dict[str, Callable[[], Any]] = {
        "fact": lambda: register.note(breach, words, act),
        "decide": lambda: register.decide(breach, _decision(form), words, act),
        "told": lambda: register.tell_controllers(breach, words, act),
        "report": lambda: register.report(
            breach, _at(form), form.get("reference", ""), form.get("why_late", ""), act
        ),
        "close": lambda: register.close(breach, words, act),
    }
    try:
        takes.get(step, _no_such)()
    except GatewayError as refusal:
        faults = {f"{step}-{key}": says for key, says in _faults(refusal).items()}
        return _shown(visit, one, 422, faults, form, step)
    return visit.see(f"{PATH}/{breach}")


def _no_such() -> None:
    raise refused("/words", "There is no such step.")


def _decision(form: Mapping[str, str]) -> Decision:
    try:
        return Decision(form.get("decision", ""))
    except ValueError:
        raise refused("/decision", "Choose whether it is reported.") from None


def _at(form: Mapping[str, str]) -> datetime:
    try:
        return instant_of(form.get("at", ""))
    except ValueError:
        raise refused("/at", "Give the day and time at which it was reported.") from None
