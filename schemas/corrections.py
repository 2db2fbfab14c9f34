"""The words of corrections: why a case is opened, what a recipient finds wrong, and each step's code."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.base import Word
from schemas.codes import Slug

Said = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000, pattern=r"\S")
]
"""In somebody's own words: kept locked, never in the ledger, a log or an address."""


class CaseKind(StrEnum):
    """What somebody wants done about records."""

    RECTIFICATION = "rectification"
    CONTEST = "contest"
    RESTRICTION = "restriction"
    ERASURE = "erasure"
    RETRACTION = "retraction"
    RECALL = "recall"


class Origin(StrEnum):
    """Who asked for it."""

    SUBJECT = "subject"
    SOURCE = "source"
    RECIPIENT = "recipient"
    OPERATOR = "operator"
    REGULATOR = "regulator"


class CaseStep(StrEnum):
    """What was done in a case."""

    OPENED = "opened"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFICATION_CAME = "clarification_came"
    EXTENDED = "extended"
    SENT_TO_SOURCE = "sent_to_source"
    RESTRICTED = "restricted"
    LIFTED = "lifted"
    RETRACTED = "retracted"
    ERASED = "erased"
    REFUSED = "refused"
    ESCALATED = "escalated"
    SUBJECT_TOLD = "subject_told"
    CLOSED = "closed"
    WORDS_READ = "words_read"
    WORDS_ERASED = "words_erased"


class ReportStep(StrEnum):
    """What became of what a recipient, or a person by us, found wrong."""

    REPORTED = "reported"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WORDS_READ = "words_read"
    WORDS_ERASED = "words_erased"


class Wrong(StrEnum):
    """What is wrong with a record, as its recipient finds it (DPA 2018 s.46, s.48(7))."""

    PLACE = "place"
    TIME = "time"
    CATEGORY = "category"
    PERSON = "person"
    DETAIL = "detail"
    OUT_OF_DATE = "out_of_date"
    DUPLICATE = "duplicate"
    DID_NOT_HAPPEN = "did_not_happen"
    SHOULD_NOT_HAVE_BEEN_SHARED = "should_not_have_been_shared"
    OTHER = "other"


class RefusalReason(StrEnum):
    """Why a correction is not made; whoever asked is told (DPA 2018 s.48(1), UK GDPR art. 12(4))."""

    ACCURATE_AS_RECORDED = "accurate_as_recorded"
    NOT_OUR_RECORD = "not_our_record"
    KEPT_AS_EVIDENCE = "kept_as_evidence"
    LAWFULLY_SHARED = "lawfully_shared"
    IDENTITY_NOT_SHOWN = "identity_not_shown"
    OTHER = "other"


class Reporting(Word):
    """What a recipient reports about a record that it holds."""

    id: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    """Its own id of the record, as it was released to it."""
    wrong: Wrong
    words: Said | None = None


class Deciding(Word):
    """What the source says to a report."""

    outcome: Annotated[str, StringConstraints(pattern=r"^(accepted|refused)$")]
    reference: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    """Its own reference of the record: the gateway checks that it is the one that was meant."""
    reason: RefusalReason | None = None
    words: Said | None = None


class Matching(Word):
    """References whose reports a source looks for."""

    references: Annotated[
        tuple[Annotated[str, StringConstraints(min_length=1, max_length=64)], ...],
        Field(min_length=1, max_length=1_000),
    ]


class CaseOpening(Word):
    """What a case begins with."""

    kind: CaseKind
    origin: Origin
    feed: Slug
    received: date
    """The day on which it was asked for."""
    wrong: Wrong = Wrong.OTHER
    words: Said | None = None
    """What is wrong, and what recipients must do beyond what the notice says."""
