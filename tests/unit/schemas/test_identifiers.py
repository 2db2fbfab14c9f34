"""Names that are no column: sealed fields in every spelling, and never a word that questions are made of."""

from __future__ import annotations

import pytest

from schemas.analysis import IncidentQuestion
from schemas.codes import Kind, MappingStatus, NsirClass
from schemas.counted import CountedBehaviour, CountedPeriod, CountedPlace, StatisticsQuestion
from schemas.identifiers import SEALED_FIELDS, asks_by_identifier, names_identifier
from schemas.released import RELEASED_NAMES
from schemas.typology import TYPOLOGY
from tests.support.requirements import law


@law("L45")
@pytest.mark.parametrize("name", sorted(SEALED_FIELDS))
def test_a_sealed_field_is_known_in_every_spelling(name: str) -> None:
    camel = "".join(part.title() for part in name.split("_"))
    spellings = (name, name.upper(), name.replace("_", "-"), name.replace("_", ""), camel)

    assert [word for word in spellings if not names_identifier(word)] == []
    assert names_identifier(f"people[0].{name}")
    assert names_identifier(f"/incident/{name}/0")
    assert asks_by_identifier(f"kind,-{name}")
    assert asks_by_identifier(f"{name} = 'x' AND kind = 'crime'")


@pytest.mark.parametrize("name", ["Crime Reference", "D.O.B.", "surname", "e-mail", "lat", "urn"])
def test_what_other_systems_call_them_is_known_too(name: str) -> None:
    assert asks_by_identifier(name)


def test_what_is_shown_anyway_is_a_column() -> None:
    assert names_identifier("occurred_to")
    assert not names_identifier("occurred_to", RELEASED_NAMES)
    assert not asks_by_identifier("-occurred_to,id,place.longitude", RELEASED_NAMES)
    assert asks_by_identifier("occurred_to,uprn", RELEASED_NAMES)
    assert not asks_by_identifier("-occurred_to, longitude", RELEASED_NAMES)
    assert asks_by_identifier("kind,-Date of Birth", RELEASED_NAMES)


def test_no_word_that_questions_are_made_of_is_taken_for_one() -> None:
    enums = (CountedBehaviour, CountedPeriod, CountedPlace, Kind, MappingStatus, NsirClass)
    words = [one.value for listed in enums for one in listed]
    words += [*IncidentQuestion.model_fields, *StatisticsQuestion.model_fields]
    words += TYPOLOGY.names
    words += ["police-nsir", "street-management", "cnh-housing", "police-uk", "E07000130"]
    words += ["-1.2,52.7,-1.1,52.8", "2026-10", "2026Q3", "2026-11-23", "text/csv", "geo+json"]

    assert [word for word in words if asks_by_identifier(word)] == []
