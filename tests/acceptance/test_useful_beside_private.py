"""Usefulness beside privacy: what an analyst still finds in the 17A lane, over the real Charnwood of 2025.

The rows are real ones of data.police.uk, sent as a force's own system would: with a class, a place, a minute.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest

from gateway.assembly import House
from gateway.intake.geography import parse_areas, parse_police_uk_points
from gateway.intake.outlines import to_metres
from gateway.law.geography import POINTS, Area, Point, PutGeography
from tests.support.house import new_house, pull, send, subscribe
from tests.support.real_data import real, street_month
from tests.support.recipients import sent
from tests.support.requirements import law

MONTHS = [f"2025-0{number}" for number in range(1, 7)]
HOUR = re.compile(r"2025-\d\d-\d\dT\d\d:00\+00:00")
"""What is published of the time in this lane: the hour."""
CLASSES = ("214", "215", "216")


def load(house: House, months: list[str]) -> None:
    """The real outlines and map points, as an operator loads them."""
    lsoas = parse_areas("lsoa", real("geo/charnwood-lsoa-uk-geojson-2017.json").read_bytes())
    files = [gzip.decompress(street_month(month).read_bytes()) for month in months]
    points = parse_police_uk_points(files, "2025-06")
    act = house.act("operator")
    outlines = [Area(*row) for row in lsoas.rows]
    listed = [Point(*row) for row in points.rows]
    for put in (
        PutGeography("lsoa", "2017", lsoas.sha256, 0, act, areas=outlines),
        PutGeography(POINTS, "2025-06", points.sha256, 0, act, points=listed),
    ):
        house.writer.run(put)


def foremost(counts: Counter[str]) -> set[str]:
    return {place for place, _ in sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:20]}


def as_a_force_sends(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Real rows with what a command-and-control system has beside them: minute, class, exact place."""
    dice = Random(2025)
    spots = to_metres([(float(row["Longitude"]), float(row["Latitude"])) for row in rows])
    came = []
    for number, (row, spot) in enumerate(zip(rows, spots, strict=True)):
        assert spot is not None
        year, month = row["Month"].split("-")
        told = f"{dice.randint(1, 28):02}/{month}/{year} {dice.randint(0, 23):02}:13"
        # somewhere in the street that the published point stands for
        east, north = (round(at + dice.uniform(-30, 30)) for at in spot)
        came.append(
            {
                "URN": f"real-{number}",
                "CREATED": told,
                "INCIDENT_DATE": told,
                "OPENING_CODE": dice.choice(CLASSES),
                "EASTING": str(east),
                "NORTHING": str(north),
                "LSOA_CODE": row["LSOA code"],
            }
        )
    return came


def lsoas_of_points(
    rows: list[dict[str, str]], months: list[str]
) -> dict[tuple[float, float], str]:
    # which LSOA a published point lies in is published with it
    lsoa_of = {(float(r["Longitude"]), float(r["Latitude"])): r["LSOA code"] for r in rows}
    for month in months:
        with gzip.open(street_month(month), "rt", encoding="utf-8", newline="") as lines:
            for r in csv.DictReader(lines):
                if r["Longitude"]:
                    lsoa_of.setdefault(
                        (float(r["Longitude"]), float(r["Latitude"])), r["LSOA code"]
                    )
    return lsoa_of


@pytest.mark.real_data
@law("L46")
def test_the_analyst_finds_the_places_and_nearly_all_that_came(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    # two months give 5,790 map points, all six 9,996: reading them is most of the time
    months = MONTHS[: max(2, count(len(MONTHS)))]
    with real("police/charnwood_asb_2025.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    came = as_a_force_sends(rows)
    with new_house(tmp_path / "home") as house:
        load(house, months)
        subscribe(house, filter={"kinds": ("asb_incident",)})
        house.clock.at = datetime(2026, 1, 2, 9, tzinfo=UTC)  # type: ignore[attr-defined]
        send(house, came)
        left, cursor = [], None
        while records := (page := sent(pull(house, cursor, 1_000)))["records"]:
            left += records
            cursor = page["cursor"]

    lsoa_of = lsoas_of_points(rows, months)
    shown: Counter[str] = Counter()
    for record in left:
        place = record["place"]
        at = (place.get("longitude"), place.get("latitude"))
        shown[place.get("code") or lsoa_of[at]] += 1
    truth = Counter(row["LSOA code"] for row in rows)
    found = len(foremost(truth) & foremost(shown))
    useful = [
        record
        for record in left
        if (record.get("nsir_class") or record.get("typology_behaviour"))
        and record["place"]["level"] != "none"
        and HOUR.fullmatch(record["occurred"])
    ]
    share = len(useful) / len(came)

    print(f"top 20: {found}; whole: {share:.4f}", Counter(r["place"]["level"] for r in left))
    assert found >= 18
    assert share >= 0.9
    proved("useful-beside-private", rows=len(came), top_20_found=found, share=round(share, 4))
