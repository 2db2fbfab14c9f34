"""Asking for a disclosure, in a form: whom or what it is about, under which power, why, and how urgent."""

from __future__ import annotations

from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.access.people import Role
from gateway.audit.request_desk import requests_of
from gateway.audit.request_rules import RequestRefused
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
from gateway.console.request_pages import PATH, SUBJECT_SAYS
from policies.lists import packaged_lists
from schemas.base import own_words
from schemas.requests import REQUEST_POWERS, Asking, Necessity

NOMINATED = Role.NOMINATED_PERSON
ASK = PATH + "/ask"
_SUBJECT = ("name", "date_of_birth", "address", "postcode", "uprn", "telephone")
_OPTIONAL = ("provision", "urgent", "reference", "case_review")
_ASKS = {
    "holder": "Select the organisation that may hold it.",
    "subject": "Select whether it is about a person, an address or a case, and say which.",
    "power": "Select the power under which you ask.",
    "purpose": "Select the purpose.",
    "provision": "Select the provision of the Act.",
    "necessity": "Select whether the disclosure is necessary or expedient.",
    "why": "Say why it is necessary or expedient, in words.",
    "date_of_birth": "Write the date of birth as 1984-03-27.",
    "uprn": "Write the property number in digits alone.",
}
_PLAIN = "Fill this in as its hint says."


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Requests", ASK, "Ask for a disclosure", NOMINATED)
    desk.get(ASK, NOMINATED)(_blank)
    desk.post(ASK, NOMINATED, once=True)(_ask)


def _blank(visit: Visit) -> Response:
    return _page(visit, 200, {}, [])


def _page(
    visit: Visit,
    status: int,
    by_field: dict[str, str],
    refused: list[dict[str, str]],
) -> Response:
    lists, day = packaged_lists(), london_day(visit.house.clock)
    partners = visit.house.book.refresh().register.partners
    powers = [one for one in lists.powers.power if one.code in REQUEST_POWERS]
    purposes = {
        entry.code.value: entry.code.value.replace("_", " ").capitalize()
        for entry in lists.purposes.purpose
        if set(entry.counts_for) & set(REQUEST_POWERS)
    }
    return visit.page(
        "requests/ask.html",
        status,
        form=visit.form,
        by_field=by_field,
        faults=list(by_field.items()),
        refused=refused,
        holders=[
            (name, partner.name)
            for name, partner in sorted(partners.items())
            if name != visit.person.partner and partner.kind_on(day) is not None
        ],
        powers=[(one.code.value, one.title) for one in powers],
        purposes=list(purposes.items()),
        provisions=[
            (one.code, f"{one.code}: {one.title}")
            for one in lists.provisions.provision
            if one.covers(day)
        ],
        subjects=[(kind.value, says) for kind, says in SUBJECT_SAYS.items()],
        necessities=[(one.value, one.value.capitalize()) for one in Necessity],
    )


def _ask(visit: Visit) -> Response:
    try:
        asking = Asking.model_validate(_stated(visit))
    except ValidationError as faults:
        return _page(visit, 422, _by_field(faults), [])
    desk = requests_of(visit.house, visit.settings)
    try:
        name = desk.ask(visit.person.partner or "", visit.person.account, asking)
    except RequestRefused as refused:
        told = (refused.extra or {}).get("conditions", [])
        return _page(visit, 422, {"holder": refused.title}, told)
    return visit.see(f"{PATH}/{name}")


def _stated(visit: Visit) -> dict[str, Any]:
    form = visit.form
    subject = {name: form[name] for name in _SUBJECT if form.get(name)}
    subject |= {"kind": form.get("subject", "")}
    if form.get("held_reference"):
        subject["reference"] = form["held_reference"]
    said: dict[str, Any] = {name: form[name] for name in _OPTIONAL if form.get(name)}
    for name in ("holder", "power", "purpose", "necessity", "why"):
        said[name] = form.get(name, "")
    return {**said, "subject": subject}


def _by_field(faults: ValidationError) -> dict[str, str]:
    """Return what is wrong, by field; never what was typed."""
    found: dict[str, str] = {}
    for one in faults.errors(include_input=False, include_url=False):
        place = [str(part) for part in one["loc"]]
        name = place[-1] if place else "power"
        name = "held_reference" if place == ["subject", "reference"] else name
        name = "subject" if place[-1:] in ([], ["kind"]) and place[:1] == ["subject"] else name
        said = own_words(one)
        found.setdefault(name, f"{said or _ASKS.get(name, _PLAIN)} Nothing was sent.")
    return found
