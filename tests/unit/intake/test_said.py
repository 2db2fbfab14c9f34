"""What must be said of a row before it is kept: fact or opinion, and who somebody is."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.cnh_housing import SOURCE as HOUSING
from adapters.faults import UnreadableError
from adapters.people import read_person
from adapters.police_nsir import SOURCE as NSIR
from adapters.source import CannotMap, Mapped
from gateway.intake.recorded import says_neither
from policies.kept import EVERYTHING, NOTHING, Kept, concerns_a_child
from schemas.grading import Assertion
from schemas.incident import LogEntry
from tests.support.law import NOON, incident
from tests.support.requirements import law

NOBODY = dict.fromkeys(
    ("person_role", "person_name", "person_born", "person_address", "person_telephone"), ""
)
COLUMNS = {"person_role": "ROLE", "person_name": "NAME", "person_born": "BORN"}


@law("L24")
def test_a_narrative_is_kept_only_where_somebody_says_what_it_is() -> None:
    told = incident(description="ALL QUIET ON ARRIVAL")
    logged = incident(log_entries=(LogEntry(text="INFT CALLED BACK"),))

    assert says_neither(told, EVERYTHING)
    assert says_neither(logged, EVERYTHING)
    assert not says_neither(told.model_copy(update={"assertion": Assertion.FACT}), EVERYTHING)
    assert not says_neither(told, NOTHING)
    assert not says_neither(told, Kept(fields=frozenset({"address_text"})))
    assert not says_neither(incident(), EVERYTHING)


@law("L25")
@pytest.mark.parametrize(
    ("cells", "rule"),
    [
        ({"person_name": "A. EXAMPLE"}, "person.role_missing"),
        ({"person_telephone": "07700 900123", "person_role": "tenant"}, "person.role_unknown"),
        (
            {"person_role": "victim", "person_born": "last spring"},
            "person.born_unreadable",
        ),
    ],
)
def test_somebody_named_has_a_role_and_a_readable_birthday(cells: Any, rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_person(NOBODY | cells)

    assert refused.value.rule == rule


@law("L25")
def test_a_role_alone_names_nobody_and_a_suspect_is_a_subject() -> None:
    assert read_person(NOBODY | {"person_role": "victim"}) is None
    made = read_person(NOBODY | {"person_role": "Suspect", "person_name": "B. EXAMPLE"})
    assert made == {"role": "subject", "name": "B. EXAMPLE"}


@law("L25", "L60")
@pytest.mark.parametrize(
    ("born", "child"), [("31/10/2008", False), ("2008-11-01", True), ("01-11-2008", True)]
)
def test_a_person_with_a_birthday_is_a_child_by_the_day_of_the_incident(
    born: str, child: bool
) -> None:
    row = {**NSIR.examples[0].given, "ROLE": "victim", "NAME": "C. EXAMPLE", "BORN": born}

    made = NSIR.compile({"columns": COLUMNS}).map(row)

    assert isinstance(made, Mapped)
    assert [one.role for one in made.incident.people] == ["caller", "victim"]
    assert concerns_a_child(made.incident) == child


@law("L60")
def test_it_is_the_day_of_the_incident_and_not_of_its_report() -> None:
    later = NOON.replace(year=2027)
    person = {"role": "victim", "date_of_birth": "2009-01-01"}

    assert concerns_a_child(incident(reported_at=later, people=(person,)))
    assert not concerns_a_child(incident(occurred_from=None, reported_at=later, people=(person,)))


@law("L25")
def test_a_housing_row_names_a_person_by_the_same_columns_and_rules() -> None:
    given = {**HOUSING.examples[0].given, "ROLE": "", "NAME": "D. EXAMPLE", "BORN": ""}
    mapper = HOUSING.compile({**HOUSING.examples[0].settings, "columns": COLUMNS})

    made = mapper.map(given)

    assert isinstance(made, CannotMap)
    assert [(one.pointer, one.rule) for one in made.faults] == [("/ROLE", "person.role_missing")]
    unreadable = mapper.map({**given, "ROLE": "witness", "BORN": "soon"})
    assert isinstance(unreadable, CannotMap)
    assert [one.pointer for one in unreadable.faults] == ["/BORN"]
