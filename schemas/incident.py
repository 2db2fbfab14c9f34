"""The common record: what one row of any source becomes.

Every field carries one ``Mark`` (how sensitive), one ``Half`` (where recording keeps it as it came) and,
where sealed, one ``FieldGroup`` (what section 115 decides about). A field without them fails at import;
so does one without a treatment in every lane (``policies.treatments``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from schemas.base import Word
from schemas.codes import (
    Confidence,
    DistrictCode,
    Ground,
    Kind,
    LocationPrecision,
    LsoaCode,
    MappingRelation,
    MappingStatus,
    Marking,
    MsoaCode,
    NsirClass,
    ResponseGrade,
    SourceCode,
    Status,
    SubjectRole,
    TimePrecision,
    WardCode,
)
from schemas.grading import Assertion, Grading
from schemas.sensitivity import FieldGroup, Half, Mark


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The mark of one field of ``Incident``."""

    mark: Mark
    half: Half
    group: FieldGroup | None = None


def _open(mark: Mark) -> Sensitivity:
    return Sensitivity(mark, Half.OPEN)


def _sealed(mark: Mark, group: FieldGroup) -> Sensitivity:
    return Sensitivity(mark, Half.SEALED, group)


A, C, L = _open(Mark.ADMINISTRATIVE), _open(Mark.CLASSIFICATION), _open(Mark.LOCATION)
TIME = _sealed(Mark.TIME, FieldGroup.EXACT_TIME)
PLACE = _sealed(Mark.LOCATION, FieldGroup.EXACT_PLACE)
REFERENCE = _sealed(Mark.PERSONAL, FieldGroup.REFERENCE)
IDENTITY = _sealed(Mark.PERSONAL, FieldGroup.IDENTITY)
CONTACT = _sealed(Mark.PERSONAL, FieldGroup.CONTACT)
SPECIAL = _sealed(Mark.SPECIAL, FieldGroup.SPECIAL_CATEGORY)
NARRATIVE = _sealed(Mark.FREE_TEXT, FieldGroup.NARRATIVE)

LongText = Annotated[str, Field(max_length=10_000)]
ShortText = Annotated[str, Field(max_length=500)]
Reference = Annotated[str, Field(min_length=1, max_length=64)]
MopiGroup = Annotated[int, Field(ge=1, le=4)]
"""Group of police information by which the force reviews its own copy (College of Policing «mem»): carried
for the recipient, read by no rule of ours, of retention least of all."""
NARRATIVES = ("description", "log_entries")
"""Fields that hold somebody's words, of which must be said whether they are fact or opinion."""


class Person(Word):
    """Someone named in a row. The role is required (DPA 2018 s.38(3))."""

    role: SubjectRole
    name: ShortText | None = None
    date_of_birth: date | None = None
    address: ShortText | None = None
    telephone: ShortText | None = None
    email: ShortText | None = None
    tenancy_reference: ShortText | None = None
    under_18: bool | None = None


PERSON_GROUPS: dict[str, FieldGroup] = {
    "name": FieldGroup.IDENTITY,
    "date_of_birth": FieldGroup.IDENTITY,
    "address": FieldGroup.IDENTITY,
    "telephone": FieldGroup.CONTACT,
    "email": FieldGroup.CONTACT,
    "tenancy_reference": FieldGroup.REFERENCE,
    "under_18": FieldGroup.CHILD,
}
"""The group of each part of a person but the role, which goes with every part."""


class FlyTip(Word):
    """Land, waste and size in the words of WasteDataFlow."""

    land_type: SourceCode | None = None
    waste_type: SourceCode | None = None
    size: SourceCode | None = None


class LogEntry(Word):
    """One line of a call log."""

    at: AwareDatetime | None = None
    operator: ShortText | None = None
    text: LongText


