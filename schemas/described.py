"""A described record: every fact that the law asks about one request, stated instead of stored.

What is not stated counts as not there: nothing here presumes a fact in favour of release. Each part of
the register may be named by its id or described in its place.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, WithJsonSchema

from schemas.base import DoesNotFit, Word
from schemas.cells import Cells
from schemas.codes import (
    Ground,
    Kind,
    LocationPrecision,
    Regime,
    Slug,
    SubjectRole,
    TimePrecision,
)
from schemas.described_agreement import (
    SEALED_FIELDS,
    DescribedAgreement,
    DescribedBehaviour,
    DescribedProtocol,
    Text,
)
from schemas.grading import GradeCode, GradingScheme, Handling, HandlingCondition
from schemas.partners import PartnerKind, Period
from schemas.powers import Power, Purpose
from schemas.released import ReleasedIncident
from schemas.sensitivity import Lane
from schemas.typology import TYPOLOGY

OPEN_FIELDS = tuple(
    name
    for name in ReleasedIncident.model_fields
    if name not in {"id", "version", "source", "controller", "time_precision"}
)
"""What a depersonalised record says, each under the name by which it may be asked for."""


def _wanted(name: str) -> str:
    if name not in OPEN_FIELDS and name not in SEALED_FIELDS:
        message = "the record has no such field"
        raise DoesNotFit(message)
    return name


def _sub_behaviour(code: str) -> str:
    if code not in TYPOLOGY.behaviour_of:
        message = "the typology has no such sub-behaviour"
        raise DoesNotFit(message)
    return code


WantedField = Annotated[
    str,
    AfterValidator(_wanted),
    WithJsonSchema({"type": "string", "enum": [*OPEN_FIELDS, *SEALED_FIELDS]}),
]
SubBehaviour = Annotated[
    str,
    AfterValidator(_sub_behaviour),
    WithJsonSchema({"type": "string", "enum": sorted(TYPOLOGY.behaviour_of)}),
]


def _form(value: Any) -> str:  # noqa: ANN401 - what the document holds there
    return "id" if isinstance(value, str) else "described"


class DescribedMarking(StrEnum):
    """A government security classification, those too that the gateway refuses."""

    OFFICIAL = "OFFICIAL"
    OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE"
    SECRET = "SECRET"  # noqa: S105 - a marking
    TOP_SECRET = "TOP SECRET"  # noqa: S105 - a marking


class RecordState(StrEnum):
    """How a record stands at its source and here. Only a live one goes anywhere."""

    LIVE = "live"
    RESTRICTED = "restricted"
    CONTESTED = "contested"
    RETRACTED = "retracted"
    ERASED = "erased"


class PartnerStatus(StrEnum):
    """Whether an organisation is on the register on the day."""

    ACTIVE = "active"
    DISSOLVED = "dissolved"
    NOT_REGISTERED = "not_registered"


class DescribedAgency(Period):
    """«Acting on behalf of» a body (Crime and Disorder Act 1998 s.115(1)(b))."""

    kind: PartnerKind = Field(description="What the body is for which it acts.")
    status: Literal["live", "lapsed"] = Field(
        default="live", description="Whether the agency runs on the day; its dates count beside it."
    )


class DescribedPartner(Period):
    """An organisation, as it stands on the day."""

    kind: PartnerKind = Field(
        description="What it is, in the words of s.115(2) where that lists it. A district or unitary "
        "council is district_council; a housing association is non_profit_registered_provider or "
        "profit_registered_provider; a police and crime commissioner is local_policing_body; an "
        "ALMO is arms_length_management_organisation."
    )
    status: PartnerStatus = Field(
        default=PartnerStatus.ACTIVE,
        description="Whether it is on the register on the day; valid_from and valid_to count beside it.",
    )
    acts_on_behalf_of: DescribedAgency | None = Field(
        default=None, description="The body for which it acts, if it acts for one."
    )
    nominated_person: bool | None = Field(
        default=None,
        description="Whether its nominated person for sharing is on the register (SI 2007/1830 reg "
        "4(3)); section 115 needs one on both sides. Not stated, a signed agreement shows it.",
    )
    co_opted_for_case_reviews: bool = Field(
        default=False,
        description="Whether this social landlord is co-opted for ASB case reviews on the day. Nobody "
        "but a registered provider or a Welsh registered social landlord can be.",
    )
    declines: bool = Field(
        default=False,
        description="As holder: its nominated person has recorded a decision to withhold.",
    )


PartnerRef = Annotated[
    Annotated[Slug, Tag("id")] | Annotated[DescribedPartner, Tag("described")],
    Discriminator(_form),
]


class DescribedSource(Word):
    """Where the record comes from: its controller and how that holds it."""

    controller: PartnerRef | None = Field(
        default=None,
        description="Who holds it and would disclose: an id of the register, or described.",
    )
    name: Slug = Field(
        default="described",
        description="Name of the feed, where an agreement covers some feeds only.",
    )
    regime: Regime | None = Field(
        default=None,
        description="Part of the Data Protection Act 2018 that it is held under: law_enforcement "
        "(Part 3) or general (UK GDPR). Not stated: law_enforcement for police, probation and unknown "
        "bodies, general for the others.",
    )
    open_data: bool = Field(
        default=False,
        description="Whether its controller publishes the same rows under an open licence. Under "
        "non_personal nothing else goes: neither records nor statistics.",
    )
    patient_information: bool | None = Field(
        default=None,
        description="Whether it is information about patients. Not stated, the serious violence duty "
        "takes it to be.",
    )
    health_or_social_care: bool | None = Field(
        default=None,
        description="Whether it is held as a health or social care authority. Not stated, the serious "
        "violence duty takes it to be.",
    )
    received_from: PartnerRef | None = Field(
        default=None,
        description="Who gave it to the holder, where it is another body's record that would be passed "
        "on. The agreement's `onward` then says whether that may be.",
    )


class DescribedGrading(Word):
    """How intelligence was graded: source and what it said."""

    scheme: GradingScheme
    source: GradeCode | None = Field(default=None, description="3x5x2: 1 to 3; 5x5x5: A to E.")
    intelligence: GradeCode | None = Field(
        default=None, description="3x5x2: A to E (E suspected to be false); 5x5x5: 1 to 5."
    )


SourceRef = Annotated[
    Annotated[Slug, Tag("id")] | Annotated[DescribedSource, Tag("described")], Discriminator(_form)
]
AgreementRef = Annotated[
    Annotated[Slug, Tag("id")] | Annotated[DescribedAgreement, Tag("described")],
    Discriminator(_form),
]
ProtocolRef = Annotated[
    Annotated[Slug, Tag("id")] | Annotated[DescribedProtocol, Tag("described")],
    Discriminator(_form),
]


class Description(Word):
    """One record and one request for it."""

    source: SourceRef | None = Field(default=None, description="A feed's id, or described.")
    kind: Kind | None = Field(
        default=None,
        description="What the incident counts as. Under section 17A the gateway takes all three from "
        "the police and asb_incident from councils; nothing is prescribed for housing providers, and "
        "what fire and health bodies hold (SI 2007/1831 paras 3, 4, 9 to 12) no feed yields yet.",
    )
    behaviour: DescribedBehaviour | None = Field(
        default=None, description="Code of the Home Office typology of anti-social behaviour."
    )
    sub_behaviour: SubBehaviour | None = Field(
        default=None, description="Code of the typology's third level."
    )
    domestic: bool = Field(
        default=False, description="A domestic incident: withheld in every lane."
    )
    grounds: tuple[Ground, ...] = Field(
        default=(), description="Grounds of hate, such as race for a racial incident."
    )
    child: bool = Field(default=False, description="A child is concerned.")
    marking: DescribedMarking = Field(
        default=DescribedMarking.OFFICIAL, description="Unmarked information is OFFICIAL."
    )
    handling: Handling | None = Field(
        default=None,
        description="Handling code: P or C of 3x5x2, 1 to 5 of the legacy 5x5x5. None: not intelligence.",
    )
    handling_conditions: tuple[HandlingCondition, ...] = Field(
        default=(), description="What comes with code C or 5."
    )
    grading: DescribedGrading | None = Field(
        default=None,
        description="Grades of intelligence; none where the record is no intelligence.",
    )
    subject_roles: tuple[SubjectRole, ...] = Field(
        default=(), description="Roles of the people in the record."
    )
    state: RecordState = Field(default=RecordState.LIVE, description="How the record stands.")
    recorded_on: date | None = Field(
        default=None, description="The day of recording; not stated: the day judged."
    )
    place_known: LocationPrecision = Field(
        default=LocationPrecision.POINT, description="How exactly the holder knows the place."
    )
    map_point: bool = Field(
        default=True,
        description="Whether a map point with at least 8 addresses or none, in the same district, stands "
        "for the place. False: the LSOA is the finest depersonalised place.",
    )
    time_known: TimePrecision = Field(
        default=TimePrecision.MINUTE, description="How exactly the holder knows the time."
    )
    fields: tuple[WantedField, ...] | None = Field(
        default=None,
        description="Fields asked for. `place` and `occurred` are the depersonalised ones, the exact ones "
        "are address_text, postcode, easting …, occurred_from. A personal field asks for the personal "
        "lane, unless `lane` says otherwise. Not stated: everything that may leave.",
    )
    lane: Lane | None = Field(
        default=None,
        description="Not stated: personal where a personal field is asked for or agreed, else "
        "depersonalised.",
    )
    recipient: PartnerRef | None = Field(default=None, description="Who would receive it.")
    power: Power | None = Field(
        default=None,
        description="The legal basis. Section 17 is a duty to have regard and no power: it is not here, "
        "and stands under `purpose` as preventing_crime_and_disorder.",
    )
    purpose: Purpose | None = Field(
        default=None,
        description="section_115 and section_17a: preventing_crime_and_disorder (s.17), "
        "crime_and_disorder_strategy (s.6); section_17a also section_17a_duty; non_personal: "
        "public_information, academic_research; the other powers: the purpose of their name "
        "(asb_case_review, preventing_serious_violence, asb_data_return, policing, managing_offenders). "
        "Anything else is `other`, which counts for no power.",
    )
    agreement: AgreementRef | None = Field(
        default=None,
        description="The data-sharing agreement that it rests on: needed under every power but "
        "section_17a, non_personal and asb_data_return.",
    )
    protocol: ProtocolRef | None = Field(
        default=None, description="The partnership's protocol: needed under section 115."
    )
    case: Text | None = Field(
        default=None, description="Reference of the record's case, where the agreement lists cases."
    )
    case_review: Text | None = Field(
        default=None, description="Reference of the ASB case review; only that there is one counts."
    )
    minimum_cell: Annotated[int, Field(ge=0, le=1_000)] | None = Field(
        default=None,
        description="k, in the depersonalised lane: records leave in whole cells of at least so many. "
        "Not stated: as the agreement says, else 5, but none under section_17a and non_personal.",
    )
    cells: Cells | None = Field(
        default=None,
        description="What a cell is; not stated: as the agreement says, else msoa by month.",
    )
    day: date | None = Field(default=None, description="The day judged; not stated: today.")


class ToldCondition(Word):
    """One condition of the law, in its own words."""

    id: str
    says: str
    cites: str


class Answer(Word):
    """What the law says of a described record."""

    decision: Literal["release", "withhold"]
    lane: Lane
    fields: tuple[str, ...]
    """Names asked for that would leave; empty where it is withheld."""
    place: Literal["exact", "map_point", "lsoa", "msoa", "ward", "district", "none"]
    """The finest place that leaves."""
    time: Literal["minute", "hour", "day", "month", "quarter", "none"]
    """The finest precision of time that leaves."""
    met: tuple[ToldCondition, ...]
    unmet: tuple[ToldCondition, ...]
    """On a release: why fields that were asked for stay."""
