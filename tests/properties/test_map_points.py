"""A map point stands for eight addresses or more, or for none, and never for a place across a boundary.

Held against counting by hand: every address against every point. Over invented districts, and over all
of Charnwood's real map points, postcodes and outlines.
"""

from __future__ import annotations

import gzip
import io
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from math import dist
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gateway.intake.addresses import count_addresses, parse_addresses
from gateway.intake.geography import (
    AreaEdition,
    AreaRow,
    PointEdition,
    PointRow,
    parse_areas,
    parse_police_uk_points,
)
from gateway.intake.located import Located, Places, located_batch
from gateway.intake.outlines import Pair, to_degrees, to_metres
from gateway.intake.postcodes import parse_postcodes
from policies.depersonalise import place_of
from policies.recorder import OPEN_ORDER, Recorder
from policies.treatments import packaged_treatments
from schemas.codes import Kind, LocationPrecision, MappingStatus, Regime
from schemas.feeds import ControllerRole, Feed
from schemas.incident import Incident
from schemas.open_half import OpenDetail, OpenHalf
from schemas.released import Place, PlaceLevel
from schemas.sensitivity import Lane
from tests.support.real_data import real
from tests.support.requirements import law

FEED = Feed(
    name="police-nsir",
    title="t",
    adapter="police_nsir",
    controller="leicestershire-police",
    role=ControllerRole.PROCESSOR,
    regime=Regime.LAW_ENFORCEMENT,
)
WEST, SOUTH = 450_000, 310_000
"""Metres. Two districts lie side by side from here, 10 km each way; the boundary runs north."""
DISTRICTS = ("Charnwood", "Blaby")
FEW = range(1, 8)
Spots = list[tuple[float, float]]


def incident(longitude: float, latitude: float, behaviour: str | None = None) -> Incident:
    return Incident(
        kind=Kind.ASB_INCIDENT,
        mapping_status=MappingStatus.MAPPED,
        typology_behaviour=behaviour,
        longitude=longitude,
        latitude=latitude,
        location_precision=LocationPrecision.POINT,
    )


def released(found: Located) -> Place:
    """The one place of a record as it leaves."""
    recorder = Recorder(FEED, None, packaged_treatments()[Lane.DEPERSONALISED])
    columns, record_class = recorder(found.incident, found.point)
    values = dict(zip(OPEN_ORDER, columns, strict=False))
    half = OpenHalf(**values, detail=OpenDetail.model_validate_json(columns[len(OPEN_ORDER)]))
    return place_of(half, record_class)


def by_hand(points: Spots, addresses: Spots) -> Counter[int]:
    """Count addresses for the nearest of the points, each against each (metres)."""
    tree = np.array(points)
    nearest = [int(np.hypot(*(tree - one).T).argmin()) for one in np.array(addresses)]
    return Counter(nearest)


def degrees_of(metres: Sequence[Pair]) -> list[Pair]:
    return [pair for pair in to_degrees(metres) if pair is not None]


def outlines() -> AreaEdition:
    rows = []
    for number, name in enumerate(DISTRICTS):
        west = WEST + number * 10_000
        box = degrees_of(
            [
                (west, SOUTH),
                (west + 10_000, SOUTH),
                (west + 10_000, SOUTH + 10_000),
                (west, SOUTH + 10_000),
            ]
        )
        rows.append(AreaRow(f"E0100000{number + 1}", f"{name} 001A", shapely.Polygon(box).wkb))
    return AreaEdition("lsoa", "2021", "0" * 64, tuple(rows))


OUTLINES = outlines()
inside = st.tuples(
    st.integers(WEST + 100, WEST + 19_900), st.integers(SOUTH + 100, SOUTH + 9_900)
).filter(lambda at: abs(at[0] - WEST - 10_000) > 100)


