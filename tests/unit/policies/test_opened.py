"""A consultation shows the field groups that it asked for."""

from __future__ import annotations

from datetime import UTC, date, datetime

from policies.opened import shown_of
from schemas.codes import Kind, MappingStatus, SubjectRole
from schemas.incident import Incident, Person
from schemas.sensitivity import FieldGroup

PERSON = Person(
    role=SubjectRole.CALLER,
    name="Ada Example",
    date_of_birth=date(1980, 1, 2),
    telephone="07700 900123",
)
INCIDENT = Incident(
    kind=Kind.ASB_INCIDENT,
    mapping_status=MappingStatus.MAPPED,
    occurred_from=datetime(2026, 11, 1, 21, 40, tzinfo=UTC),
    address_text="12 Example Road",
    people=(PERSON,),
    description="said of a neighbour",
)


def test_every_group_shows_everything() -> None:
    assert shown_of(INCIDENT, frozenset(FieldGroup)) == INCIDENT


def test_no_group_shows_what_is_open_alone() -> None:
    bare = Incident(kind=Kind.ASB_INCIDENT, mapping_status=MappingStatus.MAPPED)

    assert shown_of(INCIDENT, ()) == bare


def test_parts_of_people_go_by_their_own_groups() -> None:
    seen = shown_of(INCIDENT, {FieldGroup.CONTACT, FieldGroup.EXACT_PLACE})

    assert seen.address_text == "12 Example Road"
    assert (seen.description, seen.occurred_from) == (None, None)
    assert seen.people == (Person(role=SubjectRole.CALLER, telephone="07700 900123"),)
