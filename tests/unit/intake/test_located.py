"""Located: what is filled in, what never changes, and what sends a row to quarantine."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import shapely

from gateway.intake.geography import AreaEdition, AreaKind, AreaRow, PointEdition, PointRow
from gateway.intake.located import NOWHERE, Places, located, located_batch
from gateway.intake.outlines import to_degrees, to_metres
from schemas.codes import Kind, LocationPrecision, MappingStatus
from schemas.incident import Incident
from schemas.open_half import MapPoint

CHARNWOOD, BLABY = "E07000130", "E07000129"
POINT, PUBLISHED = LocationPrecision.POINT, LocationPrecision.PUBLISHED_POINT

OS_POINTS = {
    "TP07 North Foreland": (1.44454730409, 51.37447025550, 639821.835, 169565.858),
    "TP09 London": (-0.11992557180, 51.48936564950, 530624.974, 178388.464),
    "TP12 Droitwich": (-2.15458614387, 52.25529381630, 389544.190, 261912.153),
    "TP13 Northampton": (-0.91248956970, 52.25160951230, 474335.969, 262047.755),
    "TP14 King's Lynn": (0.40153547065, 52.75136687170, 562180.547, 319784.995),
    "TP15 Nottingham": (-1.19747655922, 52.96219109410, 454002.834, 340834.943),
}
"""The Ordnance Survey's own test points of OSTN15: degrees ETRS89, metres OSGB36."""


def incident(**values: Any) -> Incident:
    values = {"location_precision": POINT, **values}
    return Incident(kind=Kind.ASB_INCIDENT, mapping_status=MappingStatus.UNCLASSIFIED, **values)


def area(
    kind: AreaKind, edition: str, code: str, box: tuple[float, ...], name: str = ""
) -> AreaEdition:
    return AreaEdition(kind, edition, "0" * 64, (AreaRow(code, name, shapely.box(*box).wkb),))


def points(*rows: PointRow, edition: str = "2025-06") -> PointEdition:
    return PointEdition(edition, "0" * 64, rows)


WEST_HALF, EAST_HALF = (-1.3, 52.6, -1.2, 52.8), (-1.2, 52.6, -1.1, 52.8)
LSOA_WEST = area("lsoa", "2011", "E01000001", WEST_HALF, "Charnwood 001A")
LSOA_EAST = area("lsoa", "2011", "E01000002", EAST_HALF, "Blaby 001A")
NEAR_WEST = PointRow(-1.21, 52.7, "Charnwood")
NEAR_EAST = PointRow(-1.195, 52.7, "Blaby")
PLACES = Places.build([LSOA_WEST, LSOA_EAST], [points(NEAR_WEST, NEAR_EAST)])


@pytest.mark.parametrize("name", OS_POINTS)
def test_the_ordnance_surveys_own_points_convert_to_the_millimetre(name: str) -> None:
    longitude, latitude, easting, northing = OS_POINTS[name]

    assert to_metres([(longitude, latitude)])[0] == pytest.approx((easting, northing), abs=0.001)
    assert to_degrees([(easting, northing)])[0] == pytest.approx((longitude, latitude), abs=1e-8)


def test_metres_get_degrees_and_degrees_get_whole_metres() -> None:
    from_grid = located(incident(easting=454003, northing=340835), PLACES).incident
    from_degrees = located(incident(longitude=-1.19747655922, latitude=52.9621910941)).incident

    assert (from_grid.easting, from_grid.northing) == (454003, 340835)
    assert from_grid.longitude == pytest.approx(-1.197474, abs=1e-5)
    assert (from_degrees.easting, from_degrees.northing) == (454003, 340835)
    assert Incident.model_validate(from_grid.model_dump()) == from_grid
    assert {"longitude", "latitude"} <= from_grid.model_fields_set


def test_without_geography_metres_are_checked_and_left_as_they_are() -> None:
    given = incident(easting=454003, northing=340835)

    assert located(given) == (given, None, ())
    assert located(incident(easting=1_000, northing=1_299_000)).faults


