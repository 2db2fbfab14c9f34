"""The first page of the console: what needs somebody today, and what left and did not leave last."""

from __future__ import annotations

from fastapi import Response

from gateway.access.people import EVERYBODY
from gateway.audit.latest import last_released, last_withheld
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.needs import needs_of

MOST_URGENT = 3
"""How many needs the page shows; the rest by a link."""


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Today", "/console", "Today", *EVERYBODY)
    desk.get("/console", *EVERYBODY)(_home)


def _home(visit: Visit) -> Response:
    needs = needs_of(visit)
    shown = needs if visit.asked("all") else needs[:MOST_URGENT]
    told = visit.person.has(LEAD, NOMINATED, AUDITOR)
    reader, edition = visit.house.reader, visit.house.book.current()
    whose = None if visit.person.has(LEAD) else visit.person.partner
    return visit.page(
        "home.html",
        needs=needs,
        shown=shown,
        more=len(needs) - len(shown),
        told=told,
        released=last_released(reader, edition, whose) if told else None,
        withheld=last_withheld(reader, edition, whose) if told else None,
        partners=edition.register.partners,
    )