class Incident(Word):
    """One incident as an adapter understood it. Never leaves; never stored in one piece.

    Times are aware. ``easting`` and ``northing`` are metres on the British National Grid (EPSG:27700),
    ``longitude`` and ``latitude`` degrees on WGS 84. Codes that a source sent but its code list does not
    know stay in ``*_code`` fields if they look like codes, and nowhere otherwise.
    """

    # --- classification
    kind: Annotated[Kind, C]
    mapping_status: Annotated[MappingStatus, C]
    typology_area: Annotated[str | None, C] = None
    typology_behaviour: Annotated[str | None, C] = None
    typology_sub_behaviour: Annotated[str | None, C] = None
    candidate_behaviours: Annotated[tuple[str, ...], C] = ()
    other_behaviours: Annotated[tuple[str, ...], C] = ()
    mapping_relation: Annotated[MappingRelation | None, A] = None
    mapping_confidence: Annotated[Confidence | None, A] = None
    mapping_rule_id: Annotated[SourceCode | None, A] = None
    crosswalk_version: Annotated[SourceCode | None, A] = None
    source_category_scheme: Annotated[SourceCode | None, C] = None
    source_category_code: Annotated[SourceCode | None, C] = None
    source_category_label: Annotated[ShortText | None, C] = None
    """The scheme's own label for the code; the row's label text only ever in the sealed half."""
    opening_code: Annotated[SourceCode | None, C] = None
    closing_codes: Annotated[tuple[SourceCode, ...], C] = ()
    qualifier_codes: Annotated[tuple[SourceCode, ...], C] = ()
    nsir_class: Annotated[NsirClass | None, C] = None
    response_grade: Annotated[ResponseGrade | None, A] = None
    status: Annotated[Status | None, A] = None
    fly_tip: Annotated[FlyTip | None, C] = None
    # --- time
    occurred_from: Annotated[AwareDatetime | None, TIME] = None
    occurred_to: Annotated[AwareDatetime | None, TIME] = None
    reported_at: Annotated[AwareDatetime | None, TIME] = None
    time_precision: Annotated[TimePrecision, _open(Mark.TIME)] = TimePrecision.MINUTE
    source_updated_at: Annotated[AwareDatetime | None, TIME] = None
    # --- place
    easting: Annotated[int | None, PLACE] = None
    northing: Annotated[int | None, PLACE] = None
    longitude: Annotated[float | None, PLACE] = None
    latitude: Annotated[float | None, PLACE] = None
    location_precision: Annotated[LocationPrecision, L] = LocationPrecision.NONE
    uprn: Annotated[int | None, PLACE] = None
    usrn: Annotated[int | None, PLACE] = None
    address_text: Annotated[ShortText | None, PLACE] = None
    premises_name: Annotated[ShortText | None, PLACE] = None
    postcode: Annotated[ShortText | None, PLACE] = None
    beat_code: Annotated[SourceCode | None, PLACE] = None
    lsoa_code: Annotated[LsoaCode | None, L] = None
    msoa_code: Annotated[MsoaCode | None, L] = None
    ward_code: Annotated[WardCode | None, L] = None
    district_code: Annotated[DistrictCode | None, L] = None
    geography_editions: Annotated[tuple[str, ...], L] = ()
    """Edition of each supplied area code, such as ``lsoa:2021``."""
    # --- administrative
    marking: Annotated[Marking, A] = Marking.OFFICIAL
    grading: Annotated[Grading | None, A] = None
    """Given where the row is police information with a grading; honoured, never converted."""
    mopi_group: Annotated[MopiGroup | None, A] = None
    assertion: Annotated[Assertion | None, A] = None
    """Whether the row's narratives are fact or opinion (DPA 2018 s.38(2))."""
    # --- sealed: references, people, text
    source_reference: Annotated[Reference | None, REFERENCE] = None
    case_reference: Annotated[Reference | None, REFERENCE] = None
    outcome_code: Annotated[ShortText | None, _sealed(Mark.SPECIAL, FieldGroup.OFFENCE)] = None
    intervention: Annotated[ShortText | None, _sealed(Mark.SPECIAL, FieldGroup.OFFENCE)] = None
    grounds: Annotated[tuple[Ground, ...], SPECIAL] = ()
    hate_incident: Annotated[bool | None, SPECIAL] = None
    repeat_flag: Annotated[bool | None, IDENTITY] = None
    vulnerability_flag: Annotated[bool | None, SPECIAL] = None
    child_flag: Annotated[bool | None, _sealed(Mark.SPECIAL, FieldGroup.CHILD)] = None
    people: Annotated[tuple[Person, ...], IDENTITY] = ()
    contact: Annotated[ShortText | None, CONTACT] = None
    """A telephone number or address that the row gives without saying whose it is."""
    vehicle_registration: Annotated[ShortText | None, IDENTITY] = None
    officer: Annotated[ShortText | None, _sealed(Mark.PERSONAL, FieldGroup.OFFICER)] = None
    description: Annotated[LongText | None, NARRATIVE] = None
    log_entries: Annotated[tuple[LogEntry, ...], NARRATIVE] = ()
    media_url: Annotated[tuple[ShortText, ...], _sealed(Mark.PERSONAL, FieldGroup.MEDIA)] = ()


def _sensitivity_of(name: str, metadata: list[Any]) -> Sensitivity:
    marks = [item for item in metadata if isinstance(item, Sensitivity)]
    if len(marks) != 1:
        message = (
            f"Incident.{name} must carry exactly one sensitivity mark, it carries {len(marks)}"
        )
        raise TypeError(message)
    if (marks[0].half is Half.SEALED) != (marks[0].group is not None):
        message = f"Incident.{name}: a sealed field has a field group and an open one has none"
        raise TypeError(message)
    return marks[0]


SENSITIVITY: dict[str, Sensitivity] = {
    name: _sensitivity_of(name, info.metadata) for name, info in Incident.model_fields.items()
}
"""The mark, half and group of every field, in the order of the model."""


def first_known_time(incident: Incident) -> datetime | None:
    """When the incident was first reported, else when it happened: what fixes its quarter."""
    return incident.reported_at or incident.occurred_from
