"""The law in plain English: every rule with its section and what it decided here; what is asked of us."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Response

from gateway.audit.decided_by import Decided, decisions
from gateway.audit.policy_bundles import overview
from gateway.console.desk import Desk, Visit
from gateway.console.navigation import ADMINISTRATOR, AUDITOR, LEAD, NOMINATED, link
from gateway.law.proven import results
from policies.bundle import EVERYWHERE, Bundle, Rule
from policies.requirements import RequirementState, packaged_requirements, standings
from schemas.powers import Power

PATH = "/console/law"
REQUIREMENTS = PATH + "/requirements"
COLOURS = {
    RequirementState.PROVEN: "green",
    RequirementState.FAILED: "red",
    RequirementState.OPEN: "blue",
    RequirementState.UNPROVEN: "orange",
}
_READERS = (LEAD, NOMINATED, AUDITOR, ADMINISTRATOR)


def add(desk: Desk) -> None:
    """Put the pages in."""
    link("Law", PATH, "The law in plain English", *_READERS)
    desk.get(PATH, *_READERS)(_rules)
    desk.get(REQUIREMENTS, *_READERS)(_requirements)


@dataclass(frozen=True, slots=True)
class Chapter:
    """The rules of one power, or those that bind every power."""

    name: str
    title: str
    cites: str
    permit: Rule | None
    conditions: tuple[Rule, ...]
    to_see: tuple[Rule, ...]
    to_match: tuple[Rule, ...]
    to_link: tuple[Rule, ...]
    uncertain: str
    enabled: bool


def _chapter(
    bundle: Bundle, name: str, title: str, cites: str, uncertain: str, *, enabled: bool
) -> Chapter:
    own = [rule for rule in bundle.rules.values() if rule.power == name]
    stated = [rule for rule in own if not rule.permits]
    return Chapter(
        name=name,
        title=title,
        cites=cites,
        permit=next((rule for rule in own if rule.permits and rule.receives), None),
        conditions=tuple(rule for rule in stated if rule.receives),
        to_see=tuple(rule for rule in stated if rule.sees),
        to_match=tuple(rule for rule in stated if rule.matches),
        to_link=tuple(rule for rule in stated if rule.links),
        uncertain=uncertain,
        enabled=enabled,
    )


def _rules(visit: Visit) -> Response:
    house = visit.house
    edition = house.book.current()
    bundle, powers = edition.law.bundle, edition.law.lists.powers.by_code
    chapters = [
        _chapter(
            bundle, power.value, one.title, one.cites, one.uncertain or "", enabled=one.enabled
        )
        for power, one in powers.items()
    ]
    every = _chapter(bundle, EVERYWHERE, "Whatever the power", "", "", enabled=True)
    counts: dict[str, Decided] = {}
    told = overview(house.reader, edition)
    if visit.person.has(LEAD, ADMINISTRATOR):
        # how often a rule decided tells of every partner's exchanges
        counts = dict(decisions(house.reader, bundle))
    return visit.page(
        "lawbook/rules.html",
        chapters=[one for one in chapters if one.permit is not None] + [every],
        off=[powers[Power(one.name)] for one in chapters if one.permit is None],
        counts=counts,
        with_counts=visit.person.has(LEAD, ADMINISTRATOR),
        told=told,
        waiting=[one for one in told["bundles"] if one["state"] == "proposed"],
    )


def _requirements(visit: Visit) -> Response:
    known = standings(results())
    pairs = list(zip(packaged_requirements(), known, strict=True))
    tally = {state: sum(one.state is state for one in known) for state in RequirementState}
    return visit.page(
        "lawbook/requirements.html", pairs=pairs, colours=COLOURS, tally=tally, total=len(known)
    )
