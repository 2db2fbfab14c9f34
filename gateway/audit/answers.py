"""The sixteen questions, each with what answers it."""

from __future__ import annotations

from typing import Any, Final

from gateway.audit.answers_kept import depersonalising, given_between, past_review, tagged, whole
from gateway.audit.answers_law import agreements_due, policy_on, refused, returns_due
from gateway.audit.answers_people import READER, processing_record, shared_about_person
from gateway.audit.answers_records import told_everybody, who_holds
from gateway.audit.breaches import Breaches
from gateway.audit.bundle import Bundler, Made, Scope
from gateway.audit.exposed import Span
from gateway.audit.looks import Looks
from gateway.audit.offboarding import OffBoardings
from gateway.audit.questions import Asked, Parameter, Question, Questions
from gateway.law.register import Act
from policies.looks import Flag

_DAYS = 90
_FEED = Parameter("feed", "Feed that the record came by", "feed")
_REFERENCE = Parameter("reference", "The source’s own reference", "reference")
_FROM, _TO = Parameter("from", "From", "instant"), Parameter("to", "Until", "instant")
_PARTNER = Parameter("recipient", "Recipient", "partner")


def _optional(one: Parameter) -> Parameter:
    return Parameter(one.name, one.says, one.kind, required=False)


def _breaches(asked: Asked) -> dict[str, Any]:
    """Q4 with the register of breaches at the recipient beside what was counted."""
    counted = given_between(asked)
    house = asked.house
    register = Breaches(house.reader, house.writer, house.book, house.keys, house.clock)
    now = house.clock.now()
    known = [one.document(now) for one in register.all() if one.recipient == counted["recipient"]]
    return {**counted, "breaches": known if asked.partner is None else []}


def _bundle(asked: Asked) -> dict[str, Any]:
    """Q13 without a file: what a bundle of this scope would hold now."""
    with asked.house.reader.connection():
        size = asked.house.reader.head().ledger_size
    return {"ledger_size": size, "made_by": "gateway bundle make", "page": "/console/questions/13"}


def _looks(asked: Asked) -> dict[str, Any]:
    """Q7: the looks of the last 90 days that stand out; their words are on the page of consultations."""
    house = asked.house
    told = Looks(house.reader, house.keys, house.clock).of(READER, _DAYS, only=list(Flag))
    listed = [one.document() for one in told]
    return {
        "days": _DAYS,
        "stand_out": [{k: v for k, v in one.items() if k != "words"} for one in listed],
    }


def _off_boarding(asked: Asked) -> dict[str, Any]:
    """Q16: how the off-boardings stand, of one partner where it is named."""
    house = asked.house
    known = OffBoardings(house.reader, house.writer, house.book, house.keys, house.clock).all()
    named = asked.text("partner")
    if named:
        known = [one for one in known if one.partner == named]
    return {"off_boardings": [one.document() for one in known]}


def bundle(asked: Asked, act: Act, reason: str) -> Made:
    """Make the auditor's bundle (Q13) of the span and recipient that are given, or of everything.

    Raises:
        RequestInvalid: A parameter does not fit.
    """
    span = None
    if asked.text("from") or asked.text("to"):
        span = Span(asked.instant("from"), asked.instant("to"))
    recipient = asked.recipient() if asked.text("recipient") or asked.partner else None
    house = asked.house
    made = Bundler(house.reader, house.writer, house.keys, house.clock)
    return made.make(Scope(span, recipient), act, reason)


