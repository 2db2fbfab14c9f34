"""Agreements: how each stands, its life and versions, and what parts two versions."""

from __future__ import annotations

from fastapi import Response

from gateway.audit.documents import sharing
from gateway.clock import london_day
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import AUDITOR, LEAD, NOMINATED, link
from gateway.console.papers import path_of
from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.law.difference import difference, neighbours
from gateway.law.standing import AgreementStanding, standing_of
from policies.due import due_on
from schemas.agreements import Agreement, AgreementState, in_force

PATH = "/console/agreements"
ONE, DIFFERENCE = PATH + "/{agreement}", PATH + "/{agreement}/difference"
COLOURS = {
    AgreementState.DRAFT: "blue",
    AgreementState.SIGNED: "blue",
    AgreementState.LIVE: "green",
    AgreementState.SUSPENDED: "red",
    AgreementState.EXPIRED: "red",
    AgreementState.SUPERSEDED: "grey",
    AgreementState.TERMINATED: "grey",
}


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", PATH, "Agreements", LEAD, NOMINATED, AUDITOR)
    desk.get(PATH, LEAD, NOMINATED, AUDITOR)(_listed)
    desk.get(ONE, LEAD, NOMINATED, AUDITOR)(_shown)
    desk.get(DIFFERENCE, LEAD, NOMINATED, AUDITOR)(_difference)


def is_theirs(visit: Visit, one: Agreement) -> bool:
    """Whether a visitor may see an agreement: the IG lead every one, others their organisation's."""
    return visit.person.has(LEAD) or visit.person.partner in one.parties


def versions_of(visit: Visit, edition: Edition) -> list[Agreement]:
    """Return the versions of the agreement that the path names (raises ``NotFound``)."""
    name = visit.part("agreement")
    known = [one for one in edition.register.agreements if one.id == name and is_theirs(visit, one)]
    if not known:
        raise NotFound
    return known


def version_of(visit: Visit, edition: Edition) -> Agreement:
    """Return the version that the path names (raises ``NotFound``)."""
    number = visit.part("version")
    for one in versions_of(visit, edition):
        if str(one.version) == number:
            return one
    raise NotFound


def names_of(edition: Edition) -> dict[str, str]:
    """Return what each partner is called."""
    return {key: partner.name for key, partner in edition.register.partners.items()}


def _listed(visit: Visit) -> Response:
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    mine = [one for one in edition.register.agreements if is_theirs(visit, one)]
    ids = {one.id for one in mine}
    due = [one for one in due_on(edition.law, day) if one.kind == "agreement" and one.id in ids]
    return visit.page(
        "agreements/list.html",
        listed=[standing_of(edition, one, day) for one in mine],
        titles={one.id: one.title for one in mine},
        due=due,
        names=names_of(edition),
        colours=COLOURS,
        may_draft=visit.person.has(LEAD, NOMINATED),
    )


def _shown(visit: Visit) -> Response:
    house = visit.house
    edition, day = house.book.current(), london_day(house.clock)
    versions = versions_of(visit, edition)
    standings = [standing_of(edition, one, day) for one in versions]
    speaks = in_force(versions, day)
    due = [
        one
        for one in due_on(edition.law, day)
        if one.kind == "agreement" and one.id == versions[0].id
    ]
    own = visit.person.partner if visit.person.has(NOMINATED) else None
    return visit.page(
        "agreements/one.html",
        agreement=speaks or versions[-1],
        standings=list(reversed(standings)),
        due=due,
        names=names_of(edition),
        colours=COLOURS,
        papers={one.version: path_of(sharing.KIND, f"{one.id}.{one.version}") for one in versions},
        to_sign=_to_sign(standings, own, visit),
        may_stop=own in versions[-1].parties if own else False,
        may_draft=visit.person.has(LEAD, NOMINATED),
        day=day,
    )


def _to_sign(standings: list[AgreementStanding], own: str | None, visit: Visit) -> set[int]:
    """Return the versions that wait for the visitor's own signature."""
    if own is None or not visit.person.office:
        return set()
    return {
        one.agreement.version
        for one in standings
        if one.state is AgreementState.DRAFT
        and own in one.agreement.parties
        and own not in {each.party for each in one.agreement.signed_by(one.day)}
    }


def _difference(visit: Visit) -> Response:
    edition = visit.house.book.current()
    versions = versions_of(visit, edition)
    found = neighbours(versions, _number(visit.asked("before")), _number(visit.asked("after")))
    told = None if found is None else difference(*found)
    return visit.page(
        "agreements/difference.html", agreement=versions[-1], versions=versions, told=told
    )


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 6 else None  # noqa: PLR2004 - a version
