"""How many live where, from a list: a CSV with an area's GSS code and a number, and a year where it has one.

As the Office for National Statistics publishes mid-year estimates: ``LSOA 2021 Code``, ``Total``. What rates
are made with; a figure of an area, never of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final, NamedTuple

from gateway.intake.area_properties import EDITION, GSS, GeographyRefused
from gateway.intake.listed import Columns, rows_of

MAX_ROWS: Final = 250_000
_MOST: Final = 100_000_000
_FIRST_YEAR, _LAST_YEAR = 1991, 2100
_NAMES: Final = {
    "code": re.compile(
        r"(area|gss|geography|lsoa|msoa|ward|lad|district|wd)?[ _]?(\d{2}|\d{4})?[ _]?(code|cd|gss)"
    ),
    "number": re.compile(
        r"population|residents|number|total|all[ _]?ages|all persons|usual residents|obs_value|count"
    ),
    "year": re.compile(r"year|mid[ _-]?year"),
}


class ResidentRow(NamedTuple):
    """How many live in one area in one year."""

    code: str
    year: int
    number: int


@dataclass(frozen=True, slots=True)
class PopulationEdition:
    """The residents of one list, by code and year."""

    edition: str
    sha256: str
    rows: tuple[ResidentRow, ...]


def parse_population(
    files: Iterable[BinaryIO], edition: str, sha256: str, year: int | None = None
) -> PopulationEdition:
    """Read a list of residents.

    Args:
        files: CSV with a header each.
        edition: What it is called, such as ``mid-2024``.
        sha256: The hash of what was given, in hex.
        year: Of every row, where the files have no column for it; else the year that ``edition`` names.

    Raises:
        GeographyRefused: The list cannot be used; rows are named by number. Nothing it holds is repeated.
    """
    if not EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 32 letters, digits, dots, hyphens.", "edition"
        )
    named = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", edition)
    standing = year if year is not None else int(named[0]) if named else None
    found: dict[tuple[str, int], ResidentRow] = {}
    for file in files:
        rows = rows_of(file)
        header = next(rows, None)
        if header is None:
            continue
        columns = Columns(header[1], _NAMES)
        columns.need("code", "number", *(() if standing is not None else ("year",)))
        for number, row in rows:
            columns.whole(row, number)
            one = _resident(columns, number, row, standing)
            if (one.code, one.year) in found:
                raise columns.refusal(number, "code", "code_twice", "an earlier row has this area.")
            found[one.code, one.year] = one
            if len(found) > MAX_ROWS:
                raise GeographyRefused("geography.too_many", "More than 250,000 rows.")
    if not found:
        raise GeographyRefused("geography.empty", "The files hold no area with its residents.")
    return PopulationEdition(edition, sha256, tuple(found[key] for key in sorted(found)))


def _resident(columns: Columns, number: int, row: list[str], standing: int | None) -> ResidentRow:
    code = columns.cell(row, "code")
    if not GSS.fullmatch(code):
        raise columns.refusal(number, "code", "code", "it is no nine-character GSS code.")
    told = columns.cell(row, "number").replace(",", "")
    residents = int(told) if told.isascii() and told.isdigit() and len(told) <= 9 else -1  # noqa: PLR2004 - digits
    if not 0 <= residents <= _MOST:
        raise columns.refusal(number, "number", "number", "it is no whole number of residents.")
    if standing is not None and "year" not in columns:
        return ResidentRow(code, standing, residents)
    year = columns.cell(row, "year")[-4:]
    if not (year.isascii() and year.isdigit() and _FIRST_YEAR <= int(year) <= _LAST_YEAR):
        raise columns.refusal(number, "year", "year", "it is no year.")
    return ResidentRow(code, int(year), residents)
