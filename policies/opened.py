"""What a consultation shows of a sealed half: the field groups that were asked for, nothing beside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from schemas.incident import PERSON_GROUPS, SENSITIVITY, Incident, Person
from schemas.sensitivity import FieldGroup, Half

_PEOPLE = "people"


def shown_of(incident: Incident, groups: Collection[FieldGroup]) -> Incident:
    """Return an incident with the sealed fields of some groups; every other sealed field is empty.

    Of people the role goes with any part of theirs that is shown.
    """
    kept: dict[str, Any] = {
        name: value
        for name, value in incident.__dict__.items()
        if name != _PEOPLE
        and (SENSITIVITY[name].half is Half.OPEN or SENSITIVITY[name].group in groups)
    }
    parts = [part for part, group in PERSON_GROUPS.items() if group in groups]
    if parts:
        kept[_PEOPLE] = tuple(_person(one, parts) for one in incident.people)
    return Incident(**kept)


def _person(person: Person, parts: list[str]) -> Person:
    return Person(role=person.role, **{part: getattr(person, part) for part in parts})
