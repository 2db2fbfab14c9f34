"""Random requests to the law: a register with a history, and what may be asked of it."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from schemas.agreements import Agreement, AgreementSignature
from schemas.cells import FINEST, CellPlace, Cells, CellTime
from schemas.codes import Ground, Kind, MappingStatus, Marking, Regime, SubjectRole
from schemas.grading import GradingScheme, Handling, HandlingCondition
from schemas.matching import MatchKey
from schemas.partners import Agency, DatedKind, HolderDecision, Partner, PartnerKind, Period
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.record_class import RecordClass
from schemas.requests import Necessity, Terms
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription

FIRST = date(2005, 1, 1)
OFTEN = (
    *[PartnerKind.CHIEF_OFFICER_OF_POLICE] * 10,
    *[PartnerKind.DISTRICT_COUNCIL] * 10,
    *[PartnerKind.PROBATION_SERVICE_SECRETARY_OF_STATE] * 4,
    *[PartnerKind.GOVERNMENT_DEPARTMENT] * 4,
)
"""Kinds of which there are more, so that enough is released."""


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
        DatedKind(kind=dice.choice((*OFTEN, *PartnerKind)), **_period(dice, 0.9))
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
        withholds_section_115=decisions if dice.random() < 0.5 else (),
        co_opted_for_case_reviews=(Period(**_period(dice, 0.4)),) if dice.random() < 0.2 else (),
        nominated_person=None if dice.random() < 0.05 else f"post at {name}",
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
        power=dice.choice((Power.SECTION_17A, *[Power.SECTION_115] * 7, *Power)),
        purpose=dice.choice((Purpose.SECTION_17A_DUTY, *Purpose)),
        lane=dice.choice((Lane.DEPERSONALISED, *Lane)),
        minimum_cell=dice.choice((0, 0, 0, 0, 4, 5, 6)),
        cells=some_cells(dice),
        case_review=dice.choice((None, CASE)),
        request=some_terms(dice, names) if dice.random() < 0.3 else None,
    )


def some_terms(dice: Random, names: list[str]) -> Terms:
    """What some holder decided of a request; it may have ended, lack a reason, or cite what is repealed."""
    return Terms(
        holder=dice.choice([*names, "nobody-knows"]),
        on_behalf_of=tuple(names) if dice.random() < 0.5 else (),
        provision=dice.choice(("s6", "s17", "s17", "s1", None)),
        necessity=dice.choice(list(Necessity)),
        positions=(1,),
        fields=tuple(dice.sample(FIELDS, dice.randint(0, len(FIELDS)))),
        roles=dice.choice(((), (SubjectRole.VICTIM,))),
        special_category=_condition(dice),
        offence=_condition(dice),
        children=dice.random() < 0.5,
        recipient_regime=dice.choice(list(Regime)),
        crossing=dice.random() < 0.7,
        delete_by=date(2041, 1, 1),
        ends_on=a_day(dice) if dice.random() < 0.1 else date(2040, 1, 1),
        withdrawn=dice.random() < 0.1,
    )


def some_cells(dice: Random) -> Cells:
    """Any levels."""
    return Cells(place=dice.choice(tuple(CellPlace)), time=dice.choice(tuple(CellTime)))


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
        **a_grading(dice),
        roles=dice.choice(((), (SubjectRole.VICTIM,))),
        field_groups=dice.choice(((), (FieldGroup.IDENTITY,))) if seldom else (),
        grounds=dice.choice(((), (Ground.RACE,))),
        child=dice.random() < 0.1,
        case=CASE if dice.random() < 0.1 else None,
        received_under=dice.choice((ORIGIN, "agreement-1")) if dice.random() < 0.05 else None,
        patient_information=dice.choice((None, False, False, False, True)),
        health_or_social_care=dice.choice((None, False, False, False, True)),
        si_paragraphs=dice.choice(((), (1,), (2,), (7, 8))),
    )


def a_grading(dice: Random) -> dict[str, Any]:
    """Mostly none, else codes of one scheme, and now and then of both or without a scheme."""
    if dice.random() < 0.8:
        return {}
    scheme = dice.choice(list(GradingScheme))
    legacy = scheme is GradingScheme.FIVE_FIVE_FIVE
    if dice.random() < 0.1:
        legacy = not legacy
    return {
        "grading_scheme": scheme if dice.random() < 0.95 else None,
        "source_grading": dice.choice((None, *("ABCDE" if legacy else "123"))),
        "intelligence_grading": dice.choice((None, *("12345" if legacy else "ABCDE"))),
        "handling": dice.choice((None, *[Handling(one) for one in ("12345" if legacy else "PC")])),
        "handling_conditions": tuple(
            dice.sample(list(HandlingCondition), dice.choice((0, 0, 1, 1, 2)))
        ),
    }


CASE = "ca5e" * 16
ORIGIN = "origin"
"""The agreement under which the holder of the first one received its records."""
ONE_POST = ("one post", "One  Post", "оne post", "one-pоst", "0ne\u200bpost", "ｏｎｅ ｐｏｓｔ")
"""One office under several spellings: blanks, case, Cyrillic o, zero, zero-width, full width."""
PURPOSE_OF = {
    Power.SECTION_115: Purpose.PREVENTING_CRIME_AND_DISORDER,
    Power.ASB_CASE_REVIEW: Purpose.ASB_CASE_REVIEW,
    Power.SERIOUS_VIOLENCE_DUTY: Purpose.PREVENTING_SERIOUS_VIOLENCE,
    Power.POLICE_COMMON_LAW: Purpose.POLICING,
    Power.OFFENDER_MANAGEMENT: Purpose.MANAGING_OFFENDERS,
}
"""Powers under an agreement, each with a purpose that it knows."""
FIELDS = (
    *("people", "people.name", "contact", "address_text", "occurred_from", "source_reference"),
    *("grounds", "hate_incident", "outcome_code", "child_flag", "description", "media_url"),
)


def a_protocol(dice: Random, names: list[str]) -> Protocol:
    """Nearly everybody is a party; sometimes it lapsed, was not signed, or is silent on a power."""
    parties = tuple(name for name in names if dice.random() < 0.95)
    first = date(2005, 1, 2)
    signatures = tuple(
        Signature(party=party, office="chief", signed_on=first)
        for party in parties
        if dice.random() < 0.999
    )
    return Protocol(
        id="protocol",
        title="p",
        parties=parties,
        covers_section_115=dice.random() < 0.95,
        signatures=signatures,
        linking=tuple(names[::2]),
        **_period(dice, 0.9),
    )


def agreements_of(dice: Random, register: dict[str, Partner]) -> list[Agreement]:
    """Agreements between partners, some in two versions; most are whole, each may lack anything."""
    names = list(register)
    agents = {
        one.id: tuple(agency.principal for agency in one.acts_on_behalf_of)
        for one in register.values()
    }
    made: list[Agreement] = []
    for number in range(12):
        pair = dice.sample(names, 2)
        last = dice.choice((1, 1, 2))
        named = f"agreement-{number}"
        made += [
            _an_agreement(dice, named, version, *pair, agents[pair[1]])
            for version in range(1, last + 1)
        ]
    return [*made, _origin(dice, made[0], names)]


def _origin(dice: Random, passes_on: Agreement, names: list[str]) -> Agreement:
    """The agreement under which the holder of another one received what it passes on."""
    holder = dice.choice([name for name in names if name not in passes_on.holders])
    made = _an_agreement(dice, ORIGIN, 1, holder, passes_on.holders[0], ())
    to = (*dice.sample(names, 3), *dice.choice((passes_on.recipients, ())))
    rule = dice.choice(({"rule": "named", "to": to}, {"rule": "with_consent"}))
    free = {"handling_conditions": (), "onward": rule, "signatures": ()}
    return _signed(dice, Agreement.model_validate(made.model_dump() | free))


def _an_agreement(
    dice: Random,
    name: str,
    version: int,
    holder: str,
    recipient: str,
    principals: tuple[str, ...],
) -> Agreement:
    def seldom(value: Any, otherwise: Any) -> Any:
        return value if dice.random() < 0.06 else otherwise

    power = dice.choice((*[Power.SECTION_115] * 3, *PURPOSE_OF))
    coverage = dice.choice(
        (
            {"kinds": ("asb_incident",)},
            {"kinds": ("crime", "asb_incident"), "sources": ("police-nsir",)},
            {"behaviours": ("noise",)},
            {"cases": (CASE,)},
        )
    )
    terms = Agreement.model_validate(
        {
            "id": name,
            "version": version,
            "title": "t",
            "protocol": seldom("unknown", "protocol"),
            "holders": (holder,),
            "recipients": (recipient,),
            "on_behalf_of": seldom((), principals),
            "power": power,
            "purpose": seldom(Purpose.ACADEMIC_RESEARCH, PURPOSE_OF[power]),
            "provision": seldom("s1", dice.choice(("s6", "s17"))),
            "necessity": seldom(None, "n"),
            "dpia": seldom(None, dice.choice(("d", "D ", "e", "f"))),
            "fields": tuple(dice.sample(FIELDS, dice.randint(0, len(FIELDS)))),
            "roles": dice.choice(((), ("victim",))),
            "coverage": seldom({}, coverage),
            "special_category": _condition(dice),
            "offence": _condition(dice),
            "children": dice.choice((None, "c")),
            "recipient_regime": dice.choice(list(Regime)),
            "crossing": dice.choice((None, "x", "x")),
            "marking": seldom(Marking.OFFICIAL, Marking.OFFICIAL_SENSITIVE),
            "handling_conditions": dice.choice(
                ((), tuple(set(HandlingCondition) - {HandlingCondition.OTHER}))
            ),
            "minimum_cell": dice.choice((5, 5, 6)),
            "cells": dice.choice((FINEST, some_cells(dice))),
            "retention_days": 365,
            "review_by": seldom(a_day(dice), date(2040, 1, 1)),
            "records_from": FIRST,
            "terminated": seldom({"party": holder, "reason": "r", "on": a_day(dice)}, None),
            "suspensions": seldom(
                ({"party": holder, "reason": "r", "valid_from": a_day(dice)},), ()
            ),
            "matching": _matching(Random(f"{name} {version}"), recipient, power),
            **_period(dice, 0.9),
        }
    )
    return _signed(dice, terms)


def _matching(dice: Random, recipient: str, power: Power) -> dict[str, Any] | None:
    if power is not Power.SECTION_115 or dice.random() < 0.2:
        return None
    return some_matching(dice, (recipient,))


def some_matching(dice: Random, recipients: tuple[str, ...]) -> dict[str, Any]:
    """Any matching clause among recipients."""
    return {
        "keys": tuple(dice.sample(list(MatchKey), dice.randint(1, 3))),
        "signalled": tuple(dice.sample(recipients, dice.randint(1, len(recipients)))),
        "reports": dice.choice((2, 3, 3, 4)),
        "months": dice.choice((3, 6, 6, 12)),
        "second_partner": dice.random() < 0.5,
    }


def _signed(dice: Random, terms: Agreement) -> Agreement:
    """By all parties mostly, seldom by one post for two, too late, or under other terms."""

    def seldom(value: Any, otherwise: Any) -> Any:
        return value if dice.random() < 0.06 else otherwise

    signatures = [
        AgreementSignature(
            party=party,
            office=seldom(dice.choice(ONE_POST), f"post at {party}"),
            signed_on=seldom(a_day(dice), date(2005, 6, 1)),
            terms_sha256=seldom("0" * 64, terms.terms_sha256),
        )
        for party in terms.parties
    ]
    return terms.model_copy(update={"signatures": tuple(signatures)})


def _condition(dice: Random) -> dict[str, Any] | None:
    if dice.random() < 0.3:
        return None
    return {"condition": "c", "policy_document": "p", **_period(dice, 0.7)}
