"""The first page of the console: what needs somebody today."""

from __future__ import annotations

from fastapi import Response

from gateway.access.people import EVERYBODY
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import link


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Today", "/console", "Today", *EVERYBODY)
    desk.get("/console", *EVERYBODY)(_home)


def _home(visit: Visit) -> Response:
    return visit.page("home.html")
