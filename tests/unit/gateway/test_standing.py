"""Editions of areas on a day, grid squares, and the shapes of released places."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.analysis.places.grid import Square, covering, gridded, square_of
from gateway.analysis.places.standing import Editions
from schemas.areas import EditionDates

DAY = date(2026, 11, 26)
WARDS = EditionDates(kind="wards", edition="2013", ends=date(2023, 5, 4), superseded_by="2023")
NEXT = EditionDates(kind="wards", edition="2023", starts=date(2023, 5, 4))
LATER = EditionDates(kind="wards", edition="2030", starts=date(2030, 5, 2))
EDITIONS = Editions.of([WARDS, NEXT, LATER])


@pytest.mark.parametrize(
    ("kind", "edition", "current", "says"),
    [
        ("ward", "2013", False, "2013 wards, replaced in May 2023 by those of 2023"),
        ("wards", "2023", True, "2023 wards, in force since May 2023"),
        ("wards", "2030", False, "2030 wards, not yet in force (from May 2030)"),
        ("wards", "2019", None, "2019 wards; nobody said whether they are current"),
        ("lsoa", "2011", False, "2011 LSOAs, replaced in March 2021 by those of 2021"),
        ("lsoa", "2021", True, "2021 LSOAs, in force since March 2021"),
    ],
)
def test_an_edition_says_whether_it_stands(
    kind: str, edition: str, *, current: bool | None, says: str
) -> None:
    standing = EDITIONS.on(kind, edition, DAY)

    assert (standing.current, standing.says) == (current, says)


def test_of_what_is_loaded_only_an_edition_that_stands_is_current() -> None:
    assert EDITIONS.current("ward", ["2013", "2019"], DAY) is None
    assert EDITIONS.current("wards", ["2013", "2023", "2030"], DAY) == "2023"
    assert EDITIONS.current("wards", ["2013", "2023", "2030"], date(2030, 6, 1)) == "2030"


@given(st.floats(0, 699_999), st.floats(0, 1_249_999), st.sampled_from([500, 1000]))
def test_every_point_lies_in_exactly_one_square(east: float, north: float, size: int) -> None:
    own = square_of(east, north, size)  # type: ignore[arg-type]
    about = [
        Square(own.easting + across * size, own.northing + along * size, size)
        for across in (-1, 0, 1)
        for along in (-1, 0, 1)
    ]

    holding = [
        s
        for s in about
        if s.easting <= east < s.easting + size and s.northing <= north < s.northing + size
    ]
    assert holding == [own]


def test_squares_are_named_as_the_ordnance_survey_names_them() -> None:
    assert square_of(453_512, 319_511, 1000).name == "SK 53 19"
    assert square_of(453_512, 319_511, 500).key == "sk535195"
    assert square_of(530_000, 180_000, 1000).name == "TQ 30 80"
    assert square_of(216_600, 771_200, 1000).name == "NN 16 71"  # Ben Nevis


def test_records_without_a_point_are_counted_beside_the_grid() -> None:
    found = gridded([(-1.2, 52.77), (-1.2, 52.77), (40.0, 10.0)], 1000, without=3)

    assert [*found.counts.values()] == [2]
    assert found.without == 4
    (square,) = found.counts
    assert square.ring()[0] == square.ring()[-1]
    with pytest.raises(ValueError, match="outside"):
        Square(5_000_000, 0, 1000).ring()


def test_a_rectangle_of_squares_is_whole() -> None:
    corners = [Square(0, 0, 500), Square(1000, 500, 500)]

    assert len(covering(corners)) == 6
    assert {*corners} < {*covering(corners)}
    assert covering([]) == []
