"""What is kept of the sealed fields of one row, and whether the row concerns a child."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from policies.pseudonym import LONDON
from schemas.agreements import PEOPLE
from schemas.codes import SubjectRole
from schemas.incident import PERSON_GROUPS, SENSITIVITY, Incident, Person
from schemas.sensitivity import Mark

ADULT = 18
"""Years from which a person is no child (UN Convention on the Rights of the Child art. 1)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of the sealed fields of one row."""

    fields: frozenset[str] = frozenset()
    """Names of sealed fields, ``people`` among them where anybody may be named."""
    persons: tuple[tuple[SubjectRole, frozenset[str]], ...] = ()
    """For each role that may be named, the parts of a person."""
    case: str | None = None
    """Keyed hash of the row's case, where an agreement lists that case."""

    def people(self, incident: Incident) -> tuple[Person, ...]:
        """Return the people of a row that are kept, each with the parts that are."""
        parts = dict(self.persons)
        return tuple(
            person.model_copy(
                update=dict.fromkeys(PERSON_GROUPS.keys() - parts[person.role]),
            )
            for person in incident.people
            if person.role in parts
        )

    def present(self, incident: Incident) -> frozenset[str]:
        """Return the names of kept fields that have a value in a row."""
        values = incident.__dict__
        found = {name for name in self.fields if values[name] is not None and values[name] != ()}
        if PEOPLE in found and not self.people(incident):
            found.discard(PEOPLE)
        return frozenset(found)

    def sealed_half(self, incident: Incident) -> bytes | None:
        """Return what is kept as JSON bytes, or None where nothing is."""
        present = set(self.present(incident))
        if not present:
            return None
        if any(SENSITIVITY[name].mark is Mark.TIME for name in present):
            # the open half says the hour where the source said the minute
            present.add("time_precision")
        trimmed: dict[str, Any] = {PEOPLE: self.people(incident)} if PEOPLE in present else {}
        whole = incident.model_copy(update=trimmed) if trimmed else incident
        return whole.model_dump_json(include=present, exclude_defaults=True).encode()


EVERYTHING = Kept(
    fields=frozenset(name for name, one in SENSITIVITY.items() if one.group is not None),
    persons=tuple((role, frozenset(PERSON_GROUPS)) for role in SubjectRole),
)
"""Everything sealed: for tests and for showing what an agreement takes away."""
NOTHING = Kept()


def concerns_a_child(incident: Incident) -> bool:
    """Whether anything in the row says that a child is concerned, kept or not."""
    return bool(incident.child_flag) or any(_is_child(one, incident) for one in incident.people)


def _is_child(person: Person, incident: Incident) -> bool:
    if person.under_18 is not None:
        return person.under_18
    at, born = incident.occurred_from or incident.reported_at, person.date_of_birth
    if born is None or at is None:
        return False
    day = at.astimezone(LONDON).date()
    had_birthday = (day.month, day.day) >= (born.month, born.day)
    return day.year - born.year - (not had_birthday) < ADULT
