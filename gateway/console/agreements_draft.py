"""Drafting an agreement: from a template, section by section, validated as it would be signed."""

from __future__ import annotations

import json
from typing import Any

from fastapi import Response
from pydantic import ValidationError

from gateway.clock import london_day
from gateway.console.agreements import ONE, version_of, versions_of
from gateway.console.agreements_steps import says_of
from gateway.console.desk import Desk, Visit
from gateway.console.drafting import (
    CHOICE,
    CHOICES,
    DATE,
    NUMBER,
    PARTS,
    TEMPLATES,
    Field,
    Part,
    begun,
    next_version,
    value_of,
    with_values,
)
from gateway.console.navigation import LEAD, NOMINATED, link
from gateway.errors import NotFound
from gateway.law.agreements import AgreementRefused, PutAgreement
from gateway.law.book import Edition
from gateway.ledger.leaf import LeafRefused
from policies.pseudonym import case_key
from schemas.agreements import AFTER_SIGNING, Agreement
from schemas.base import DAY_FAULTS, own_words

DRAFT = "/console/draft-agreement"
EDIT, PART = ONE + "/versions/{version}/edit", ONE + "/versions/{version}/edit/{part}"
NEXT = ONE + "/next"
Faults = dict[str, str]
_NOT_TAKEN = (
    "The ledger does not take this id: words of lower-case letters and digits, joined by hyphens."
)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", DRAFT, "Draft an agreement", LEAD, NOMINATED)
    desk.get(DRAFT, LEAD, NOMINATED)(_to_begin)
    desk.post(DRAFT, LEAD, NOMINATED, once=True)(_begun)
    desk.post(NEXT, LEAD, NOMINATED, once=True)(_next)
    desk.get(EDIT, LEAD, NOMINATED)(_overview)
    desk.get(PART, LEAD, NOMINATED)(_to_edit)
    desk.post(PART, LEAD, NOMINATED)(_edited)


# ---------------------------------------------------------------------- beginning


def _to_begin(visit: Visit) -> Response:
    return _beginning(visit, {})


def _beginning(visit: Visit, faults: Faults) -> Response:
    register = visit.house.book.current().register
    return visit.page(
        "agreements/begin.html",
        422 if faults else 200,
        templates=TEMPLATES,
        partners=[(one.id, one.name) for one in register.partners.values()],
        protocols=[(one.id, one.title) for one in register.protocols.values()],
        form=visit.form,
        faults=list(faults.items()),
        by_field=faults,
    )


def _begun(visit: Visit) -> Response:
    form = visit.form
    template = next((one for one in TEMPLATES if one.name == form.get("template")), None)
    wanted = {
        "id": "Give it an id: lower-case letters, digits and hyphens.",
        "title": "Give it a title.",
        "holders": "Choose who shares.",
        "recipients": "Choose who receives.",
    }
    faults: Faults = {} if template else {"template": "Choose a template."}
    faults |= {name: says for name, says in wanted.items() if not form.get(name)}
    own = visit.person.partner
    if (
        not faults
        and not visit.person.has(LEAD)
        and own not in {form["holders"], form["recipients"]}
    ):
        faults["holders"] = "You draft agreements of your own organisation."
    if faults or template is None:
        return _beginning(visit, faults)
    day = london_day(visit.house.clock)
    document = begun(
        template,
        form["id"],
        form["title"],
        form["holders"],
        form["recipients"],
        form.get("protocol") or None,
        day,
    )
    made, faults = put(visit, document, is_new=True)
    if made is None:
        return _beginning(visit, faults)
    return visit.see(_path(made))


def _next(visit: Visit) -> Response:
    house = visit.house
    versions = versions_of(visit, house.book.refresh())
    last = versions[-1]
    if not last.signatures:
        return visit.see(_path(last))
    made, _ = put(visit, next_version(last, london_day(house.clock)).model_dump(mode="json"))
    return visit.see(_path(made or last))


def _path(one: Agreement) -> str:
    return f"/console/agreements/{one.id}/versions/{one.version}/edit"


# ---------------------------------------------------------------------- editing


def _draft(visit: Visit, edition: Edition) -> Agreement:
    """Return the draft that the path names (raises ``NotFound``; what is signed is none)."""
    one = version_of(visit, edition)
    if one.signatures:
        raise NotFound
    return one


def _overview(visit: Visit) -> Response:
    edition = visit.house.book.current()
    one = _draft(visit, edition)
    document = one.model_dump(mode="json")
    told = [(part, _told(edition, one, document, part)) for part in PARTS]
    return visit.page("agreements/draft.html", agreement=one, parts=told)


def _told(
    edition: Edition, one: Agreement, document: dict[str, Any], part: Part
) -> list[tuple[str, str]]:
    """Return label and value of each field of a section, as it reads."""
    found = []
    for field in part.fields:
        value = value_of(document, field.name)
        names = dict(field.options(edition, one)) if field.options else {}
        listed = value if isinstance(value, list) else [value]
        words = ", ".join(
            names.get(str(each), str(each)) for each in listed if each not in {None, ""}
        )
        found.append((field.label, words or "not recorded yet"))
    if part.name == "coverage":
        found.append(("Listed cases", f"{len(one.coverage.cases)} listed, kept as keyed hashes"))
    return found


