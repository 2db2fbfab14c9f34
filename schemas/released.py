"""The only shapes that may leave. ``release()`` takes these and nothing else.

``DepersonalisedIncident`` *has no* field for a name, a reference, a text, a minute or an exact point:
a type that cannot hold a name is the simplest control there is. ``DisclosedIncident`` is no such thing:
neither passes for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from schemas.base import Word
from schemas.codes import (
    Confidence,
    Ground,
    GssCode,
    Kind,
    MappingRelation,
    MappingStatus,
    Marking,
    NsirClass,
    Regime,
    RepeatAtPlace,
    ResponseGrade,
    Slug,
    SourceCode,
    Status,
    SubjectRole,
    TimePrecision,
)
from schemas.grading import Assertion, Grading
from schemas.incident import FlyTip, MopiGroup
from schemas.onward import OnwardRule
from schemas.powers import Purpose


class PlaceLevel(StrEnum):
    """How coarse a released place is."""

    MAP_POINT = "map_point"
    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    DISTRICT = "district"
    NONE = "none"


class Place(Word):
    """Exactly one place. Two that overlap would narrow each other down, so there is never a second.

    Degrees WGS 84 for a map point; a GSS code with its edition for an area. Open data keeps the LSOA
    code that its controller published beside the point.
    """

    level: PlaceLevel
    longitude: Annotated[float | None, Field(ge=-180, le=180)] = None
    latitude: Annotated[float | None, Field(ge=-90, le=90)] = None
    code: GssCode | None = None
    edition: str | None = None


ReleasedId = Annotated[str, Field(pattern=r"^r1\.[0-9]{4}Q[1-4]\.[A-Za-z0-9_-]{22}$")]
"""``r1.`` + key id (the quarter of first report) + ``.`` + 128 bits of keyed HMAC, base64url."""


class ReleasedIncident(Word):
    """What both lanes say of an incident: its classification, and time and place as coarsened.

    ``occurred`` and ``reported`` are ISO 8601 at ``time_precision``, never finer than the hour:
    ``2026-10-31T21:00+00:00``, ``2026-10-31``, ``2026-10``, ``2026Q4``.
    """

    id: ReleasedId
    version: Annotated[int, Field(ge=1)]
    source: Slug
    controller: Slug
    kind: Kind
    occurred: str | None
    occurred_to: str | None = None
    reported: str | None = None
    time_precision: TimePrecision
    place: Place
    mapping_status: MappingStatus
    typology_area: str | None = None
    typology_behaviour: str | None = None
    typology_sub_behaviour: str | None = None
    candidate_behaviours: tuple[str, ...] = ()
    other_behaviours: tuple[str, ...] = ()
    mapping_relation: MappingRelation | None = None
    mapping_confidence: Confidence | None = None
    mapping_rule_id: SourceCode | None = None
    crosswalk_version: SourceCode | None = None
    source_category_scheme: SourceCode | None = None
    source_category_code: SourceCode | None = None
    source_category_label: str | None = None
    opening_code: SourceCode | None = None
    closing_codes: tuple[SourceCode, ...] = ()
    qualifier_codes: tuple[SourceCode, ...] = ()
    nsir_class: NsirClass | None = None
    response_grade: ResponseGrade | None = None
    status: Status | None = None
    fly_tip: FlyTip | None = None
    repeat_at_place: RepeatAtPlace | None = None
    """Which incident this was at its place within the quarter of its first report, as its feed told of
    them; absent where nothing named the place, and on open data."""


class DepersonalisedIncident(ReleasedIncident):
    """An incident as it leaves by the depersonalised lane: there is nothing more to it."""


RELEASED_NAMES = frozenset(
    {
        *DepersonalisedIncident.model_fields,
        *(f"{how}{name}" for how in ("", "place_", "place.") for name in Place.model_fields),
    }
)
"""What a reader of depersonalised records is shown, by name; a part of the place by its path too."""


class NamedPerson(Word):
    """A person in a role that the agreement names, with the parts that it lists (DPA 2018 s.38(3))."""

    role: SubjectRole
    name: str | None = None
    date_of_birth: date | None = None
    address: str | None = None
    telephone: str | None = None
    email: str | None = None
    tenancy_reference: str | None = None
    under_18: bool | None = None


class NarrativeWithheld(StrEnum):
    """Why a narrative does not leave although it is agreed. Never in part."""

    TOO_LONG = "too_long"
    UNDECODABLE = "undecodable"
    OTHER_LANGUAGE = "other_language"
    TOO_MUCH_WORK = "too_much_work"


class MaskedEntry(Word):
    """One line of a call log, masked; who wrote it never leaves."""

    at: str | None = None
    """Where the agreement lists an exact time: ISO 8601 in UTC, to the minute."""
    text: str | None = None
    withheld: NarrativeWithheld | None = None


class AgreedDetail(Word):
    """The sealed fields that may leave where an agreement lists them, each under its own name.

    Narratives leave masked: everybody in them but the people who leave beside them. There is no field
    here for media: they are withheld. Times are ISO 8601 in UTC at ``time_precision``; places as in
    ``Incident``.
    """

    occurred_from: str | None = None
    occurred_to: str | None = None
    reported_at: str | None = None
    source_updated_at: str | None = None
    time_precision: TimePrecision | None = None
    easting: int | None = None
    northing: int | None = None
    longitude: float | None = None
    latitude: float | None = None
    uprn: int | None = None
    usrn: int | None = None
    address_text: str | None = None
    premises_name: str | None = None
    postcode: str | None = None
    beat_code: SourceCode | None = None
    source_reference: str | None = None
    case_reference: str | None = None
    outcome_code: str | None = None
    intervention: str | None = None
    grounds: tuple[Ground, ...] = ()
    hate_incident: bool | None = None
    repeat_flag: bool | None = None
    vulnerability_flag: bool | None = None
    child_flag: bool | None = None
    people: tuple[NamedPerson, ...] = ()
    contact: str | None = None
    vehicle_registration: str | None = None
    officer: str | None = None
    description: str | None = None
    description_withheld: NarrativeWithheld | None = None
    log_entries: tuple[MaskedEntry, ...] = ()
    assertion: Assertion | None = None
    """Stands where a narrative does: whether it is fact or opinion (DPA 2018 s.38(2))."""


class DisclosedIncident(ReleasedIncident):
    """An incident as it leaves by the personal lane, under section 115 and one agreement."""

    agreement: Slug
    agreement_version: Annotated[int, Field(ge=1)]
    delete_by: date
    """The day by which the recipient deletes it: recorded, and the agreement's retention."""
    marking: Marking
    purpose: Purpose | None = None
    """The agreed purpose: it may be used for this and nothing else (DPA 2018 s.36, UK GDPR art. 5(1)(b))."""
    regime_source: Regime | None = None
    regime_recipient: Regime | None = None
    """Parts of the Data Protection Act 2018 between which it went."""
    crossing: str | None = None
    """Where it left law enforcement: why it may be used otherwise, as agreed (DPA 2018 s.36(4))."""
    children: str | None = None
    """Where a child is concerned: why sharing is in the child's best interests, as agreed."""
    onward: OnwardRule | None = None
    onward_to: tuple[Slug, ...] = ()
    """Whether, and to whom, it may be passed on, as agreed (law reference L59)."""
    grading: Grading | None = None
    """As the source gave it; never converted into another scheme."""
    mopi_group: MopiGroup | None = None
    """The force's own group for its own copy; it says nothing about how long the recipient may keep it."""
    agreed: AgreedDetail = AgreedDetail()
    """The sealed fields that the agreement lists, that may be seen, and that were held."""


