"""What a change of an agreement is called is what it does: tightening alone releases nothing new."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest

from policies.allowance import allowance
from policies.changes import loosens
from policies.law import Law
from schemas.agreements import Agreement
from schemas.cells import CellPlace, Cells, CellTime
from schemas.codes import Kind, Marking, Regime, SubjectRole
from schemas.matching import MatchKey
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.law import law, signed_by_all
from tests.support.oracle_changes import oracle_loosens
from tests.support.requests import (
    CASE,
    FIELDS,
    a_class,
    a_protocol,
    a_register,
    agreements_of,
    some_cells,
    some_matching,
)
from tests.support.requirements import law as requirement

SEED = 20261126
BEGUN = date(2010, 1, 1)
TRIED, LOOSER_TRIED = 16, 4
"""Days and classes for each pair of versions, where the later one only tightens and where it loosens."""


def _some(dice: Random, listed: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(one for one in listed if dice.random() < 0.6)


def _a_day(dice: Random) -> date:
    return BEGUN + timedelta(days=dice.randint(0, 4_000))


def _a_coverage(dice: Random) -> dict[str, Any]:
    return {
        "sources": _some(dice, ("police-nsir",)),
        "kinds": _some(dice, tuple(Kind)[:2]),
        "behaviours": _some(dice, ("noise", "rowdy_behaviour")),
        "cases": _some(dice, (CASE,)) if dice.random() < 0.2 else (),
    }


def _a_condition(dice: Random) -> dict[str, Any] | None:
    days = sorted((_a_day(dice), _a_day(dice)))
    periods = ({}, {"valid_to": days[1]}, {"valid_from": days[0], "valid_to": days[1]})
    named = {"condition": "c", "policy_document": dice.choice("pq"), **dice.choice(periods)}
    return dice.choice((None, named, named))


NEW_TERMS: dict[str, Callable[[Random], Any]] = {
    "title": lambda dice: dice.choice("tu"),
    "protocol": lambda dice: dice.choice(("protocol", "unknown")),
    "purpose": lambda dice: dice.choice(tuple(Purpose)[:2]),
    "provision": lambda dice: dice.choice(("s1", "s6", "s17")),
    "necessity": lambda dice: dice.choice((None, "n", "m")),
    "children": lambda dice: dice.choice((None, "c", "d")),
    "crossing": lambda dice: dice.choice((None, "x", "y")),
    "fields": lambda dice: _some(dice, FIELDS),
    "roles": lambda dice: _some(dice, (SubjectRole.VICTIM, SubjectRole.CONVICTED)),
    "coverage": _a_coverage,
    "special_category": _a_condition,
    "offence": _a_condition,
    "recipient_regime": lambda dice: dice.choice(tuple(Regime)),
    "handling_conditions": lambda dice: _some(dice, ("consult_originator", "named_posts_only")),
    "marking": lambda dice: dice.choice((Marking.OFFICIAL, Marking.OFFICIAL_SENSITIVE)),
    "minimum_cell": lambda dice: dice.choice((5, 6, 7)),
    "cells": lambda dice: some_cells(dice).model_dump(),
    "retention_days": lambda dice: dice.choice((30, 365, 900)),
    "review_by": _a_day,
    "records_from": _a_day,
    "valid_from": lambda dice: dice.choice((None, _a_day(dice))),
    "valid_to": lambda dice: dice.choice((None, _a_day(dice))),
    "onward": lambda dice: dice.choice(
        ({"rule": "forbidden"}, {"rule": "with_consent"}, {"rule": "named", "to": ("partner-1",)})
    ),
}


def _version(dice: Random, made: Agreement, most: int, **terms: Any) -> Agreement:
    """Terms of an agreement, some of them anew, signed by all: nothing else is between the two."""
    quiet = {"suspensions": (), "terminated": None, "signatures": (), "dpia": "d"}
    given = made.model_dump() | quiet | {"handling_conditions": ()} | terms
    for name in dice.sample(tuple(NEW_TERMS), dice.randint(most - 2, most)):
        given[name] = NEW_TERMS[name](dice)
    if made.power is Power.SECTION_115 and dice.random() < 0.5:
        given["matching"] = dice.choice((None, some_matching(dice, made.recipients)))
    return signed_by_all(Agreement.model_validate(given), BEGUN)


def _goes(snapshot: Law, asked: Subscription, cls: RecordClass, day: date) -> tuple[set[str], date]:
    """The record and each of its sealed fields, and the first day of recording that is meant."""
    allowed = allowance(snapshot, asked, cls, day)
    if allowed is None or not snapshot.decide(asked, cls, day).releases:
        return set(), date.max
    people = {f"{role}.{part}" for role in allowed.roles for part in allowed.person_parts}
    compared = {f"by {key}" for key in MatchKey if snapshot.match(asked, cls, key, day).matches}
    return {"record", *allowed.fields, *people, *compared}, allowed.records_since


@requirement("L19")
@pytest.mark.prove
def test_a_version_that_only_tightens_releases_nothing_that_its_predecessor_did_not(
    count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(SEED)
    wanted, tried, gave, tightened, more = count(10_000), 0, 0, 0, 0
    while tried < wanted:
        register = a_register(dice)
        names, protocols = list(register), [a_protocol(dice, list(register))]
        for made in agreements_of(dice, register):
            first = _version(dice, made, 2, version=1, coverage={"kinds": (Kind.ASB_INCIDENT,)})
            second = _version(dice, first, 3, version=2)
            looser = loosens(first, second)
            assert looser is oracle_loosens(first, second)
            tightened += not looser
            before = law(register.values(), protocols, agreements=[first])
            second = _with_assessment(second) if looser else second
            after = law(register.values(), protocols, agreements=[first, second])
            for _ in range(LOOSER_TRIED if looser else TRIED):
                asked, cls, day = _meant(dice, made, names)
                was, since = _goes(before, asked, cls, day)
                now, from_then = _goes(after, asked, cls, day)
                wider = not now <= was or (bool(now) and from_then < since)
                assert looser or not wider, (first, second, cls, day)
                tried += not looser
                gave += bool(was)
                more += wider

    assert gave > tried / 40
    assert more > 0
    proved("agreement-changes", tried=tried, gained=0, versions_tightened=tightened, seed=SEED)


def _with_assessment(made: Agreement) -> Agreement:
    """The same terms under an assessment of their own, signed by all."""
    return signed_by_all(made.model_copy(update={"dpia": "another"}), BEGUN)


def _meant(
    dice: Random, made: Agreement, names: list[str]
) -> tuple[Subscription, RecordClass, date]:
    asked = Subscription(
        id="asked",
        partner=made.recipients[0],
        power=made.power,
        purpose=made.purpose,
        lane=dice.choice((*[Lane.PERSONAL] * 3, Lane.DEPERSONALISED)),
        agreement=made.id,
        minimum_cell=0,
    )
    if asked.lane is Lane.DEPERSONALISED:
        coarsest = Cells(place=CellPlace.DISTRICT, time=CellTime.QUARTER)
        levels = dice.choice((coarsest, coarsest, some_cells(dice)))
        told = {"minimum_cell": dice.choice((5, 6, 7, 7, 7)), "cells": levels}
        asked = asked.model_copy(update=told)
    fits = {"controller": made.holders[0], "kind": Kind.ASB_INCIDENT, "source": "police-nsir"}
    fits |= {"typology_behaviour": "noise"} if dice.random() < 0.8 else {}
    fits |= {"case": CASE} if dice.random() < 0.5 else {}
    fits |= {"mapping_status": "mapped", "handling": None, "child": dice.random() < 0.2}
    return asked, a_class(dice, names).model_copy(update=fits), _a_day(dice)
