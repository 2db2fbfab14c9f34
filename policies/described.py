"""From a described record to what the law is asked: partners, agreement, protocol, class, request.

What the description names by id is taken from the register that is handed in; what it describes stands in
beside it under names of its own, as real partners, agreements and protocols, so that the same rules decide
about both. What it does not state is built as not being there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from policies.agreed_as_described import described_agreement
from policies.allowance import group_of
from policies.classes import classify
from policies.law import Law
from policies.probe import NO_CASE
from schemas.agreements import Agreement
from schemas.cells import FINEST
from schemas.codes import Kind, MappingStatus, Marking, Regime
from schemas.described import (
    DescribedMarking,
    DescribedPartner,
    DescribedSource,
    Description,
    PartnerStatus,
)
from schemas.described_agreement import SEALED_FIELDS, DescribedAgreement, DescribedProtocol
from schemas.feeds import ControllerRole, Feed
from schemas.grading import GradingScheme, Handling
from schemas.incident import Incident
from schemas.partners import Agency, DatedKind, HolderDecision, Partner, PartnerKind, Period
from schemas.powers import Power, Protocol, Purpose, Signature
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription
from schemas.typology import TYPOLOGY

HOLDER, RECIPIENT, PRINCIPAL = "described-holder", "described-recipient", "described-principal"
AGREEMENT, PROTOCOL, NOBODY = "described-agreement", "described-protocol", "not-described"
USUAL = ("kind", "typology_behaviour", "occurred", "place")
"""What is asked for where no field is named, beside what the agreement lists."""
_LAW_ENFORCEMENT = frozenset(
    {
        PartnerKind.CHIEF_OFFICER_OF_POLICE,
        PartnerKind.POLICE_SERVICE_OF_SCOTLAND,
        PartnerKind.BRITISH_TRANSPORT_POLICE,
        PartnerKind.OTHER_POLICE_FORCE,
        PartnerKind.PROBATION_SERVICE_SECRETARY_OF_STATE,
        PartnerKind.PROBATION_PROVIDER,
        PartnerKind.PROBATION_TRUST,
        PartnerKind.LOCAL_PROBATION_BOARD,
    }
)
"""Kinds whose records are held under Part 3 unless the description says otherwise (law reference §4)."""


class DescriptionRefused(ValueError):
    """A description names something that is not there. Nothing was judged.

    Attributes:
        pointer: Where, as a JSON Pointer.
        says: What is wrong, in a sentence.
    """

    def __init__(self, pointer: str, says: str) -> None:
        self.pointer, self.says = pointer, says
        super().__init__(f"{pointer}: {says}")


@dataclass(frozen=True, slots=True)
class Facts:
    """What the law is asked about a description."""

    law: Law
    subscription: Subscription
    record_class: RecordClass
    day: date
    power: Power | None
    """None where the description names none: nothing can be judged then."""
    agreement: Agreement | None
    """The version that speaks on the day, described or registered."""
    asked: tuple[str, ...]
    """Fields asked for."""


@dataclass(slots=True)
class _Register:
    """The partners of the description, put together one by one."""

    law: Law
    day: date
    partners: list[Partner] = field(default_factory=list)

    def name_of(
        self, ref: str | DescribedPartner | None, stands_in: str, pointer: str, *, signed: bool
    ) -> str:
        """Return the id under which a partner is asked about."""
        if ref is None:
            return NOBODY
        if isinstance(ref, str):
            if ref not in {one.id for one in self.law.register.partners}:
                raise DescriptionRefused(pointer, "No partner of this id is on the register.")
            return ref
        self.partners.append(_partner(ref, stands_in, self.day, signed=signed))
        if ref.acts_on_behalf_of is not None:
            kinds = (DatedKind(kind=ref.acts_on_behalf_of.kind),)
            self.partners.append(Partner(id=PRINCIPAL, name=PRINCIPAL, kinds=kinds))
        return stands_in


def facts_of(
    law: Law, description: Description, today: date, feeds: Mapping[str, Feed] | None = None
) -> Facts:
    """Return what the law is asked about a description.

    Args:
        law: The law in force, with its register.
        description: The record and the request.
        today: The day judged where the description names none, in Europe/London.
        feeds: The feeds that a description may name by id.

    Raises:
        DescriptionRefused: It names a feed, partner, agreement or protocol that is not registered.
    """
    day = description.day or today
    register = _Register(law, day)
    source, feed = _source(description, feeds or {})
    signed = isinstance(description.agreement, DescribedAgreement) and bool(
        description.agreement.signed
    )
    controller: str | DescribedPartner | None = (
        feed.controller if feed is not None else source.controller
    )
    pointer = "/source" if feed is not None else "/source/controller"
    holder = register.name_of(controller, HOLDER, pointer, signed=signed)
    recipient = register.name_of(description.recipient, RECIPIENT, "/recipient", signed=signed)
    if isinstance(source.received_from, str):
        register.name_of(source.received_from, NOBODY, "/source/received_from", signed=False)
    agreements, named = _agreements(law, description, holder, recipient, register)
    protocols = _protocols(law, description, holder, recipient, agreements, named)
    asked_of = Law(
        law.bundle,
        law.treatments,
        (*law.register.partners, *register.partners),
        protocols,
        law.lists,
        agreements,
    )
    bound = asked_of.bound(named, day)
    agreement = None if bound is None else bound.agreement
    asked, lane = _asked(description, agreement, law)
    power = description.power or Power.NON_PERSONAL
    subscription = Subscription(
        id="described",
        partner=recipient,
        power=power,
        purpose=description.purpose or Purpose.OTHER,
        lane=lane,
        agreement=named,
        case_review=NO_CASE if (description.case_review or "").strip() else None,
        **_cells(description, agreement if law.rests_on_agreement(power) else None, lane),
    )
    record_class = _class(asked_of, description, source, feed, holder, asked, day)
    return Facts(asked_of, subscription, record_class, day, description.power, agreement, asked)


def _cells(description: Description, agreement: Agreement | None, lane: Lane) -> dict[str, Any]:
    """Return k and the levels of cells: as stated, else as the agreement has them, else as the law does."""
    stated: dict[str, Any] = {}
    if agreement is not None and lane is Lane.DEPERSONALISED:
        stated["minimum_cell"] = agreement.minimum_cell
        if agreement.cells != FINEST:
            stated["cells"] = agreement.cells
    for name in ("minimum_cell", "cells"):
        if (value := getattr(description, name)) is not None:
            stated[name] = value
    return stated


def _partner(told: DescribedPartner, name: str, day: date, *, signed: bool) -> Partner:
    ends = {"valid_from": told.valid_from, "valid_to": told.valid_to}
    if told.status is not PartnerStatus.ACTIVE:
        ends["valid_to"] = day if told.valid_to is None else min(day, told.valid_to)
    agency = told.acts_on_behalf_of
    agencies: tuple[Agency, ...] = ()
    if agency is not None and agency.status == "live":
        runs = {"valid_from": agency.valid_from, "valid_to": agency.valid_to}
        agencies = (Agency(principal=PRINCIPAL, **runs),)
    has_post = signed if told.nominated_person is None else told.nominated_person
    declined = HolderDecision(reference="described", nominated_person="a post", reason="described")
    declines = (declined,) if told.declines else ()
    return Partner(
        id=name,
        name=name,
        kinds=(DatedKind(kind=told.kind),),
        acts_on_behalf_of=agencies,
        nominated_person=f"post at {name}" if has_post else None,
        withholds_section_17a=declines,
        withholds_section_115=declines,
        co_opted_for_case_reviews=(Period(),) if told.co_opted_for_case_reviews else (),
        **ends,
    )


def _source(
    description: Description, feeds: Mapping[str, Feed]
) -> tuple[DescribedSource, Feed | None]:
    told = description.source
    if isinstance(told, str):
        feed = feeds.get(told)
        if feed is None:
            known = ", ".join(sorted(feeds)) or "none"
            raise DescriptionRefused(
                "/source", f"There is no feed of this name (known: {known}); describe it instead."
            )
        return DescribedSource(), feed
    return told or DescribedSource(), None


def _agreements(
    law: Law, description: Description, holder: str, recipient: str, register: _Register
) -> tuple[tuple[Agreement, ...], str | None]:
    told = description.agreement
    if told is None:
        return law.agreements, None
    if isinstance(told, str):
        if told not in {one.id for one in law.agreements}:
            raise DescriptionRefused("/agreement", "No agreement of this id is on the register.")
        return law.agreements, told
    known = Law(law.bundle, law.treatments, (*law.register.partners, *register.partners))
    for_whom = known.register.principals(recipient, register.day)
    made = described_agreement(
        told,
        AGREEMENT,
        description,
        holder,
        recipient,
        for_whom,
        description.protocol if isinstance(description.protocol, str) else PROTOCOL,
        register.day,
    )
    return (*law.agreements, made), AGREEMENT


def _protocols(
    law: Law,
    description: Description,
    holder: str,
    recipient: str,
    agreements: tuple[Agreement, ...],
    named: str | None,
) -> tuple[Protocol, ...]:
    """Return the register's protocols; a described one in the place of the one that is asked about."""
    told = description.protocol
    if isinstance(told, str) and told not in {one.id for one in law.protocols}:
        raise DescriptionRefused("/protocol", "No protocol of this id is on the register.")
    if not isinstance(told, DescribedProtocol):
        return law.protocols
    under = {one.protocol for one in agreements if one.id == named} or {PROTOCOL}
    sides = {"holder": holder, "recipient": recipient}
    # its signature has no day of its own: what is in force on the day was signed before
    parties = tuple(dict.fromkeys(sides[side] for side in told.parties))
    signatures = tuple(
        Signature(party=party, office="described", signed_on=date.min) for party in parties
    )
    made = [
        Protocol(
            id=name or PROTOCOL,
            title="described",
            parties=parties,
            covers_section_17a="section_17a" in told.covers,
            covers_section_115="section_115" in told.covers,
            covers_other="other" in told.covers,
            signatures=signatures if told.in_force else (),
        )
        for name in under
    ]
    kept = [one for one in law.protocols if one.id not in under]
    return (*kept, *made)


