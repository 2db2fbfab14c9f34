"""No count tells a place more finely than the record's own place: wards cut the areas of the census."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import shapely

from gateway.access.clients import Scope
from gateway.analysis.editions import publish
from gateway.cli.statistics import desk_of
from gateway.intake.outlines import to_degrees
from gateway.law.geography import Area, PutGeography
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway

pytestmark = pytest.mark.on_sqlite
ANALYST = frozenset({Scope.ANALYSIS_READ})
WEST, EAST, MIDDLE = 453_000, 454_000, 453_800
LSOA, NEIGHBOUR = "E01999001", "E01999002"
LARGER, SMALLER = "E05999001", "E05999002"
QUARTER = {"first": "2026-07", "last": "2026-09", "period": "quarter"}


def square(west: int, south: int, east: int, north: int) -> bytes:
    ring = to_degrees([(west, south), (east, south), (east, north), (west, north)])
    return bytes(shapely.to_wkb(shapely.Polygon([one for one in ring if one is not None])))


def areas(made: RunningGateway, kind: str, *rows: Area) -> None:
    now = int(made.house.clock.now().timestamp())
    put = PutGeography(kind, "2021", "0" * 64, now, made.house.act("operator"), areas=rows)
    made.house.writer.run(put)


def sent(number: int, easting: int) -> dict[str, str]:
    day = "02/09/2026"
    return houses.row(
        f"w{number}",
        CREATED=f"{day} 21:47",
        INCIDENT_DATE=f"{day} 21:40",
        EASTING=str(easting),
        NORTHING="319500",
    )


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    """One LSOA that two wards cut, and in the smaller piece one incident of sixteen."""
    with running_gateway(tmp_path_factory.mktemp("home")) as made:
        areas(
            made,
            "lsoa",
            Area(LSOA, "Charnwood 001A", square(WEST, 319_000, EAST, 320_000)),
            Area(NEIGHBOUR, "Charnwood 001B", square(EAST, 319_000, 455_000, 320_000)),
        )
        areas(
            made,
            "wards",
            Area(LARGER, "Larger", square(WEST, 319_000, MIDDLE, 320_000)),
            Area(SMALLER, "Smaller", square(MIDDLE, 319_000, 455_000, 320_000)),
        )
        made.usual()
        made.system("fire-analyst", "llr-fire", ANALYST)
        made.subscribe("fire-tables", "llr-fire", lane=Lane.STATISTICS)
        eastings = [453_400] * 15 + [453_900] + [454_500] * 12
        rows = [sent(number, easting) for number, easting in enumerate(eastings)]
        made.push("police-nsir", "police-system", rows)
        publish(desk_of(made.house), "2026Q3", "operator", 0, dry_run=False)
        yield made


def counted(gateway: RunningGateway, subscription: str, **query: Any) -> dict[str | None, int]:
    answer = gateway.call(
        "GET",
        "/v1/statistics",
        "fire-analyst",
        params={"subscription": subscription, **QUARTER, **query},
    )
    assert answer.status_code == 200, answer.text
    return {one["place"]: one["count"] for one in answer.json()["cells"]}


@law("L46")
@pytest.mark.parametrize("subscription", ["fire-17a", "fire-tables"])
def test_counts_by_ward_and_by_lsoa_subtracted_tell_no_piece_of_an_lsoa(
    gateway: RunningGateway, subscription: str
) -> None:
    by_lsoa = counted(gateway, subscription, place="lsoa")
    by_ward = counted(gateway, subscription, place="ward")

    assert by_lsoa == {LSOA: 16, NEIGHBOUR: 12}
    assert by_ward == {LARGER: 16, SMALLER: 12}


def test_wards_narrow_no_record_of_ones_own(gateway: RunningGateway) -> None:
    within = {"place": "lsoa", "within": SMALLER}

    assert counted(gateway, "fire-17a", **within) == {NEIGHBOUR: 12}
    assert counted(gateway, "fire-17a", place="ward", within=LSOA) == {LARGER: 16}
