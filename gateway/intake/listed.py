"""Delimited lists of places as their publishers write them, read row by row, never whole.

Comma, semicolon, tab or bar; UTF-8 with or without its mark; quoted or not; a header or none. Nothing
that a file says stands in a refusal: it names the row, the column and the rule.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, TypeAlias

from gateway.intake.area_properties import GeographyRefused
from gateway.intake.geography import EAST, NORTH, SOUTH, WEST

Row: TypeAlias = list[str]

_DELIMITERS = ",;\t|"
_FIRST = 65_536
_POSTCODE = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?[0-9][A-Z]{2}")
_MAX_EASTING, _MAX_NORTHING = 700_000, 1_300_000
_MANY_ROWS = 5_000_000


def normal_postcode(text: str) -> str | None:
    """Return a postcode in capitals without blanks, or None where the text is none."""
    code = "".join(text.split()).upper()
    return code if _POSTCODE.fullmatch(code) else None


def rows_of(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Yield the rows of a list with their numbers, from 1; blank lines count and are left out.

    Closes the file at the end.

    Raises:
        GeographyRefused: It is not UTF-8, not CSV, or longer than 5,000,000 rows.
    """
    with io.TextIOWrapper(file, encoding="utf-8-sig", newline="") as text:
        try:
            yield from _numbered(text)
        except UnicodeDecodeError:
            raise GeographyRefused("geography.not_utf8", "The file is not UTF-8.") from None
        except csv.Error:
            raise GeographyRefused(
                "geography.not_csv", "The file is not readable as CSV."
            ) from None


def _numbered(text: io.TextIOWrapper) -> Iterator[tuple[int, Row]]:
    first = text.readline(_FIRST)
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(_with_first(first, text), delimiter=delimiter, strict=True)
    for number, row in enumerate(lines, 1):
        if number > _MANY_ROWS:
            raise GeographyRefused(
                "geography.too_many",
                "The file has more than 5,000,000 rows; cut it to the area that is wanted.",
            )
        if any(row):
            yield number, [cell.strip() for cell in row]


def _with_first(first: str, rest: io.TextIOWrapper) -> Iterator[str]:
    yield first
    yield from rest


class Columns:
    """Which column of a list holds what, by the names that publishers give."""

    def __init__(self, header: Sequence[str], names: Mapping[str, re.Pattern[str]]) -> None:
        """Find columns.

        Args:
            header: The names of the columns.
            names: What is looked for → a pattern of its names. Of several that match, the last by
                name is taken: the newest, since years stand in names.
        """
        self.width = len(header)
        self._at: dict[str, int] = {}
        self.named: dict[str, str] = {}
        for wanted, pattern in names.items():
            found = sorted(
                (name.casefold(), at)
                for at, name in enumerate(header)
                if pattern.fullmatch(name.casefold())
            )
            if found:
                self._at[wanted] = found[-1][1]
                self.named[wanted] = header[found[-1][1]]

    def __contains__(self, wanted: str) -> bool:
        return wanted in self._at

    def need(self, *wanted: str) -> None:
        """Refuse a list without these columns.

        Raises:
            GeographyRefused: The first of them that is missing.
        """
        for name in wanted:
            if name not in self._at:
                raise GeographyRefused(
                    "geography.column", f"The file has no column for the {name}.", name
                )

    def cell(self, row: Row, wanted: str) -> str:
        """Return the text of one cell; "" where there is no such column."""
        at = self._at.get(wanted)
        return "" if at is None else row[at]

    def whole(self, row: Row, number: int) -> None:
        """Refuse a row that has not as many columns as the header."""
        if len(row) != self.width:
            raise GeographyRefused(
                "geography.not_csv", f"Row {number} has more or fewer columns than the header."
            )

    def refusal(self, number: int, wanted: str, rule: str, says: str) -> GeographyRefused:
        """Return the refusal of one cell."""
        column = self.named.get(wanted, wanted)
        return GeographyRefused(f"geography.{rule}", f"Row {number}, {column}: {says}", column)

    def number(self, row: Row, number: int, wanted: str) -> float | None:
        """Return the number in a cell, or None where it is empty.

        Raises:
            GeographyRefused: It is no number.
        """
        text = self.cell(row, wanted)
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if value != value or value in {float("inf"), float("-inf")}:  # noqa: PLR0124 - NaN
            raise self.refusal(number, wanted, "number", "it is no number.")
        return value

    def metres(self, row: Row, number: int) -> tuple[float, float] | None:
        """Return easting and northing, or None where there are none (0, 0 is none).

        Raises:
            GeographyRefused: Half a point, or outside the national grid.
        """
        pair = self._pair(row, number, "easting", "northing")
        if pair is None or not any(pair):
            return None
        if not (0 < pair[0] <= _MAX_EASTING and 0 < pair[1] <= _MAX_NORTHING):
            raise self.refusal(
                number, "easting", "outside_great_britain", "the point is not on the national grid."
            )
        return pair

    def degrees(self, row: Row, number: int) -> tuple[float, float] | None:
        """Return longitude and latitude, or None where there are none (0 and 99.999999 are none).

        Raises:
            GeographyRefused: Half a point, or not in the United Kingdom.
        """
        pair = self._pair(row, number, "longitude", "latitude")
        if pair is None or not any(pair) or pair[1] > 99:  # noqa: PLR2004 - the ONSPD's «no position»
            return None
        if not (WEST <= pair[0] <= EAST and SOUTH <= pair[1] <= NORTH):
            raise self.refusal(
                number,
                "longitude",
                "outside_great_britain",
                "the point is not in the United Kingdom.",
            )
        return pair

    def _pair(self, row: Row, number: int, x: str, y: str) -> tuple[float, float] | None:
        first, second = self.number(row, number, x), self.number(row, number, y)
        if first is None or second is None:
            if first is not second:
                missing = x if first is None else y
                raise self.refusal(number, missing, "half_a_point", "one coordinate is missing.")
            return None
        return first, second