def _asked(
    description: Description, agreement: Agreement | None, law: Law
) -> tuple[tuple[str, ...], Lane]:
    """Return the fields asked for and the lane: a personal field asks for the personal lane."""
    power = description.power
    lanes = () if power is None else law.lists.lanes_of[power]
    listed = () if agreement is None else agreement.fields
    wanted = description.fields
    personal = any(name in SEALED_FIELDS for name in (listed if wanted is None else wanted))
    lane = description.lane
    if lane is None:
        by_agreement = wanted is None and personal and Lane.PERSONAL in lanes
        by_field = wanted is not None and personal
        lane = Lane.PERSONAL if by_agreement or by_field else Lane.DEPERSONALISED
    if wanted is not None:
        return tuple(dict.fromkeys(wanted)), lane
    return (*USUAL, *(listed if lane is Lane.PERSONAL else ())), lane


def _class(
    law: Law,
    description: Description,
    source: DescribedSource,
    feed: Feed | None,
    holder: str,
    asked: tuple[str, ...],
    day: date,
) -> RecordClass:
    kind = law.register.standing(law.register.holder(holder, day), day).kind
    by_kind = kind is None or kind in _LAW_ENFORCEMENT
    regime = source.regime or (Regime.LAW_ENFORCEMENT if by_kind else Regime.GENERAL)
    told = feed or Feed(
        name=source.name,
        title="described",
        adapter="described",
        controller=holder,
        role=ControllerRole.PROCESSOR,
        regime=regime,
        patient_information=source.patient_information,
        health_or_social_care=source.health_or_social_care,
        open_data_licence="described" if source.open_data else None,
    )
    made = classify(_incident(description), told, kind)
    groups = {group for name in asked if (group := _group(name)) is not None}
    return made.model_copy(
        update={
            "field_groups": tuple(sorted(groups)),
            "roles": tuple(sorted(set(description.subject_roles))),
            "child": description.child,
            "case": case_hash(description.case),
            **_graded(description),
        }
    )


