"""How many postal addresses each map point stands for.

The list is a CSV with a header: `longitude` and `latitude`, or `easting` and `northing` (as OS Open UPRN
names them: `X_COORDINATE`, `Y_COORDINATE`), or `postcode`; and, where a row is more than one address,
`addresses`. Each address counts for the map point whose catchment it lies in: the nearest of its own
district, found exactly as for an incident. It must hold every address of the districts counted, since
a point where nothing is counted is taken to be a public place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple, TypeAlias

from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import PointEdition, PointRow, folded
from gateway.intake.listed import Columns, Row, normal_postcode, rows_of
from gateway.intake.places import Places

Pair: TypeAlias = tuple[float, float]

_MANY_AT_ONE_PLACE = 100_000
_EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,21}")
_NAMES = {
    "longitude": re.compile(r"long|lon|longitude"),
    "latitude": re.compile(r"lat|latitude"),
    "easting": re.compile(r"eastings?|x_coordinate|ea"),
    "northing": re.compile(r"northings?|y_coordinate|no"),
    "postcode": re.compile(r"postcode|pcds?"),
    "addresses": re.compile(r"addresses|delivery_points"),
}


class AddressRow(NamedTuple):
    """So many addresses at one place: in degrees, in metres, or of a postcode."""

    number: int
    degrees: Pair | None
    metres: Pair | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Catchments:
    """The map points of some districts with their addresses, and what became of the list.

    ``counted`` addresses lie in a catchment; ``elsewhere`` in another district, or more than 20 km from
    any point; the postcodes of ``unplaced`` are in no loaded list or have no place there.
    """

    edition: PointEdition
    counted: int
    elsewhere: int
    unplaced: int


def parse_addresses(files: Iterable[BinaryIO]) -> list[AddressRow]:
    """Read a list of addresses.

    Raises:
        GeographyRefused: It cannot be used; rows are named by number.
    """
    found: list[AddressRow] = []
    for file in files:
        rows = rows_of(file)
        header = next(rows, None)
        if header is None:
            continue
        columns = Columns(header[1], _NAMES)
        form = _form(columns)
        for number, row in rows:
            columns.whole(row, number)
            found.append(_address(columns, form, number, row))
    if not found:
        raise GeographyRefused("geography.empty", "The files hold no address.")
    return found


def _form(columns: Columns) -> str:
    for first, second in (("longitude", "latitude"), ("easting", "northing")):
        if first in columns and second in columns:
            return first
    if "postcode" in columns:
        return "postcode"
    raise GeographyRefused(
        "geography.column",
        "The file has no columns longitude and latitude, easting and northing, or postcode.",
        "longitude",
    )


def _address(columns: Columns, form: str, number: int, row: Row) -> AddressRow:
    count = columns.number(row, number, "addresses") if "addresses" in columns else 1
    if count is None or count != int(count) or not 0 <= count <= _MANY_AT_ONE_PLACE:
        raise columns.refusal(
            number, "addresses", "addresses", "it is no whole number from 0 to 100,000."
        )
    degrees = columns.degrees(row, number) if form == "longitude" else None
    metres = columns.metres(row, number) if form == "easting" else None
    postcode = normal_postcode(columns.cell(row, "postcode")) if form == "postcode" else None
    if degrees is None and metres is None and postcode is None:
        raise columns.refusal(number, form, "no_place", "it gives no place.")
    return AddressRow(int(count), degrees, metres, postcode)


def count_addresses(
    addresses: Sequence[AddressRow],
    places: Places,
    districts: Iterable[str],
    edition: str,
    sha256: str,
) -> Catchments:
    """Count the addresses in the catchment of each map point of some districts.

    Args:
        addresses: All of those districts; more do no harm.
        places: Outlines, points that nobody counted, and postcodes.
        districts: GSS code or name of each.
        edition: What the count is called.
        sha256: The hash of the list, in hex.

    Raises:
        GeographyRefused: Points or outlines of a district are missing, or no address lies in it.
    """
    if not _EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 22 letters, digits, dots, hyphens.", "edition"
        )
    wanted = {places.names.get(one, folded(one)) for one in districts}
    _check(addresses, places, wanted)
    counts = {name: [0] * len(places.points[name].points) for name in sorted(wanted)}
    tally = {"counted": 0, "elsewhere": 0, "unplaced": 0}
    for row, found in zip(addresses, _found(addresses, places), strict=True):
        if found is None:
            tally["unplaced"] += row.number
            continue
        district, metres = found
        at = None
        if district in counts:
            at = places.points[district].catchment(*metres)
        if at is None:
            tally["elsewhere"] += row.number
        else:
            counts[district][at] += row.number
            tally["counted"] += row.number
    if not all(any(numbers) for numbers in counts.values()):
        raise GeographyRefused(
            "geography.no_addresses",
            "No address of the list lies in a district that was to be counted.",
            "district",
        )
    rows = sorted(
        PointRow(point.longitude, point.latitude, name, number)
        for name, numbers in counts.items()
        for point, number in zip(places.points[name].points, numbers, strict=True)
    )
    return Catchments(
        PointEdition(edition, sha256, tuple(rows), len(addresses), counted=True), **tally
    )


def _check(addresses: Sequence[AddressRow], places: Places, wanted: set[str]) -> None:
    if not wanted:
        raise GeographyRefused(
            "geography.district",
            "Name the districts of which the list holds every address.",
            "district",
        )
    if any(name not in places.points for name in wanted):
        raise GeographyRefused(
            "geography.no_points", "Load the map points of the district first.", "district"
        )
    by_place = any(row.postcode is None for row in addresses)
    if by_place and any(name not in places.outlined for name in wanted):
        raise GeographyRefused(
            "geography.no_outlines",
            "Load the outline of the district, or its LSOAs, first: addresses beyond it would count.",
            "district",
        )
    if not by_place and places.postcodes is None:
        raise GeographyRefused(
            "geography.no_postcodes", "Load a list of postcodes first.", "postcode"
        )


def _found(addresses: Sequence[AddressRow], places: Places) -> list[tuple[str, Pair] | None]:
    """Return district ("" where no outline tells) and metres of each address, None where it has no place."""
    from gateway.intake.outlines import to_degrees, to_metres  # noqa: PLC0415 - as in ``located``

    answers: list[tuple[str, Pair] | None] = [None] * len(addresses)
    codes = [*dict.fromkeys(row.postcode for row in addresses if row.postcode is not None)]
    listed = places.postcodes(codes) if codes and places.postcodes is not None else {}
    grid = {n: row.metres for n, row in enumerate(addresses) if row.metres is not None}
    degrees = {n: row.degrees for n, row in enumerate(addresses) if row.degrees is not None}
    for number, row in enumerate(addresses):
        known = listed.get(row.postcode or "")
        if known is not None and known.degrees is not None:
            degrees[number] = known.degrees
    metres: dict[int, Pair | None] = {**grid}
    metres |= dict(zip(degrees, to_metres([*degrees.values()]), strict=True))
    back = zip(grid, to_degrees([*grid.values()]), strict=True)
    degrees |= {number: pair for number, pair in back if pair is not None}
    insides = (
        dict(zip(degrees, places.areas.at([*degrees.values()]), strict=True))
        if places.areas is not None
        else {}
    )
    for number in degrees:
        spot, inside = metres[number], insides.get(number)
        known = listed.get(addresses[number].postcode or "")
        if known is not None:
            inside = places.inside_of(known, inside)
        if spot is not None:
            answers[number] = ((inside.district if inside else None) or "", spot)
    return answers
