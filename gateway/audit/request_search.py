"""Which of a holder's own records a request may be about: proposed by keyed hashes, opened by nobody.

A search is a consultation with its reason; what it proposes is shown by metadata alone, and a body is opened
by another, one consultation for those that are ticked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import ValidationError

from gateway.access.people import Person
from gateway.audit.consulting import Consultations
from gateway.clock import london_day
from gateway.intake.recorded import reference_key
from gateway.keys.derive import subject_digest
from gateway.store.consulting import Version, versions_at
from gateway.store.subjects import found_by
from policies.premises import telephones
from policies.subject_addresses import looked_up_at
from policies.subject_keys import SubjectKind
from policies.subject_search.asked import SubjectAsked, looked_up
from policies.subject_search.scored import REASON_SAYS, TELEPHONE, UPRN, Proposal, scored
from schemas.consulting import ConsultationReason
from schemas.record_class import RecordClass
from schemas.requests import Subject

REFERENCE = "reference"
"""The holder's own reference is the very one that was given."""
SAYS = {**REASON_SAYS, REFERENCE: "the very reference"}
MOST = 100
"""Records that one search proposes at most."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """One record that a request may be about."""

    version: Version
    record_class: RecordClass
    proposal: Proposal
    why: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestSearch:
    """Proposes records; commits the consultation before it shows any."""

    consultations: Consultations

    def propose(
        self, person: Person, holder: str, reason: ConsultationReason, subject: Subject
    ) -> list[Proposed]:
        """Return the holder's current records that have something in common with a subject.

        Args:
            person: Who looks, of the holder.
            holder: Whose records.
            reason: Why; it names the request.
            subject: What is looked for.

        Raises:
            NotFound: They may not look.
            StoreUnavailable: The consultation could not be committed; nothing is shown.
        """
        keys = self.consultations.keys
        wanted: dict[bytes, str] = {}
        for kind, text, why in _asked(subject):
            wanted[subject_digest(keys.subject, kind, text)] = why
        found = self._found(holder, wanted, self._named(holder, subject.reference))
        query = (subject.model_dump_json(exclude_none=True).encode(),)
        self.consultations.search(person, reason, query, len(found))
        return found

    def _found(self, holder: str, wanted: dict[bytes, str], named: Iterable[int]) -> list[Proposed]:
        desk = self.consultations
        reasons: dict[int, set[str]] = defaultdict(set)
        with desk.reader.connection() as connection:
            for row in found_by(connection, wanted):
                reasons[row.position].add(wanted[row.digest])
            for position in named:
                reasons[position].add(REFERENCE)
            versions = versions_at(connection, sorted(reasons))
        edition, classes = desk.book.refresh(), desk.book.classes()
        day, register = london_day(desk.clock), edition.law.register
        made = []
        for position, version in versions.items():
            record_class = classes[version.row.class_id]
            own = register.holder(record_class.controller, day) == holder
            if own and version.current and version.state == "live":
                why = reasons[position] - {REFERENCE}
                proposal = scored(why, other_birth=False)
                told = (*((REFERENCE,) if REFERENCE in reasons[position] else ()), *proposal.why)
                made.append(Proposed(version, record_class, proposal, told))
        made.sort(key=_nearest)
        return made[:MOST]

    def _named(self, holder: str, reference: str | None) -> list[int]:
        """Return where the current versions stand that a holder's feeds know by a reference."""
        if reference is None:
            return []
        desk, found = self.consultations, []
        for name, (number, feed) in desk.book.refresh().register.feeds.items():
            if holder in {feed.controller, feed.sender}:
                key = reference_key(desk.keys, name, reference)
                row = desk.reader.incident(number, key)
                found += [] if row is None else [int(row["position"])]
        return found


def _nearest(one: Proposed) -> tuple[bool, int, int]:
    return REFERENCE not in one.why, -one.proposal.score, -one.version.row.position


def _asked(subject: Subject) -> Iterable[tuple[str, str, str]]:
    """Yield kind, spelling and reason of each key that a subject is looked for by."""
    if subject.uprn is not None:
        yield SubjectKind.UPRN.value, str(subject.uprn), UPRN
    yield from looked_up_at(subject.address, subject.postcode)
    for number in telephones(subject.telephone):
        yield SubjectKind.PHONE.value, number, TELEPHONE
    names = () if subject.name is None else (subject.name,)
    try:
        asked = SubjectAsked(names=names, born=subject.date_of_birth)
    except ValidationError:  # initials alone find nobody
        return
    for key, why in looked_up(asked).items():
        yield key.kind.value, key.text, why