def case_hash(reference: str | None) -> str | None:
    """Return what stands for a case in a description: nothing of it is stored, so that no key is needed."""
    text = (reference or "").strip()
    return sha256(text.encode()).hexdigest() if text else None


def _group(name: str) -> FieldGroup | None:
    return group_of(name) if name in SEALED_FIELDS else None


def _graded(description: Description) -> dict[str, object]:
    grading, handling = description.grading, description.handling
    scheme = None if grading is None else grading.scheme
    if grading is None and handling is not None:
        # the codes of the two schemes have none in common
        new = handling in {Handling.PERMITTED, Handling.CONDITIONS}
        scheme = GradingScheme.THREE_FIVE_TWO if new else GradingScheme.FIVE_FIVE_FIVE
    return {
        "grading_scheme": scheme,
        "source_grading": None if grading is None else grading.source,
        "intelligence_grading": None if grading is None else grading.intelligence,
        "handling": handling,
        "handling_conditions": tuple(sorted(set(description.handling_conditions))),
    }


def _incident(description: Description) -> Incident:
    behaviour = description.behaviour
    secret = description.marking is not DescribedMarking.OFFICIAL
    return Incident(
        kind=description.kind or Kind.OTHER_PRESCRIBED,
        mapping_status=MappingStatus.WITHHELD if description.domestic else MappingStatus.MAPPED,
        typology_area=None if behaviour is None else TYPOLOGY.area_of[behaviour],
        typology_behaviour=behaviour,
        typology_sub_behaviour=description.sub_behaviour,
        mapping_rule_id=None if description.kind is None else "described",
        marking=Marking.OFFICIAL_SENSITIVE if secret else Marking.OFFICIAL,
        grounds=description.grounds,
    )
