"""Random requests to the law: a register with a history, and what may be asked of it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from schemas.codes import Ground, Handling, Kind, MappingStatus, Marking, Regime, SubjectRole
from schemas.partners import Agency, DatedKind, HolderDecision, Partner, PartnerKind
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription

FIRST = date(2005, 1, 1)


def a_day(dice: Random) -> date:
    """Mostly lately, sometimes around the days on which the law changed."""
    if dice.random() < 0.2:
        return date(2007, 8, 1) + timedelta(days=dice.randint(-2, 2))
    return FIRST + timedelta(days=dice.randint(4_000, 8_000))


def _period(dice: Random, likely_open: float) -> dict[str, Any]:
    return {
        "valid_from": None if dice.random() < likely_open else a_day(dice),
        "valid_to": None if dice.random() < likely_open else a_day(dice),
    }


def a_partner(dice: Random, name: str, names: list[str]) -> Partner:
    """A partner that may have changed its kind, ended, been succeeded, or be an agent."""
    kinds = tuple(
        DatedKind(kind=dice.choice(list(PartnerKind)), **_period(dice, 0.9))
        for _ in range(dice.choice((1, 1, 1, 2)))
    )
    decisions = tuple(
        HolderDecision(reference="d1", nominated_person="a post", reason="x", **_period(dice, 0.4))
        for _ in range(dice.choice((0, 0, 0, 1)))
    )
    agencies = tuple(
        Agency(principal=dice.choice(names), **_period(dice, 0.6))
        for _ in range(dice.choice((0, 0, 1)))
    )
    return Partner(
        id=name,
        name=name,
        kinds=kinds,
        acts_on_behalf_of=agencies,
        succeeded_by=dice.choice([None, None, *names]),
        withholds_section_17a=decisions,
        **_period(dice, 0.85),
    )


def a_register(dice: Random, size: int = 24) -> dict[str, Partner]:
    """Partners by id."""
    names = [f"partner-{number}" for number in range(size)]
    return {name: a_partner(dice, name, names) for name in names}


def a_subscription(dice: Random, names: list[str]) -> Subscription:
    """Anyone, also somebody unknown, asking for anything."""
    return Subscription(
        id="asked",
        partner=dice.choice([*names, "nobody-knows"]),
        power=dice.choice((Power.SECTION_17A, Power.SECTION_17A, *Power)),
        purpose=dice.choice((Purpose.SECTION_17A_DUTY, *Purpose)),
        lane=dice.choice((Lane.DEPERSONALISED, *Lane)),
        minimum_cell=dice.choice((0, 0, 0, 0, 5)),
    )


def a_class(dice: Random, names: list[str]) -> RecordClass:
    """Any record class, seldom with several faults."""
    seldom = dice.random() < 0.3
    return RecordClass(
        source=dice.choice(("police-nsir", "police-uk", "street-management")),
        controller=dice.choice([*names, "nobody-knows"]),
        regime=dice.choice(list(Regime)),
        open_data=dice.random() < 0.5,
        kind=dice.choice(list(Kind)),
        mapping_status=dice.choice(list(MappingStatus)) if seldom else MappingStatus.MAPPED,
        typology_area=dice.choice((None, "disregard_for_community")),
        typology_behaviour=dice.choice((None, "noise")),
        sensitive=dice.random() < 0.3,
        marking=dice.choice(list(Marking)) if seldom else Marking.OFFICIAL,
        handling=dice.choice((None, *Handling)) if seldom else None,
        roles=dice.choice(((), (SubjectRole.VICTIM,))),
        field_groups=dice.choice(((), (FieldGroup.IDENTITY,))) if seldom else (),
        grounds=dice.choice(((), (Ground.RACE,))),
        si_paragraphs=dice.choice(((), (1,), (2,), (7, 8))),
    )
