"""The receiving scenes: who gets what under which power, and one record followed to all of them."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from adapters.source import Mapped
from gateway.analysis.editions import publish
from gateway.analysis.entitled import Desk
from gateway.client.answers import Unexpected
from gateway.client.holdings import Holdings
from gateway.demo import scenes
from gateway.demo.cast import Cast
from gateway.demo.compared import compared, sealed_columns
from gateway.demo.inbox import Inbox
from gateway.demo.rows import SyntheticRow
from gateway.demo.stage import (
    ACTOR,
    COUNCIL_115,
    COUNTY,
    COUNTY_COUNTS,
    FIRE,
    FIRE_17A,
    NSIR,
    OPEN_DATA,
    PCC,
    POLICE,
    UNIVERSITY,
    UNIVERSITY_RECORDS,
)
from gateway.demo.summary import Account, account_of
from schemas.powers import Power
from schemas.sensitivity import Lane

_TRIES = 60
"""Records asked about at most, until one is found that shows every kind of treatment."""

_NUISANCE = frozenset({"211", "213"})
"""Closing codes of noise and of nuisance, which the agreement covers."""

_SHOWS = ("CALLER_TEL", "LOCATION", "QUALIFIERS", "RESULT_TEXT", "INCIDENT_DATE")


def receiving(cast: Cast) -> Iterator[scenes.Scene]:
    """Let each recipient ask for what it may have."""
    yield _pulled(cast, FIRE, FIRE_17A)
    if cast.street is not None:
        yield _pulled(cast, PCC, OPEN_DATA)
    yield _counted(cast)
    yield _refused(cast)


def followed(cast: Cast, found: Exemplary) -> Iterator[scenes.Scene]:
    """Set one record beside what became of it, and say why."""
    edition = cast.house.book.current()
    table = edition.law.treatments[Lane.DEPERSONALISED]
    lines = compared(found.row, found.fire, found.council, table, _sealed(cast, found.row))
    yield scenes.Compared(lines, held_by_council=found.council is not None)
    council = () if found.council is None else (COUNCIL_115,)
    for number, subscription in enumerate((*council, FIRE_17A, UNIVERSITY_RECORDS)):
        answer = cast.systems[POLICE].explain(NSIR, found.row["URN"], subscription)
        told = answer.wanted().document
        yield scenes.Explained(
            subscription, number == 0, told["decision"], told["basis"], told["met"], told["unmet"]
        )


@dataclass(frozen=True, slots=True)
class Exemplary:
    """A police row, and what the fire authority and the council hold of it."""

    row: SyntheticRow
    fire: dict[str, Any]
    council: dict[str, Any] | None

    @property
    def shows_all(self) -> bool:
        """Whether it shows every kind of treatment in both lanes."""
        fire = self.fire
        exact = fire["place"]["level"] == "map_point" and "typology_behaviour" in fire
        return exact and self.council is not None and bool(self.council["agreed"].get("people"))


def exemplary(cast: Cast, but: Collection[str] = ()) -> Exemplary:
    """Find a police row that was closed with a behaviour and went out as a map point, and what it became.

    Args:
        cast: Who plays.
        but: References of rows that will not do.

    Raises:
        LookupError: None of the rows reached the fire authority.
    """
    rows = [row for row in cast.rows.police if row["URN"] not in but]
    full = [row for row in rows if all(row.get(name) for name in _SHOWS)]
    full.sort(key=lambda row: row["CLOSING_CODE_1"] not in _NUISANCE)
    best: Exemplary | None = None
    for row in [*full[:_TRIES], *rows[:_TRIES]]:
        fire = _held(cast, row, FIRE_17A, cast.inboxes[FIRE_17A].holdings)
        if fire is None:
            continue
        found = Exemplary(row, fire, _held(cast, row, COUNCIL_115, cast.subscriber.holdings))
        if found.shows_all:
            return found
        best = best or found
    if best is None:
        message = "no row of the police system reached the fire authority"
        raise LookupError(message)
    return best


def _held(
    cast: Cast, row: SyntheticRow, subscription: str, holdings: Holdings
) -> dict[str, Any] | None:
    """Return what a recipient holds of a live row, as its source may learn by asking why."""
    answer = cast.systems[POLICE].explain(NSIR, row["URN"], subscription)
    document = {} if answer.is_error or not row["URN"] else answer.document
    if document.get("state") != "live":
        return None
    ids = (given["released_id"] for given in document.get("given", []))
    return next((holdings.records[one] for one in ids if one in holdings.records), None)


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


def _counted(cast: Cast) -> scenes.Counted:
    """Publish the month that is over; let an analyst who may have no record ask, and one who may."""
    analyst, month, house = cast.systems[COUNTY], cast.month, cast.house
    desk = Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)
    publish(desk, month, ACTOR, 0, dry_run=False)

    def cells(by: str, place: str = "district") -> list[dict[str, Any]]:
        told = analyst.statistics(COUNTY_COUNTS, month, month, place=place, by=by)
        found: list[dict[str, Any]] = told["cells"]
        return found

    totals, split, fine = cells("none"), cells("behaviour"), cells("behaviour", "lsoa")
    told = cast.systems[FIRE].statistics(FIRE_17A, month, month, place="district", by="behaviour")
    all_cells = [*totals, *split, *fine]
    hidden = Counter(cell["rule"] for cell in all_cells if cell["count"] is None)
    return scenes.Counted(
        month=month,
        totals={cell["kind"]: cell["count"] for cell in totals if cell["place"]},
        behaviours=_behaviours(split),
        by_lsoa=dict(Counter(cell["rule"] for cell in fine).most_common()),
        own=_behaviours(told["cells"]),
        account=Account(
            considered=len(all_cells),
            released=len(all_cells) - hidden.total(),
            withheld=hidden.total(),
            held=0,
            superseded=0,
            reasons=dict(sorted(hidden.items())),
        ),
    )


def _behaviours(cells: Iterable[dict[str, Any]]) -> dict[str, int | None]:
    """Return the counts of anti-social behaviour that has a behaviour."""
    return {
        cell["behaviour"]: cell["count"]
        for cell in cells
        if cell["kind"] == "asb_incident" and cell["behaviour"] and cell["place"]
    }


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
