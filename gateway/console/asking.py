"""Explain: why a stored record, or one that is described, may or may not go to somebody."""

from __future__ import annotations

import json
from datetime import date

from fastapi import Response

from gateway.audit.explained import explain_record, told_to
from gateway.audit.journey import STAYS
from gateway.audit.latest import subscriptions_of
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import LEAD, NOMINATED, link
from gateway.console.typed import day_of
from gateway.errors import NotFound
from gateway.intake.wire import NotJson, strict_json
from gateway.law.book import Edition
from policies.answered import answer
from policies.described import DescriptionRefused
from policies.description_form import EXAMPLES, DescriptionFaulty, description_of
from schemas.feeds import Feed

PATH = "/console/explain"
DESCRIBED = PATH + "/described"
LONGEST = 256 * 1024
"""Characters of a description."""
Faults = dict[str, str]


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", PATH, "Explain a decision", LEAD, NOMINATED)
    desk.get(PATH, LEAD, NOMINATED)(lambda visit: _form(visit, {}))
    desk.post(PATH, LEAD, NOMINATED)(_explained)
    desk.get(DESCRIBED, LEAD)(lambda visit: _describing(visit, ()))
    desk.post(DESCRIBED, LEAD)(_described)


def _own_feeds(visit: Visit, edition: Edition) -> dict[str, Feed]:
    """Return the feeds whose records a visitor may ask about: to others a record's existence is news."""
    return {
        name: feed
        for name, (_, feed) in edition.register.feeds.items()
        if visit.person.has(LEAD)
        or (visit.person.partner and visit.person.partner == (feed.sender or feed.controller))
    }


def _source(visit: Visit) -> str | None:
    """Return the source for which a visitor asks; None: the IG lead."""
    return None if visit.person.has(LEAD) else visit.person.partner


def _form(visit: Visit, faults: Faults) -> Response:
    edition = visit.house.book.current()
    return visit.page(
        "asking/explain.html",
        422 if faults else 200,
        feeds=[(name, feed.title) for name, feed in _own_feeds(visit, edition).items()],
        subscriptions=[
            name
            for name, one in sorted(subscriptions_of(visit.house.reader, None).items())
            if told_to(_source(visit), one)
        ],
        form=visit.form,
        faults=list(faults.items()),
        by_field=faults,
        may_describe=visit.person.has(LEAD),
    )


def _day(visit: Visit, faults: Faults) -> date:
    today = london_day(visit.house.clock)
    try:
        return day_of(visit.form, "day") or today
    except ValueError:
        faults["day"] = "It is no day: write it as 23 11 2026."
        return today


def _explained(visit: Visit) -> Response:
    house, form = visit.house, visit.form
    edition = house.book.refresh()
    faults: Faults = {}
    day = _day(visit, faults)
    feed, reference = form.get("feed", ""), form.get("reference", "")
    if feed not in _own_feeds(visit, edition):
        faults["feed"] = "Choose the feed that the record came by."
    if not reference:
        faults["reference"] = "Give the record’s reference at its source."
    if not form.get("subscription"):
        faults["subscription"] = "Choose whose request it is judged for."
    if faults:
        return _form(visit, faults)
    desk = house.desk(feed, edition)
    try:
        found = explain_record(
            house.reader, edition, desk, reference, form["subscription"], day, _source(visit)
        )
    except NotFound:
        faults["reference"] = "No record of this feed has this reference."
        return _form(visit, faults)
    # answered in place: a reference may stand in no address
    return visit.page(
        "asking/explained.html", found=found, told=found.document(), stays=STAYS.get(found.state)
    )


def _describing(visit: Visit, faults: tuple[tuple[str, str], ...]) -> Response:
    typed = visit.form.get("description")
    return visit.page(
        "asking/described.html",
        422 if faults else 200,
        typed=json.dumps(EXAMPLES[0], indent=2) if typed is None else typed,
        faults=faults,
        answered=None,
    )


def _described(visit: Visit) -> Response:
    house, typed = visit.house, visit.form.get("description", "")
    edition = house.book.refresh()
    feeds = {name: feed for name, (_, feed) in edition.register.feeds.items()}
    try:
        if len(typed) > LONGEST:
            return _describing(visit, (("description", "It is longer than 256 Ki characters."),))
        described = description_of(strict_json(typed.encode()))
        found = answer(edition.law, described, london_day(house.clock), feeds)
    except NotJson as fault:
        return _describing(visit, (("description", fault.says),))
    except DescriptionFaulty as faulty:
        listed = (f"{one.pointer or 'The whole'}: {one.says}" for one in faulty.faults)
        return _describing(visit, tuple(("description", says) for says in listed))
    except DescriptionRefused as refusal:
        says = f"{refusal.pointer or 'The whole'}: {refusal.says}"
        return _describing(visit, (("description", says),))
    return visit.page("asking/described.html", typed=typed, faults=(), answered=found)
