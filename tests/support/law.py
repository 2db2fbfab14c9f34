"""Builders for tests of the law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from policies.bundle import Bundle, packaged_bundle
from policies.law import Law
from policies.lists import Lists, packaged_lists
from policies.register import Register
from policies.treatments import packaged_treatments
from schemas.agreements import Agreement, AgreementSignature
from schemas.codes import Kind, MappingStatus, Regime
from schemas.feeds import ControllerRole, Feed
from schemas.incident import Incident
from schemas.partners import DatedKind, Partner, PartnerKind
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


OFFICES = {
    POLICE: "head of information, police",
    COUNCIL: "community safety manager",
    FIRE: "head of prevention",
}
"""The nominated person of each party: a post, not a name."""
PARTNERS = (
    partner(POLICE, PartnerKind.CHIEF_OFFICER_OF_POLICE, nominated_person=OFFICES[POLICE]),
    partner(FIRE, PartnerKind.COMBINED_FIRE_AUTHORITY, nominated_person=OFFICES[FIRE]),
    partner(COUNCIL, PartnerKind.DISTRICT_COUNCIL, nominated_person=OFFICES[COUNCIL]),
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


POLICY = {"condition": "DPA 2018 Sch. 8 para. 1", "policy_document": "apd-7"}


def agreement(*, signed: bool = True, **more: Any) -> Agreement:
    """Police records of noise for the council, with nothing that the law could miss."""
    fields: dict[str, Any] = {
        "id": "police-council",
        "title": "Noise and nuisance",
        "protocol": "charnwood",
        "holders": (POLICE,),
        "recipients": (COUNCIL,),
        "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER,
        "provision": "s17",
        "necessity": "The council's case officers visit complainants and act on repeat noise.",
        "dpia": "dpia-12",
        "fields": ("source_reference", "people", "occurred_from", "address_text"),
        "roles": ("complainant", "victim"),
        "coverage": {"kinds": ("asb_incident",)},
        "crossing": "Civil action against noise is authorised by s.115 (DPA 2018 s.36(4)).",
        "retention_days": 365,
        "review_by": date(2027, 1, 1),
        "records_from": date(2026, 1, 1),
        **more,
    }
    made = Agreement.model_validate(fields)
    return signed_by_all(made) if signed and "signatures" not in more else made


def signed_by_all(made: Agreement, day: date = date(2026, 1, 2)) -> Agreement:
    """The agreement with the signature of every party's post under its terms."""
    signatures = tuple(
        AgreementSignature(
            party=party,
            office=OFFICES.get(party, f"post at {party}"),
            signed_on=day,
            terms_sha256=made.terms_sha256,
        )
        for party in made.parties
    )
    return made.model_copy(update={"signatures": signatures})


def request_115(**more: Any) -> Subscription:
    """The council's request under that agreement, in the personal lane."""
    return subscription(
        **{
            "id": "council-115",
            "partner": COUNCIL,
            "power": Power.SECTION_115,
            "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER,
            "lane": Lane.PERSONAL,
            "agreement": "police-council",
            **more,
        }
    )


def law(
    partners: Iterable[Partner] = PARTNERS,
    protocols: Iterable[Protocol] = (),
    bundle: Bundle | None = None,
    agreements: Iterable[Agreement] = (),
    lists: Lists | None = None,
) -> Law:
    return Law(
        bundle or packaged_bundle(),
        packaged_treatments(),
        partners,
        protocols,
        lists,
        agreements=agreements,
    )


def variant(
    snapshot: Law,
    *,
    bundle: Bundle | None = None,
    partners: Iterable[Partner] | None = None,
    protocols: Iterable[Protocol] | None = None,
    agreements: Iterable[Agreement] | None = None,
) -> Law:
    """The same law with some of it otherwise, and nothing remembered; quick, because it is not hashed."""
    made = copy(snapshot)
    made._recent, made._decided, made._seen, made._matched = {}, {}, {}, {}
    made._linked = {}
    if bundle is not None:
        made.bundle = bundle
    else:
        made._pairs, made._bound = {}, {}
    if partners is not None:
        made.register = Register(partners, snapshot.lists)
    if protocols is not None:
        made.protocols = tuple(protocols)
    if agreements is not None:
        made.agreements = tuple(sorted(agreements, key=lambda one: (one.id, one.version)))
    return made


@cache
def everything_enabled() -> Lists:
    """The lists with every power on that waits for a lawyer: what another bundle's file would say."""
    texts = packaged_lists().texts
    on = texts["powers.toml"].replace("enabled = false", "enabled = true")
    return Lists.load({**texts, "powers.toml": on})


def law_115(*agreements: Agreement, **more: Any) -> Law:
    """The law with a live protocol and the agreement, or others."""
    made = agreements or (agreement(),)
    return law(**{"protocols": [protocol()], "agreements": made, **more})


def bundle_with(extra: Mapping[str, str]) -> Bundle:
    """The packaged bundle with further files."""
    return Bundle.load({**packaged_bundle().texts, **extra})


def bundle_without(name: str) -> Bundle:
    """The packaged bundle without one file."""
    return Bundle.load(
        {file: text for file, text in packaged_bundle().texts.items() if file != name}
    )


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
