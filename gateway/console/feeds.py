"""Feeds: heard when, placed how far, what waits in quarantine by field and rule, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable

from fastapi import Response

from adapters.faults import RULES
from gateway.audit.feeds import ROWS, WEEK, FeedStanding, feed_standings
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ADMINISTRATOR, AUDITOR, LEAD, NOMINATED, link
from gateway.console.needs import Need, needing
from gateway.errors import NotFound

PATH = "/console/feeds"
ONE = PATH + "/{feed}"
STATUSES = {
    "mapped": "placed by its codes",
    "ambiguous": "several behaviours fit its codes",
    "unclassified": "its code is in no list",
    "withheld": "withheld by the code list",
}
PARTS = {
    "recorded": "recorded for the first time",
    "revised": "recorded as a revision",
    "duplicate": "known already, unchanged",
    "out_of_scope": "no incident that is taken: counted, not kept",
    "excluded": "excluded for a reason of its own: counted, not kept",
    "quarantined": "set aside: a field broke a rule",
}
_REMEDIES = {
    "time": "Ask the sender to write times as the feed’s settings say, or change the settings.",
    "place": "Ask the sender for the coordinates in the order and grid that the settings name.",
    "header": "Compare the header with the columns in the feed’s settings; one was renamed or is missing.",
    "code": "Ask the sender for the code list, and add what is missing to the crosswalk.",
    "assertion": "Say in the feed’s settings, or in a column, whether its narratives are fact or opinion.",
    "marking": "Ask the sender how the row is marked; nothing above OFFICIAL-SENSITIVE is taken.",
    "reference": "Ask the sender for a reference of at most 64 characters in every row.",
    "person": "Ask the sender for the role of everybody who is named in a row.",
}
_OTHERWISE = "Ask the sender to correct the field and send the row again."


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Running", PATH, "Feeds", LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)(_listed)
    desk.get(ONE, LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)(_shown)
    needing(_wanting)


def _mine(visit: Visit) -> list[FeedStanding]:
    """Return the feeds that a visitor may see: every one, or those of the own organisation."""
    house, person = visit.house, visit.person
    if person.has(LEAD, ADMINISTRATOR):
        return feed_standings(house.reader, house.book, house.clock)
    if person.partner is None:
        return []
    return feed_standings(house.reader, house.book, house.clock, person.partner)


def _names(visit: Visit) -> dict[str, str]:
    partners = visit.house.book.current().register.partners
    return {key: partner.name for key, partner in partners.items()}


def _listed(visit: Visit) -> Response:
    return visit.page("feeds/list.html", found=_mine(visit), names=_names(visit))


def _shown(visit: Visit) -> Response:
    name = visit.part("feed")
    found = next((one for one in _mine(visit) if one.feed.name == name), None)
    if found is None:
        raise NotFound
    return visit.page(
        "feeds/one.html",
        one=found,
        names=_names(visit),
        statuses=STATUSES,
        parts=PARTS,
        rules=RULES,
        remedy=remedy_of,
        most=ROWS,
    )


def remedy_of(rule: str) -> str:
    """Return what to do about rows that broke a rule."""
    return _REMEDIES.get(rule.partition(".")[0], _OTHERWISE)


def _wanting(visit: Visit) -> Iterable[Need]:
    """Say which feeds are silent, and whose quarantine grows."""
    if not visit.person.has(LEAD, ADMINISTRATOR, NOMINATED):
        return
    for one in _mine(visit):
        path = f"{PATH}/{one.feed.name}"
        if one.silent_since is not None:
            yield Need(
                due=one.silent_since,
                says=f"The feed «{one.feed.title}» has gone silent: it was heard much more often before.",
                button="See the feed",
                path=path,
            )
        if one.grows:
            yield Need(
                due=visit.house.clock.now() + WEEK,
                says=(
                    f"More rows of «{one.feed.title}» cannot be right: {one.this_week} in a week, "
                    f"{one.week_before} in the week before."
                ),
                button="See which fields",
                path=path,
            )