@law("L47")
@given(
    points=st.lists(inside, min_size=1, max_size=10, unique=True),
    addresses=st.lists(st.tuples(inside, st.integers(1, 9)), min_size=1, max_size=20),
    where=st.lists(inside, min_size=1, max_size=10),
    sensitive=st.booleans(),
)
def test_no_released_point_stands_for_one_to_seven_or_lies_across_the_boundary(
    points: list[Pair], addresses: list[tuple[Pair, int]], where: list[Pair], *, sensitive: bool
) -> None:
    def district(at: Pair) -> int:
        return int(at[0] >= WEST + 10_000)

    # something lies in each district, so that both are counted
    points = list(dict.fromkeys([*points, (WEST + 50, SOUTH + 50), (WEST + 19_950, SOUTH + 50)]))
    addresses = [*addresses, ((WEST + 60, SOUTH + 60), 8), ((WEST + 19_940, SOUTH + 60), 3)]
    listed = [
        PointRow(*place, DISTRICTS[district(at)])
        for at, place in zip(points, degrees_of(points), strict=True)
    ]
    plain = Places.build([OUTLINES], [PointEdition("2026-06", "0" * 64, tuple(listed))])
    rows = "\n".join(f"{at[0]},{at[1]},{number}" for at, number in addresses)
    given_rows = parse_addresses([io.BytesIO(f"easting,northing,addresses\n{rows}".encode())])
    counted = count_addresses(given_rows, plain, DISTRICTS, "2026-08", "0" * 64).edition
    places = Places.build([OUTLINES], [counted])

    for number, (at, place) in enumerate(zip(where, degrees_of(where), strict=True)):
        behaviour = "prostitution" if sensitive else "noise"
        (found,) = located_batch([incident(*place, behaviour)], places)
        leaves = released(found)
        own = [n for n, one in enumerate(points) if district(one) == district(at)]
        spots = to_metres([listed[n][:2] for n in own])
        exact = [pair for pair in spots if pair is not None]
        here = to_metres([place])[0]
        assert here is not None
        tally: Counter[int] = Counter()
        for spot, many in addresses:
            if district(spot) == district(at):
                tally[next(iter(by_hand(exact, [spot])))] += many
        mine = next(iter(by_hand(exact, [here])))
        untold = {n for n in range(len(own)) if tally[n] in FEW}
        for few in sorted(untold):
            # alone it would be told by that: its neighbours that could stand are kept back with it
            near = sorted(
                (n for n in range(len(own)) if tally[n] not in FEW),
                key=lambda n, few=few: (dist(exact[n], exact[few]), listed[own[n]][:2]),
            )
            untold.update(near[:4], [n for n in near if tally[n] >= 8][:1])
        if sensitive or mine in untold:
            assert leaves.level is PlaceLevel.LSOA, number
            assert leaves.code == f"E0100000{district(at) + 1}"
        else:
            chosen = listed[own[mine]]
            assert (leaves.longitude, leaves.latitude) == chosen[:2]
            assert leaves.edition == "addresses:2026-08"


@law("L47")
def test_an_isolated_farm_leaves_as_its_lsoa_and_its_village_as_a_point() -> None:
    village, farm = (WEST + 2_000, SOUTH + 2_000), (WEST + 8_000, SOUTH + 8_000)
    park, hamlet = (WEST + 2_000, SOUTH + 8_000), (WEST + 9_000, SOUTH + 7_000)
    woods = [(WEST + 8_000 + n, SOUTH + 9_000) for n in (0, 300, 600)]
    spots = degrees_of([village, farm, park, hamlet, *woods])
    rows = tuple(
        PointRow(*spot, DISTRICTS[0], number)
        for spot, number in zip(spots, (40, 2, 0, 11, 0, 0, 0), strict=True)
    )
    counted = PointEdition("2026-08", "0" * 64, tuple(sorted(rows)), counted=True)
    places = Places.build([OUTLINES], [counted])

    at_home, at_the_farm, at_the_park, in_the_hamlet, *in_the_woods = [
        released(one) for one in located_batch([incident(*spot) for spot in spots], places)
    ]

    assert (at_home.level, at_home.longitude) == (PlaceLevel.MAP_POINT, spots[0][0])
    assert (at_the_farm.level, at_the_farm.code) == (PlaceLevel.LSOA, "E01000001")
    assert (at_the_park.level, at_the_park.longitude) == (PlaceLevel.MAP_POINT, spots[2][0])
    # or whoever knows the addresses would know the farm, as all else in its LSOA had a point
    assert [in_the_hamlet, *in_the_woods] == [at_the_farm] * 4


@law("L46", "L47")
def test_the_place_of_a_farm_is_told_by_its_point_and_not_by_a_slice_of_another_area() -> None:
    """A farm on this side of a boundary whose map point lies on the other side leaves as that side."""
    west, east = (WEST + 9_990, SOUTH + 5_000), (WEST + 10_010, SOUTH + 5_000)
    (at_the_point, village) = degrees_of([east, (WEST + 15_000, SOUTH + 5_000)])
    rows = (PointRow(*at_the_point, "charnwood", 3), PointRow(*village, "charnwood", 20))
    counted = PointEdition("2026-08", "0" * 64, tuple(sorted(rows)), counted=True)
    (farm,) = degrees_of([west])
    here = incident(*farm).model_copy(
        update={"ward_code": "E05000001", "geography_editions": ("ward:2020",)}
    )

    (found,) = located_batch([here], Places.build([OUTLINES], [counted]), "charnwood")

    assert found.point is None
    assert (found.incident.lsoa_code, found.incident.ward_code) == ("E01000002", None)
    assert found.incident.geography_editions == ("lsoa:2021",)


def test_a_count_decides_over_points_that_were_loaded_with_or_after_it() -> None:
    near, far = (WEST + 5_000, SOUTH + 5_000), (WEST + 6_000, SOUTH + 5_000)
    (close, away) = degrees_of([near, far])
    counted = PointEdition("2026-08", "0" * 64, (PointRow(*away, "charnwood", 30),), counted=True)
    newer = PointEdition("2026-09", "0" * 64, (PointRow(*close, "Charnwood"),))
    other = PointEdition("2026-07", "0" * 64, (PointRow(*close, "charnwood", 3),), counted=True)

    (found,) = located_batch([incident(*close)], Places.build([OUTLINES], [newer, counted, other]))

    assert found.point is not None
    assert (found.point.longitude, found.point.edition) == (away[0], "addresses:2026-08")


