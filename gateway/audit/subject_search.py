"""Searching for somebody's records: by keyed look-up, as proposals with reasons; nothing is opened.

A search is a consultation, committed before its proposals are told; whoever may confirm them is a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gateway.access.people import Person, Role
from gateway.audit.consulting import Consultations
from gateway.audit.subject_cases import SubjectCases
from gateway.keys.derive import subject_digest
from gateway.store.consulting import Version, versions_at
from gateway.store.subjects import SubjectRow, found_by, index_mark, keys_at
from policies.premises import telephones
from policies.subject_addresses import looked_up_at
from policies.subject_keys import ROW, SubjectKind
from policies.subject_search.asked import SubjectAsked, looked_up
from policies.subject_search.scored import TELEPHONE, Nearness, Proposal, scored
from schemas.consulting import ConsultationReason
from schemas.record_class import RecordClass
from schemas.subject_access import SubjectStep

MOST = 100
"""Records that a search proposes at most, the nearest first."""
_LOOKED_AT = 2_000
"""Versions of which is looked whether they give another date of birth."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One record that a search proposes."""

    incident: int
    position: int
    """Of the version that is nearest."""
    part: int
    """Which of its people, from 1; 0: none of them, the row itself or a mention."""
    proposal: Proposal
    source: str
    controller: str

    @property
    def must_decide(self) -> bool:
        """Whether an answer waits until somebody has decided about it."""
        return self.proposal.nearness is not Nearness.FAR

    def document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {
            "incident": self.incident,
            "position": self.position,
            "part": self.part,
            "score": self.proposal.score,
            "nearness": self.proposal.nearness.value,
            "why": list(self.proposal.why),
            "source": self.source,
            "controller": self.controller,
            "must_decide": self.must_decide,
        }


@dataclass(frozen=True, slots=True)
class Searched:
    """What a search came to."""

    candidates: tuple[Candidate, ...]
    found: int
    """Records that have anything in common, those beyond ``MOST`` too."""
    keyed_from: int
    """The first position that can be found; 1 where all can."""


@dataclass(frozen=True, slots=True)
class SubjectSearch:
    """Searches for a case."""

    consultations: Consultations
    cases: SubjectCases

    def search(
        self, person: Person, case: str, asked: SubjectAsked, reason: ConsultationReason
    ) -> Searched:
        """Search, commit the search, and keep its proposals with the case.

        Args:
            person: Who searches; a nominated person finds the own organisation's records alone.
            case: The case that it is for.
            asked: What is looked for.
            reason: Why, with the case.

        Raises:
            NotFound: There is no such case, or it is not theirs.
            StepMissing: The case is closed.
        """
        self.cases.of(person, case)
        found = self._found(person, asked)
        query = [text.encode() for text in sorted(asked.model_dump_json().split(","))]
        self.consultations.search(person, reason, query, found.found)
        said = {
            "asked": asked.model_dump(mode="json"),
            "proposals": [one.document() for one in found.candidates],
            "found": found.found,
        }
        self.cases.take(person, case, SubjectStep.SEARCHED, said)
        return found

    def _found(self, person: Person, asked: SubjectAsked) -> Searched:
        house = self.consultations
        meaning = self._digests(asked)
        with house.reader.connection() as connection:
            mark = index_mark(connection)
            common = _in_common(found_by(connection, meaning), meaning)
            versions = versions_at(connection, sorted(common))
            nearest = _by_score(common, versions)[:_LOOKED_AT]
            born = {SubjectKind.BORN.value}
            births = [key for key in keys_at(connection, nearest) if key.kind in born]
        classes = house.book.classes()
        own = None if person.has(Role.IG_LEAD) else person.partner
        best = _best(common, versions, births, meaning, classes, own)
        ordered = sorted(best.values(), key=lambda one: (-one.proposal.score, -one.position))
        return Searched(tuple(ordered[:MOST]), len(ordered), mark.begins)

    def _digests(self, asked: SubjectAsked) -> dict[bytes, str]:
        """What is looked up: keyed hash → what it is to the question."""
        key = self.consultations.keys.subject
        meaning = {
            subject_digest(key, one.kind.value, one.text): says
            for one, says in looked_up(asked).items()
        }
        for address in asked.addresses:
            for kind, text, why in looked_up_at(address, None):
                meaning[subject_digest(key, kind, text)] = why
        for written in asked.telephones:
            for number in telephones(written):
                meaning[subject_digest(key, SubjectKind.PHONE.value, number)] = TELEPHONE
        return meaning


_Common = dict[int, dict[int, list[str]]]
"""Position → part of the row → what it has in common with the question, once a key."""


def _in_common(rows: Sequence[SubjectRow], meaning: Mapping[bytes, str]) -> _Common:
    common: _Common = defaultdict(lambda: defaultdict(list))
    for row in rows:
        common[row.position][row.part].append(meaning[row.digest])
    return common


def _by_score(common: _Common, versions: Mapping[int, Version]) -> list[int]:
    points = {
        at: max(scored(_of_part(parts, part), other_birth=False).score for part in parts)
        for at, parts in common.items()
        if at in versions
    }
    return sorted(points, key=lambda at: (-points[at], -at))


def _of_part(parts: Mapping[int, list[str]], part: int) -> list[str]:
    """What one person of a row, and the row itself, have in common with the question."""
    return parts[part] + (parts.get(ROW, []) if part != ROW else [])


def _best(
    common: _Common,
    versions: Mapping[int, Version],
    births: Sequence[SubjectRow],
    meaning: Mapping[bytes, str],
    classes: Mapping[int, RecordClass],
    own: str | None,
) -> dict[int, Candidate]:
    """Return each incident with its nearest version and person."""
    asks_for_birth = any(says == SubjectKind.BORN.value for says in meaning.values())
    others: dict[tuple[int, int], bool] = {}
    for key in births:
        whose = (key.position, key.part)
        others[whose] = others.get(whose, True) and key.digest not in meaning
    best: dict[int, Candidate] = {}
    for at, parts in common.items():
        version = versions.get(at)
        if version is None:
            continue
        record_class = classes[version.row.class_id]
        if own is not None and record_class.controller != own:
            continue
        for part in parts:
            other = asks_for_birth and others.get((at, part), False)
            proposal = scored(_of_part(parts, part), other_birth=other)
            incident = version.row.incident
            known = best.get(incident)
            if known is None or (proposal.score, at) > (known.proposal.score, known.position):
                best[incident] = Candidate(
                    incident, at, part, proposal, record_class.source, record_class.controller
                )
    return best
