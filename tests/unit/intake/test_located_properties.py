"""Located, over any rows and any map points: what must hold whatever comes."""

from __future__ import annotations

import math
from typing import Any

import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.geography import AreaEdition, AreaRow, PointEdition, PointRow
from gateway.intake.geometry import FARTHEST
from gateway.intake.located import Places, located, located_batch
from gateway.intake.outlines import to_metres
from schemas.codes import Kind, LocationPrecision, MappingStatus
from schemas.incident import Incident

WEST, SOUTH = -1.4, 52.5
CODES = ("lsoa_code", "msoa_code", "ward_code", "district_code")
DISTRICTS = ("Charnwood", "Blaby", "Melton")

longitudes = st.floats(-1.6, -0.8)
latitudes = st.floats(52.3, 53.1)
rows_of_points = st.lists(
    st.builds(
        PointRow, longitudes, latitudes, st.sampled_from(DISTRICTS), st.none() | st.integers(0, 10)
    ),
    max_size=12,
    unique_by=lambda row: row[:2],
)


def codes(level: str) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.from_regex(rf"E0{level}00000[0-9]", fullmatch=True))


LEVELS = {"lsoa_code": "1", "msoa_code": "2", "ward_code": "5", "district_code": "[6-9]"}


def _incident(**values: Any) -> Incident:
    return Incident(kind=Kind.ASB_INCIDENT, mapping_status=MappingStatus.MAPPED, **values)


@st.composite
def incidents(draw: st.DrawFn) -> Incident:
    values: dict[str, Any] = {name: draw(codes(LEVELS[name])) for name in CODES}
    values["location_precision"] = draw(st.sampled_from(LocationPrecision))
    if draw(st.booleans()):
        values |= {"longitude": draw(longitudes), "latitude": draw(latitudes)}
    elif draw(st.booleans()):
        values |= {"easting": draw(st.integers(-10, 800_000))}
        values |= {"northing": draw(st.integers(-10, 1_300_000))}
    values["geography_editions"] = ("lsoa:2031",) if values["lsoa_code"] else ()
    return _incident(**values)


def _areas() -> list[AreaEdition]:
    """Nine LSOAs in a square, a third of them in each district; one ward under all."""
    boxes = [(column, row) for column in range(3) for row in range(3)]
    lsoas = tuple(
        AreaRow(
            f"E0100000{number}",
            f"{DISTRICTS[column]} 00{number}A",
            shapely.box(
                WEST + column / 5, SOUTH + row / 5, WEST + column / 5 + 0.2, SOUTH + row / 5 + 0.2
            ).wkb,
        )
        for number, (column, row) in enumerate(boxes)
    )
    ward = AreaRow("E05000001", "All", shapely.box(WEST, SOUTH, WEST + 0.6, SOUTH + 0.6).wkb)
    return [
        AreaEdition("lsoa", "2011", "0" * 64, lsoas),
        AreaEdition("wards", "2013", "0" * 64, (ward,)),
    ]


AREAS = _areas()
NAMES = {row.code: row.name.rsplit(" ", 1)[0] for row in AREAS[0].rows}


@given(incidents(), st.sampled_from([None, *DISTRICTS]))
def test_what_the_source_said_never_changes(row: Incident, default: str | None) -> None:
    # where a map point stands for a place its areas do too (tests/properties/test_map_points.py)
    answer = located(row, Places.build(AREAS), default)

    before, after = row.model_dump(), answer.incident.model_dump()
    for name in (*CODES, "easting", "northing", "longitude", "latitude"):
        assert before[name] is None or after[name] == before[name]
    kept = after["geography_editions"][: len(row.geography_editions)]
    assert kept == row.geography_editions
    filled = [name for name in CODES if before[name] is None and after[name] is not None]
    notes = after["geography_editions"][len(row.geography_editions) :]
    assert {f"{note.split(':')[0]}_code" for note in notes} == set(filled)
    assert len(notes) == len(filled)
    assert Incident.model_validate(after) == answer.incident


@given(longitudes, latitudes, rows_of_points, st.sampled_from([None, *DISTRICTS]))
def test_a_map_point_is_the_nearest_loaded_one_of_the_same_district(
    longitude: float, latitude: float, points: list[PointRow], default: str | None
) -> None:
    row = _incident(
        longitude=longitude, latitude=latitude, location_precision=LocationPrecision.POINT
    )
    places = Places.build(AREAS, [PointEdition("2025-06", "0" * 64, tuple(points))])

    answer = located(row, places, default)

    # the default names a district that is outlined here, so it never helps
    own = located(row, Places.build(AREAS)).incident.lsoa_code
    district = NAMES.get(own or "")
    here = _metres(longitude, latitude)
    same = {
        point[:2]: (math.dist(here, _metres(*point[:2])), point.addresses)
        for point in points
        if point.district == district
    }
    least = min((far for far, _ in same.values()), default=math.inf)
    nearest = {at: count for at, (far, count) in same.items() if far <= least + 1e-6}
    if answer.point is None:
        # one that could stand may be kept back to hide those of 1 to 7 (tests/properties/test_map_points.py)
        few = any(count in range(1, 8) for _, count in same.values())
        assert least > FARTHEST or few
    else:
        assert least <= FARTHEST + 1e-6
        chosen = (answer.point.longitude, answer.point.latitude)
        assert nearest[chosen] not in range(1, 8)


@given(longitudes, latitudes, rows_of_points, st.sampled_from([None, *DISTRICTS]))
def test_a_published_point_is_never_moved(
    longitude: float, latitude: float, points: list[PointRow], default: str | None
) -> None:
    published = LocationPrecision.PUBLISHED_POINT
    row = _incident(longitude=longitude, latitude=latitude, location_precision=published)
    places = Places.build(AREAS, [PointEdition("2025-06", "0" * 64, tuple(points))])

    answer = located(row, places, default)

    assert answer.point is not None
    assert (answer.point.longitude, answer.point.latitude) == (longitude, latitude)
    assert answer.incident.location_precision is published
    assert answer.incident.easting is None


@given(st.lists(incidents(), max_size=8), rows_of_points)
def test_a_batch_is_its_rows(rows: list[Incident], points: list[PointRow]) -> None:
    places = Places.build(AREAS, [PointEdition("2025-06", "0" * 64, tuple(points))])

    together = located_batch(rows, places, "Charnwood")

    assert together == [located(row, places, "Charnwood") for row in rows]


@given(longitudes, latitudes)
def test_areas_are_those_whose_outline_has_the_place(longitude: float, latitude: float) -> None:
    row = _incident(
        longitude=longitude, latitude=latitude, location_precision=LocationPrecision.POINT
    )

    answer = located(row, Places.build(AREAS))

    around = [
        area.code
        for area in AREAS[0].rows
        if shapely.intersects_xy(shapely.from_wkb(area.wkb), longitude, latitude)
    ]
    assert answer.incident.lsoa_code == (min(around) if around else None)


def _metres(longitude: float, latitude: float) -> tuple[float, float]:
    pair = to_metres([(longitude, latitude)])[0]
    assert pair is not None
    return pair
