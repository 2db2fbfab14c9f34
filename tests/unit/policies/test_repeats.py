"""Which of a row's fields name its place, and the bands in which it is counted."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.repeats import PLACE_FIELDS, band, place_named
from policies.treatments import packaged_treatments
from schemas.incident import Incident
from schemas.sensitivity import Lane
from tests.support.law import incident

ALL = PLACE_FIELDS
BANDS = ("first", "second", "third_to_fifth", "sixth_or_later")


def at(**place: object) -> Incident:
    return incident(**place)


@pytest.mark.parametrize(
    ("number", "told"),
    [(1, 0), (2, 1), (3, 2), (5, 2), (6, 3), (7, 3), (100, 3)],
)
def test_a_place_is_told_in_four_bands(number: int, told: int) -> None:
    assert band(number) == BANDS[told]


@given(st.integers(1, 10_000))
def test_a_band_never_goes_back(number: int) -> None:
    told = [BANDS.index(band(one)) for one in (number, number + 1)]
    assert all(a <= b for a, b in pairwise(told))


@pytest.mark.parametrize(
    "same",
    [
        {"address_text": "12 Example Street, Loughborough", "postcode": "LE11 9ZZ"},
        {"address_text": "12 EXAMPLE STREET LOUGHBOROUGH", "postcode": "le119zz"},
        {"address_text": "12, Example  Street; Loughborough, LE11 9ZZ"},
        {"address_text": "12 Example Street, LE11 9ZZ, Loughborough", "postcode": "LE11 9ZZ"},
        {
            "address_text": "\uff11\uff12 Example Street Loughborough",
            "postcode": "LE11 9ZZ",
        },
        {
            "address_text": "12 Example Street Loughborough",
            "postcode": "LE11 9ZZ",
            "easting": 453_412,
            "northing": 319_655,
            "location_precision": "point",
        },
    ],
)
def test_spellings_of_one_address_are_one_place(same: dict[str, object]) -> None:
    named = place_named(at(**same), ALL)

    assert named == b"address:LE119ZZ:12 EXAMPLE STREET LOUGHBOROUGH"


def test_a_uprn_comes_before_an_address_and_an_address_before_a_metre() -> None:
    metre = {"easting": 453_412, "northing": 319_655, "location_precision": "point"}
    address = {"premises_name": "The Example Arms", "postcode": "LE11 9ZZ"}

    assert place_named(at(uprn=100_099_000_001, **address, **metre), ALL) == b"uprn:100099000001"
    assert place_named(at(**address, **metre), ALL) == b"address:LE119ZZ:THE EXAMPLE ARMS"
    assert place_named(at(**metre), ALL) == b"metre:453412:319655"


@pytest.mark.parametrize(
    "vague",
    [
        {},
        {"postcode": "LE11 9ZZ"},
        {"address_text": "12 Example Street", "postcode": "not known"},
        {"address_text": "12 Example Street"},
        {"address_text": "LE11 9ZZ"},
        {"easting": 453_412, "northing": 319_655, "location_precision": "street"},
        {"location_precision": "point"},
        {
            "uprn": 1,
            "longitude": -1.2,
            "latitude": 52.77,
            "location_precision": "published_point",
        },
    ],
)
def test_what_is_no_place_is_not_counted(vague: dict[str, object]) -> None:
    assert place_named(at(**vague), ALL) is None


@pytest.mark.parametrize("dropped", sorted(PLACE_FIELDS))
def test_a_field_that_the_table_drops_is_not_read(dropped: str) -> None:
    text = packaged_treatments()[Lane.DEPERSONALISED].text
    counted = f'{dropped} = {{ op = "count_place", releases = "repeat_at_place" }}'
    assert counted in text
    table = type(packaged_treatments()[Lane.DEPERSONALISED]).load(
        Lane.DEPERSONALISED, text.replace(counted, f'{dropped} = {{ op = "drop" }}')
    )
    whole = {
        "uprn": {"uprn": 7},
        "address_text": {"address_text": "12 Example Street", "postcode": "LE11 9ZZ"},
        "premises_name": {"premises_name": "The Example Arms", "postcode": "LE11 9ZZ"},
        "postcode": {"address_text": "12 Example Street", "postcode": "LE11 9ZZ"},
        "easting": {"easting": 1, "northing": 2, "location_precision": "point"},
        "northing": {"easting": 1, "northing": 2, "location_precision": "point"},
    }[dropped]

    assert table.counts_by == PLACE_FIELDS - {dropped}
    assert place_named(at(**whole), PLACE_FIELDS) is not None
    assert place_named(at(**whole), table.counts_by) is None
