"""Where the console's pages hang: sections in their order, and what each is called."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.access.people import EVERYBODY, Person, Role

LEAD, NOMINATED = Role.IG_LEAD, Role.NOMINATED_PERSON
AUDITOR, ADMINISTRATOR = Role.PARTNER_AUDITOR, Role.ADMINISTRATOR
ANALYST = Role.ANALYST


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of the navigation."""

    path: str
    text: str
    roles: frozenset[Role]


LINKS: dict[str, tuple[Link, ...]] = {}
"""Section → its pages; each page's module adds its own by ``link``."""
SECTIONS = ("Today", "Evidence", "Requests", "People", "Law", "Running", "Analysis")


def link(section: str, path: str, text: str, *roles: Role) -> None:
    """Add a page to the navigation (again and it stays one)."""
    known = LINKS.get(section, ())
    if all(one.path != path for one in known):
        LINKS[section] = (*known, Link(path, text, frozenset(roles)))


def links_for(person: Person) -> dict[str, tuple[Link, ...]]:
    """Return section → links that somebody may open, empty sections left out."""
    mine = {
        section: tuple(one for one in LINKS.get(section, ()) if person.has(*one.roles))
        for section in SECTIONS
    }
    return {section: links for section, links in mine.items() if links}


__all__ = [
    "ADMINISTRATOR",
    "ANALYST",
    "AUDITOR",
    "EVERYBODY",
    "LEAD",
    "LINKS",
    "NOMINATED",
    "link",
    "links_for",
]
