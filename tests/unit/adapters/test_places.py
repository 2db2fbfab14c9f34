from __future__ import annotations

import pytest

from adapters.faults import UnreadableError
from adapters.places import Bounds, read_grid_point, read_published_point

CHARNWOOD = Bounds(east_from=444_000, east_to=472_000, north_from=306_000, north_to=326_500)


def test_metres_are_kept_as_whole_metres() -> None:
    place = read_grid_point("453412.9", "319655", None)

    assert (place["easting"], place["northing"]) == (453412, 319655)
    assert place["location_precision"] == "point"


@pytest.mark.parametrize(("east", "north"), [("", ""), ("0", "0"), ("0.0", "000")])
def test_no_coordinates_are_no_place_and_no_fault(east: str, north: str) -> None:
    assert read_grid_point(east, north, CHARNWOOD) == {}
    assert read_published_point(east, north) == {}


@pytest.mark.parametrize(("east", "north"), [("-1.2101", "52.7712"), ("52.7712", "-1.2101")])
def test_degrees_in_columns_for_metres_are_known_by_their_range(east: str, north: str) -> None:
    place = read_grid_point(east, north, CHARNWOOD)

    assert (place["longitude"], place["latitude"]) == (-1.2101, 52.7712)


@pytest.mark.parametrize(
    ("east", "north", "rule"),
    [
        ("453412", "", "place.half_a_point"),
        ("", "319655", "place.half_a_point"),
        ("SK5319", "319655", "place.unreadable"),
        ("1e5", "319655", "place.unreadable"),
        ("9999999", "1", "place.outside_great_britain"),
        ("453412", "0", "place.outside_great_britain"),
        ("-5", "319655", "place.outside_great_britain"),
        ("319655", "453412", "place.axes_swapped"),
    ],
)
def test_a_point_that_cannot_be_used_names_the_rule(east: str, north: str, rule: str) -> None:
    with pytest.raises(UnreadableError) as refused:
        read_grid_point(east, north, CHARNWOOD)

    assert refused.value.rule == rule


def test_a_point_across_the_border_of_the_area_is_no_fault() -> None:
    assert read_grid_point("410000", "286000", CHARNWOOD)["easting"] == 410_000
    assert read_grid_point("319655", "453412", None)["easting"] == 319_655


def test_a_published_point_lies_in_the_united_kingdom() -> None:
    place = read_published_point("-1.2", "52.7")

    assert place["location_precision"] == "published_point"
    with pytest.raises(UnreadableError, match="outside Great Britain"):
        read_published_point("52.7", "-1.2")
