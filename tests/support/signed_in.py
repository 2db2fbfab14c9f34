"""People for tests of the signed-in pages: a session each, in the real store."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from gateway.access.people import Person, Role
from gateway.console.sessions import COOKIE, Sessions
from tests.support.server import RunningGateway

LEAD = Person(account="ig-lead", name="Priya Example", roles=frozenset({Role.IG_LEAD}))
POLICE = Person(
    account="police-nominated",
    name="Sam Sample",
    partner="leicestershire-police",
    office="Head of Information",
    roles=frozenset({Role.NOMINATED_PERSON}),
)
COUNCIL = Person(
    account="council-nominated",
    name="Alex Model",
    partner="charnwood-bc",
    office="Community Safety Manager",
    roles=frozenset({Role.NOMINATED_PERSON}),
)
FIRE_AUDITOR = Person(
    account="fire-auditor",
    name="Robin Instance",
    partner="llr-fire",
    roles=frozenset({Role.PARTNER_AUDITOR}),
)
ADMINISTRATOR = Person(
    account="administrator", name="Kim Pattern", roles=frozenset({Role.ADMINISTRATOR})
)
ANALYST = Person(account="analyst", name="Jo Specimen", roles=frozenset({Role.ANALYST}))


@dataclass(frozen=True)
class Reading:
    """Somebody at a browser that runs no script: real HTTP, a real session."""

    gateway: RunningGateway
    person: Person
    cookie: str

    def get(self, path: str, **more: Any) -> httpx.Response:
        """Open a page."""
        headers = {"Cookie": f"{COOKIE}={self.cookie}", "Accept": "text/html"}
        return self.gateway.http.get(self.gateway.url + path, headers=headers, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> httpx.Response:
        """Send a form as a page of ours does."""
        headers = {
            "Cookie": f"{COOKIE}={self.cookie}",
            "Accept": "text/html",
            "Sec-Fetch-Site": "same-origin",
        }
        return self.gateway.http.post(
            self.gateway.url + path, headers=headers, data=data or {}, **more
        )


def signed_in(gateway: RunningGateway, person: Person) -> Reading:
    """Begin a session for somebody."""
    house = gateway.house
    sessions = Sessions(house.reader, house.writer, house.clock, house.random)
    return Reading(gateway, person, sessions.begin(person))
