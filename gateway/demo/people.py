"""Invented people who sign in to the demonstration's console, one a role. Nobody of them exists."""

from __future__ import annotations

from gateway.access.passwords import hashed
from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.demo.stage import ACTOR, COUNCIL, COUNTY, FIRE, OFFICES, POLICE
from gateway.law.accounts import put_account

PASSWORD = "charnwood-demonstration"  # noqa: S105 - of invented people on invented data, printed
LEAD = Person(account="ig-lead", name="Priya Example", roles=frozenset({Role.IG_LEAD}))
PEOPLE = (
    LEAD,
    Person(
        account="police-nominated",
        name="Sam Sample",
        partner=POLICE,
        office=OFFICES[POLICE],
        roles=frozenset({Role.NOMINATED_PERSON}),
    ),
    Person(
        account="council-nominated",
        name="Alex Model",
        partner=COUNCIL,
        office=OFFICES[COUNCIL],
        roles=frozenset({Role.NOMINATED_PERSON}),
    ),
    Person(
        account="fire-auditor",
        name="Robin Instance",
        partner=FIRE,
        roles=frozenset({Role.PARTNER_AUDITOR}),
    ),
    Person(account="administrator", name="Kim Pattern", roles=frozenset({Role.ADMINISTRATOR})),
    Person(
        account="analyst",
        name="Jo Specimen",
        partner=COUNTY,
        roles=frozenset({Role.ANALYST}),
    ),
)


def let_people_in(house: House) -> None:
    """Give each of them an account, all with the one password that the demonstration prints."""
    secret = hashed(PASSWORD)
    for person in PEOPLE:
        job = put_account(person, house.act(ACTOR), house.clock.now(), secret=secret)
        house.writer.run(job)
