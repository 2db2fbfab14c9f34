"""Corrections in the demonstration: a recall half acknowledged, a contest answered late, a report back."""

from __future__ import annotations

from datetime import timedelta

from gateway.assembly import House
from gateway.audit.cases import Case, Cases
from gateway.casework import cases_of
from gateway.clock import london_day
from gateway.demo.history import COUNCIL_CASES
from gateway.demo.stage import COUNCIL, FIRE, FIRE_17A, NSIR
from gateway.settings import Settings
from gateway.store.casework import held_by_several, told_of
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin, Reporting, Wrong

LEAD = "ig-lead"
_WEEKS_AGO = timedelta(days=38)


def tell(house: House) -> dict[str, str]:
    """Recall one record, which the county never acknowledges; contest one; report one back.

    Args:
        house: The demonstration's, with records of the police that the council and the fire service hold.

    Returns:
        Path of a page with parts → the same filled.
    """
    cases = cases_of(house, Settings(home=house.home))
    feed = house.book.current().register.feeds[NSIR][0]
    with house.reader.connection() as connection:
        held = held_by_several(connection, feed, 3)
    about = {
        "/console/subscriptions/{subscription}": f"/console/subscriptions/{FIRE_17A}",
        "/console/deliveries/{subscription}": f"/console/deliveries/{FIRE_17A}",
    }
    if not held:
        return about
    recall = _recalled(house, cases, held[0])
    _contested(house, cases, held[-1])
    report = _reported(house, held[len(held) // 2])
    path = f"/console/recalls/{recall.item.id}"
    about |= {
        "/console/recalls/{case}": path,
        "/console/recalls/{case}/steps/{step}": f"{path}/steps/{CaseStep.CLOSED.value}",
    }
    return about if report is None else about | {"/console/corrections/{report}": report}


def _recalled(house: House, cases: Cases, incident: int) -> Case:
    opening = CaseOpening(
        kind=CaseKind.RECALL,
        origin=Origin.SOURCE,
        feed=NSIR,
        received=london_day(house.clock),
        wrong=Wrong.SHOULD_NOT_HAVE_BEEN_SHARED,
        words="The force sent this record before its own review had ended.",
    )
    case = cases.open(LEAD, opening, [incident])
    case = cases.take(case, CaseStep.RETRACTED, LEAD)
    system, cursor = f"{COUNCIL}-system", None
    for _ in range(3):  # what is pending, then the notice, then that it was read
        page = house.door.pull(COUNCIL_CASES, COUNCIL, system, cursor, 100).page
        cursor = page.cursor
    return case


def _contested(house: House, cases: Cases, incident: int) -> None:
    opening = CaseOpening(
        kind=CaseKind.CONTEST,
        origin=Origin.SUBJECT,
        feed=NSIR,
        received=london_day(house.clock) - _WEEKS_AGO,
        wrong=Wrong.PERSON,
        words="The resident says that it was not her household.",
    )
    case = cases.open(LEAD, opening, [incident])
    case = cases.take(case, CaseStep.RESTRICTED, LEAD)
    cases.take(case, CaseStep.SENT_TO_SOURCE, LEAD)


def _reported(house: House, incident: int) -> str | None:
    with house.reader.connection() as connection:
        told = told_of(connection, [incident])
    known = [row for row in told if row.recipient == FIRE and row.what == "record"]
    if not known:
        return None
    reporting = Reporting(
        id=known[-1].released_id,
        wrong=Wrong.PLACE,
        words="Our crew found the fire in the next street, behind the shops.",
    )
    subscription = known[-1].subscription
    report, _ = house.reports.take(subscription, FIRE, f"{FIRE}-system", reporting)
    return f"/console/corrections/{report.item.id}"
