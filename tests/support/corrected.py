"""A case and a report in a house, with words kept and words destroyed, for tests of what rests on them."""

from __future__ import annotations

from datetime import timedelta

from gateway.assembly import House
from gateway.audit.correction_round import CorrectionRound
from gateway.casework import cases_of
from gateway.clock import london_day
from gateway.settings import Settings
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin, Reporting, Wrong
from tests.support import house as houses


def fill(house: House) -> None:
    """Open two cases about records that there are, close one and destroy its words; report a record."""
    cases = cases_of(house, Settings(home=house.home))
    for reference in ("s4", "s6"):
        opening = CaseOpening(
            kind=CaseKind.CONTEST,
            origin=Origin.OPERATOR,
            feed=houses.FEED,
            received=london_day(house.clock),
            words="It was the next house.",
        )
        found = cases.look_up(houses.FEED, [reference])
        case = cases.take(
            cases.open("ig-lead", opening, found.incidents), CaseStep.RESTRICTED, "ig-lead"
        )
    cases.take(case, CaseStep.CLOSED, "ig-lead", words="Nothing more came.")
    houses.later(house)
    CorrectionRound(cases, timedelta()).erase_words()
    with house.reader.connection() as connection:
        given = connection.exec_driver_sql(
            f"SELECT released_id FROM disclosure WHERE subscription = '{houses.FIRE_SUBSCRIPTION}' "  # noqa: S608 - ours
            "AND what = 'record' ORDER BY number, sequence LIMIT 1"
        ).scalar_one()
    reporting = Reporting(id=given, wrong=Wrong.TIME, words="An hour later.")
    house.reports.take(houses.FIRE_SUBSCRIPTION, houses.FIRE, "fire-system", reporting)
