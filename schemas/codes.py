"""Coding systems and the closed lists that an incident speaks in."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

GssCode = Annotated[str, StringConstraints(pattern=r"^[ENSWJK]\d{8}$")]
"""A nine-character GSS code of the Office for National Statistics: ward, LSOA, MSOA, district."""

LsoaCode = Annotated[str, StringConstraints(pattern=r"^[EW]01\d{6}$")]
"""A lower layer super output area of England (E01) or Wales (W01)."""

MsoaCode = Annotated[str, StringConstraints(pattern=r"^[EW]02\d{6}$")]
"""A middle layer super output area of England (E02) or Wales (W02)."""

WardCode = Annotated[str, StringConstraints(pattern=r"^[EW]05\d{6}$")]
"""An electoral ward of England (E05) or Wales (W05)."""

DistrictCode = Annotated[str, StringConstraints(pattern=r"^[EW]0[6-9]\d{6}$")]
"""A local authority district of England (E06 to E09) or Wales (W06)."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""The name of a feed, partner, subscription or agreement: lower case, digits and hyphens."""

SourceCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./:-]{0,31}$")]
"""A code as a source sends it. Free text does not fit: no blanks, at most 32 characters."""


class Kind(StrEnum):
    """What an incident counts as. All three are prescribed by SI 2007/1831; only the first is ASB."""

    ASB_INCIDENT = "asb_incident"
    CRIME = "crime"
    OTHER_PRESCRIBED = "other_prescribed"


class TimePrecision(StrEnum):
    """How exactly a time is known. Never finer than the source gave it."""

    MINUTE = "minute"
    HOUR = "hour"
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"


class LocationPrecision(StrEnum):
    """How exactly a place is known."""

    POINT = "point"
    PUBLISHED_POINT = "published_point"
    """A map point that the publisher already moved to a street or public place (data.police.uk)."""
    STREET = "street"
    POSTCODE = "postcode"
    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    DISTRICT = "district"
    NONE = "none"


class RepeatAtPlace(StrEnum):
    """Which of the incidents that a feed told of at one place in one quarter: four bands.

    Words, because a spreadsheet reads «3-5» as a day in May.
    """

    FIRST = "first"
    SECOND = "second"
    THIRD_TO_FIFTH = "third_to_fifth"
    SIXTH_OR_LATER = "sixth_or_later"


class MappingStatus(StrEnum):
    """What the crosswalk could say about a row."""

    MAPPED = "mapped"
    AMBIGUOUS = "ambiguous"
    UNCLASSIFIED = "unclassified"
    OUT_OF_SCOPE = "out_of_scope"
    WITHHELD = "withheld"


class MappingRelation(StrEnum):
    """SKOS words: how wide the source's code is, held against the typology."""

    EXACT = "exact"
    BROAD = "broad"
    NARROW = "narrow"
    RELATED = "related"
    NONE = "none"


class Confidence(StrEnum):
    """How far a mapping may be trusted."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class NsirClass(StrEnum):
    """The three classes of the National Standard for Incident Recording since April 2011."""

    PERSONAL = "personal"
    NUISANCE = "nuisance"
    ENVIRONMENTAL = "environmental"


class ResponseGrade(StrEnum):
    """How the police graded their response."""

    EMERGENCY = "emergency"
    PRIORITY = "priority"
    SCHEDULED = "scheduled"
    NO_DEPLOYMENT = "no_deployment"


class Status(StrEnum):
    """How far the source has got with it."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    CLOSED = "closed"


class Ground(StrEnum):
    """Grounds of intimidation: special category data about a victim, never inferred; personal lane only."""

    RACE = "race"
    SEXUAL_ORIENTATION = "sexual_orientation"
    GENDER = "gender"
    RELIGION = "religion"
    DISABILITY = "disability"
    AGE = "age"
    GENDER_IDENTITY = "gender_identity"


class InterventionStage(StrEnum):
    """How far the incremental approach had gone, coarsely: a mark of the record class, in no record.

    Absent where the source states nothing, or a version was recorded before stages were kept.
    """

    ADVICE = "advice"
    """Advice, words of advice, mediation: informal."""
    REFERRAL = "referral"
    """To police, support or a panel: beside the ladder."""
    WARNING = "warning"
    """A warning in writing, community protection warnings too."""
    AGREEMENT = "agreement"
    """Acceptable behaviour contract or agreement, parenting contract."""
    TENANCY_ACTION = "tenancy_action"
    """Notice of seeking possession, demotion, a starter tenancy extended."""
    NOTICE_OR_ORDER = "notice_or_order"
    """Community protection notice, injunction, closure or criminal behaviour order."""
    POSSESSION_OR_PROSECUTION = "possession_or_prosecution"
    OTHER = "other"
    """Something was done that the list does not name."""


class SubjectRole(StrEnum):
    """What a person is to an incident (DPA 2018 s.38(3)); «subject» until something is found."""

    COMPLAINANT = "complainant"
    VICTIM = "victim"
    WITNESS = "witness"
    SUBJECT = "subject"
    CALLER = "caller"
    CONVICTED = "convicted"


class Marking(StrEnum):
    """Government security classification. SECRET and above are refused at the door, unread."""

    OFFICIAL = "OFFICIAL"
    OFFICIAL_SENSITIVE = "OFFICIAL-SENSITIVE"


class Regime(StrEnum):
    """Which part of the Data Protection Act 2018 the controller works under for this feed."""

    LAW_ENFORCEMENT = "law_enforcement"
    GENERAL = "general"