def test_a_row_without_coordinates_is_left_as_it_is() -> None:
    given = incident(lsoa_code="E01000001", location_precision=LocationPrecision.LSOA)

    assert located(given, PLACES, CHARNWOOD) == (given, None, ())


@pytest.mark.parametrize(
    ("supplied", "precision"),
    [
        ({"postcode": "LE11 1AA", "lsoa_code": "E01000001"}, LocationPrecision.POSTCODE),
        ({"lsoa_code": "E01000001", "ward_code": "E05000001"}, LocationPrecision.LSOA),
        ({"msoa_code": "E02000001"}, LocationPrecision.MSOA),
        ({"ward_code": "E05000001"}, LocationPrecision.WARD),
        ({"district_code": CHARNWOOD}, LocationPrecision.DISTRICT),
        ({}, LocationPrecision.NONE),
    ],
)
@pytest.mark.parametrize("claimed", [POINT, PUBLISHED])
def test_what_has_no_coordinates_is_no_point(
    supplied: dict[str, str], precision: LocationPrecision, claimed: LocationPrecision
) -> None:
    answer = located(incident(location_precision=claimed, **supplied))

    assert answer.incident.location_precision is precision
    assert answer.point is None


@pytest.mark.parametrize(
    ("values", "pointer", "rule"),
    [
        ({"easting": 454003}, "/northing", "place.half_a_point"),
        ({"northing": 340835}, "/easting", "place.half_a_point"),
        ({"longitude": -1.2}, "/latitude", "place.half_a_point"),
        ({"latitude": 52.7}, "/longitude", "place.half_a_point"),
        ({"easting": 0, "northing": 0}, "/easting", "place.outside_great_britain"),
        ({"easting": -5, "northing": 340835}, "/easting", "place.outside_great_britain"),
        ({"easting": 10**30, "northing": 1}, "/easting", "place.outside_great_britain"),
        ({"easting": 1_000, "northing": 1_200_000}, "/easting", "place.outside_great_britain"),
        ({"easting": 840_000, "northing": 340_000}, "/easting", "place.axes_swapped"),
        ({"easting": -1, "northing": 52}, "/easting", "place.degrees_for_metres"),
        ({"easting": 52, "northing": -1}, "/easting", "place.degrees_for_metres"),
        ({"longitude": 52.7, "latitude": -1.2}, "/longitude", "place.axes_swapped"),
        ({"longitude": 0.0, "latitude": 0.0}, "/longitude", "place.outside_great_britain"),
        ({"longitude": 2.1, "latitude": 49.1}, "/longitude", "place.outside_great_britain"),
        ({"longitude": 454e3, "latitude": 340e3}, "/longitude", "place.outside_great_britain"),
        (
            {"easting": 454003, "northing": 340835, "longitude": -1.3, "latitude": 52.9},
            "/longitude",
            "place.coordinates_disagree",
        ),
    ],
)
def test_a_coordinate_that_cannot_be_right_goes_to_quarantine(
    values: dict[str, Any], pointer: str, rule: str
) -> None:
    given = incident(**values)

    answer = located(given, PLACES, "Charnwood")

    assert answer.incident is given
    assert answer.point is None
    assert [(fault.pointer, fault.rule) for fault in answer.faults] == [(pointer, rule)]


def test_two_pairs_that_agree_are_both_kept() -> None:
    given = incident(easting=454003, northing=340835, longitude=-1.1975, latitude=52.9622)

    assert located(given) == (given, None, ())


def test_axes_swapped_within_range_are_not_guessed_at() -> None:
    swapped = located(incident(easting=323_000, northing=455_000), PLACES, "Charnwood")

    assert not swapped.faults
    assert (swapped.incident.easting, swapped.incident.northing) == (323_000, 455_000)
    assert swapped.point is None


