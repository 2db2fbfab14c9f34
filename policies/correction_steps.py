"""The guided steps of a correction: what may follow what, until when, and what recipients must do.

Rectification, restriction and erasure: Data Protection Act 2018 s.46 to s.48, UK GDPR art. 16 to 19; what
should not have been shared: s.38(5)(c). Time limits: s.54, art. 12(3), by ``policies.clocks``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from policies.clocks import Deadline, answer_due
from schemas.corrections import CaseKind, CaseStep, Origin, RefusalReason, ReportStep, Wrong
from schemas.released import (
    ErasureReason,
    LiftingReason,
    NoticeKind,
    Reason,
    RestrictionReason,
    RetractionReason,
)

KIND_SAYS = MappingProxyType(
    {
        CaseKind.RECTIFICATION: "A record is wrong: its source is to correct it",
        CaseKind.CONTEST: "Somebody says it is wrong, and nobody knows yet: restrict it meanwhile",
        CaseKind.RESTRICTION: "Keep it and use it no longer",
        CaseKind.ERASURE: "Destroy it for good",
        CaseKind.RETRACTION: "There was no such incident",
        CaseKind.RECALL: "Take back what should not have been shared",
    }
)
ORIGIN_SAYS = MappingProxyType(
    {
        Origin.SUBJECT: "The person concerned, or somebody for them",
        Origin.SOURCE: "The organisation that the record came from",
        Origin.RECIPIENT: "A recipient that holds the record",
        Origin.OPERATOR: "We found it ourselves",
        Origin.REGULATOR: "The Information Commissioner, or a court",
    }
)
STEP_SAYS = MappingProxyType(
    {
        CaseStep.OPENED: "Opened",
        CaseStep.CLARIFICATION_ASKED: "Clarification asked for: the clock stands",
        CaseStep.CLARIFICATION_CAME: "Clarification came: the clock runs on",
        CaseStep.EXTENDED: "Extended by two months, and the person told why",
        CaseStep.SENT_TO_SOURCE: "Sent to the source to correct",
        CaseStep.RESTRICTED: "Restricted: kept, and released no longer",
        CaseStep.LIFTED: "Restriction lifted: offered again",
        CaseStep.RETRACTED: "Taken back",
        CaseStep.ERASED: "Erased for good",
        CaseStep.REFUSED: "Refused, with the reason",
        CaseStep.ESCALATED: "Escalated to a recipient's nominated person and the IG lead",
        CaseStep.SUBJECT_TOLD: "The person was told the outcome and who the recipients were",
        CaseStep.CLOSED: "Closed",
        CaseStep.WORDS_READ: "What was said was read, for a stated reason",
        CaseStep.WORDS_ERASED: "What was said was destroyed: its time was over",
    }
)
STEP_DOES = MappingProxyType(
    {
        CaseStep.CLARIFICATION_ASKED: "Ask for clarification",
        CaseStep.CLARIFICATION_CAME: "Note that the clarification came",
        CaseStep.EXTENDED: "Extend the time by two months",
        CaseStep.SENT_TO_SOURCE: "Send it to the source to correct",
        CaseStep.RESTRICTED: "Restrict the records",
        CaseStep.LIFTED: "Lift the restriction",
        CaseStep.RETRACTED: "Take the records back",
        CaseStep.ERASED: "Erase the records for good",
        CaseStep.REFUSED: "Refuse it, with the reason",
        CaseStep.SUBJECT_TOLD: "Note that the person was told",
        CaseStep.CLOSED: "Close the case",
    }
)
"""What a person does who takes a step."""
REPORT_SAYS = MappingProxyType(
    {
        ReportStep.REPORTED: "Waits for the source",
        ReportStep.ACCEPTED: "The source accepts it",
        ReportStep.REFUSED: "The source refuses it",
        ReportStep.WORDS_READ: STEP_SAYS[CaseStep.WORDS_READ],
        ReportStep.WORDS_ERASED: STEP_SAYS[CaseStep.WORDS_ERASED],
    }
)
WRONG_SAYS = MappingProxyType(
    {
        Wrong.PLACE: "The place is wrong",
        Wrong.TIME: "The time is wrong",
        Wrong.CATEGORY: "The category is wrong",
        Wrong.PERSON: "A person is wrong, or is the wrong person",
        Wrong.DETAIL: "Another detail is wrong",
        Wrong.OUT_OF_DATE: "It is out of date",
        Wrong.DUPLICATE: "It is another record again",
        Wrong.DID_NOT_HAPPEN: "There was no such incident",
        Wrong.SHOULD_NOT_HAVE_BEEN_SHARED: "It should not have been shared",
        Wrong.OTHER: "Something else",
    }
)
REFUSAL_SAYS = MappingProxyType(
    {
        RefusalReason.ACCURATE_AS_RECORDED: "It is accurate as it was recorded",
        RefusalReason.NOT_OUR_RECORD: "It is not a record of this source",
        RefusalReason.KEPT_AS_EVIDENCE: "It is kept as evidence, as it was given (section 46(4))",
        RefusalReason.LAWFULLY_SHARED: "It was lawfully shared",
        RefusalReason.IDENTITY_NOT_SHOWN: "Who asks did not show who they are",
        RefusalReason.OTHER: "Another reason, in words",
    }
)


@dataclass(frozen=True, slots=True)
class Order:
    """What a step does to every record of its case, and the reason that recipients are told."""

    notice: NoticeKind
    reason: Reason


_RESTRICT = CaseStep.RESTRICTED
_LIFT = CaseStep.LIFTED
ORDERS = MappingProxyType(
    {
        (CaseKind.RECTIFICATION, _RESTRICT): Order(
            NoticeKind.RESTRICTED, RestrictionReason.UNDER_REVIEW
        ),
        (CaseKind.RECTIFICATION, _LIFT): Order(NoticeKind.LIFTED, LiftingReason.CORRECTED_SINCE),
        (CaseKind.CONTEST, _RESTRICT): Order(
            NoticeKind.RESTRICTED, RestrictionReason.ACCURACY_CONTESTED
        ),
        (CaseKind.CONTEST, _LIFT): Order(NoticeKind.LIFTED, LiftingReason.ACCURACY_CONFIRMED),
        (CaseKind.RESTRICTION, _RESTRICT): Order(
            NoticeKind.RESTRICTED, RestrictionReason.UNDER_REVIEW
        ),
        (CaseKind.RESTRICTION, _LIFT): Order(NoticeKind.LIFTED, LiftingReason.REVIEW_ENDED),
        # needed as evidence: restricted instead of erased (DPA 2018 s.47(2))
        (CaseKind.ERASURE, _RESTRICT): Order(
            NoticeKind.RESTRICTED, RestrictionReason.KEPT_AS_EVIDENCE
        ),
        (CaseKind.ERASURE, CaseStep.ERASED): Order(
            NoticeKind.ERASED, ErasureReason.NO_LONGER_NEEDED
        ),
        (CaseKind.RETRACTION, CaseStep.RETRACTED): Order(
            NoticeKind.RETRACTED, RetractionReason.RECORDED_IN_ERROR
        ),
        (CaseKind.RECALL, CaseStep.RETRACTED): Order(
            NoticeKind.RETRACTED, RetractionReason.UNLAWFULLY_SHARED
        ),
    }
)
"""Kind of case and step → what is ordered."""
_FINAL = frozenset({CaseStep.RETRACTED, CaseStep.ERASED})
_BESIDE = frozenset({CaseStep.WORDS_READ, CaseStep.WORDS_ERASED, CaseStep.ESCALATED})
"""Steps that change nothing about what may follow."""

_MUST_DO = MappingProxyType(
    {
        NoticeKind.CORRECTED: "Put the new version in the place of the one that you hold, also at whoever "
        "you passed it to.",
        NoticeKind.RETRACTED: "Delete the record and every copy, tell whoever you passed it to, and "
        "decide nothing on it.",
        NoticeKind.RESTRICTED: "Keep the record, use it for nothing and pass it to nobody until you hear "
        "that the restriction is lifted.",
        NoticeKind.LIFTED: "You may use the record again as it was shared.",
        NoticeKind.ERASED: "Destroy the record and every copy, and tell whoever you passed it to.",
        NoticeKind.AMENDED_DELETE: "It was amended and the new version is not for you: delete what you "
        "hold.",
    }
)


def must_do(kind: NoticeKind) -> str:
    """Return what a recipient of a notice must do (DPA 2018 s.48(9), UK GDPR art. 19)."""
    return _MUST_DO[kind]


def next_steps(kind: CaseKind, origin: Origin, taken: Sequence[CaseStep]) -> tuple[CaseStep, ...]:
    """Return the steps that may follow in a case, in the order in which they are offered.

    Args:
        kind: Of the case.
        origin: Who asked; a person concerned is told the outcome before it is closed.
        taken: The steps so far, the first of them ``opened``.
    """
    done = [step for step in taken if step not in _BESIDE]
    if CaseStep.CLOSED in done:
        return ()
    if CaseStep.CLARIFICATION_ASKED in done and done.count(
        CaseStep.CLARIFICATION_ASKED
    ) > done.count(CaseStep.CLARIFICATION_CAME):
        return (CaseStep.CLARIFICATION_CAME,)
    settled = CaseStep.REFUSED in done or not _FINAL.isdisjoint(done)
    restricted = done.count(_RESTRICT) > done.count(_LIFT)
    offered: list[CaseStep] = []
    if not settled:
        offered = _orders(kind, restricted=restricted)
        if kind in {CaseKind.RECTIFICATION, CaseKind.CONTEST}:
            offered.insert(0, CaseStep.SENT_TO_SOURCE)
        offered.append(CaseStep.REFUSED)
    elif restricted and (kind, _LIFT) in ORDERS and _FINAL.isdisjoint(done):
        offered.append(_LIFT)
    told = CaseStep.SUBJECT_TOLD in done
    acted = len(set(done) - _CLOCK) > 0
    if origin is Origin.SUBJECT:
        if not told and not settled:
            offered.append(CaseStep.CLARIFICATION_ASKED)
            if CaseStep.EXTENDED not in done:
                offered.append(CaseStep.EXTENDED)
        if acted and not told:
            offered.append(CaseStep.SUBJECT_TOLD)
    if acted and (told or origin is not Origin.SUBJECT):
        offered.append(CaseStep.CLOSED)
    return tuple(step for step in offered if step not in done or step in _AGAIN)


_CLOCK = frozenset(
    {
        CaseStep.OPENED,
        CaseStep.CLARIFICATION_ASKED,
        CaseStep.CLARIFICATION_CAME,
        CaseStep.EXTENDED,
    }
)
_AGAIN = frozenset({_RESTRICT, _LIFT, CaseStep.CLARIFICATION_ASKED})


def _orders(kind: CaseKind, *, restricted: bool) -> list[CaseStep]:
    never = _RESTRICT if restricted else _LIFT
    return [step for of, step in ORDERS if of is kind and step is not never]


@dataclass(frozen=True, slots=True)
class Clock:
    """The time limit of a case that a person concerned asked for."""

    due: Deadline
    stands: bool
    """Whether it stands still because a clarification is awaited."""


def clock_of(received: date, taken: Sequence[tuple[CaseStep, date]], today: date) -> Clock:
    """Return by when a person who asked is to be answered (DPA 2018 s.54, UK GDPR art. 12(3)).

    Args:
        received: The day on which the request came in.
        taken: Steps and the days on which they were taken, in their order.
        today: Until when a clock that stands has stood.
    """
    stopped, since = timedelta(), None
    for step, day in taken:
        if step is CaseStep.CLARIFICATION_ASKED:
            since = day
        elif step is CaseStep.CLARIFICATION_CAME and since is not None:
            stopped, since = stopped + (day - since), None
    stands = since is not None
    if since is not None:
        stopped += max(timedelta(), today - since)
    extended = any(step is CaseStep.EXTENDED for step, _ in taken)
    return Clock(answer_due(received, extended=extended, stopped_days=stopped.days), stands)


def says_kind(notice: str) -> str:
    """Return a kind of notice as a reader says it."""
    return _NOTICE_SAYS[NoticeKind(notice)]


_NOTICE_SAYS = MappingProxyType(
    {
        NoticeKind.CORRECTED: "Corrected",
        NoticeKind.RETRACTED: "Taken back",
        NoticeKind.RESTRICTED: "Restricted",
        NoticeKind.LIFTED: "Restriction lifted",
        NoticeKind.ERASED: "Erased",
        NoticeKind.AMENDED_DELETE: "Amended: delete",
    }
)
REASON_SAYS = MappingProxyType(
    {
        "recorded_in_error": "it was recorded in error",
        "duplicate": "it is another record again",
        "no_incident": "there was no incident",
        "test_record": "it was a test",
        "unlawfully_shared": "it should not have been shared",
        "accuracy_contested": "its accuracy is contested",
        "kept_as_evidence": "it is kept as evidence only",
        "unlawfully_processed": "it was processed unlawfully",
        "under_review": "it is under review",
        "accuracy_confirmed": "it was found accurate",
        "corrected_since": "it was corrected since",
        "restricted_in_error": "it was restricted in error",
        "review_ended": "the review ended",
        "no_longer_needed": "it is no longer needed",
        "retention_ended": "its time to be kept is over",
        "legal_obligation": "the law demands it",
        "other": "for another reason",
    }
)
"""Every reason of a notice as half a sentence."""
