"""A quarter of synthetic history: fourteen weeks of pushes and pulls, then what each capability has to tell.

A capability's story is a module ``story_<capability>`` beside this one with ``tell(house)``: it makes, by the
real functions, what its pages are to show, and returns path with parts → path filled.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random  # noqa: TID251 - seeded: the same seed invents the same rows

import gateway.demo
from adapters import synthetic_housing, synthetic_nsir, synthetic_street
from adapters.synthetic_nsir import Canary
from gateway.assembly import House
from gateway.audit.checkpoints import Publisher
from gateway.clock import HistoryClock
from gateway.demo import story_analysis
from gateway.demo.people import let_people_in
from gateway.demo.stage import (
    AGREEMENT,
    COUNCIL,
    COUNTY,
    FIRE,
    FIRE_17A,
    HOUSING,
    NSIR,
    POLICE,
    STREET,
)
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from gateway.law.register import PutSubscription
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Filter, Subscription

WEEKS = 14
BEGINS = timedelta(days=7 * WEEKS - 6)
"""How long before today the history begins: its last pull was yesterday, or this morning."""
COUNCIL_CASES = "council-case-files"
"""The council's second request under the agreement: pulled, week by week."""
COUNTY_17A = "county-17a"
"""The county council's, fetched once and never acknowledged: a notice to it stays open."""
_OF_WEEK = 24
"""Rows of the police a week; the two others send a third of it each."""
_LIMIT, _LARGEST = 500, 10_000

Tell = Callable[[House], dict[str, str]]


def stories() -> dict[str, Tell]:
    """Return what each capability has to tell, by its name, in the alphabet's order."""
    found = sorted(
        one.name
        for one in pkgutil.iter_modules(gateway.demo.__path__)
        if one.name.startswith("story_")
    )
    return {
        name: importlib.import_module(f"gateway.demo.{name}").tell  # a story adds itself
        for name in found
    }


def write_history(house: House, clock: HistoryClock, canary: Canary | None = None) -> None:
    """Fill the weeks, the stage being set at the clock's instant; the clock ends at the last of them.

    Args:
        house: With the stage set.
        clock: The house's own.
        canary: Marks every personal cell, for tests that search for it.
    """
    began = clock.now()
    asked = Subscription(
        id=COUNCIL_CASES,
        partner=COUNCIL,
        power=Power.SECTION_115,
        purpose=Purpose.PREVENTING_CRIME_AND_DISORDER,
        lane=Lane.PERSONAL,
        filter=Filter(sources=(NSIR,)),
        agreement=AGREEMENT,
    )
    owed = Subscription(
        id=COUNTY_17A,
        partner=COUNTY,
        power=Power.SECTION_17A,
        purpose=Purpose.SECTION_17A_DUTY,
        lane=Lane.DEPERSONALISED,
        filter=Filter(sources=(NSIR,)),
    )
    for one in (asked, owed):
        house.writer.run(PutSubscription(one, house.act("gateway-demo")))
    house.book.refresh()
    story_analysis.begin(house, began)
    drawn = Random(17)  # noqa: S311 - nothing secret
    cursors: dict[str, str | None] = {FIRE_17A: None, COUNCIL_CASES: None}
    reached = began
    for week in range(WEEKS):
        clock.at = began + timedelta(days=7 * week, hours=7)
        story_analysis.go_on(house, reached, clock.at)
        reached = clock.at
        _push_week(house, clock.at, drawn, canary)
        clock.at += timedelta(hours=2)
        for subscription, partner in ((FIRE_17A, FIRE), (COUNCIL_CASES, COUNCIL)):
            pulled = house.door.pull(
                subscription, partner, f"{partner}-system", cursors[subscription], _LIMIT
            )
            cursors[subscription] = pulled.page.cursor
        _publish(house)
    house.door.pull(COUNTY_17A, COUNTY, f"{COUNTY}-system", None, _LIMIT)
    let_people_in(house)


def tell_stories(house: House) -> dict[str, str]:
    """Let each capability tell; return every path with parts and what it is filled with."""
    filled: dict[str, str] = {}
    for tell in stories().values():
        filled |= tell(house)
        _publish(house)
    return filled


def _push_week(house: House, at: datetime, drawn: Random, canary: Canary | None) -> None:
    first, third = at - timedelta(days=6), _OF_WEEK // 3
    sent = (
        (NSIR, POLICE, synthetic_nsir.csv_bytes, synthetic_nsir.rows, _OF_WEEK),
        (HOUSING, COUNCIL, synthetic_housing.csv_bytes, synthetic_housing.rows, third),
        (STREET, COUNCIL, synthetic_street.csv_bytes, synthetic_street.rows, third),
    )
    for feed, partner, written, rows, count in sent:
        body = written(list(rows(count, drawn, canary, first)))
        desk = house.desk(feed, house.book.current())
        request = PushRequest(
            receipt_id=house.new_id(),
            client_id=f"{partner}-system",
            partner=partner,
            fingerprint=sha256(body).digest(),
            key_hmac=None,
            unit=None,
            at=at,
        )
        push(body, "text/csv", desk, request, house.writer, _LARGEST).result()


def _publish(house: House) -> None:
    publisher = Publisher(house.reader, house.writer, house.keys, house.home / "checkpoints")
    publisher.publish(int(house.clock.now().timestamp()))
