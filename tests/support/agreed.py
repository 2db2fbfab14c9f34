"""A house in which the council receives police records under section 115. All rows are invented."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic_core import from_json

from gateway.assembly import House
from gateway.clock import london_day
from gateway.keys.derive import sealed_half_key
from gateway.keys.sealing import decrypt, position_bytes, unwrap
from gateway.law import agreements as acts
from gateway.law.register import put_feed, put_partner, put_protocol
from gateway.release.pull import Pulled
from gateway.release.sent import PageForm, written
from gateway.store.opening import sealed_at
from schemas.agreements import Agreement
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from tests.support.house import FEED, FIRE, SENDER, row, subscribe
from tests.support.law import protocol

COUNCIL, ASKED, DUTY = "charnwood-bc", "council-115", "council-17a"
POSTS = {
    SENDER: "Head of Information",
    COUNCIL: "Community Safety Manager",
    FIRE: "Head of Prevention",
}
DEPUTY = "Deputy"
CALLER, CONTACT, PLACE = "A. Example", "07700 900123", "12 Example Road, Loughborough LE11 9ZZ"
NARRATIVE = "caller says the neighbours are noisy"


def personal_row(reference: str, closing: str = "204", **more: str) -> dict[str, str]:
    """A police row with a caller, an address and a narrative."""
    named = {
        "CALLER_NAME": CALLER,
        "CALLER_TEL": CONTACT,
        "LOCATION": PLACE,
        "POSTCODE": "LE11 9ZZ",
    }
    return row(reference, closing, **{**named, "RESULT_TEXT": NARRATIVE, **more})


def terms(**more: Any) -> Agreement:
    """Callers' names, addresses and exact times of anti-social behaviour; no telephone, no text."""
    fields: dict[str, Any] = {
        "id": "police-council",
        "title": "Noise and nuisance",
        "protocol": "charnwood",
        "holders": (SENDER,),
        "recipients": (COUNCIL,),
        "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER,
        "provision": "s17",
        "necessity": "Case officers visit complainants.",
        "dpia": "dpia-12",
        "fields": (
            "source_reference",
            "people.name",
            "address_text",
            "occurred_from",
            "description",
        ),
        "roles": ("caller",),
        "coverage": {"kinds": ("asb_incident",)},
        "crossing": "Civil action, authorised by s.115.",
        "retention_days": 365,
        "review_by": "2027-11-01",
        "records_from": "2026-01-01",
        **more,
    }
    return Agreement.model_validate(fields)


def prepare(house: House) -> None:
    """Put protocol, nominated persons and the council's subscription under section 17A in place.

    The police say of their narratives that they are fact, so that they may be kept (L24).
    """
    partners = house.book.refresh().register.partners
    for name, post in POSTS.items():
        named = partners[name].model_copy(update={"nominated_person": post, "deputies": (DEPUTY,)})
        house.writer.run(put_partner(named, house.act("operator")))
    _, told = house.book.refresh().register.feeds[FEED]
    said = told.model_copy(update={"settings": {**told.settings, "assertion": "fact"}})
    house.writer.run(put_feed(said, house.act("operator")))
    parties = protocol(parties=(SENDER, COUNCIL, FIRE))
    house.writer.run(put_protocol(parties, house.act("operator")))
    subscribe(house, DUTY, COUNCIL)


def agree(house: House, made: Agreement) -> None:
    """Add an agreement, and let every party sign it."""
    day = london_day(house.clock)
    house.writer.run(acts.PutAgreement(made, house.act("operator"), day))
    for party in made.parties:
        act = house.act("operator")
        house.writer.run(acts.sign(made.id, made.version, party, POSTS[party], act, day))


def asks(house: House, name: str = ASKED, **more: Any) -> None:
    """Store the council's request under section 115."""
    under = {"power": Power.SECTION_115, "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER}
    lane = {"lane": Lane.PERSONAL, "agreement": "police-council"}
    subscribe(house, name, **{"partner": COUNCIL, **under, **lane, **more})


def ready(house: House, **more: Any) -> None:
    """Everything: protocol, agreement, subscriptions."""
    prepare(house)
    agree(house, terms(**more))
    asks(house)


def suspend(house: House, party: str = SENDER, version: int = 1) -> None:
    """Stop the agreement, today."""
    day, act = london_day(house.clock), house.act("operator")
    house.writer.run(acts.suspend("police-council", version, party, "looked into", act, day))


def resume(house: House, party: str = SENDER, version: int = 1) -> None:
    """Lift that."""
    day, act = london_day(house.clock), house.act("operator")
    house.writer.run(acts.resume("police-council", version, party, act, day))


def lapse(house: House) -> None:
    """Let the protocol end today."""
    ended = protocol(parties=(SENDER, COUNCIL, FIRE), valid_to=london_day(house.clock))
    house.writer.run(put_protocol(ended, house.act("operator")))


def pulled(house: House, after: str | None = None, limit: int = 100, name: str = ASKED) -> Pulled:
    """Pull as the council's system."""
    return house.door.pull(name, COUNCIL, "council-system", after, limit)


def page_of(made: Pulled) -> dict[str, Any]:
    """Write a page out, as the edge does."""
    pieces = written(made.page, PageForm.JSON, made.look, made.broken)
    page: dict[str, Any] = from_json(b"".join(pieces))
    return page


def page(house: House, after: str | None = None, limit: int = 100, name: str = ASKED) -> Any:
    """Pull and write out."""
    return page_of(pulled(house, after, limit, name))


def next_day(house: House, days: int = 1) -> None:
    """Move the clock."""
    house.clock.at += timedelta(days=days)  # type: ignore[attr-defined] # tests stand still


def sealed_halves(house: House) -> list[dict[str, Any]]:
    """Open every sealed half of a house, in the order of the log."""
    with house.reader.connection() as connection:
        size = house.reader.head().log_size
        held = sealed_at(connection, range(1, size + 1))
    opened = []
    for position, half in sorted(held.items()):
        key = sealed_half_key(unwrap(house.keys.wrapping, half.wrapped_secret, half.content_hmac))
        opened.append(from_json(decrypt(key, half.ciphertext, position_bytes(position))))
    return opened
