"""The first page of the console: what needs somebody today, and what left and did not leave last."""

from __future__ import annotations

from fastapi import Response

from gateway.access.people import EVERYBODY
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link
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
    return visit.page("home.html", needs=needs, shown=shown, more=len(needs) - len(shown))
