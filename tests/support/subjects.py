"""People who ask what is held about them, and their records in three feeds' spellings. All invented."""

from __future__ import annotations

from datetime import date

from gateway.access.people import Person
from gateway.assembly import House
from gateway.audit.subject_answer import Answers
from gateway.audit.subject_cases import SubjectCases
from gateway.audit.subject_disclosures import Disclosures
from gateway.audit.subject_search import Searched, SubjectSearch
from policies.subject_search.asked import SubjectAsked
from schemas.consulting import ConsultationReason, ReasonCode
from schemas.subject_access import SubjectOutcome, SubjectStep
from tests.support.signed_in import LEAD

ZOE = SubjectAsked(names=("Zoë Catherine McAllister-Jones",), born=date(1984, 3, 12))
WORDS = "Asked by letter on 20 November what is held about her"
RECEIVED = date(2026, 11, 20)


def cases(house: House) -> SubjectCases:
    """The house's cases."""
    return SubjectCases(house.reader, house.writer, house.keys, house.clock, house.random)


def disclosures(house: House) -> Disclosures:
    """What left of the house's records."""
    return Disclosures(house.reader, house.book)


def answers(house: House) -> Answers:
    """What makes answers."""
    return Answers(house.consultations, cases(house), disclosures(house))


def why(case: str) -> ConsultationReason:
    """The reason of a search or a look."""
    return ConsultationReason(code=ReasonCode.SUBJECT_ACCESS, words=WORDS, case=case)


def opened(house: House, asked: SubjectAsked = ZOE, person: Person = LEAD) -> str:
    """Open a case."""
    return cases(house).open(person, asked, RECEIVED, "SAR 41")


def search(house: House, case: str, asked: SubjectAsked = ZOE, person: Person = LEAD) -> Searched:
    """Search for a case."""
    return SubjectSearch(house.consultations, cases(house)).search(person, case, asked, why(case))


def decide(house: House, case: str, incident: int, what: SubjectStep, **said: object) -> None:
    """Confirm, reject, withhold or give one record."""
    cases(house).take(LEAD, case, what, {"incident": incident, **said})


def fill(house: House) -> None:
    """A case that was answered and closed, and one that runs."""
    case = opened(house)
    found = search(house, case)
    for one in found.candidates:
        decide(house, case, one.incident, SubjectStep.CONFIRMED, part=one.part)
    answers(house).make(LEAD, case, why(case))
    cases(house).take(
        LEAD, case, SubjectStep.CLOSED, {"outcome": SubjectOutcome.ANSWERED.value, "words": ""}
    )
    over = opened(house)
    cases(house).take(
        LEAD,
        over,
        SubjectStep.CLOSED,
        {"outcome": SubjectOutcome.WITHDRAWN.value, "words": "She wrote that she needs it no more"},
    )
    cases(house).take(LEAD, over, SubjectStep.ERASED)
    search(house, opened(house))
