"""All that answering people needs, put together once."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.audit.consulting import Consultations
from gateway.audit.subject_answer import Answers
from gateway.audit.subject_cases import SubjectCases
from gateway.audit.subject_disclosures import Disclosures
from gateway.audit.subject_search import SubjectSearch


@dataclass(frozen=True, slots=True)
class SubjectDesk:
    """Cases, searches, disclosures, answers of one house."""

    consultations: Consultations

    @property
    def cases(self) -> SubjectCases:
        """The cases and their steps."""
        c = self.consultations
        return SubjectCases(c.reader, c.writer, c.keys, c.clock, c.random)

    @property
    def searches(self) -> SubjectSearch:
        """What searches."""
        return SubjectSearch(self.consultations, self.cases)

    @property
    def disclosures(self) -> Disclosures:
        """What left."""
        return Disclosures(self.consultations.reader, self.consultations.book)

    @property
    def answers(self) -> Answers:
        """What makes answers."""
        return Answers(self.consultations, self.cases, self.disclosures)