def test_beyond_twenty_kilometres_there_is_no_point() -> None:
    (here, within, beyond) = degrees_of(
        [(WEST + 100, SOUTH + 100), (WEST + 100, SOUTH + 20_099), (WEST + 100, SOUTH + 20_102)]
    )
    for point, is_given in ((within, True), (beyond, False)):
        listed = PointEdition("2026-06", "0" * 64, (PointRow(*point, "Charnwood"),))
        (found,) = located_batch([incident(*here)], Places.build([OUTLINES], [listed]))
        assert (found.point is not None) is is_given


# ------------------------------------------------------------------------------------ real data
def _real(name: str) -> bytes:
    path = real(name)
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@cache
def _charnwood() -> tuple[Any, Any, Any]:
    """Areas, map points and postcodes of Charnwood, read once."""
    lsoas = parse_areas("lsoa", _real("geo/charnwood-lsoa-uk-geojson-2017.json"))
    months = [_real(f"police/2025-0{n}-leicestershire-street.csv.gz") for n in range(1, 7)]
    points = parse_police_uk_points(months, "2025-06")
    codes = parse_postcodes(
        "code-point-open",
        [io.BytesIO(_real("geo/codepoint_open_2014-08_le.csv.gz"))],
        "2014.3.0",
        "0" * 64,
    )
    return lsoas, points, codes


@law("L47")
@pytest.mark.real_data
@pytest.mark.prove
@pytest.mark.parametrize("weight", [1, 2, 4])
def test_over_all_of_charnwood_no_released_point_stands_for_one_to_seven(
    weight: int, proved: Callable[..., None]
) -> None:
    """Each real postcode is taken for so many addresses: few, so that many points fall short."""
    lsoas, points, codes = _charnwood()
    plain = Places.build([lsoas], [points])
    inhabited = [row for row in codes.rows if row.longitude is not None]
    text = "\n".join(f"{row.longitude!r},{row.latitude!r},{weight}" for row in inhabited)
    rows = parse_addresses([io.BytesIO(f"longitude,latitude,addresses\n{text}".encode())])
    counted = count_addresses(rows, plain, ["Charnwood"], "2014-08", "0" * 64)
    places = Places.build([lsoas], [points, counted.edition])
    own = [row[:2] for row in points.rows if row.district == "Charnwood"]
    spots = [pair for pair in to_metres(own) if pair is not None]

    everywhere = [*own, *((row.longitude, row.latitude) for row in inhabited)]
    found = located_batch([incident(x or 0, y or 0) for x, y in everywhere], places)

    within = [one for one in found if one.incident.lsoa_code is not None]
    addresses = [
        (x or 0, y or 0)
        for (x, y), one in zip(everywhere[len(own) :], found[len(own) :], strict=True)
        if one.incident.lsoa_code is not None
    ]
    by_point = by_hand(spots, [pair for pair in to_metres(addresses) if pair is not None])
    stands_for = {place: by_point[n] * weight for n, place in enumerate(own)}
    assert {row[:2]: row.addresses for row in counted.edition.rows} == stands_for
    given_points = [one.point for one in within if one.point is not None]
    assert given_points
    for point in given_points:
        assert stands_for[point.longitude, point.latitude] not in FEW
    left = Counter(released(one).level for one in within)
    assert left.keys() == {PlaceLevel.MAP_POINT, PlaceLevel.LSOA}
    assert all(one.point is None for one in found if one.incident.lsoa_code is None)
    proved(
        f"map-points-{weight}",
        points=len(own),
        places=len(within),
        as_points=left[PlaceLevel.MAP_POINT],
        as_lsoa=left[PlaceLevel.LSOA],
        points_of_1_to_7=sum(number in FEW for number in stands_for.values()),
        released_of_1_to_7=0,
    )


@law("L47")
@pytest.mark.real_data
def test_the_published_list_alone_never_crosses_the_boundary() -> None:
    lsoas = parse_areas("lsoa", _real("geo/charnwood-lsoa-uk-geojson-2017.json"))
    points = parse_police_uk_points(_real("police/2025-01-leicestershire-street.csv.gz"), "2025-01")
    places = Places.build([lsoas], [points])
    districts = {row[:2]: row.district for row in points.rows}
    everywhere = [incident(row.longitude, row.latitude) for row in points.rows]

    found = located_batch(everywhere, places)

    given_points = [one.point for one in found if one.point is not None]
    assert len(given_points) == sum(one.incident.lsoa_code is not None for one in found)
    assert {districts[p.longitude, p.latitude] for p in given_points} == {"Charnwood"}
