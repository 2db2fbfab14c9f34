"""The receiving scenes: who gets what under which power, and one record followed to all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

from adapters.source import Mapped
from gateway.client.answers import Unexpected
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.compared import compared, sealed_columns
from gateway.demo.inbox import Inbox
from gateway.demo.rows import SyntheticRow
from gateway.demo.stage import (
    FIRE,
    FIRE_17A,
    NSIR,
    OPEN_DATA,
    PCC,
    POLICE,
    UNIVERSITY,
    UNIVERSITY_RECORDS,
)
from gateway.demo.summary import account_of
from schemas.powers import Power
from schemas.sensitivity import Lane

_TRIES = 60
"""Records asked about at most, until one is found that shows every kind of treatment."""

_SHOWS = ("CALLER_TEL", "LOCATION", "QUALIFIERS", "RESULT_TEXT", "INCIDENT_DATE")


def receiving(cast: Cast) -> Iterator[scenes.Scene]:
    """Let each recipient ask for what it may have."""
    yield _pulled(cast, FIRE, FIRE_17A)
    if cast.street is not None:
        yield _pulled(cast, PCC, OPEN_DATA)
    yield _refused(cast)


def followed(cast: Cast, row: SyntheticRow, record: dict[str, Any]) -> Iterator[scenes.Scene]:
    """Set one record beside what became of it, and say why."""
    edition = cast.house.book.current()
    table = edition.law.treatments[Lane.DEPERSONALISED]
    yield scenes.Compared(compared(row, record, table, _sealed(cast, row)), record["id"])
    for subscription in (FIRE_17A, UNIVERSITY_RECORDS):
        told = cast.systems[POLICE].explain(NSIR, row["URN"], subscription).wanted().document
        yield scenes.Explained(
            subscription, told["decision"], told["basis"], told["met"], told["unmet"]
        )


def exemplary(cast: Cast) -> tuple[SyntheticRow, dict[str, Any]]:
    """Find a police row that was closed with a behaviour and went out as a map point, and what it became.

    Raises:
        LookupError: None of the rows reached the fire authority.
    """
    held = cast.inboxes[FIRE_17A].holdings.records
    rows = cast.rows.police
    full = [row for row in rows if all(row.get(name) for name in _SHOWS)]
    full.sort(key=lambda row: row["CLOSING_CODE_1"] == row["OPENING_CODE"])
    best: tuple[SyntheticRow, dict[str, Any]] | None = None
    for row in [*full[:_TRIES], *rows[:_TRIES]]:
        answer = cast.systems[POLICE].explain(NSIR, row["URN"], FIRE_17A)
        document = {} if answer.is_error else answer.document
        for given in document.get("given", []):
            record = held.get(given["released_id"])
            if record is None or document["state"] != "live":
                continue
            best = best or (row, record)
            if record["place"]["level"] == "map_point" and "typology_behaviour" in record:
                return row, record
    if best is None:
        message = "no row of the police system reached the fire authority"
        raise LookupError(message)
    return best


def _sealed(cast: Cast, row: SyntheticRow) -> frozenset[str]:
    """Return which columns of a row are kept sealed for the agreement."""
    desk = cast.house.desk(NSIR, cast.house.book.current())
    outcome = desk.mapper.map(dict(row))
    if not isinstance(outcome, Mapped):
        return frozenset()
    kept = desk.keeping.of(outcome.incident, cast.house.keys.natural_key)
    return sealed_columns(outcome.incident, kept)


def _pulled(cast: Cast, partner: str, subscription: str) -> scenes.Pulled:
    inbox = cast.inboxes[subscription] = Inbox(cast.systems[partner], subscription)
    began = time.monotonic()
    inbox.pull_all()
    took = time.monotonic() - began
    account = account_of(cast.house.reader, subscription)
    places = dict(Counter(record["place"]["level"] for record in inbox.holdings).most_common())
    sources = dict(Counter(record["source"] for record in inbox.holdings).most_common())
    power = Power.NON_PERSONAL if subscription == OPEN_DATA else Power.SECTION_17A
    says = {one.id: one.says for one in cast.house.book.current().law.bundle.conditions(power)}
    unmet = {says.get(reason, reason): count for reason, count in account.reasons.items()}
    return scenes.Pulled(
        subscription, account, unmet, inbox.pages, len(inbox.holdings), places, sources, took
    )


def _refused(cast: Cast) -> scenes.Refused:
    inbox = Inbox(cast.systems[UNIVERSITY], UNIVERSITY_RECORDS)
    cast.inboxes[UNIVERSITY_RECORDS] = inbox
    status, conditions = 200, []
    try:
        inbox.pull_all()
    except Unexpected as refusal:
        status, conditions = refusal.status, refusal.conditions
    account = account_of(cast.house.reader, UNIVERSITY_RECORDS)
    return scenes.Refused(UNIVERSITY_RECORDS, status, conditions, account)