_ALL = (
    Question(
        1,
        "What have we disclosed about this person: to whom, when, why, on what basis?",
        "Subject access",
        shared_about_person,
        "DPA 2018 s.45; UK GDPR art. 15",
        (Parameter("case", "Case in which the person was found", required=False),),
        see="/console/subject-access",
    ),
    Question(
        2,
        "Who holds this record now, which version of it, which fields?",
        "Who holds a record",
        who_holds,
        "DPA 2018 s.62(3)",
        (_FEED, _REFERENCE),
        see="/console/records",
    ),
    Question(
        3,
        "The record was wrong: was everybody told, and who has not answered?",
        "Corrections and recalls",
        told_everybody,
        "UK GDPR art. 19; DPA 2018 s.38(5)(c), s.48(9)",
        (_optional(_FEED), _optional(_REFERENCE)),
        see="/console/recalls",
    ),
    Question(
        4,
        "There was a breach at a partner: what had it been given between two moments?",
        "Breach at a recipient",
        _breaches,
        "DPA 2018 s.67; UK GDPR art. 33",
        (_PARTNER, _FROM, _TO),
        partners_too=True,
        see="/console/breaches",
    ),
    Question(
        5,
        "Which agreements lapse, are overdue for review, unsigned or without an assessment?",
        "Agreements due",
        agreements_due,
        "ICO data-sharing code; SI 2007/1830 reg 4",
        (Parameter("day", "Judged on the day", "day", required=False),),
        partners_too=True,
        see="/console/agreements",
    ),
    Question(
        6,
        "What is due this quarter under section 17A, what was sent, what is late, and why?",
        "Section 17A returns",
        returns_due,
        "Crime and Disorder Act 1998 s.17A; SI 2007/1831",
        (Parameter("quarter", "Quarter", "quarter", required=False),),
        partners_too=True,
        see="/console/returns",
    ),
    Question(
        7,
        "Is anybody looking without a reason: at odd hours, at many records, outside their work?",
        "Who looks at records",
        _looks,
        "DPA 2018 s.62(4)(b)",
        see="/console/consultations",
    ),
    Question(
        8,
        "What was refused this month, and why?",
        "Everything refused",
        refused,
        "UK GDPR art. 5(2)",
        (Parameter("month", "Month", "month", required=False),),
    ),
    Question(
        9,
        "What did our rules say on a certain day, and would they decide the same again?",
        "Rules on a day",
        policy_on,
        "UK GDPR art. 5(2), 24",
        (
            Parameter("day", "Day", "day", required=False),
            Parameter("subscription", "Subscription of a release to decide again", required=False),
            Parameter("release", "Number of that release", required=False),
        ),
    ),
    Question(
        10,
        "Which records are past their time, and which are held back from deletion, and why?",
        "Past review or deletion",
        past_review,
        "DPA 2018 s.39(2), s.42(4)(c)",
    ),
    Question(
        11,
        "What is our record of processing, as controller and as processor?",
        "Record of processing",
        processing_record,
        "DPA 2018 s.61; UK GDPR art. 30",
        (
            Parameter(
                "about", "Controller; the operator where none is chosen", "partner", required=False
            ),
        ),
        see="/console/documents",
    ),
    Question(
        12,
        "Is the log whole? Prove it.",
        "The log is whole",
        whole,
        "DPA 2018 s.66(2)",
    ),
    Question(
        13,
        "The Commissioner or an auditor asks for the evidence: what do we hand over?",
        "Auditor’s bundle",
        _bundle,
        "DPA 2018 s.62(5)",
        (_optional(_FROM), _optional(_TO), _optional(_PARTNER)),
    ),
    Question(
        14,
        "How much special category, offence and children’s data went out, under which condition?",
        "Sensitive disclosures",
        tagged,
        "DPA 2018 s.35, s.42, Sch 1, Sch 8; UK GDPR art. 9, 10",
        (_optional(_FROM), _optional(_TO)),
    ),
    Question(
        15,
        "Is what we depersonalise safe: how much is kept back, how small are the places?",
        "Depersonalisation",
        depersonalising,
        "Crime and Disorder Act 1998 s.17A(4); ICO anonymisation guidance",
    ),
    Question(
        16,
        "A partner leaves: what was ended, what does it still hold, where is the certificate?",
        "Off-boarding a partner",
        _off_boarding,
        "DPA 2018 s.58–60; UK GDPR art. 26, 28",
        (Parameter("partner", "Partner", "partner", required=False),),
        see="/console/off-boarding",
    ),
)

QUESTIONS: Final = Questions({one.number: one for one in _ALL})