def test_missing_areas_are_filled_with_their_edition_and_supplied_ones_stay() -> None:
    wards = area("wards", "2013", "E05000001", WEST_HALF)
    msoas = area("msoa", "2011", "E02000001", WEST_HALF)
    districts = area("districts", "2023", CHARNWOOD, WEST_HALF, "Charnwood")
    places = Places.build([LSOA_WEST, wards, msoas, districts])
    place = {"longitude": -1.25, "latitude": 52.7}

    bare = located(incident(**place), places).incident
    supplied = located(
        incident(lsoa_code="E01034002", geography_editions=("lsoa:2021",), **place), places
    ).incident

    assert bare.geography_editions == ("ward:2013", "lsoa:2011", "msoa:2011", "district:2023")
    assert (bare.ward_code, bare.lsoa_code) == ("E05000001", "E01000001")
    assert (bare.msoa_code, bare.district_code) == ("E02000001", CHARNWOOD)
    assert supplied.lsoa_code == "E01034002"
    assert supplied.geography_editions == (
        "lsoa:2021",
        "ward:2013",
        "msoa:2011",
        "district:2023",
    )


def test_the_newest_edition_answers_where_it_has_the_place() -> None:
    newer = area("wards", "2023", "E05000009", WEST_HALF)
    places = Places.build([area("wards", "2013", "E05000001", (-1.3, 52.6, -1.1, 52.8)), newer])

    west = located(incident(longitude=-1.25, latitude=52.7), places).incident
    east = located(incident(longitude=-1.15, latitude=52.7), places).incident

    assert (west.ward_code, west.geography_editions) == ("E05000009", ("ward:2023",))
    assert (east.ward_code, east.geography_editions) == ("E05000001", ("ward:2013",))


def test_a_shared_boundary_belongs_to_the_lower_code() -> None:
    answer = located(incident(longitude=-1.2, latitude=52.7), PLACES)

    assert answer.incident.lsoa_code == "E01000001"


@pytest.mark.parametrize(
    "precision",
    [LocationPrecision.LSOA, LocationPrecision.WARD, LocationPrecision.NONE],
)
def test_the_middle_of_an_area_is_no_place_to_find_finer_areas_or_points_by(
    precision: LocationPrecision,
) -> None:
    given = incident(longitude=-1.25, latitude=52.7, location_precision=precision)

    answer = located(given, PLACES, "Charnwood")

    assert answer.point is None
    assert answer.incident.lsoa_code is None
    assert answer.incident.location_precision is precision


def test_an_exact_place_gets_the_nearest_point_of_its_own_district() -> None:
    just_west = located(incident(longitude=-1.2001, latitude=52.7), PLACES)

    assert just_west.point == MapPoint(-1.21, 52.7, "police-uk-points:2025-06")
    assert (just_west.incident.longitude, just_west.incident.latitude) == (-1.2001, 52.7)


def test_a_published_point_stays_where_its_publisher_put_it() -> None:
    given = incident(longitude=-1.2001, latitude=52.7, location_precision=PUBLISHED)

    answer = located(given, PLACES, "Charnwood")

    assert answer.point == MapPoint(-1.2001, 52.7, "published")
    assert answer.incident.easting is None
    assert located(given) == (given, answer.point, ())


def test_a_published_point_in_metres_is_told_in_degrees() -> None:
    answer = located(incident(easting=454003, northing=340835, location_precision=PUBLISHED))

    assert answer.point is not None
    assert answer.point.longitude == answer.incident.longitude


