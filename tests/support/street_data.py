"""The street files of data.police.uk beside the project, as rows and as a filled house.

Contains public sector information licensed under the Open Government Licence v3.0. Nothing here guesses:
the district is the one that the publisher's LSOA name tells.
"""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path

from gateway.assembly import House
from gateway.intake.geography import parse_areas
from gateway.law.area_documents import PutAreaDocument
from gateway.law.geography import Area, PutGeography
from schemas.areas import AreaSet, SetArea
from tests.support.real_data import real, street_month

MONTHS = tuple(f"2025-{month:02d}" for month in range(1, 7))
CHARNWOOD = "Charnwood"
DISTRICTS = (
    *("Blaby", CHARNWOOD, "Harborough", "Hinckley and Bosworth", "Leicester", "Melton"),
    *("North West Leicestershire", "Oadby and Wigston", "Rutland"),
)
"""The districts that Leicestershire Police serves; rows of others are cross-border."""
Row = dict[str, str]


def rows_of(month: str) -> list[Row]:
    """The rows of a month's file."""
    with gzip.open(street_month(month), "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def district_of(row: Row) -> str:
    """The district that the LSOA's name tells, such as «Charnwood» for «Charnwood 022A»; else empty."""
    return row["LSOA name"].rpartition(" ")[0]


def write_rows(path: Path, rows: Iterable[Row]) -> Path:
    """Write rows as the publisher does, for a push that is to hold a part of a month only."""
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(listed[0]))
        writer.writeheader()
        writer.writerows(listed)
    return path


def slug(name: str) -> str:
    """The code of a district in a set."""
    return name.lower().replace(" ", "-")


def load_districts(house: House, months: Iterable[str]) -> None:
    """Load the districts as a set of LSOAs, by the names in the files."""
    members: dict[str, dict[str, float]] = {name: {} for name in DISTRICTS}
    for month in months:
        for row in rows_of(month):
            if district_of(row) in members:
                members[district_of(row)][row["LSOA code"]] = 1.0
    found = AreaSet(
        name="districts",
        title="Districts that Leicestershire Police serves, by the LSOA names at data.police.uk",
        kind="other",
        edition="2025",
        level="lsoa",
        level_edition="police.uk",
        areas=tuple(
            SetArea(code=slug(name), name=name, members=codes) for name, codes in members.items()
        ),
    )
    house.writer.run(PutAreaDocument(found, house.act("operator")))


def load_outlines(house: House) -> None:
    """Load the outlines of Charnwood's LSOAs of 2011: the names of 96 of the 102 codes in the files."""
    found = parse_areas("lsoa", real("geo/charnwood-lsoa-uk-geojson-2017.json").read_bytes())
    areas = [Area(*row) for row in found.rows]
    act = house.act("operator")
    house.writer.run(PutGeography("lsoa", found.edition, found.sha256, 0, act, areas=areas))


def located(rows: Iterable[Row]) -> Iterator[Row]:
    """Those with an LSOA."""
    return (row for row in rows if row["LSOA code"])
