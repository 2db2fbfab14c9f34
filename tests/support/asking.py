"""A house in which the council asks the police about somebody. All rows, names and numbers are invented."""

from __future__ import annotations

from typing import Any

from gateway.access.people import Person, Role
from gateway.assembly import House
from gateway.audit.request_rules import RequestRules
from gateway.audit.request_state import Decider
from gateway.audit.requests import Requests
from schemas.requests import Answer, Asking
from tests.support.agreed import COUNCIL, POSTS, agree, page_of, personal_row, prepare, terms
from tests.support.house import SENDER, send

LEAD = Person(account="ig-lead", name="Priya Example", roles=frozenset({Role.IG_LEAD}))
POLICE = Person(
    account="police-nominated",
    name="Sam Sample",
    partner=SENDER,
    office=POSTS[SENDER],
    roles=frozenset({Role.NOMINATED_PERSON}),
)
NOMINATED, DEPUTY = Decider("police-nominated", POSTS[SENDER]), Decider("police-deputy", "Deputy")
FIELDS = ("people.name", "address_text", "occurred_from", "description", "source_reference")


def ready_to_ask(house: House, rows: int = 3) -> Requests:
    """Protocol, nominated persons, an agreement by which the police's sealed fields are kept, and rows."""
    prepare(house)
    agree(house, terms(fields=(*FIELDS, "postcode", "people.telephone")))
    send(house, [personal_row(f"p{n}") for n in range(rows)])
    return desk(house)


def desk(house: House, rules: RequestRules | None = None) -> Requests:
    """What takes steps, with times as they come."""
    return Requests(
        house.reader,
        house.writer,
        house.book,
        house.keys,
        house.clock,
        house.random,
        rules or RequestRules(),
    )


def asking(**more: Any) -> Asking:
    """The council asks the police about a person."""
    said: dict[str, Any] = {
        "holder": SENDER,
        "subject": {"kind": "person", "name": "A. Example"},
        "purpose": "preventing_crime_and_disorder",
        "provision": "s17",
        "necessity": "necessary",
        "why": "Two officers visit on Monday and must know who called.",
        "reference": "CBC-2026-17",
        **more,
    }
    return Asking.model_validate(said)


def answer(**more: Any) -> Answer:
    """All that the law lets go of the first record."""
    said: dict[str, Any] = {
        "outcome": "released",
        "words": "Needed for a visit; the caller agreed.",
        "positions": (1,),
        "roles": ("caller",),
        "crossing": "Civil action, authorised by s.115.",
        **more,
    }
    return Answer.model_validate(said)


def asked(house: House, requests: Requests, **more: Any) -> str:
    """Ask as the council's system."""
    return requests.ask(COUNCIL, "council-system", asking(**more))


def collected(house: House, name: str, after: str | None = None) -> dict[str, Any]:
    """Collect as the council's system, written out as the edge does."""
    return page_of(house.door.pull(name, COUNCIL, "council-system", after, 100))


def fill(house: House) -> None:
    """One request that was refused, in a house that has rows and an agreement already."""
    requests = desk(house)
    name = asked(house, requests)
    requests.answer(
        name,
        SENDER,
        NOMINATED,
        answer(outcome="nothing", refusal="nothing_held", positions=(), roles=()),
    )
