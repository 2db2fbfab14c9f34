"""A record's journey: found by feed and reference in a form, never in an address; metadata only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Response

from gateway.audit.journey import journey
from gateway.console.desk import Desk, Visit
from gateway.console.disclosures import seen_by
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.questions import asked_of
from gateway.errors import NotFound, RequestInvalid

PATH = "/console/records"
ROLES = (LEAD, NOMINATED, AUDITOR)


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Evidence", PATH, "A record’s journey", *ROLES)
    desk.get(PATH, *ROLES)(_ask)
    desk.post(PATH, *ROLES)(_follow)


def _ask(visit: Visit) -> Response:
    return _shown(visit)


def _follow(visit: Visit) -> Response:
    given = {name: visit.form.get(name, "") for name in ("feed", "reference")}
    try:
        visit.house.book.refresh()
        told = journey(asked_of(visit, given, seen_by(visit)))
    except RequestInvalid as faulty:
        faults = {one.pointer.removeprefix("/"): one.says for one in faulty.errors}
        return _shown(visit, 422, faults=faults, given=given)
    except NotFound:
        says = "No record of this feed has that reference, or another organisation answers for it."
        return _shown(visit, 422, faults={"reference": says}, given=given)
    return _shown(visit, told=told, given=given)


def _shown(
    visit: Visit,
    status: int = 200,
    *,
    faults: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
    **told: Any,  # noqa: ANN401 - what the template shows
) -> Response:
    register, partner = visit.house.book.current().register, seen_by(visit)
    feeds = sorted(
        name
        for name, (_, feed) in register.feeds.items()
        if partner is None or partner == feed.controller
    )
    return visit.page(
        "records/journey.html",
        status,
        faults=faults or {},
        given=given or {},
        feeds=feeds,
        names={key: one.name for key, one in register.partners.items()},
        **{"told": None, **told},
    )
