"""Subject access: the steps of a case, why part of an answer may be withheld, and how a case ends."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class SubjectStep(StrEnum):
    """What was done in a case."""

    OPENED = "opened"
    CLARIFICATION_ASKED = "clarification_asked"
    CLARIFIED = "clarified"
    EXTENDED = "extended"
    SEARCHED = "searched"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    WITHHELD = "withheld"
    GIVEN = "given"
    ANSWERED = "answered"
    CLOSED = "closed"
    ERASED = "erased"


STEP_SAYS = MappingProxyType(
    {
        SubjectStep.OPENED: "The request came in",
        SubjectStep.CLARIFICATION_ASKED: "A clarification was asked for: the clock stands",
        SubjectStep.CLARIFIED: "The clarification came: the clock runs",
        SubjectStep.EXTENDED: "Two months more, because the request is complex",
        SubjectStep.SEARCHED: "Searched",
        SubjectStep.CONFIRMED: "A record was confirmed to be about the person",
        SubjectStep.REJECTED: "A record was found to be about somebody else",
        SubjectStep.WITHHELD: "A record is withheld from the answer",
        SubjectStep.GIVEN: "A record is given after all",
        SubjectStep.ANSWERED: "The answer was made",
        SubjectStep.CLOSED: "Closed",
        SubjectStep.ERASED: "What the case held of the person was destroyed",
    }
)


class Restriction(StrEnum):
    """The grounds on which the right of access may be restricted. A person decides and says why."""

    INQUIRY = "s45_4_a"
    CRIME = "s45_4_b"
    PUBLIC_SECURITY = "s45_4_c"
    NATIONAL_SECURITY = "s45_4_d"
    OTHERS_RIGHTS = "s45_4_e"
    CRIME_GENERAL = "sch2_2"
    LEGAL_PROCEEDINGS = "sch2_5"
    ANOTHER_PERSON = "sch2_16"
    LEGAL_PRIVILEGE = "sch2_19"


RESTRICTION_SAYS = MappingProxyType(
    {
        Restriction.INQUIRY: "Would obstruct an inquiry, investigation or procedure (DPA 2018 s.45(4)(a))",
        Restriction.CRIME: "Would prejudice preventing, detecting, investigating or prosecuting crime, or "
        "penalties (DPA 2018 s.45(4)(b))",
        Restriction.PUBLIC_SECURITY: "To protect public security (DPA 2018 s.45(4)(c))",
        Restriction.NATIONAL_SECURITY: "To protect national security (DPA 2018 s.45(4)(d))",
        Restriction.OTHERS_RIGHTS: "To protect the rights and freedoms of others (DPA 2018 s.45(4)(e))",
        Restriction.CRIME_GENERAL: "Would prejudice preventing or detecting crime (DPA 2018 Sch 2 para 2)",
        Restriction.LEGAL_PROCEEDINGS: "Legal proceedings (DPA 2018 Sch 2 para 5)",
        Restriction.ANOTHER_PERSON: "Would tell of another person (DPA 2018 Sch 2 para 16)",
        Restriction.LEGAL_PRIVILEGE: "Legal professional privilege (DPA 2018 Sch 2 para 19)",
    }
)
"""Each ground in words, with its provision."""

UNDER_PART_3 = tuple(one for one in Restriction if one.value.startswith("s45"))
"""What may be considered of law enforcement records; the others are of records under the UK GDPR."""


class SubjectOutcome(StrEnum):
    """How a case ended."""

    ANSWERED = "answered"
    NOTHING_HELD = "nothing_held"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


OUTCOME_SAYS = MappingProxyType(
    {
        SubjectOutcome.ANSWERED: "The answer was given",
        SubjectOutcome.NOTHING_HELD: "Nothing is held about the person",
        SubjectOutcome.REFUSED: "The request was refused as manifestly unfounded or excessive",
        SubjectOutcome.WITHDRAWN: "The person withdrew the request",
    }
)
