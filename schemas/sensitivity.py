"""How sensitive a field is, where it may be kept, and the lanes in which anything may leave."""

from __future__ import annotations

from enum import StrEnum


class Mark(StrEnum):
    """What kind of information a field holds; every field of ``Incident`` carries exactly one."""

    ADMINISTRATIVE = "administrative"
    TIME = "time"
    LOCATION = "location"
    CLASSIFICATION = "classification"
    PERSONAL = "personal"
    SPECIAL = "special"
    """Special category data or a criminal allegation (UK GDPR art. 9 and 10, DPA 2018 s.35(8))."""
    FREE_TEXT = "free_text"


class Half(StrEnum):
    """Where recording keeps a field as it came: readable in the log, or under the version's secret."""

    OPEN = "open"
    SEALED = "sealed"


class Lane(StrEnum):
    """The form in which information may leave."""

    PERSONAL = "personal"
    DEPERSONALISED = "depersonalised"
    STATISTICS = "statistics"


class FieldGroup(StrEnum):
    """The groups of sealed fields that the law decides about one by one (Cedar action ``see``)."""

    REFERENCE = "reference"
    EXACT_TIME = "exact_time"
    EXACT_PLACE = "exact_place"
    IDENTITY = "identity"
    CONTACT = "contact"
    SPECIAL_CATEGORY = "special_category"
    OFFENCE = "offence"
    CHILD = "child"
    NARRATIVE = "narrative"
    MEDIA = "media"
    OFFICER = "officer"
