"""A file's columns as the fixed hierarchies: what is assessed is read here, counted in ``policies.assess``.

Two forms: the street files of data.police.uk, known by their header, and any CSV whose columns are named.
A coarser level follows from a finer one where it can; what cannot be had is left out, never guessed.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path

from schemas.typology import TYPOLOGY

Column = Sequence[str | None]
Columns = dict[str, dict[str, Column]]
Located = Callable[[Sequence[tuple[float, float]]], Sequence[Mapping[str, str]]]
"""Given longitudes and latitudes: the codes of the areas round each, by level."""

POLICE_UK = {
    "longitude": "Longitude",
    "latitude": "Latitude",
    "lsoa": "LSOA code",
    "lsoa_name": "LSOA name",
    "time": "Month",
    "area": "Crime type",
}
"""A street file: what each of its columns is. It tells no behaviour below the kind of incident."""

_HIERARCHY = {
    "place": ("point", "lsoa", "msoa", "ward", "district"),
    "time": ("hour", "day", "month", "quarter"),
    "behaviour": ("sub", "behaviour", "area"),
}
_ISO = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2})(?::?\d{2}.*)?)?)?")
_BRITISH = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}):?\d{2}.*)?")
_QUARTER = re.compile(r"(\d{4})-?Q([1-4])")
_CENSUS_NAME = re.compile(r"(.+) (\d{3})([A-Z])")
_DAY = 2


class NotAssessable(Exception):
    """A file that cannot be assessed: one sentence, one remedy, no value of the file."""

    def __init__(self, sentence: str, remedy: str) -> None:
        super().__init__(sentence)
        self.sentence, self.remedy = sentence, remedy


def read_columns(
    file: Path, named: Mapping[str, str] | None = None, located: Located | None = None
) -> Columns:
    """Read a CSV file, plain or gzip, as columns of the hierarchies.

    Args:
        file: In UTF-8, with a header.
        named: What (one of ``NAMED``) → which column; a street file's own where absent.
        located: Finds the areas of points, where outlines are loaded: for levels the file has not.

    Raises:
        NotAssessable: It cannot be read, has no row, or lacks a column that was named.
    """
    header, rows = _rows(file)
    wanted = POLICE_UK if named is None else named
    missing = [what for what, column in wanted.items() if column not in header]
    if missing:
        raise NotAssessable(
            f"The file lacks the columns named for: {', '.join(sorted(missing))}.",
            "Name the columns it has: `--columns lsoa=…,time=…`; see `--help`.",
        )
    if not rows:
        raise NotAssessable("The file has no rows.", "Give a file with rows below its header.")
    places = {what: header.index(column) for what, column in wanted.items()}
    raw: dict[str, Column] = {
        what: [row[at] or None for row in rows] for what, at in places.items()
    }
    return columns_of(raw, located)


def _rows(file: Path) -> tuple[list[str], list[list[str]]]:
    opened = gzip.open if file.suffix == ".gz" else open
    try:
        with opened(file, "rt", encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            header = next(reader, [])
            rows = [row for row in reader if row]
    except (OSError, EOFError, UnicodeDecodeError, csv.Error):
        raise NotAssessable(
            "The file cannot be read as CSV in UTF-8.", "Check the path and the encoding."
        ) from None
    if any(len(row) != len(header) for row in rows):
        raise NotAssessable(
            "A row has more or fewer cells than the header.", "Mend the file, or export it again."
        )
    return header, rows


def columns_of(raw: Mapping[str, Column], located: Located | None = None) -> Columns:
    """Return named columns by hierarchy and level, with the coarser levels that follow from them.

    Args:
        raw: What (one of ``NAMED``) → values.
        located: As ``read_columns``.
    """
    found = dict(raw)
    if "longitude" in raw and "latitude" in raw:
        pairs = list(zip(raw["longitude"], raw["latitude"], strict=True))
        found.setdefault("point", [f"{x},{y}" if x and y else None for x, y in pairs])
        if located is not None:
            found = _areas_of(pairs, located) | found
    if "lsoa_name" in raw:
        for level in ("msoa", "district"):
            found.setdefault(level, [_census(level, value) for value in raw["lsoa_name"]])
    for level in ("quarter", "month", "day", "hour", "time"):
        if level in raw:
            # the finest comes last; a coarser column of its own is kept, cut to its level
            times = _times([_instant(value) for value in raw[level]])
            found |= {k: v for k, v in times.items() if k == level or k not in raw}
    if "sub" in raw:
        found.setdefault("behaviour", [TYPOLOGY.behaviour_of.get(v or "") for v in raw["sub"]])
    if "behaviour" in found:
        found.setdefault("area", [TYPOLOGY.area_of.get(v or "") for v in found["behaviour"]])
    return {
        hierarchy: {level: found[level] for level in levels if _is_told(found.get(level))}
        for hierarchy, levels in _HIERARCHY.items()
    }


def _is_told(column: Column | None) -> bool:
    return column is not None and any(value is not None for value in column)


def _areas_of(
    pairs: Sequence[tuple[str | None, str | None]], located: Located
) -> dict[str, Column]:
    """Look each distinct point up once."""
    distinct = list(dict.fromkeys(pairs))
    degrees: dict[tuple[str | None, str | None], tuple[float, float]] = {}
    for x, y in distinct:
        try:
            degrees[x, y] = float(x or ""), float(y or "")
        except ValueError:
            continue
    areas = dict(zip(degrees, located(list(degrees.values())), strict=True))
    levels = ("lsoa", "msoa", "ward", "district")
    return {level: [areas.get(pair, {}).get(level) for pair in pairs] for level in levels}


@cache
def _census(level: str, name: str | None) -> str | None:
    """The MSOA or district that an LSOA is named after: «Charnwood 001C» is in «Charnwood 001»."""
    match = _CENSUS_NAME.fullmatch(name or "")
    if match is None:
        return None
    return match.group(1) if level == "district" else f"{match.group(1)} {match.group(2)}"


@cache
def _instant(text: str | None) -> tuple[str, ...]:
    """The parts of a time as far as it is known: year and month, day, hour; or the quarter alone."""
    told = (text or "").strip()
    if match := _QUARTER.fullmatch(told):
        return (f"{match.group(1)}Q{match.group(2)}",)
    if match := _ISO.fullmatch(told):
        year, month, day, hour = match.groups()
    elif match := _BRITISH.fullmatch(told):
        day, month, year, hour = match.groups()
    else:
        return ()
    return tuple(part for part in (f"{year}-{month}", day, hour) if part is not None)


def _times(instants: Sequence[tuple[str, ...]]) -> dict[str, Column]:
    """The levels of time that follow; a level that no row has is left out by ``_is_told``."""
    return {
        "hour": [f"{one[0]}-{one[1]}T{one[2]}" if len(one) > _DAY else None for one in instants],
        "day": [f"{one[0]}-{one[1]}" if len(one) >= _DAY else None for one in instants],
        "month": [one[0] if one and "Q" not in one[0] else None for one in instants],
        "quarter": [_quarter(one[0]) if one else None for one in instants],
    }


@cache
def _quarter(month: str) -> str:
    return month if "Q" in month else f"{month[:4]}Q{(int(month[5:]) + 2) // 3}"
