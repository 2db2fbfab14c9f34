"""Which sealed fields a list of names means: fields of an incident, and parts of the people in it."""

from __future__ import annotations

from collections.abc import Iterable

from schemas.incident import PERSON_GROUPS, SENSITIVITY
from schemas.sensitivity import FieldGroup

_PEOPLE = "people"


def listed_of(names: Iterable[str]) -> frozenset[str]:
    """Return the sealed fields of ``Incident`` that are listed, people as one."""
    return frozenset(name.partition(".")[0] for name in names)


def parts_of(names: Iterable[str]) -> frozenset[str]:
    """Return the parts of a person that are listed: all where ``people`` is listed as a whole."""
    known = tuple(names)
    if _PEOPLE in known:
        return frozenset(PERSON_GROUPS)
    return frozenset(name.partition(".")[2] for name in known if "." in name)


def groups_of(names: Iterable[str]) -> frozenset[FieldGroup]:
    """Return the groups of the fields that are listed."""
    known = tuple(names)
    found = {SENSITIVITY[name].group for name in listed_of(known) if name != _PEOPLE}
    found |= {PERSON_GROUPS[part] for part in parts_of(known)}
    return frozenset(group for group in found if group is not None)
