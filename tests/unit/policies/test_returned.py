"""Rows of a return: the prescribed fields, told as coarsely as they must be, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from policies.crowd import Level
from policies.lists import packaged_lists
from policies.pseudonym import row_id
from policies.returned import is_unmapped, race_row_of, row_of
from schemas.codes import Kind, MappingStatus, NsirClass, TimePrecision
from schemas.incident import SENSITIVITY, Incident
from schemas.open_half import OpenDetail, OpenHalf
from schemas.released import PlaceLevel
from schemas.returns import CategoryRow, CouncilRow, CrimeRow, Line, NoticedBy, RaceRow, Row
from tests.support.law import COUNCIL, record_class
from tests.support.requirements import law

PRESCRIBED = packaged_lists().prescribed
AT = int(datetime(2026, 10, 24, 20, 47, tzinfo=UTC).timestamp())  # 21:47 in London


def half(detail: dict[str, Any] | None = None, **more: Any) -> OpenHalf:
    said = {
        "kind": Kind.ASB_INCIDENT,
        "occurred_from": AT,
        "occurred_to": None,
        "reported": AT + 3600,
        "time_precision": TimePrecision.HOUR,
        "typology_area": None,
        "typology_behaviour": "noise",
        "typology_sub_behaviour": None,
        "mapping_status": MappingStatus.MAPPED,
        "point_longitude": -1.2,
        "point_latitude": 52.7,
        "lsoa_code": "E01000001",
        "msoa_code": None,
        "ward_code": "E05000001",
        "district_code": "E07000130",
        "detail": OpenDetail.model_validate(
            {
                "source_category_scheme": "met_cad",
                "source_category_code": "211",
                "crosswalk_version": "1",
                **(detail or {}),
            }
        ),
    }
    return OpenHalf.model_validate(said | more)


def test_a_police_row_says_category_time_date_and_location() -> None:
    row = row_of(1, half(), record_class(), PRESCRIBED)

    assert row.model_dump(mode="json", exclude_none=True) == {
        "date": "2026-10-24",
        "time": "21:00",
        "location": {"level": "map_point", "longitude": -1.2, "latitude": 52.7},
        "category": {
            "source_code": "211",
            "scheme": "met_cad",
            "list_version": "1",
            "frozen_code": "noise",
        },
    }


def test_a_crime_says_its_sub_category_and_a_council_row_who_noticed_it() -> None:
    crime = row_of(2, half({"source_category_code": "010"}), record_class(), PRESCRIBED)
    council = row_of(8, half(), record_class(controller=COUNCIL), PRESCRIBED)

    assert isinstance(crime, CrimeRow)
    assert (crime.sub_category.source_code, crime.sub_category.frozen_code) == ("010", "unmapped")
    assert isinstance(council, CouncilRow)
    assert council.noticed_by is NoticedBy.NOT_STATED


@law("L11")
@pytest.mark.parametrize(
    ("scheme", "by"),
    [
        ("pcn", NoticedBy.AUTHORITY),
        ("open311:example", NoticedBy.PUBLIC),
        ("street", NoticedBy.NOT_STATED),
        (None, NoticedBy.NOT_STATED),
    ],
)
def test_who_noticed_it_is_told_where_the_source_says_so(scheme: str | None, by: NoticedBy) -> None:
    row = row_of(8, half({"source_category_scheme": scheme}), record_class(), PRESCRIBED)

    assert isinstance(row, CouncilRow)
    assert row.noticed_by is by


@law("L13")
@pytest.mark.parametrize(
    ("detail", "code", "frozen"),
    [
        ({"source_category_code": "211"}, "211", "noise"),
        ({"source_category_code": "638"}, "638", "unmapped"),
        ({"source_category_code": None, "unlisted_codes": ("ZZ9",)}, "unmapped", "unmapped"),
        ({"source_category_code": None, "nsir_class": NsirClass.PERSONAL}, "personal", "unmapped"),
        ({"source_category_code": None}, "not_stated", "unmapped"),
    ],
)
def test_a_category_keeps_the_sources_code_and_shows_what_is_not_mapped(
    detail: dict[str, Any], code: str, frozen: str
) -> None:
    row = row_of(1, half(detail), record_class(), PRESCRIBED)

    assert isinstance(row, CategoryRow)
    assert (row.category.source_code, row.category.frozen_code) == (code, frozen)
    assert is_unmapped(row) == (frozen == "unmapped")


@pytest.mark.parametrize(
    ("more", "date", "time"),
    [
        ({"time_precision": TimePrecision.DAY}, "2026-10-24", "not_stated"),
        ({"time_precision": TimePrecision.MONTH}, "2026-10", "not_stated"),
        ({"time_precision": TimePrecision.QUARTER}, "2026Q4", "not_stated"),
        ({"occurred_from": None}, "2026-10-24", "22:00"),
        ({"occurred_from": None, "reported": None}, "not_stated", "not_stated"),
    ],
)
def test_time_is_told_as_well_as_the_source_knew_it(
    more: dict[str, Any], date: str, time: str
) -> None:
    row = row_of(1, half(**more), record_class(), PRESCRIBED)

    assert (row.date, row.time) == (date, time)


@pytest.mark.parametrize(
    ("level", "time", "place", "code"),
    [
        (Level.PART_WARD, "18:00/24:00", PlaceLevel.WARD, "E05000001"),
        (Level.PART_DISTRICT, "18:00/24:00", PlaceLevel.DISTRICT, "E07000130"),
        (Level.DAY_DISTRICT, "not_stated", PlaceLevel.DISTRICT, "E07000130"),
        (Level.DAY, "not_stated", PlaceLevel.NONE, None),
    ],
)
def test_a_racial_row_is_told_at_its_level(
    level: Level, time: str, place: PlaceLevel, code: str | None
) -> None:
    row = race_row_of(half(), level, PRESCRIBED)

    assert (row.date, row.time) == ("2026-10-24", time)
    assert (row.location.level, row.location.code) == (place, code)
    assert not is_unmapped(row)


@law("L12")
def test_what_no_regulation_prescribes_leaves_only_as_voluntary() -> None:
    plain = row_of(1, half(), record_class(), PRESCRIBED)
    more = row_of(1, half(), record_class(), PRESCRIBED, voluntary=True)

    assert isinstance(plain, CategoryRow)
    assert isinstance(more, CategoryRow)
    assert plain.voluntary is None
    assert more.voluntary is not None
    assert more.voluntary.typology_behaviour == "noise"
    assert more.model_copy(update={"voluntary": None}) == plain


@law("L08", "L12")
@pytest.mark.parametrize("kind", [CategoryRow, CrimeRow, RaceRow, CouncilRow])
def test_a_row_has_no_field_for_anything_personal(kind: type[Row]) -> None:
    numbers = {CategoryRow: 1, CrimeRow: 2, RaceRow: 7, CouncilRow: 8}
    fields = set(kind.model_fields) - {"voluntary", "noticed_by"}

    assert fields == set(PRESCRIBED.paragraphs[numbers[kind]].fields)
    sealed = {name for name, one in SENSITIVITY.items() if one.group is not None}
    assert not sealed & _names(kind)
    with pytest.raises(ValueError, match="Extra inputs"):
        kind.model_validate({"uprn": 100030000000})


def _names(kind: type[BaseModel]) -> set[str]:
    found = set(kind.model_fields)
    for info in kind.model_fields.values():
        for part in [info.annotation, *getattr(info.annotation, "__args__", ())]:
            if isinstance(part, type) and issubclass(part, BaseModel):
                found |= _names(part)
    # degrees of a map point of eight addresses or none, not of the place itself
    return found - {"longitude", "latitude"}


def test_the_return_cannot_hold_an_incident() -> None:
    assert not set(Line.model_fields) & set(Incident.model_fields)


@law("L48")
@given(
    st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.integers(1, 2**40)
)
def test_a_row_has_another_name_under_another_key(one: bytes, other: bytes, incident: int) -> None:
    named = row_id(one, "2026Q3", incident.to_bytes(8, "big"))

    assert named == row_id(one, "2026Q3", incident.to_bytes(8, "big"))
    assert (named == row_id(other, "2026Q3", incident.to_bytes(8, "big"))) == (one == other)
    Line.model_validate({"id": named, "change": "retracted", "period": "2026Q3"})
