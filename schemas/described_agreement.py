"""A described agreement and protocol: what they say, and how they stand on the day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from schemas.agreements import MOST_CELL, PEOPLE, AgreementState, Behaviour, ListedField
from schemas.base import Word
from schemas.cells import LEAST_CELL, Cells
from schemas.codes import Kind, Marking, Regime, Slug, SubjectRole
from schemas.grading import HandlingCondition
from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.onward import OnwardRule
from schemas.partners import Period
from schemas.powers import Power, Purpose
from schemas.typology import TYPOLOGY

SEALED_FIELDS = (
    *(name for name, one in SENSITIVITY.items() if one.group is not None),
    *(f"{PEOPLE}.{part}" for part in PERSON_GROUPS),
)
"""What leaves only in the personal lane, where an agreement lists it."""
Text = Annotated[str, Field(max_length=2_000)]
"""A sentence that stands in the document; blank counts as none."""
Side = Literal["holder", "recipient"]
AgreedField = Annotated[
    ListedField, WithJsonSchema({"type": "string", "enum": list(SEALED_FIELDS)})
]


DescribedBehaviour = Annotated[
    Behaviour, WithJsonSchema({"type": "string", "enum": sorted(TYPOLOGY.area_of)})
]


class DescribedCondition(Period):
    """A condition for tagged fields with its policy document; without either it is none."""

    condition: Text | None = Field(
        default=None, description="Such as «DPA 2018 Sch. 1 para 6» or «Sch. 8 para 1»."
    )
    policy_document: Text | None = Field(
        default=None,
        description="The appropriate policy document; in date from valid_from to valid_to.",
    )


class DescribedCoverage(Word):
    """Which records are meant; an empty list does not narrow, and all empty is «all», which is refused."""

    sources: tuple[Slug, ...] = ()
    kinds: tuple[Kind, ...] = ()
    behaviours: tuple[DescribedBehaviour, ...] = ()
    cases: tuple[Text, ...] = Field(default=(), description="References of cases, as in `case`.")


class DescribedAgreement(Period):
    """A data-sharing agreement, as it stands on the day. Not stated counts as not in it."""

    power: Power | None = Field(default=None, description="The power that it was made under.")
    state: AgreementState | None = Field(
        default=None, description="Only `live` lets anything go; its dates count beside it."
    )
    signed: bool | None = Field(
        default=None, description="Signed as it stands by the nominated person of every party."
    )
    review_by: date | None = Field(
        default=None, description="The day by which it is reviewed; it stops 30 days after that."
    )
    parties: tuple[Side, ...] = Field(
        default=(), description="Which of holder and recipient it names as parties."
    )
    on_behalf_of: bool = Field(
        default=False,
        description="Whether it says that the recipient receives on behalf of the body it acts for.",
    )
    purpose: Purpose | None = Field(default=None, description="The purpose that was agreed.")
    provision: Annotated[str, Field(max_length=200)] | None = Field(
        default=None,
        description="Under section 115: the section of the Crime and Disorder Act 1998 it cites, such as "
        "s6, s17(1) or section 37: one section. s1 to s4 are repealed, and s115 is no purpose of its own.",
    )
    necessity: Text | None = Field(
        default=None, description="Why disclosing is necessary or expedient."
    )
    dpia: Text | None = Field(
        default=None, description="Reference of the data protection impact assessment."
    )
    fields: tuple[AgreedField, ...] = Field(
        default=(),
        description="Personal fields it lists; what is depersonalised needs no listing. `people` lists "
        "every part of a person. media_url does not leave yet, whoever lists it.",
    )
    roles: tuple[SubjectRole, ...] = Field(
        default=(), description="Roles of people who may be named."
    )
    coverage: DescribedCoverage = DescribedCoverage()
    special_category: DescribedCondition | None = Field(
        default=None, description="For grounds, hate and vulnerability marks, patient information."
    )
    offence: DescribedCondition | None = Field(
        default=None,
        description="For outcomes, interventions, convicted people and suspects of crimes (role subject, "
        "kind crime).",
    )
    children: Text | None = Field(
        default=None, description="Why sharing is in the best interests of the children concerned."
    )
    recipient_regime: Regime | None = Field(
        default=None,
        description="How the recipient processes it; not stated: general. law_enforcement is believed of "
        "kinds that can be competent authorities alone (DPA 2018 s.30, Sch. 7): police, probation, "
        "government departments, and principal councils when prosecuting.",
    )
    crossing: Text | None = Field(
        default=None,
        description="Why law-enforcement data may be used for another purpose (DPA 2018 s.36(4)); needed "
        "in every lane where the source's regime is law_enforcement and recipient_regime is general, or "
        "is not believed of the recipient: to depersonalise it is to use it too.",
    )
    marking: Marking | None = Field(
        default=None, description="The highest marking that may go; not stated: OFFICIAL."
    )
    handling_conditions: tuple[HandlingCondition, ...] = Field(
        default=(), description="Conditions of handling codes C and 5 that the recipient takes on."
    )
    minimum_cell: Annotated[int, Field(ge=LEAST_CELL, le=MOST_CELL)] | None = Field(
        default=None,
        description="k: what goes depersonalised under it leaves in cells of no fewer; not stated: 5.",
    )
    cells: Cells | None = Field(
        default=None, description="The finest levels of those cells; not stated: any."
    )
    retention_days: Annotated[int, Field(ge=1, le=36_525)] | None = Field(
        default=None,
        description="How long the recipient may keep a record, from the day of recording.",
    )
    records_from: date | None = Field(
        default=None, description="Only records recorded on or after this day; see `recorded_on`."
    )
    onward: OnwardRule | None = Field(
        default=None,
        description="Whether a record that the holder received from another body may be passed on to "
        "this recipient: named says that it is named for that; with_consent needs onward_consent.",
    )
    onward_consent: bool = Field(
        default=False, description="That body's consent to this passing on is recorded."
    )


class DescribedProtocol(Word):
    """The partnership's information-sharing protocol (SI 2007/1830 reg 4)."""

    in_force: bool = Field(description="Whether it is in force on the day, signed by every party.")
    covers: tuple[Literal["section_17a", "section_115", "other"], ...] = (
        "section_17a",
        "section_115",
        "other",
    )
    parties: tuple[Side, ...] = Field(
        default=("holder", "recipient"), description="Which of the two are parties to it."
    )
