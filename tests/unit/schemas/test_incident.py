"""The common record: closed, marked field by field, and deaf to what nobody declared."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import pytest
from pydantic import ValidationError

from schemas import incident as words
from schemas.codes import Kind, MappingStatus, TimePrecision
from schemas.incident import SENSITIVITY, Incident, first_known_time
from schemas.open_half import OpenDetail, OpenHalf
from schemas.released import DepersonalisedIncident, Notice, Place, PlaceLevel, Quality
from schemas.sensitivity import FieldGroup, Half, Mark
from tests.support.requirements import law

CANARY = "Zebedee Canary-Ffoulkes"
LEAST = {"kind": Kind.ASB_INCIDENT, "mapping_status": MappingStatus.UNCLASSIFIED}
AT = datetime(2026, 10, 31, 21, 5, tzinfo=UTC)
PRIVATE = {Mark.PERSONAL, Mark.SPECIAL, Mark.FREE_TEXT}


def test_kind_and_mapping_are_all_that_a_record_must_have() -> None:
    least = Incident.model_validate(LEAST)

    assert least.time_precision is TimePrecision.MINUTE
    assert least.people == ()


@law("L23")
@pytest.mark.parametrize(
    "wrong",
    [
        {"surname": CANARY},
        {"reported_at": datetime(2026, 1, 1)},  # noqa: DTZ001 - a time without a zone is the point
        {"longitude": float("nan")},
        {"latitude": float("inf")},
        {"lsoa_code": "LE11 3TT"},
        {"opening_code": "free text has blanks"},
        {"people": [{"name": CANARY}]},
        {"description": "x" * 10_001},
        {"source_reference": ""},
    ],
)
def test_what_nobody_declared_is_refused_and_not_echoed(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Incident.model_validate(LEAST | wrong)

    assert CANARY not in str(refused.value)


def test_a_record_never_changes() -> None:
    with pytest.raises(ValidationError):
        Incident.model_validate(LEAST).kind = Kind.CRIME  # type: ignore[misc]


def test_every_private_field_is_sealed() -> None:
    open_private = {
        name for name, one in SENSITIVITY.items() if one.mark in PRIVATE and one.half is Half.OPEN
    }

    assert open_private == set()


def test_every_group_is_used_and_only_by_sealed_fields() -> None:
    groups = {one.group for one in SENSITIVITY.values() if one.half is Half.SEALED}

    assert groups == set(FieldGroup)
    assert {one.group for one in SENSITIVITY.values() if one.half is Half.OPEN} == {None}


def test_a_field_without_a_mark_or_with_two_fails_at_import() -> None:
    for marks in ([], [words.A, words.C]):
        with pytest.raises(TypeError, match=f"carries {len(marks)}"):
            words._sensitivity_of("shoe_size", marks)


@pytest.mark.parametrize(
    "mark",
    [
        words.Sensitivity(Mark.PERSONAL, Half.SEALED),
        words.Sensitivity(Mark.LOCATION, Half.OPEN, FieldGroup.EXACT_PLACE),
    ],
)
def test_a_sealed_field_has_a_group_and_an_open_one_has_none(mark: words.Sensitivity) -> None:
    with pytest.raises(TypeError, match="field group"):
        words._sensitivity_of("shoe_size", [mark])


def test_the_quarter_hangs_on_the_report_else_on_the_event() -> None:
    both = Incident.model_validate(LEAST | {"reported_at": AT, "occurred_from": AT.replace(day=1)})
    event = Incident.model_validate(LEAST | {"occurred_from": AT})

    assert first_known_time(both) == AT
    assert first_known_time(event) == AT
    assert first_known_time(Incident.model_validate(LEAST)) is None


@law("L08")
@pytest.mark.parametrize(
    "shape", [OpenHalf, OpenDetail, DepersonalisedIncident, Notice, Place, Quality]
)
def test_no_shape_that_stays_readable_or_leaves_has_a_sealed_field(shape: type[Any]) -> None:
    sealed = {name for name, one in SENSITIVITY.items() if one.half is Half.SEALED}
    coarsened = {
        "occurred_from",
        "occurred_to",
        "longitude",
        "latitude",
    }  # to the hour; a map point

    assert set(shape.model_fields) & sealed <= coarsened


def test_a_released_id_has_one_form_and_a_place_one_level() -> None:
    with pytest.raises(ValidationError):
        Notice(id=CANARY, version=1, kind="erased")  # type: ignore[arg-type]

    assert Place(level=PlaceLevel.NONE).code is None


def test_a_mark_may_stand_beside_other_annotations() -> None:
    annotated = Annotated[str, "other", words.A]

    assert words._sensitivity_of("x", list(annotated.__metadata__)) is words.A  # type: ignore[attr-defined]
