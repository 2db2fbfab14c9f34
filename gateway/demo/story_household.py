"""A household on its third report, through three doors; and a quarter's returns, some sent, one overdue.

Told by the functions that do it in earnest. Names, places and numbers are invented.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta

from gateway.access.people import Person, Role
from gateway.assembly import House, matching_of, signals_of
from gateway.clock import london_day
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from gateway.law.agreements import PutAgreement, sign
from gateway.law.register import put_partner
from gateway.release.return_asked import Ask
from gateway.release.returned import hand, make, receive
from policies.periods import Quarter
from schemas.agreements import Agreement
from schemas.signals import SignalWhy, StepKind

POLICE, COUNCIL, FIRE = "leicestershire-police", "charnwood-bc", "llr-fire"
NSIR, STREET = "police-nsir", "street-management"
_LEAD, _BEHAVIOUR = "ig-lead", "animal_related_problems"
_OFFICES = {POLICE: "Head of Information", COUNCIL: "Community Safety Manager"}
_STREET_COLUMNS = (
    *("SRRef", "RecType", "RecTypeDesc", "Received", "HowReceived", "MapEast", "MapNorth"),
    *("UPRN", "USRN", "Location", "LandType", "WasteType", "Size", "Status", "ClosingAction"),
    *("CustName", "CustTel", "Officer", "Postcode"),
)


def tell(house: House) -> dict[str, str]:
    """Make the history; return route path → the same filled."""
    signal = _household(house)
    quarter = _returns(house)
    of = {"quarter": quarter.name, "authority": POLICE, "paragraph": 1}
    cell = "/console/returns/{quarter}/{authority}/{paragraph}"
    return {
        "/console/signals/{signal}": f"/console/signals/{signal}",
        cell: cell.format(**of),
        **{
            f"/console/returns/{{quarter}}/{{authority}}/{what}": (
                f"/console/returns/{quarter.name}/{POLICE}/{what}"
            )
            for what in ("make", "send")
        },
        "/console/feeds/{feed}": f"/console/feeds/{NSIR}",
    }


# ---------------------------------------------------------------------- the household
def _household(house: House) -> str:
    """Let the parties agree on matching and report about one home; return the signal that waits."""
    day, now = london_day(house.clock), house.clock.now()
    protocol = _protocol(house, day)
    _agree(house, "repeat-households", POLICE, COUNCIL, protocol, day)
    _agree(house, "repeat-households-back", COUNCIL, POLICE, protocol, day)
    house.book.refresh()
    _send(house, STREET, COUNCIL, _street_row(now - timedelta(days=40)))
    _send(
        house,
        NSIR,
        POLICE,
        _police_row("EX-33-1", now - timedelta(days=21), "Flat 2, 14 Example Rd"),
    )
    _send(
        house,
        NSIR,
        POLICE,
        _police_row("EX-33-2", now - timedelta(days=2), "14 EXAMPLE ROAD FLAT 2"),
    )
    matching_of(house).run()
    desk = signals_of(house)
    lead = Person(account=_LEAD, name="The lead", roles=frozenset({Role.IG_LEAD}))
    found = [one for one in desk.listed(lead) if one.signal.agreement.startswith("repeat-")]
    waiting = ""
    for one in found:
        if one.signal.partner == COUNCIL:
            desk.hand_out(COUNCIL, f"{COUNCIL}-system")
        if one.signal.why is SignalWhy.SECOND_PARTNER:
            said = "Both duty officers looked at their own reports: it is one home."
            desk.decide(lead, one.signal.id, StepKind.CONFIRMED, said)
        elif one.signal.partner == COUNCIL:
            waiting = one.signal.id
    return waiting


def _protocol(house: House, day: date) -> str | None:
    known = house.book.refresh().register.protocols.values()
    live = (one.id for one in known if {POLICE, COUNCIL} <= set(one.parties) and one.live_on(day))
    return next(live, None)


def _agree(
    house: House, name: str, holder: str, recipient: str, protocol: str | None, day: date
) -> None:
    made = Agreement.model_validate(
        {
            "id": name,
            "title": "Households whose dogs several services hear about",
            "protocol": protocol or "none",
            "holders": [holder],
            "recipients": [recipient],
            "purpose": "preventing_crime_and_disorder",
            "provision": "s17",
            "necessity": "A case review is owed from the third report; nobody sees all three alone.",
            "dpia": "DPIA-2026-044",
            "fields": ["occurred_from"],
            "roles": ["caller", "complainant"],
            # the other invented rows share few homes: all behaviours would be a thousand signals
            "coverage": {"kinds": ["asb_incident"], "behaviours": [_BEHAVIOUR]},
            "crossing": "Civil action against nuisance, authorised by section 115.",
            "retention_days": 365,
            "review_by": day + timedelta(days=300),
            "records_from": day - timedelta(days=60),
            "matching": {"keys": ["uprn", "address", "phone"], "signalled": [recipient]},
        }
    )
    house.writer.run(PutAgreement(made, house.act(_LEAD), day))
    for party in (holder, recipient):
        partner = house.book.refresh().register.partners[party]
        if partner.nominated_person is None:
            partner = partner.model_copy(update={"nominated_person": _OFFICES[party]})
            house.writer.run(put_partner(partner, house.act(_LEAD)))
            house.book.refresh()
        office = str(partner.nominated_person)
        house.writer.run(sign(made.id, made.version, party, office, house.act(_LEAD), day))


def _police_row(reference: str, at: datetime, address: str) -> dict[str, str]:
    return {
        "URN": reference,
        "CREATED": f"{at:%d/%m/%Y %H:%M}",
        "OPENING_CODE": "206",
        "CLOSING_CODE_1": "206",
        "EASTING": "453412",
        "NORTHING": "319655",
        "LOCATION": f"{address}, LOUGHBOROUGH",
        "POSTCODE": "LE11 9ZZ",
        "CALLER_NAME": "P Example",
        "CALLER_TEL": "01632 960133",
    }


def _street_row(at: datetime) -> dict[str, str]:
    return {
        "SRRef": "26/33001/DOG",
        "RecType": "DOG",
        "RecTypeDesc": "Dangerous dog",
        "Received": f"{at:%Y-%m-%d %H:%M}",
        "MapEast": "453412",
        "MapNorth": "319655",
        "UPRN": "100000000133",
        "Location": "2/14 Example Road",
        "Postcode": "le119zz",
        "CustName": "P Example",
        "CustTel": "+44 (0)1632 960133",
    }


def _send(house: House, feed: str, partner: str, row: dict[str, str]) -> None:
    if feed == NSIR:
        body, media = json.dumps([row]).encode(), "application/json"
    else:
        cells = (row.get(name, "") for name in _STREET_COLUMNS)
        body, media = f"{','.join(_STREET_COLUMNS)}\n{','.join(cells)}\n".encode(), "text/csv"
    request = PushRequest(
        receipt_id=house.new_id(),
        client_id=f"{partner}-system",
        partner=partner,
        fingerprint=house.random(32),
        key_hmac=None,
        unit=None,
        at=house.clock.now(),
    )
    desk = house.desk(feed, house.book.current())
    push(body, media, desk, request, house.writer, 100).result()


# ---------------------------------------------------------------------- the returns
def _returns(house: House) -> Quarter:
    """Send the last quarter's return to one authority, and leave the one before overdue; return the last."""
    now = house.clock.now()
    last = _before(Quarter.of(now))
    overdue = _before(last)
    late = datetime(overdue.year, overdue.first_day.month + 1, 9, 20, tzinfo=now.tzinfo)
    _send(house, NSIR, POLICE, _police_row("EX-33-0", late, "2 Sample Close"))
    desk, ask = house.return_desk, Ask(POLICE, FIRE, last)
    make(desk, ask, _LEAD)
    handed = hand(desk, ask, 1, f"{FIRE}-system")
    receive(desk, ask, 1, handed.manifest.content_sha256, f"{FIRE}-system")
    make(desk, Ask(POLICE, COUNCIL, last), _LEAD)
    return last


def _before(quarter: Quarter) -> Quarter:
    last_year = Quarter(quarter.year - 1, 4)
    return Quarter(quarter.year, quarter.number - 1) if quarter.number > 1 else last_year
