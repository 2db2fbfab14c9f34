"""The register of partners: who each is, whom to ask there, its systems, what it receives and sends."""

from __future__ import annotations

from datetime import date
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.typed import day_of
from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.law.register import put_partner
from gateway.ledger.leaf import LeafRefused
from policies.succession import succession
from schemas.base import own_words
from schemas.partners import Contact, Contacts, Partner, PartnerKind
from schemas.subscriptions import Subscription

PATH = "/console/partners"
NEW, ONE, CHANGE = "/console/add-partner", PATH + "/{partner}", PATH + "/{partner}/change"
Faults = dict[str, str]
_LINES = (
    ("name", "Name"),
    ("nominated_person", "Nominated person: the office, not a name"),
    ("address", "Postal address"),
    ("ico_registration", "Registration with the Information Commissioner"),
    ("privacy_notice", "Where its privacy notice is published"),
)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("People", PATH, "Partners", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_listed)
    desk.get(NEW, LEAD)(_to_add)
    desk.post(NEW, LEAD, once=True)(_added)
    desk.get(ONE, LEAD, NOMINATED, AUDITOR)(_shown)
    desk.get(CHANGE, LEAD)(_to_change)
    desk.post(CHANGE, LEAD, once=True)(_changed)


def _listed(visit: Visit) -> Response:
    edition, day = visit.house.book.current(), london_day(visit.house.clock)
    register = edition.law.register
    rows = [(one, register.standing(one.id, day)) for one in register.partners]
    return visit.page("partners/list.html", rows_in=rows, may_change=visit.person.has(LEAD))


def _partner(visit: Visit, edition: Edition) -> Partner:
    found = edition.register.partners.get(visit.part("partner"))
    if found is None:
        raise NotFound
    return found


def _shown(visit: Visit) -> Response:
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    one = _partner(visit, edition)
    # names, kinds and nominated persons are for every party to know; exchanges are each one's own
    own = visit.person.has(LEAD) or visit.person.partner == one.id
    asked = [
        Subscription.model_validate_json(body)
        for body in house.reader.bodies("subscription").values()
    ]
    law = edition.law
    return visit.page(
        "partners/one.html",
        partner=one,
        standing=law.register.standing(one.id, day),
        contacts=[
            (str(info.title), getattr(one.contacts, name))
            for name, info in Contacts.model_fields.items()
        ],
        own=own,
        systems=[each for each in edition.register.clients.values() if each.partner == one.id],
        receives=[each for each in asked if each.partner == one.id and each.request is None],
        feeds=[
            feed
            for _, feed in edition.register.feeds.values()
            if one.id in {feed.controller, feed.sender}
        ],
        agreements=[each for each in edition.register.agreements if one.id in each.parties],
        succession=succession(law.register, one.id, law.agreements, asked, day),
        may_change=visit.person.has(LEAD),
    )


# ---------------------------------------------------------------------- changing


def _to_add(visit: Visit) -> Response:
    return _form(visit, None, {})


def _to_change(visit: Visit) -> Response:
    return _form(visit, _partner(visit, visit.house.book.current()), {})


def _form(visit: Visit, one: Partner | None, faults: Faults) -> Response:
    contacts = []
    for name, info in Contacts.model_fields.items():
        stored = None if one is None else getattr(one.contacts, name)
        inside = [
            (
                f"{name}-{part}",
                str(each.title),
                _typed(visit, f"{name}-{part}", getattr(stored, part, None)),
            )
            for part, each in Contact.model_fields.items()
        ]
        contacts.append((name, str(info.title), inside))
    lines = [(name, label, _typed(visit, name, getattr(one, name, None))) for name, label in _LINES]
    return visit.page(
        "partners/change.html",
        422 if faults else 200,
        partner=one,
        lines=lines,
        deputies=_typed(visit, "deputies", None if one is None else "\n".join(one.deputies)),
        contacts=contacts,
        kinds=[(kind.value, kind.value.replace("_", " ")) for kind in PartnerKind],
        form=visit.form,
        faults=list(faults.items()),
        by_field=faults,
    )


def _typed(visit: Visit, name: str, stored: object) -> str:
    if visit.form:
        return visit.form.get(name, "")
    return "" if stored is None else str(stored)


def _added(visit: Visit) -> Response:
    name = visit.form.get("id", "")
    faults: Faults = {}
    if name in visit.house.book.refresh().register.partners:
        faults["id"] = "There is a partner of this id."
    if not visit.form.get("kind"):
        faults["kind"] = "Choose what it is."
    if faults:
        return _form(visit, None, faults)
    return _put(visit, None, {"id": name, "kinds": []})


def _changed(visit: Visit) -> Response:
    one = _partner(visit, visit.house.book.refresh())
    return _put(visit, one, one.model_dump(mode="json"))


def _put(visit: Visit, before: Partner | None, document: dict[str, Any]) -> Response:
    """Store what was typed over a document, with one leaf; or show the form again."""
    form = visit.form
    document |= {name: form.get(name) or None for name, _ in _LINES}
    document["deputies"] = [one for one in form.get("deputies", "").splitlines() if one.strip()]
    document["contacts"] = {
        name: {part: form.get(f"{name}-{part}") or None for part in Contact.model_fields}
        for name in Contacts.model_fields
        if any(form.get(f"{name}-{part}") for part in Contact.model_fields)
    }
    since, fault = _since(form)
    if fault:
        return _form(visit, before, {"since": fault})
    if form.get("kind"):
        document["kinds"] = _kinds(document["kinds"], form["kind"], since)
    try:
        made = Partner.model_validate(document)
    except ValidationError as error:
        return _form(visit, before, _faults(error))
    try:
        visit.house.writer.run(put_partner(made, visit.house.act(visit.person.account)))
    except LeafRefused:
        says = "Use words of lower-case letters and digits, joined by single hyphens."
        return _form(visit, before, {"id": says})
    return visit.see(f"{PATH}/{made.id}")


def _since(form: Any) -> tuple[date | None, str]:  # noqa: ANN401 - a form
    """Return from when a new kind holds, or what is wrong with the day."""
    try:
        return day_of(form, "since"), ""
    except ValueError:
        return None, "It is no day: write it as 23 11 2026."


def _kinds(before: list[dict[str, Any]], kind: str, since: date | None) -> list[dict[str, Any]]:
    """Return dated kinds with another from a day on: what it was ends on that day."""
    day = None if since is None else since.isoformat()
    if day is None:
        return [{"kind": kind}]
    ended = [{**one, "valid_to": one.get("valid_to") or day} for one in before]
    return [*ended, {"kind": kind, "valid_from": day}]


def _faults(error: ValidationError) -> Faults:
    found: Faults = {}
    for one in error.errors(include_url=False, include_input=False):
        place = [str(part) for part in one["loc"]]
        name = "-".join(place[1:3]) if place[0] == "contacts" else place[0]
        found.setdefault(name, own_words(one) or _SAYS.get(one["type"], one["msg"]))
    return found


_SAYS = {
    "string_type": "This must be given.",
    "missing": "This must be given.",
    "string_pattern_mismatch": "Use lower-case letters, digits and hyphens.",
    "string_too_long": "It is too long.",
    "enum": "Choose one of the list.",
}
