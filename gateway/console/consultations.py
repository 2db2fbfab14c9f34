"""Consultations: who looked at which records, when and why, and which looks stand out (Q7)."""

from __future__ import annotations

from fastapi import Response

from gateway.audit.looks import MOST, Looks
from gateway.console.called import people
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from policies.looks import FLAG_SAYS, Flag
from schemas.consulting import REASON_SAYS

PATH = "/console/consultations"
_PERIODS = (7, 30, 90, 365)


def add(desk: Desk) -> None:
    """Put the page in."""
    link("Evidence", PATH, "Consultations", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_listed)


def _listed(visit: Visit) -> Response:
    house = visit.house
    days = next((n for n in _PERIODS if str(n) == visit.asked("days")), _PERIODS[1])
    asked = visit.asked("flag")
    only = [flag for flag in Flag if asked in {flag.value, "any"}]
    told = Looks(house.reader, house.keys, house.clock).of(visit.person, days, only=only)
    partners = house.book.current().register.partners
    return visit.page(
        "consultations/list.html",
        told=told,
        days=days,
        periods=_PERIODS,
        flag=asked,
        flags=FLAG_SAYS,
        reasons=REASON_SAYS,
        names={key: partner.name for key, partner in partners.items()},
        people=people(house),
        most=MOST,
    )