def test_a_supplied_code_says_the_district_before_the_outline_does() -> None:
    place = {"longitude": -1.19, "latitude": 52.7}
    named = Places.build([], [points(NEAR_WEST)], {CHARNWOOD: "Charnwood"})
    coded = Places.build([], [points(PointRow(-1.21, 52.7, CHARNWOOD))])

    assert located(incident(lsoa_code="E01000001", **place), PLACES).point is not None
    assert located(incident(lsoa_code="E01000001", **place), PLACES).point == MapPoint(
        -1.21, 52.7, "police-uk-points:2025-06"
    )
    assert located(incident(district_code=CHARNWOOD, **place), named).point is not None
    assert located(incident(district_code=CHARNWOOD, **place), coded).point is not None
    assert located(incident(district_code=BLABY, **place), coded, CHARNWOOD).point is None


@pytest.mark.parametrize("default", ["Charnwood", "CHARNWOOD", CHARNWOOD])
def test_the_feeds_district_speaks_for_rows_without_any_area_code(default: str) -> None:
    places = Places.build([], [points(NEAR_WEST)], {CHARNWOOD: "Charnwood"})
    place = {"longitude": -1.19, "latitude": 52.7}

    assert located(incident(**place), places, default).point is not None
    assert located(incident(**place), places).point is None
    assert located(incident(**place), places, "Blaby").point is None
    assert located(incident(lsoa_code="E01000009", **place), places, default).point is None
    assert located(incident(ward_code="E05000009", **place), places, default).point is None


def test_outlines_that_leave_a_place_outside_outweigh_the_feeds_district() -> None:
    outside = incident(longitude=-1.25, latitude=52.81)

    assert located(outside, PLACES, "Charnwood").point is None


def test_no_point_farther_than_20_km_stands_for_a_place() -> None:
    places = Places.build([], [points(NEAR_WEST)])

    def at(northwards: int) -> MapPoint | None:
        x, y = to_metres([(-1.21, 52.7)])[0] or (0, 0)
        given = incident(easting=round(x), northing=round(y) + northwards)
        return located(given, places, "Charnwood").point

    assert at(19_998) is not None
    assert at(20_002) is None
    assert at(100_000) is None


def test_a_point_of_several_editions_carries_the_newest() -> None:
    older = points(NEAR_WEST, PointRow(-1.25, 52.7, "Charnwood"), edition="2024-01")
    places = Places.build([], [points(NEAR_WEST), older])

    near = located(incident(longitude=-1.2101, latitude=52.7), places, "Charnwood").point
    far = located(incident(longitude=-1.2499, latitude=52.7), places, "Charnwood").point

    assert near is not None
    assert near.edition == "police-uk-points:2025-06"
    assert far is not None
    assert far.edition == "police-uk-points:2024-01"


def test_a_batch_answers_in_order_what_each_row_alone_would() -> None:
    rows = [
        incident(easting=454003, northing=340835),
        incident(easting=0, northing=0),
        incident(longitude=-1.2001, latitude=52.7),
        incident(location_precision=LocationPrecision.NONE),
        incident(longitude=-1.15, latitude=52.7, location_precision=PUBLISHED),
    ]

    assert located_batch(rows, PLACES, "Blaby") == [located(row, PLACES, "Blaby") for row in rows]
    assert located_batch([], PLACES) == []


def test_nothing_loaded_is_the_same_as_nowhere() -> None:
    assert Places.build() == NOWHERE


def test_full_memories_begin_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.intake.geometry.MAX_CELLS", 2)
    places = Places.build([LSOA_WEST, LSOA_EAST], [points(NEAR_WEST, NEAR_EAST)])
    rows = [incident(longitude=-1.29 + step / 100, latitude=52.7) for step in range(15)]

    assert located_batch(rows, places) == located_batch(rows, PLACES)


def test_without_geography_and_metres_nothing_heavy_is_imported() -> None:
    program = (
        "import sys; from gateway.intake.located import Places, located_batch; "
        "from schemas.incident import Incident; "
        "located_batch([Incident(kind='crime', mapping_status='mapped', longitude=-1.2, "
        "latitude=52.7, location_precision='published_point')], Places.build(), 'Charnwood'); "
        "sys.exit(any(name in sys.modules for name in ('numpy', 'shapely', 'convertbng')))"
    )

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