def _part(visit: Visit) -> Part:
    name = visit.part("part")
    found = next((one for one in PARTS if one.name == name), None)
    if found is None:
        raise NotFound
    return found


def _to_edit(visit: Visit) -> Response:
    return _editing(visit, {})


def _editing(visit: Visit, faults: Faults) -> Response:
    edition = visit.house.book.current()
    one, part = _draft(visit, edition), _part(visit)
    document = one.model_dump(mode="json")
    shown = []
    for field in part.fields:
        options = list(field.options(edition, one)) if field.options else []
        shown.append((field, options, _typed(visit, field, value_of(document, field.name))))
    return visit.page(
        "agreements/edit.html",
        422 if faults else 200,
        agreement=one,
        part=part,
        shown=shown,
        faults=list(faults.items()),
        by_field=faults,
        references=visit.form.get("case-references", ""),
        listed=len(one.coverage.cases),
    )


def _typed(visit: Visit, field: Field, stored: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return what a field shows: what was typed where a form came back, else what is stored."""
    sent = bool(visit.form)
    if field.form == CHOICES:
        return list(visit.lists.get(field.id, ())) if sent else [str(one) for one in stored or ()]
    if field.form == DATE:
        parts = str(stored or "--").split("-")
        stored_parts = dict(zip(("year", "month", "day"), parts, strict=True))
        return {
            name: visit.form.get(f"{field.id}-{name}", "") if sent else stored_parts[name]
            for name in ("day", "month", "year")
        }
    if isinstance(stored, bool):
        stored = str(stored).lower()
    return visit.form.get(field.id, "") if sent else "" if stored is None else str(stored)


def _edited(visit: Visit) -> Response:
    one, part = _draft(visit, visit.house.book.refresh()), _part(visit)
    document = one.model_dump(mode="json", exclude=set(AFTER_SIGNING))
    values = {field.name: _value(visit, field) for field in part.fields}
    if part.name == "coverage":
        values["coverage.cases"] = _cases(visit, one)
    made, faults = put(visit, with_values(document, values), part)
    if made is None:
        return _editing(visit, faults)
    return visit.see(_path(made))


def _value(visit: Visit, field: Field) -> Any:  # noqa: ANN401 - any JSON
    """Return what was typed in a field, as the document holds it; None where nothing was."""
    if field.form == CHOICES:
        return list(visit.lists.get(field.id, ()))
    if field.form == DATE:
        year, month, day = (
            visit.form.get(f"{field.id}-{one}", "") for one in ("year", "month", "day")
        )
        return f"{year:0>4}-{month:0>2}-{day:0>2}" if year or month or day else None
    text = visit.form.get(field.id, "")
    if text in {"true", "false"} and field.form == CHOICE:
        return text == "true"
    if field.form == NUMBER:
        return int(text) if text.isdecimal() and len(text) < 9 else text or None  # noqa: PLR2004 - too long
    return text or None


def _cases(visit: Visit, one: Agreement) -> list[str]:
    """Return the cases listed: those before unless they are taken away, and those typed, as keyed hashes."""
    kept = [] if visit.form.get("no-cases") == "yes" else list(one.coverage.cases)
    typed = (line.strip() for line in visit.form.get("case-references", "").split("\n"))
    key = visit.house.keys.natural_key
    return list(dict.fromkeys([*kept, *(case_key(key, line) for line in typed if line)]))


# ---------------------------------------------------------------------- storing


def put(
    visit: Visit, document: dict[str, Any], part: Part | None = None, *, is_new: bool = False
) -> tuple[Agreement | None, Faults]:
    """Store a draft, or say field by field why not; then nothing is changed."""
    house = visit.house
    known = {} if part is None else {field.name: field.id for field in part.fields}
    try:
        wanted = Agreement.model_validate_json(json.dumps(document))
    except ValidationError as error:
        return None, _faults(error, known)
    act = house.act(visit.person.account)
    try:
        job = PutAgreement(wanted, act, london_day(house.clock), is_new=is_new)
        return house.writer.run(job), {}
    except AgreementRefused as refusal:
        places = {one.pointer.strip("/").replace("/", "."): one.says for one in refusal.errors}
        first = next(iter(known.values()), "id")
        return None, {
            known.get(_near(name, known), _plain(name, first)): says
            for name, says in places.items()
        } or {first: says_of(refusal)}
    except LeafRefused:
        return None, {"id": _NOT_TAKEN}


def _near(place: str, known: dict[str, str]) -> str:
    """Return the field that a place of the document is in."""
    return next((name for name in known if place == name or place.startswith(name + ".")), place)


def _plain(name: str, first: str) -> str:
    """Return the field of the first page that a place means; the first one where it means none."""
    outer = name.split(".", maxsplit=1)[0]
    return outer if outer in {"id", "title", "holders", "recipients", "protocol"} else first


def _faults(error: ValidationError, known: dict[str, str]) -> Faults:
    found: Faults = {}
    first = next(iter(known.values()), "id")
    for one in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in one["loc"])
        says = own_words(one) or DAY_FAULTS.get(one["type"]) or _SAYS.get(one["type"], one["msg"])
        field = known.get(_near(place, known)) or _plain(place, first)
        found.setdefault(field, says)
    return found


_SAYS = {
    "missing": "This must be given.",
    "string_pattern_mismatch": "Use lower-case letters, digits and hyphens.",
    "int_parsing": "Write a whole number.",
}
