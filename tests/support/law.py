"""Builders for tests of the law, and an independent oracle in plain Python.

The oracle is written from the statute's facts (reference ``law.md`` §1–§3), not from the Cedar files,
and reads neither them nor ``policies/data``: two authors must agree, or a test turns red.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

from policies.bundle import Bundle, packaged_bundle
from policies.law import Law
from policies.treatments import packaged_treatments
from schemas.codes import Kind, MappingStatus, Regime
from schemas.decisions import Outcome
from schemas.feeds import ControllerRole, Feed
from schemas.incident import Incident
from schemas.partners import DatedKind, Partner, PartnerKind, Period
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

DAY = date(2026, 11, 23)
NOON = datetime(2026, 10, 31, 12, 34, 56, tzinfo=UTC)
POLICE = "leicestershire-police"
FIRE = "fire-authority"
COUNCIL = "charnwood-council"
UNIVERSITY = "a-university"

# ------------------------------------------------------------------ builders


def partner(name: str, kind: PartnerKind | str, **more: Any) -> Partner:
    """A partner of one kind, on the register for ever unless told otherwise."""
    return Partner(id=name, name=name, kinds=(DatedKind(kind=PartnerKind(kind)),), **more)


def one_of_each_kind() -> dict[PartnerKind, Partner]:
    return {kind: partner(kind.value.replace("_", "-"), kind) for kind in PartnerKind}


PARTNERS = (
    partner(POLICE, PartnerKind.CHIEF_OFFICER_OF_POLICE),
    partner(FIRE, PartnerKind.COMBINED_FIRE_AUTHORITY),
    partner(COUNCIL, PartnerKind.DISTRICT_COUNCIL),
    partner(UNIVERSITY, PartnerKind.UNIVERSITY),
)


def protocol(**more: Any) -> Protocol:
    """A protocol that every party of it has signed."""
    fields = {"id": "charnwood", "title": "Charnwood", "parties": (POLICE, FIRE, COUNCIL), **more}
    fields.setdefault(
        "signatures",
        tuple(
            Signature(party=party, office="chief officer", signed_on=date(2026, 1, 1))
            for party in fields["parties"]
        ),
    )
    return Protocol.model_validate(fields)


def subscription(**more: Any) -> Subscription:
    """The fire authority's standing request under section 17A, unless told otherwise."""
    fields = {
        "id": "fire-17a",
        "partner": FIRE,
        "power": Power.SECTION_17A,
        "purpose": Purpose.SECTION_17A_DUTY,
        "lane": Lane.DEPERSONALISED,
        **more,
    }
    return Subscription.model_validate(fields)


def record_class(**more: Any) -> RecordClass:
    """A police incident of anti-social behaviour, prescribed by paragraph 1."""
    fields = {
        "source": "police-nsir",
        "controller": POLICE,
        "regime": Regime.LAW_ENFORCEMENT,
        "kind": Kind.ASB_INCIDENT,
        "mapping_status": MappingStatus.MAPPED,
        "si_paragraphs": (1,),
        **more,
    }
    return RecordClass.model_validate(fields)


def open_class(**more: Any) -> RecordClass:
    """A row of data.police.uk, as its controller published it."""
    return record_class(**{"source": "police-uk", "open_data": True, **more})


def law(
    partners: Iterable[Partner] = PARTNERS,
    protocols: Iterable[Protocol] = (),
    bundle: Bundle | None = None,
) -> Law:
    return Law(bundle or packaged_bundle(), packaged_treatments(), partners, protocols)


def bundle_with(extra: Mapping[str, str]) -> Bundle:
    """The packaged bundle with further files."""
    return Bundle.load({**packaged_bundle().texts, **extra})


def rule(
    name: str,
    condition: str,
    power: str = "section_17a",
    about: str = "record",
    effect: str = "forbid",
) -> str:
    """One well-formed condition in Cedar."""
    asked = "" if power == "everywhere" else f'when {{ context.power == "{power}" }}'
    unless = f"unless {{ {condition} }}" if effect == "forbid" else ""
    return (
        f'@id("{name}") @power("{power}") @cites("a section") @says("A sentence.") '
        f'@about("{about}")\n'
        f'{effect} (principal, action == Action::"receive", resource) {asked} {unless};\n'
    )


def feed(**more: Any) -> Feed:
    fields = {
        "name": "police-nsir",
        "title": "Police incidents",
        "adapter": "police_nsir",
        "controller": POLICE,
        "role": ControllerRole.PROCESSOR,
        "regime": Regime.LAW_ENFORCEMENT,
        **more,
    }
    return Feed.model_validate(fields)


def incident(**more: Any) -> Incident:
    """A mapped incident, known to the minute, without a place."""
    fields = {
        "kind": Kind.ASB_INCIDENT,
        "mapping_status": MappingStatus.MAPPED,
        "typology_area": "disregard_for_community",
        "typology_behaviour": "noise",
        "mapping_rule_id": "nsir-211",
        "source_category_scheme": "nsir_2011",
        "source_category_code": "211",
        "source_category_label": "Noise",
        "occurred_from": NOON,
        "reported_at": NOON,
        **more,
    }
    return Incident.model_validate(fields)


