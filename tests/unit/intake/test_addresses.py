"""Counting addresses: in which form they come, whose catchment they lie in, what is refused."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pytest
import shapely

from gateway.intake.addresses import Catchments, count_addresses, parse_addresses
from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import AreaEdition, AreaRow, PointEdition, PointRow
from gateway.intake.outlines import to_metres
from gateway.intake.places import Places
from gateway.intake.postcodes import PostcodePlace

WEST, EAST = "Charnwood", "Blaby"
LSOA = AreaEdition(
    "lsoa",
    "2021",
    "0" * 64,
    (
        AreaRow("E01000001", f"{WEST} 001A", shapely.box(-1.3, 52.6, -1.2, 52.8).wkb),
        AreaRow("E01000002", f"{EAST} 001A", shapely.box(-1.2, 52.6, -1.1, 52.8).wkb),
    ),
)
POINTS = PointEdition(
    "2026-06",
    "0" * 64,
    (
        PointRow(-1.28, 52.7, WEST),
        PointRow(-1.21, 52.7, WEST),
        PointRow(-1.19, 52.7, EAST),
    ),
)
NAMES = {"E07000130": WEST}
LISTED = {
    "LE119ZZ": PostcodePlace(
        (-1.201, 52.7), {"district_code": "E07000130"}, {"district_code": "d"}
    ),
    "LE129ZZ": PostcodePlace(None, {}, {}),
}


def lookup(codes: Sequence[str]) -> Mapping[str, PostcodePlace]:
    return {code: LISTED[code] for code in codes if code in LISTED}


PLACES = Places.build([LSOA], [POINTS], NAMES, lookup)


def counted(text: str, *districts: str, places: Places = PLACES) -> Catchments:
    rows = parse_addresses([io.BytesIO(text.encode())])
    return count_addresses(rows, places, districts or ("E07000130",), "2026-08", "1" * 64)


def refusal(text: str, *districts: str, places: Places = PLACES) -> GeographyRefused:
    with pytest.raises(GeographyRefused) as caught:
        counted(text, *districts, places=places)
    return caught.value


def numbers(found: Catchments) -> dict[float, int | None]:
    return {row.longitude: row.addresses for row in found.edition.rows}


def test_an_address_counts_for_the_nearest_point_of_its_own_district() -> None:
    # the third lies nearer to Blaby's point, but in Charnwood
    found = counted(
        "longitude,latitude,addresses\n-1.279,52.7,3\n-1.215,52.7,4\n-1.2001,52.7,5\n-1.19,52.7,9"
    )

    assert numbers(found) == {-1.28: 3, -1.21: 9}
    assert (found.counted, found.elsewhere, found.unplaced) == (12, 9, 0)
    assert found.edition.counted
    assert {row.district for row in found.edition.rows} == {"charnwood"}


def test_metres_degrees_and_postcodes_say_the_same() -> None:
    (metres,) = to_metres([(-1.201, 52.7)])
    assert metres is not None
    forms = (
        "LONGITUDE;LATITUDE\n-1.201;52.7\n-1.201;52.7",
        f"UPRN,X_COORDINATE,Y_COORDINATE\n1,{metres[0]},{metres[1]}\n2,{metres[0]},{metres[1]}",
        "postcode\tdelivery_points\nLE11 9ZZ\t2",
    )

    for form in forms:
        assert numbers(counted(form)) == {-1.28: 0, -1.21: 2}


def test_what_has_no_place_is_told_and_counts_nowhere() -> None:
    found = counted("postcode,addresses\nLE11 9ZZ,8\nLE12 9ZZ,2\nLE13 9ZZ,5")

    assert (found.counted, found.elsewhere, found.unplaced) == (8, 0, 7)


def test_an_address_beyond_every_outline_lies_elsewhere() -> None:
    found = counted("longitude,latitude\n-1.21,52.7\n-1.4,52.7")

    assert (found.counted, found.elsewhere) == (1, 1)


@pytest.mark.parametrize(
    ("text", "code", "field"),
    [
        ("", "empty", ""),
        ("longitude,latitude", "empty", ""),
        ("canary\n1", "column", "longitude"),
        ("longitude,latitude\n1", "not_csv", ""),
        ("longitude,latitude\n-1.2,canary", "number", "latitude"),
        ("longitude,latitude\n0,0", "no_place", "longitude"),
        ("postcode\ncanary", "no_place", "postcode"),
        ("longitude,latitude,addresses\n-1.2,52.7,1.5", "addresses", "addresses"),
        ("longitude,latitude,addresses\n-1.2,52.7,-1", "addresses", "addresses"),
        ("longitude,latitude,addresses\n-1.2,52.7,100001", "addresses", "addresses"),
        ("longitude,latitude,addresses\n-1.2,52.7,", "addresses", "addresses"),
        ("longitude,latitude\n-1.15,52.7", "no_addresses", "district"),
    ],
)
def test_a_bad_list_is_refused_by_column_and_rule(text: str, code: str, field: str) -> None:
    refused = refusal(text)

    assert (refused.code, refused.field) == (f"geography.{code}", field)
    assert "canary" not in refused.says


def test_what_must_be_loaded_first_is_said() -> None:
    text, by_code = "longitude,latitude\n-1.21,52.7", "postcode\nLE11 9ZZ"
    bare = Places.build([], [POINTS], NAMES)

    assert refusal(text, "Melton").code == "geography.no_points"
    assert refusal(text, places=bare).code == "geography.no_outlines"
    assert refusal(by_code, places=bare).code == "geography.no_postcodes"
    with pytest.raises(GeographyRefused, match=r"geography\.district"):
        count_addresses(parse_addresses([io.BytesIO(text.encode())]), PLACES, [], "2026", "")
    with pytest.raises(GeographyRefused, match=r"geography\.edition"):
        count_addresses([], PLACES, ["E07000130"], "a year", "")


def test_postcodes_know_their_district_without_any_outline() -> None:
    bare = Places.build([], [POINTS], NAMES, lookup)

    assert numbers(counted("postcode\nLE11 9ZZ", places=bare)) == {-1.28: 0, -1.21: 1}
