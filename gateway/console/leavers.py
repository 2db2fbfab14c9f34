"""Off-boarding a partner: look, end everything in one step, note the answer, sign the certificate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from fastapi import Response

from gateway.access.people import Role
from gateway.audit.offboarding import (
    ANSWERS,
    SAYS,
    Answer,
    OffBoarding,
    OffBoardings,
    refused,
    unfinished,
)
from gateway.audit.proceedings import new_name
from gateway.console.called import called
from gateway.console.desk import Desk, Visit
from gateway.console.handing import handed
from gateway.console.navigation import LEAD, link
from gateway.console.needs import Need, needing
from gateway.errors import GatewayError

PATH = "/console/off-boarding"
_DAYS = timedelta(days=28)
"""Until when the partner is expected to have answered."""


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Evidence", PATH, "Off-boarding", LEAD)
    desk.get(PATH, LEAD)(_list)
    desk.post(PATH, LEAD, once=True)(_begin)
    desk.get(PATH + "/{off_boarding}", LEAD)(_one)
    desk.post(PATH + "/{off_boarding}/answer", LEAD, once=True)(_answer)
    desk.post(PATH + "/{off_boarding}/certificate", LEAD, once=True)(_certify)
    desk.post(PATH + "/{off_boarding}/request", LEAD, once=True)(_request)
    needing(not_finished)


def not_finished(visit: Visit) -> Iterable[Need]:
    """Yield every off-boarding without a certificate."""
    if not visit.person.has(Role.IG_LEAD):
        return
    for one, begun in unfinished(visit.house.reader):
        name = called(visit.house).get(one.partner, one.partner)
        says = f"{name} has left and has not said what became of the records it holds."
        button = "Note its answer"
        if one.proceeding.last.what == "answered":
            says = f"{one.partner} has answered; the certificate of its off-boarding is not signed."
            button = "Sign the certificate"
        yield Need(begun + _DAYS, says, button, f"{PATH}/{one.id}")


def off_boardings_of(visit: Visit) -> OffBoardings:
    """Return the register of off-boardings."""
    house = visit.house
    return OffBoardings(house.reader, house.writer, house.book, house.keys, house.clock)


def _list(visit: Visit) -> Response:
    return _listed(visit)


def _listed(
    visit: Visit,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    house = visit.house
    register = house.book.current().register
    today = house.clock.now().date()
    return visit.page(
        "off_boarding/list.html",
        status,
        found=off_boardings_of(visit).all(),
        partners=sorted(
            (one.name, key) for key, one in register.partners.items() if one.covers(today)
        ),
        names={key: one.name for key, one in register.partners.items()},
        faults=faults or {},
        form=form or {},
        **{"preview": None, **more},
    )


def _begin(visit: Visit) -> Response:
    """Show what would be ended; with the confirmation, end it."""
    form, house = visit.form, visit.house
    partner = form.get("partner", "")
    act = house.act(visit.person.account)
    desk = off_boardings_of(visit)
    try:
        if form.get("confirmed") != "yes":
            return _listed(visit, form=form, preview=desk.preview(partner, act))
        name = new_name("o", house.random)
        desk.begin(name, partner, form.get("words", ""), act)
    except GatewayError as refusal:
        faults = _faults(refusal)
        preview = desk.preview(partner, act) if "words" in faults else None
        return _listed(visit, 422, faults, form, preview=preview)
    house.book.refresh()
    return visit.see(f"{PATH}/{name}")


def _faults(refusal: GatewayError) -> dict[str, str]:
    found = {one.pointer.removeprefix("/"): one.says for one in refusal.errors}
    return found or {"words": f"{refusal.title} {refusal.remedy}"}


def _one(visit: Visit) -> Response:
    return _shown(visit, off_boardings_of(visit).get(visit.part("off_boarding")))


def _shown(
    visit: Visit,
    one: OffBoarding,
    status: int = 200,
    faults: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Response:
    register = visit.house.book.current().register
    moments = [
        {
            "title": SAYS[step.what],
            "at": step.at,
            "by": step.actor,
            "text": step.said.get("words", ""),
            "path": "",
            "link": "",
        }
        for step in one.proceeding.steps
    ]
    return visit.page(
        "off_boarding/one.html",
        status,
        one=one,
        name=register.partners[one.partner].name,
        moments=moments,
        answers=[(key.value, says) for key, says in ANSWERS.items()],
        faults=faults or {},
        form=form or {},
        answered=bool(one.proceeding.of("answered")),
    )


def _answer(visit: Visit) -> Response:
    desk, name = off_boardings_of(visit), visit.part("off_boarding")
    one = desk.get(name)
    act = visit.house.act(visit.person.account)
    try:
        desk.answer(name, _stated(visit.form), visit.form.get("words", ""), act)
    except GatewayError as refusal:
        return _shown(visit, one, 422, _faults(refusal), visit.form)
    return visit.see(f"{PATH}/{name}")


def _stated(form: Mapping[str, str]) -> Answer:
    try:
        return Answer(form.get("answer", ""))
    except ValueError:
        raise refused("/answer", "Choose what became of the records.") from None


def _certify(visit: Visit) -> Response:
    desk, name = off_boardings_of(visit), visit.part("off_boarding")
    one = desk.get(name)
    if one.certificate is None:
        try:
            desk.certify(name, visit.house.act(visit.person.account))
        except GatewayError as refusal:
            return _shown(visit, one, 422, _faults(refusal), visit.form)
        return visit.see(f"{PATH}/{name}")
    return handed(visit, one.certificate, f"certificate-{name}.txt", "certificate", name)


def _request(visit: Visit) -> Response:
    name = visit.part("off_boarding")
    text = off_boardings_of(visit).request(name)
    return handed(visit, text, f"return-or-delete-{name}.txt", "return-or-delete", name)
