"""What the pages of requests share: where they hang, what is asked in words, and whose it is."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from gateway.access.people import Role
from gateway.audit.request_desk import requests_of
from gateway.audit.request_state import Request
from gateway.console.desk import Visit
from policies.lists import Lists
from schemas.incident import SENSITIVITY
from schemas.requests import State, SubjectKind

PATH = "/console/requests"
STATE_SAYS = MappingProxyType(
    {State.ASKED: "Waits for an answer", State.ANSWERED: "Answered", State.WITHDRAWN: "Ended"}
)
ANSWER_SAYS = MappingProxyType(
    {
        "released": "Released",
        "part": "Released in part",
        "existence_only": "Existence only: «held by us, ask us»",
        "nothing": "Nothing that may be shared",
        "ended": "Ended by review",
    }
)
SUBJECT_SAYS = MappingProxyType(
    {
        SubjectKind.PERSON: "A person",
        SubjectKind.ADDRESS: "An address",
        SubjectKind.CASE: "A case or record",
    }
)
_PARTS = (
    ("name", "Name"),
    ("date_of_birth", "Date of birth"),
    ("address", "Address"),
    ("postcode", "Postcode"),
    ("uprn", "Property (UPRN)"),
    ("telephone", "Telephone"),
    ("reference", "The holder’s reference"),
)


def find(visit: Visit) -> Request:
    """Return the request of the path, where it is the visitor's to see (raises ``NotFound``)."""
    lead = visit.person.has(Role.IG_LEAD)
    own = None if lead else visit.person.partner or ""
    return requests_of(visit.house, visit.settings).one(visit.part("request"), own)


def asked_rows(request: Request, lists: Lists) -> list[tuple[str, Any]]:
    """Return what is asked, as terms and texts; nothing personal once it was destroyed."""
    said, asking = request.said, request.asking
    provisions = {one.code: one.title for one in lists.provisions.provision}
    rows: list[tuple[str, Any]] = [("About", SUBJECT_SAYS[SubjectKind(said["subject"])])]
    if asking is not None:
        found = asking.subject.model_dump()
        rows += [(label, str(found[part])) for part, label in _PARTS if found[part] is not None]
    power = next(one for one in lists.powers.power if one.code.value == said["power"])
    rows += [("Power", f"{power.title} ({power.cites})"), ("Purpose", _plain(said["purpose"]))]
    if said["provision"]:
        title = provisions.get(said["provision"], "")
        rows.append(("Provision of the Act", f"{said['provision']}: {title}"))
    rows.append(("It is", _plain(said["necessity"])))
    if asking is not None:
        rows.append(("Why", asking.why))
        for label, text in (
            ("Why it cannot wait", asking.urgent),
            ("Asker’s case reference", asking.reference),
            ("Case review", asking.case_review),
        ):
            rows += [] if text is None else [(label, text)]
    return rows


def field_says(name: str) -> str:
    """Return the name of a sealed field in plain words."""
    field, _, part = name.partition(".")
    return f"Of people: {_plain(part)}" if part else _plain(field).capitalize()


def group_says(name: str) -> str | None:
    """Return what a field needs beside being ticked, or None."""
    group = SENSITIVITY[name].group if "." not in name else None
    needs = {
        "special_category": "needs a special category condition",
        "offence": "needs an offence condition",
        "child": "needs a reason for children",
    }
    return None if group is None else needs.get(group.value)


def _plain(code: str) -> str:
    return code.replace("_", " ")
