"""A treatment table that is not whole does not load."""

from __future__ import annotations

import pytest

from policies.operations import OPERATIONS, Recording, keep
from policies.refusals import PolicyRefused
from policies.treatments import Treatments, packaged_treatments
from schemas.codes import LocationPrecision, TimePrecision
from schemas.incident import SENSITIVITY
from schemas.sensitivity import Half, Lane, Mark
from tests.support.requirements import law

DEPERSONALISED = packaged_treatments()[Lane.DEPERSONALISED].text
STATISTICS = packaged_treatments()[Lane.STATISTICS].text
PERSONAL_MARKS = {Mark.PERSONAL, Mark.SPECIAL, Mark.FREE_TEXT}


def line(text: str, field: str, now: str) -> str:
    """The table with one line replaced, or taken out."""
    kept = [row for row in text.splitlines() if not row.startswith(f"{field} = ")]
    assert len(kept) == len(text.splitlines()) - 1
    return "\n".join([*kept, now]) + "\n"


def refused(lane: Lane, text: str) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        Treatments.load(lane, text)
    return caught.value


@pytest.mark.parametrize("lane", [Lane.DEPERSONALISED, Lane.STATISTICS])
def test_every_field_of_an_incident_has_one_treatment(lane: Lane) -> None:
    assert set(packaged_treatments()[lane].lines) == set(SENSITIVITY)


@law("L23")
@pytest.mark.parametrize("name", list(SENSITIVITY))
def test_a_field_without_a_treatment_stops_everything(name: str) -> None:
    fault = refused(Lane.DEPERSONALISED, line(DEPERSONALISED, name, ""))

    assert (fault.file, fault.rule) == ("depersonalised.toml", name)


@law("L08")
@pytest.mark.parametrize("lane", [Lane.DEPERSONALISED, Lane.STATISTICS])
def test_nothing_about_a_person_is_kept_or_leaves(lane: Lane) -> None:
    for name, treatment in packaged_treatments()[lane].lines.items():
        if SENSITIVITY[name].mark in PERSONAL_MARKS:
            assert treatment.keeps is None
            assert treatment.releases is None or treatment.op == "pseudonym"


@pytest.mark.parametrize(
    "name",
    [name for name, one in SENSITIVITY.items() if one.half is Half.SEALED],
)
def test_no_sealed_field_may_be_kept_as_it_came(name: str) -> None:
    for target in (name, "source_category_label"):
        now = f'{name} = {{ op = "keep", keeps = "{target}", releases = "{target}" }}'

        assert (
            "keep is not for" in refused(Lane.DEPERSONALISED, line(DEPERSONALISED, name, now)).says
        )


@pytest.mark.parametrize(
    ("lane", "name", "now", "says"),
    [
        (Lane.DEPERSONALISED, "uprn", 'odd = { op = "drop" }', "the field has no treatment"),
        (Lane.DEPERSONALISED, "uprn", 'uprn = { op = "guess" }', "no such operation"),
        (Lane.DEPERSONALISED, "uprn", 'uprn = { op = "sealed" }', "not for this lane"),
        (Lane.STATISTICS, "kind", 'kind = { op = "keep", keeps = "kind" }', "not for this lane"),
        (Lane.DEPERSONALISED, "uprn", 'uprn = { op = "class_only" }', "marked location, sealed"),
        (
            Lane.DEPERSONALISED,
            "outcome_code",
            'outcome_code = { op = "class_only" }',
            "not for this field",
        ),
        (
            Lane.DEPERSONALISED,
            "easting",
            'easting = { op = "map_point", keeps = "point_longitude", releases = "place" }',
            "not for this field",
        ),
        (
            Lane.DEPERSONALISED,
            "status",
            'status = { op = "keep", releases = "status" }',
            "says what it keeps",
        ),
        (
            Lane.DEPERSONALISED,
            "uprn",
            'uprn = { op = "drop", keeps = "kind" }',
            "keeps nothing",
        ),
        (
            Lane.DEPERSONALISED,
            "status",
            'status = { op = "keep", keeps = "status" }',
            "says what it releases",
        ),
        (
            Lane.DEPERSONALISED,
            "uprn",
            'uprn = { op = "drop", releases = "place" }',
            "releases nothing",
        ),
        (
            Lane.DEPERSONALISED,
            "status",
            'status = { op = "keep", keeps = "source_category_label", releases = "status" }',
            "may not keep it there",
        ),
        (
            Lane.DEPERSONALISED,
            "status",
            'status = { op = "keep", keeps = "status", releases = "source_category_label" }',
            "may not release it there",
        ),
        (
            Lane.DEPERSONALISED,
            "reported_at",
            'reported_at = { op = "hour", keeps = "occurred_from", releases = "reported" }',
            "two fields are given",
        ),
        (
            Lane.DEPERSONALISED,
            "occurred_to",
            'occurred_to = { op = "drop" }',
            "no field is given",
        ),
        (
            Lane.STATISTICS,
            "kind",
            'kind = { op = "count_by", releases = "address" }',
            "may not release it there",
        ),
        (Lane.DEPERSONALISED, "uprn", "uprn = 7", "op, keeps and releases"),
        (Lane.DEPERSONALISED, "uprn", "uprn = ", "no TOML"),
    ],
)
def test_a_line_that_does_not_hold_is_refused(lane: Lane, name: str, now: str, says: str) -> None:
    text = DEPERSONALISED if lane is Lane.DEPERSONALISED else STATISTICS

    assert says in refused(lane, line(text, name, now)).says


def test_a_treatment_of_a_field_that_does_not_exist_is_refused() -> None:
    fault = refused(Lane.STATISTICS, STATISTICS + 'nickname = { op = "drop" }\n')

    assert (fault.rule, fault.says) == ("nickname", "Incident has no such field")


def test_every_operation_says_what_it_does() -> None:
    assert all(operation.says for operation in OPERATIONS.values())


def test_to_keep_is_to_change_nothing() -> None:
    value = ("as", "it", "came")

    recording = Recording(
        time_precision=TimePrecision.DAY,
        location_precision=LocationPrecision.NONE,
        point=None,
        mapped_by_rule=True,
        listed=None,
    )

    assert keep(value, recording) is value
