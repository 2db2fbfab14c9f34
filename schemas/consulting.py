"""Why somebody opens a record's body: a code from a closed list, and words.

Opening a body is a consultation (Data Protection Act 2018 s.62(1)(c)); its log may be used to see whether it
was lawful (s.62(4)(a)), so it says why. The words are kept in a table and never in the ledger.
"""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import Annotated

from pydantic import AfterValidator, StringConstraints

from schemas.base import Word, says_something
from schemas.codes import Slug

SHORTEST_WORDS = 15
"""Letters of a reason at least: «case 12» says nothing to whoever reads it a year later."""
LONGEST_WORDS = 1_000
Words = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        min_length=SHORTEST_WORDS,
        max_length=LONGEST_WORDS,
    ),
    AfterValidator(says_something),
]


class ReasonCode(StrEnum):
    """What somebody opens a body for."""

    SUBJECT_ACCESS = "subject_access"
    REQUEST_115 = "request_115"
    CASE_REVIEW = "case_review"
    CORRECTION = "correction"
    COMPLAINT = "complaint"
    BREACH = "breach"
    MATCHING = "matching"
    QUALITY = "quality"
    AUDIT = "audit"


REASON_SAYS = MappingProxyType(
    {
        ReasonCode.SUBJECT_ACCESS: "Somebody asked what is held about them",
        ReasonCode.REQUEST_115: "A partner asked under section 115",
        ReasonCode.CASE_REVIEW: "An ASB case review",
        ReasonCode.CORRECTION: "A record may be wrong, or is contested",
        ReasonCode.COMPLAINT: "A complaint",
        ReasonCode.BREACH: "A personal data breach",
        ReasonCode.MATCHING: "Reports that may concern one household",
        ReasonCode.QUALITY: "The quality of what a feed sends",
        ReasonCode.AUDIT: "An audit, or a question of the regulator",
    }
)
"""Each code in words."""

NEEDS_CASE = frozenset(
    {
        ReasonCode.SUBJECT_ACCESS,
        ReasonCode.REQUEST_115,
        ReasonCode.CASE_REVIEW,
        ReasonCode.CORRECTION,
        ReasonCode.COMPLAINT,
        ReasonCode.BREACH,
        ReasonCode.MATCHING,
    }
)
"""What is done about one case: a look without its reference is told apart afterwards."""


class ConsultationReason(Word):
    """Why a body is opened."""

    code: ReasonCode
    words: Words
    """In the words of whoever opens it; never in the ledger, a log or an address."""
    case: Slug | None = None
    """Our own id of the case, request or subject access that it is for."""