class NoticeKind(StrEnum):
    """What happened to a record that the recipient holds."""

    CORRECTED = "corrected"
    """There is a newer version, and it follows in the same page."""
    RETRACTED = "retracted"
    RESTRICTED = "restricted"
    LIFTED = "lifted"
    ERASED = "erased"
    AMENDED_DELETE = "amended_delete"
    """It was amended, and the amended version is not for this recipient: delete what you hold."""


class RetractionReason(StrEnum):
    """Why a source takes a record back."""

    RECORDED_IN_ERROR = "recorded_in_error"
    DUPLICATE = "duplicate"
    NO_INCIDENT = "no_incident"
    TEST_RECORD = "test_record"
    UNLAWFULLY_SHARED = "unlawfully_shared"
    OTHER = "other"


class RestrictionReason(StrEnum):
    """Why a record is kept and no longer used (DPA 2018 s.47(2) and (3), UK GDPR art. 18(1))."""

    ACCURACY_CONTESTED = "accuracy_contested"
    KEPT_AS_EVIDENCE = "kept_as_evidence"
    UNLAWFULLY_PROCESSED = "unlawfully_processed"
    UNDER_REVIEW = "under_review"
    OTHER = "other"


class LiftingReason(StrEnum):
    """Why a restricted record may be used again (UK GDPR art. 18(3))."""

    ACCURACY_CONFIRMED = "accuracy_confirmed"
    CORRECTED_SINCE = "corrected_since"
    RESTRICTED_IN_ERROR = "restricted_in_error"
    REVIEW_ENDED = "review_ended"
    OTHER = "other"


class ErasureReason(StrEnum):
    """Why a record's content is destroyed (DPA 2018 s.47(1), UK GDPR art. 17(1))."""

    NO_LONGER_NEEDED = "no_longer_needed"
    RETENTION_ENDED = "retention_ended"
    UNLAWFULLY_PROCESSED = "unlawfully_processed"
    LEGAL_OBLIGATION = "legal_obligation"
    OTHER = "other"


Reason = RetractionReason | RestrictionReason | LiftingReason | ErasureReason
"""Why anything happens to a record: a code, so that a notice says nothing about a person."""


class Notice(Word):
    """«The record you hold is …»: the recipient's own id, version, kind, reason; nothing else."""

    id: ReleasedId
    version: Annotated[int, Field(ge=1)]
    """The version that the recipient was last given."""
    kind: NoticeKind
    reason: Reason | None = None


REASONS: Mapping[NoticeKind, type[Reason]] = MappingProxyType(
    {
        NoticeKind.RETRACTED: RetractionReason,
        NoticeKind.RESTRICTED: RestrictionReason,
        NoticeKind.LIFTED: LiftingReason,
        NoticeKind.ERASED: ErasureReason,
    }
)
"""The reasons that a kind of notice may have; a kind that is not named has none of its own."""


class Quality(Word):
    """What lets a recipient judge the batch (DPA 2018 s.38(5)(b))."""

    as_of: str
    """ISO 8601 instant up to which the gateway had received when the batch was made."""
    verified_at: str
    """ISO 8601 instant at which form, codes and places were checked and the law was asked for this batch.
    Whether what happened is as the source told it is verified by nobody here."""
    completeness: str
    grading: str
    statement: str
