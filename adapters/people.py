"""One person that a row names with a role: who they are to the incident is required (DPA 2018 s.38(3))."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from adapters.columns import ColumnName
from adapters.faults import UnreadableError
from adapters.handling import HandlingColumns
from schemas.codes import SubjectRole

_ROLES: Final = {**{one.value: one for one in SubjectRole}, "suspect": SubjectRole.SUBJECT}
_WRITTEN: Final = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y")
PARTS: Final = {
    "person_name": "name",
    "person_born": "date_of_birth",
    "person_address": "address",
    "person_telephone": "telephone",
}
"""Setting of a column → part of the person."""


class PersonColumns(HandlingColumns):
    """Columns of a person beside the ones that a source always has; absent unless a feed names them."""

    person_role: ColumnName | None = None
    """complainant, victim, witness, subject, caller or convicted: required where a person is named."""
    person_name: ColumnName | None = None
    person_born: ColumnName | None = None
    """Date of birth: whether somebody was a child at the incident is worked out from it."""
    person_address: ColumnName | None = None
    person_telephone: ColumnName | None = None


def read_person(cells: Mapping[str, str]) -> dict[str, Any] | None:
    """Make the person of a row; ``None`` where it names none.

    Args:
        cells: The cells of ``PARTS`` and of ``person_role``, empty where there is none.

    Raises:
        UnreadableError: Somebody is named without a role, or with one or a date that cannot be read.
    """
    named: dict[str, Any] = {part: cells[setting] for setting, part in PARTS.items()}
    named = {part: cell for part, cell in named.items() if cell}
    role = cells["person_role"]
    if not named:
        return None
    if not role:
        raise UnreadableError("person.role_missing")
    if role.casefold() not in _ROLES:
        raise UnreadableError("person.role_unknown")
    if "date_of_birth" in named:
        named["date_of_birth"] = _born(named["date_of_birth"])
    return {"role": _ROLES[role.casefold()], **named}


def _born(cell: str) -> date:
    for written in _WRITTEN:
        try:
            return datetime.strptime(cell, written).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise UnreadableError("person.born_unreadable")
