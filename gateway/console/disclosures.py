"""Disclosures: what left, to whom, under which power; and one of them with its fields and its proof.

Metadata only. The IG lead sees every one; a nominated person and an auditor their own organisation's.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from fastapi import Response
from pydantic_core import from_json

from gateway.access.people import Role
from gateway.audit.disclosed_shown import shown
from gateway.audit.latest import subscriptions_of
from gateway.audit.proofs import proof_of
from gateway.clock import LONDON
from gateway.console.desk import Desk, Visit
from gateway.console.handing import handed
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.errors import NotFound
from gateway.store.answering import listed_releases
from schemas.powers import Power

PATH = "/console/disclosures"
_MOST = 50
_LONGEST = 1_000_000
"""The ledger takes no code with seven digits in a row."""
_BEGINNING, _END = date(2000, 1, 1), date(2100, 1, 1)
ROLES = (LEAD, NOMINATED, AUDITOR)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Evidence", PATH, "Disclosures", *ROLES)
    desk.get(PATH, *ROLES)(_list)
    desk.get(PATH + "/{subscription}/{release}", *ROLES)(_one)
    desk.post(PATH + "/{subscription}/{release}/proof", *ROLES)(_proof)


def seen_by(visit: Visit) -> str | None:
    """Return the partner whose exchanges a visitor sees; None: everybody's."""
    return None if visit.person.has(Role.IG_LEAD) else visit.person.partner or "nobody"


def _list(visit: Visit) -> Response:
    house, partner = visit.house, seen_by(visit)
    register = house.book.current().register
    asked = subscriptions_of(house.reader, partner)
    recipient, power, feed = visit.asked("recipient"), visit.asked("power"), visit.asked("feed")
    chosen = {
        key: one
        for key, one in asked.items()
        if recipient in {"", one.partner} and power in {"", one.power.value}
    }
    first, faults = _day(visit.asked("from"), _BEGINNING, "from")
    last, more = _day(visit.asked("to"), _END, "to")
    faults |= more
    before = visit.asked("before")
    feeds = [register.feeds[feed][0]] if feed in register.feeds else []
    with house.reader.connection() as connection:
        rows = listed_releases(
            connection,
            chosen,
            _seconds(first),
            _seconds(last + timedelta(days=1)),
            int(before) if before.isdecimal() and len(before) < 16 else None,  # noqa: PLR2004 - fits any index
            _MOST + 1,
            feeds,
        )
    listed = [_told(row, asked) for row in rows[:_MOST]]
    kept = {
        "recipient": recipient,
        "power": power,
        "feed": feed,
        "from": visit.asked("from"),
        "to": visit.asked("to"),
    }
    query = {key: value for key, value in kept.items() if value}
    older = ""
    if len(rows) > _MOST:
        older = f"{PATH}?{urlencode({**query, 'before': listed[-1]['leaf']})}"
    newer = f"{PATH}?{urlencode(query)}" if before else ""
    partners = {one.partner for one in asked.values()}
    return visit.page(
        "disclosures/list.html",
        422 if faults else 200,
        listed=listed,
        asked=kept,
        faults=faults,
        recipients=sorted((register.partners[key].name, key) for key in partners),
        names={key: one.name for key, one in register.partners.items()},
        powers=sorted({one.power.value for one in asked.values()}),
        power_says={one.value: one.value.replace("_", " ") for one in Power},
        feeds=sorted(register.feeds),
        older=older,
        newer=newer,
    )


def _told(row: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    one, counts = asked[row["subscription"]], from_json(row["counts"])
    return {
        "at": datetime.fromtimestamp(row["at"], LONDON),
        "subscription": row["subscription"],
        "number": row["number"],
        "recipient": one.partner,
        "power": one.power.value,
        "lane": one.lane.value,
        "records": counts["released"],
        "notices": counts["notices"],
        "state": row["state"],
        "leaf": row["leaf"],
    }


def _day(stated: str, otherwise: date, field: str) -> tuple[date, dict[str, str]]:
    if not stated:
        return otherwise, {}
    try:
        found = date.fromisoformat(stated)
    except ValueError:
        return otherwise, {field: "Give a day, such as 26 November 2026."}
    return min(max(found, _BEGINNING), _END), {}


def _seconds(day: date) -> int:
    return int(datetime.combine(day, time(), LONDON).timestamp())


def _number(visit: Visit) -> int:
    number = visit.part("release")
    if not number.isdecimal() or len(number) > 15:  # noqa: PLR2004 - fits the column
        raise NotFound
    return int(number)


def _one(visit: Visit) -> Response:
    house, partner = visit.house, seen_by(visit)
    edition = house.book.current()
    told = shown(house.reader, edition, visit.part("subscription"), _number(visit), partner)
    newest = house.reader.newest_checkpoint()
    return visit.page(
        "disclosures/one.html",
        told=told,
        # what was withheld is for the operator and the source: to others its existence is a disclosure
        whole=partner is None,
        names={key: one.name for key, one in edition.register.partners.items()},
        proven=newest is not None and newest[0] > told.leaf,
    )


def _proof(visit: Visit) -> Response:
    """Hand over the proof of the release's entry; that it was handed over is a leaf before."""
    house, partner = visit.house, seen_by(visit)
    edition = house.book.current()
    told = shown(house.reader, edition, visit.part("subscription"), _number(visit), partner)
    text = proof_of(house.reader, house.keys, told.leaf, with_leaf=partner is None)
    if text is None:
        raise NotFound
    about = f"entry-{told.leaf}" if told.leaf < _LONGEST else "entry"
    name = f"proof-{told.subscription.id}-{told.number}.json"
    return handed(visit, text, name, "proof", about, "application/json")