# ------------------------------------------------------------------ the oracle

FIRE_KINDS = {
    "london_fire_commissioner",
    "combined_fire_authority",
    "section_4a_fire_authority",
    "metropolitan_fire_authority",
}
LISTED_IN_ENGLAND_AND_WALES = FIRE_KINDS | {
    "chief_officer_of_police",
    "local_policing_body",
    "county_council",
    "district_council",
    "london_borough_council",
    "parish_council",
    "city_of_london",
    "welsh_principal_council",
    "community_council_wales",
    "non_profit_registered_provider",
    "registered_social_landlord_wales",
    "local_probation_board",
    "probation_trust",
    "probation_provider",
    "local_health_board",
    "nhs_england",
    "integrated_care_board",
}
LISTED_IN_SCOTLAND = {"police_service_of_scotland", "scottish_council"}
SECTION_17A_BEGAN = date(2007, 8, 1)
OF_THE_ACT = {"section_17a_duty", "crime_and_disorder_strategy", "preventing_crime_and_disorder"}


def _inside(period: Period, day: date) -> bool:
    if period.valid_from is not None and day < period.valid_from:
        return False
    return not (period.valid_to is not None and day >= period.valid_to)


def _kind(one: Partner | None, day: date) -> str | None:
    if one is None or not _inside(one, day):
        return None
    for dated in one.kinds:
        if _inside(dated, day):
            return dated.kind.value
    return None


def oracle_relevant(one: Partner | None, day: date) -> bool:
    """Section 17A(5): an authority in England and Wales for the time being within section 115."""
    kind = _kind(one, day)
    if kind in FIRE_KINDS and day < date(2007, 8, 1):
        return False
    return day >= SECTION_17A_BEGAN and kind in LISTED_IN_ENGLAND_AND_WALES


def oracle_holder(partners: Mapping[str, Partner], name: str, day: date) -> str:
    """Who answers today for what that partner held."""
    seen = [name]
    while True:
        one = partners.get(seen[-1])
        if one is None or _kind(one, day) is not None or one.succeeded_by is None:
            return seen[-1]
        if one.succeeded_by in seen:
            return seen[-1]
        seen.append(one.succeeded_by)


def oracle(
    partners: Mapping[str, Partner], asked: Subscription, cls: RecordClass, day: date
) -> tuple[Outcome, frozenset[str]]:
    """What the law says, and the ids of the conditions that are unmet."""
    unmet: set[str] = set()
    if _kind(partners.get(asked.partner), day) is None:
        unmet.add("everywhere.recipient_on_register")
    if asked.lane == "personal" and asked.power != "section_115":
        unmet.add("everywhere.personal_only_under_section_115")
    if asked.minimum_cell != 0:
        unmet.add("everywhere.no_minimum_cell")
    if cls.marking not in {"OFFICIAL", "OFFICIAL-SENSITIVE"}:
        unmet.add("everywhere.marking_within_official")
    if asked.power == "section_17a":
        unmet |= _oracle_17a(partners, asked, cls, day)
    elif asked.power == "non_personal":
        unmet |= _oracle_non_personal(asked, cls)
    else:
        unmet.add("no_permit")
    return (Outcome.WITHHOLD if unmet else Outcome.RELEASE), frozenset(unmet)


def _oracle_17a(
    partners: Mapping[str, Partner], asked: Subscription, cls: RecordClass, day: date
) -> set[str]:
    unmet = set()
    holder = oracle_holder(partners, cls.controller, day)
    held_by = partners.get(holder)
    if not oracle_relevant(partners.get(asked.partner), day):
        unmet |= {"recipient_is_relevant_authority", "minimum_cell_for_others"}
    if asked.lane == "personal":
        unmet.add("lane_is_not_personal")
    if asked.purpose.value not in OF_THE_ACT:
        unmet.add("purpose_is_of_the_act")
    if not oracle_relevant(held_by, day):
        unmet.add("holder_is_relevant_authority")
    if holder == asked.partner:
        unmet.add("recipient_is_not_holder")
    if held_by is not None and any(_inside(one, day) for one in held_by.withholds_section_17a):
        unmet.add("holder_has_not_withheld")
    if len(cls.si_paragraphs) == 0:
        unmet.add("information_is_prescribed")
    if cls.mapping_status == "withheld":
        unmet.add("not_withheld_by_crosswalk")
    if cls.handling == "C":
        unmet.add("handling_permits")
    return {f"section_17a.{name}" for name in unmet}


def _oracle_non_personal(asked: Subscription, cls: RecordClass) -> set[str]:
    unmet = set()
    if asked.lane == "personal":
        unmet.add("lane_is_not_personal")
    if not cls.open_data:
        unmet.add("published_as_open_data")
    if len(cls.field_groups) > 0:
        unmet.add("nothing_sealed_is_held")
    if cls.marking != "OFFICIAL":
        unmet.add("marking_is_official")
    if cls.mapping_status == "withheld":
        unmet.add("not_withheld_by_crosswalk")
    if cls.handling is not None:
        unmet.add("no_handling_code")
    return {f"non_personal.{name}" for name in unmet}
