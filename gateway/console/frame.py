"""What stands around every signed-in page: who reads it, where they are, and how the ledger stood.

Printed, a page is evidence: its head names the reader's account, the time, and the last signed checkpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.console.navigation import LINKS, Link

OPERATOR = "the gateway’s operator"
ROLES = {
    Role.IG_LEAD: "Information governance lead",
    Role.NOMINATED_PERSON: "Nominated person",
    Role.PARTNER_AUDITOR: "Partner’s auditor",
    Role.ADMINISTRATOR: "Administrator",
    Role.ANALYST: "Analyst",
}
"""What each role is called on a page."""


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page's head and its print say."""

    at: datetime
    role: str
    organisation: str
    size: int | None
    """Operations in the ledger at its last signed checkpoint; None: none was signed yet."""
    root: str
    """The checkpoint's root, as its note writes it (base64)."""


def frame_of(house: House, person: Person) -> Frame:
    """Return the frame of a page that is opened now."""
    found = house.reader.newest_checkpoint()
    partners = house.book.current().register.partners
    named = partners.get(person.partner) if person.partner else None
    return Frame(
        at=house.clock.now(),
        role=", ".join(words for role, words in ROLES.items() if role in person.roles),
        organisation=named.name if named else person.partner or OPERATOR,
        size=None if found is None else found[0],
        root="" if found is None else found[1].splitlines()[2],
    )


def link_of(person: Person, path: str) -> Link | None:
    """Return the page of the navigation that a path is, or lies under; None where there is none."""
    above = [
        link
        for links in LINKS.values()
        for link in links
        if person.has(*link.roles)
        and (path == link.path or (link.path != HOME and path.startswith(link.path + "/")))
    ]
    return max(above, key=lambda link: len(link.path), default=None)


def trail_of(person: Person, path: str) -> list[dict[str, str]]:
    """Return the way to a page, the page itself left out; empty on the first page."""
    if path == HOME:
        return []
    here = link_of(person, path)
    steps = [{"text": "Today", "href": HOME}]
    if here is not None and here.path != path:
        steps.append({"text": here.text, "href": here.path})
    return steps


HOME = "/console"
