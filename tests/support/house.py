"""A small filled house: pushes with revisions, duplicates and retractions, pulls, acknowledgements.

All rows are invented. The clock stands still unless it is moved.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.access.clients import Client, Method, Scope
from gateway.assembly import House, open_house
from gateway.audit.checkpoints import Publisher
from gateway.clock import FixedClock
from gateway.intake.correct import Request, correct
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest, fingerprint, idempotency_hmac
from gateway.law.holds import ROLLED_BACK, Hold, Lifting, Placing
from gateway.law.register import PutSubscription, put_client, put_partner, put_protocol
from gateway.log.correcting import Corrected
from gateway.log.entries import PushAnswer
from gateway.release.pull import Pulled
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.powers import Power, Purpose
from schemas.released import REASONS, NoticeKind
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.law import protocol
from tests.support.stores import database_for

NOW = datetime(2026, 11, 23, 9, 30, 15, 250_000, tzinfo=UTC)
FEED, SENDER, SYSTEM = "police-nsir", "leicestershire-police", "police-system"
FIRE, FIRE_SUBSCRIPTION = "llr-fire", "fire-17a"
CLOSINGS = ("204", "213", "506", "202")


def new_house(home: Path) -> House:
    """An empty house with Charnwood's register and a clock that stands."""
    return open_house(home, database=database_for(home), clock=FixedClock(NOW), create=True)


def row(reference: str, closing: str = "204", **more: str) -> dict[str, str]:
    """One police row as the command-and-control system sends it."""
    return {
        "URN": reference,
        "CREATED": "31/10/2026 21:47",
        "INCIDENT_DATE": "31/10/2026 21:40",
        "OPENING_CODE": "214",
        "CLOSING_CODE_1": closing,
        "EASTING": "453412",
        "NORTHING": "319655",
        **more,
    }


def rows(count: int, begin: int = 0) -> list[dict[str, str]]:
    """Rows with references of their own and codes in turn."""
    return [row(f"s{n}", CLOSINGS[n % len(CLOSINGS)]) for n in range(begin, begin + count)]


def request_of(house: House, body: bytes = b"", key: str | None = None) -> PushRequest:
    """Who pushes, when."""
    return PushRequest(
        receipt_id=house.new_id(),
        client_id=SYSTEM,
        partner=SENDER,
        fingerprint=fingerprint(house.keys, FEED, "application/json", body),
        key_hmac=None if key is None else idempotency_hmac(house.keys, SYSTEM, key),
        unit=None,
        at=house.clock.now(),
    )


def send(house: House, sent: list[dict[str, str]], key: str | None = None) -> PushAnswer:
    """Push rows and wait for the commit."""
    return sending(house, sent, key).result()


def sending(house: House, sent: list[dict[str, str]], key: str | None = None) -> Future[PushAnswer]:
    """Push rows."""
    body = json.dumps(sent).encode()
    desk = house.desk(FEED, house.book.current())
    request = request_of(house, body, key)
    return push(body, "application/json", desk, request, house.writer, 10_000)


def take_back(house: House, references: Iterable[str]) -> int:
    """Retract by reference; return how many were taken back."""
    return change(house, NoticeKind.RETRACTED, references).done


def change(house: House, kind: NoticeKind, named: Iterable[str] | Iterable[int]) -> Corrected:
    """Retract, restrict, lift or erase by reference, or by an incident's id, and wait for the commit."""
    return changing(house, kind, named).result()


def changing(
    house: House, kind: NoticeKind, named: Iterable[str] | Iterable[int]
) -> Future[Corrected]:
    """Retract, restrict, lift or erase by reference, or by an incident's id."""
    desk = house.desk(FEED, house.book.current())
    request = Request(house.new_id(), SYSTEM, SENDER, house.clock.now())
    reason = REASONS[kind]("other")
    listed = list(named)
    return correct(kind, listed, reason, desk, request, house.writer, house.erasures)


def subscribe(
    house: House, name: str = FIRE_SUBSCRIPTION, partner: str = FIRE, **more: Any
) -> None:
    """Store a request under section 17A."""
    asked: dict[str, Any] = {
        "power": Power.SECTION_17A,
        "purpose": Purpose.SECTION_17A_DUTY,
        "lane": Lane.DEPERSONALISED,
    }
    asked.update(more)
    subscription = Subscription(id=name, partner=partner, **asked)
    house.writer.run(PutSubscription(subscription, house.act("operator")))


def pull(
    house: House, after: str | None = None, limit: int = 100, name: str = FIRE_SUBSCRIPTION
) -> Pulled:
    """Pull as the fire authority's system."""
    return house.door.pull(name, FIRE, "fire-system", after, limit)


def publisher(house: House) -> Publisher:
    """What signs checkpoints."""
    return Publisher(house.reader, house.writer, house.keys, house.home / "checkpoints")


def publish(house: House) -> str:
    """Sign the ledger as it stands; return the note."""
    made = publisher(house).publish(int(house.clock.now().timestamp()))
    assert made is not None
    return made[1]


def later(house: House, seconds: int = 60) -> None:
    """Move the clock."""
    assert isinstance(house.clock, FixedClock)
    house.clock.at += timedelta(seconds=seconds)


def fill(house: House) -> list[str]:
    """Fill a house with a little of everything; return the checkpoints, oldest first."""
    subscribe(house)
    subscribe(house, "fire-asb", filter={"kinds": ("asb_incident",)})
    send(house, rows(8), key="first")
    broken = row("bad", INCIDENT_DATE="31/99/2026 21:40")
    send(house, [*rows(4), row("s2", "213"), row("s3", "204"), broken])
    first = pull(house, limit=4)
    notes = [publish(house)]
    later(house)
    take_back(house, ["s0", "s5", "unknown"])
    send(house, [*rows(6, begin=8), row("s1", "506"), row("s9", "204")], key="second")
    second = pull(house, first.page.cursor)
    later(house)
    house.door.acknowledge(FIRE_SUBSCRIPTION, FIRE, "fire-system", second.page.cursor)
    notes.append(publish(house))
    pull(house, name="fire-asb")
    uni = Partner(id="uni", name="U", kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),))
    house.writer.run(put_partner(uni, house.act("operator")))
    house.writer.run(put_protocol(protocol(parties=(SENDER, FIRE)), house.act("operator")))
    house.writer.run(put_client(_system(), house.act("operator")))
    later(house)
    change(house, NoticeKind.RESTRICTED, ["s1", "s3", "s7"])
    change(house, NoticeKind.ERASED, ["s3", "s5"])
    send(house, [row("s6", "213"), *rows(2, begin=14)])
    change(house, NoticeKind.LIFTED, ["s7"])
    pull(house, second.page.cursor)
    pull(house)
    notes.append(publish(house))
    return notes


def hold(house: House, known_size: int) -> Hold:
    """Hold everything back, as after a restore: so long a ledger was known."""
    size = house.reader.head().ledger_size
    placed = Hold(
        name=f"rolled-back-{known_size}",
        reason=ROLLED_BACK,
        ledger_size=size,
        known_size=known_size,
    )
    house.writer.run(Placing(placed, house.act("operator"), int(house.clock.now().timestamp())))
    return placed


def lift(house: House, placed: Hold) -> None:
    """Let it go."""
    assert house.writer.run(Lifting(placed.name, "partners-were-asked", house.act("operator")))


def _system() -> Client:
    return Client(
        client_id="fire-system",
        partner=FIRE,
        scopes=frozenset({Scope.RECORDS_READ}),
        method=Method.CLIENT_SECRET_BASIC,
        secret_sha256="ab" * 32,
    )
