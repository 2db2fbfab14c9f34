"""The demonstration's agreements: one near its review, one that waits for a signature, a draft of the next.

Told by the functions that do it in earnest, on the register of the demonstration. All offices are invented.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from gateway.analysis.editions import publish
from gateway.analysis.entitled import Desk
from gateway.assembly import House
from gateway.audit.shown_before import shown_before
from gateway.audit.simulated import draft_of_agreement
from gateway.audit.simulation_jobs import SimulationJobs
from gateway.clock import london_day
from gateway.errors import EditionNotClosed, EditionRefused
from gateway.law.agreements import PutAgreement, sign
from gateway.law.register import put_partner, put_protocol
from schemas.agreements import Agreement
from schemas.partners import Contact, Contacts
from schemas.powers import Protocol, Signature

POLICE, COUNCIL = "leicestershire-police", "charnwood-bc"
OFFICES = {POLICE: "Head of Information", COUNCIL: "Community Safety Manager"}
NEAR, WAITING = "police-council-hotspots", "council-police-nuisance"
_LEAD = "ig-lead"
_GRACE_DAYS = 14
"""Days until a quarter is closed for publishing, as the settings have it."""


def tell(house: House, account: str = _LEAD) -> dict[str, str]:
    """Make the history; return route path → the same filled.

    Args:
        house: Of the demonstration.
        account: Whose simulation the last page shows.
    """
    day = london_day(house.clock)
    _people(house)
    protocol = _protocol(house, day)
    near = _agreement(NEAR, "Hotspots of anti-social behaviour", POLICE, COUNCIL, protocol, day)
    _agree(house, near, day, (POLICE, COUNCIL))
    wider = near.model_copy(
        update={"version": 2, "retention_days": 540, "review_by": day + timedelta(days=400)}
    )
    house.writer.run(PutAgreement(wider, house.act(_LEAD), day))
    waiting = _agreement(
        WAITING, "Nuisance reported to the council", COUNCIL, POLICE, protocol, day
    )
    _agree(house, waiting, day, (COUNCIL,))
    job = _simulated(house, wider, day, account)
    _publish_counts(house, day)
    draft = {"agreement": NEAR, "version": "2"}
    return {
        path: path.format(**values)
        for path, values in (
            ("/console/agreements/{agreement}", {"agreement": NEAR}),
            ("/console/agreements/{agreement}/difference", {"agreement": NEAR}),
            ("/console/agreements/{agreement}/stop", {"agreement": NEAR}),
            ("/console/agreements/{agreement}/versions/{version}/edit", draft),
            (
                "/console/agreements/{agreement}/versions/{version}/edit/{part}",
                {**draft, "part": "items"},
            ),
            (
                "/console/agreements/{agreement}/versions/{version}/sign",
                {"agreement": WAITING, "version": "1"},
            ),
            (
                "/console/agreements/{agreement}/versions/{version}/attach",
                {"agreement": NEAR, "version": "1"},
            ),
            (
                "/console/documents/{kind}/{about}",
                {"kind": "sharing-agreement", "about": f"{NEAR}.1"},
            ),
            ("/console/partners/{partner}", {"partner": POLICE}),
            ("/console/partners/{partner}/change", {"partner": POLICE}),
            ("/console/simulate/{job}", {"job": job}),
        )
    }


def _people(house: House) -> None:
    """Record nominated persons and how the two parties are reached."""
    register = house.book.refresh().register
    for name, office in OFFICES.items():
        one = register.partners[name]
        contacts = Contacts(
            sharing=Contact(post="Information Sharing Officer", email=f"sharing@{name}.example"),
            data_protection_officer=Contact(
                post="Data Protection Officer", telephone="01632 960101"
            ),
            breach=Contact(
                post="Duty Information Officer", telephone="01632 960102", hours="always"
            ),
        )
        named = {"nominated_person": one.nominated_person or office, "contacts": contacts}
        house.writer.run(put_partner(one.model_copy(update=named), house.act(_LEAD)))


def _protocol(house: House, day: date) -> str:
    """Return the protocol that the two are parties to; recorded here where there is none yet."""
    for one in house.book.refresh().register.protocols.values():
        if {POLICE, COUNCIL} <= set(one.parties) and one.live_on(day):
            return one.id
    signed = tuple(
        Signature(party=party, office=office, signed_on=day) for party, office in OFFICES.items()
    )
    made = Protocol(
        id="charnwood-sharing",
        title="Charnwood information-sharing protocol",
        parties=(POLICE, COUNCIL),
        signatures=signed,
    )
    house.writer.run(put_protocol(made, house.act(_LEAD)))
    return made.id


def _agreement(
    name: str, title: str, holder: str, recipient: str, protocol: str, day: date
) -> Agreement:
    """Return an agreement whose review comes in three weeks."""
    return Agreement.model_validate(
        {
            "id": name,
            "title": title,
            "protocol": protocol,
            "holders": [holder],
            "recipients": [recipient],
            "purpose": "preventing_crime_and_disorder",
            "provision": "s17",
            "necessity": "Officers visit places with repeat reports; without the address they cannot.",
            "dpia": "DPIA-2026-031",
            "fields": ["address_text", "postcode", "occurred_from"],
            "coverage": {"kinds": ["asb_incident"], "behaviours": ["noise", "nuisance_behaviour"]},
            "crossing": "Civil action against nuisance, authorised by section 115.",
            "retention_days": 365,
            "review_by": day + timedelta(days=21),
            "records_from": day - timedelta(days=60),
            "clauses": {
                "owner": "The partnership’s information governance group.",
                "staff": "Named case officers, trained each year.",
                "breach": "Told to the other party’s breach contact within 24 hours.",
            },
        }
    )


def _agree(house: House, made: Agreement, day: date, signing: tuple[str, ...]) -> None:
    """Put an agreement on the register and let parties sign what they were shown."""
    house.writer.run(PutAgreement(made, house.act(_LEAD), day))
    for party in signing:
        partner = house.book.refresh().register.partners[party]
        shown = shown_before(house.reader, house.book, made, day).sha256
        office, act = str(partner.nominated_person), house.act(f"{party}-nominated")
        house.writer.run(sign(made.id, made.version, party, office, act, day, shown))


def _simulated(house: House, draft: Agreement, day: date, account: str) -> str:
    """Simulate the draft; return the id of the page that shows it."""
    jobs = SimulationJobs(house.reader, house.writer, house.book, house.clock, house.new_id)
    tried = draft_of_agreement(house.reader, house.book.refresh(), draft, day)
    what = f"{draft.title}, version {draft.version}, as if every party had signed it"
    name = jobs.begin(tried, what, None, account, house.act(account))
    jobs.wait(name, 10.0)
    return name


def _publish_counts(house: House, day: date) -> None:
    """Publish the counts of the last quarter that is closed, so that an answer can quote them."""
    closed = day - timedelta(days=_GRACE_DAYS)
    number = closed.year * 4 + (closed.month - 1) // 3 - 1
    period = f"{number // 4}Q{number % 4 + 1}"
    desk = Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)
    with suppress(EditionNotClosed, EditionRefused):
        # where nobody reads statistics there is nothing to publish, and the page says so
        publish(desk, period, _LEAD, _GRACE_DAYS, dry_run=False)
