"""Lists of postcodes as editions: Code-Point Open (Ordnance Survey) and the ONS Postcode Directory.

Code-Point Open gives metres, ward and district; the directory gives degrees and every area, and keeps
terminated postcodes. ``parse_postcodes`` makes rows of their files, a store keeps them, and
``gateway.intake.located`` asks for the few that a push needs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, Literal, NamedTuple, TypeAlias, get_args

from gateway.intake.area_properties import GeographyRefused
from gateway.intake.listed import Columns, Row, normal_postcode, rows_of

PostcodeKind = Literal["code-point-open", "onspd"]
POSTCODE_KINDS: tuple[PostcodeKind, ...] = get_args(PostcodeKind)

MAX_POSTCODES = 250_000
"""Rows kept of one list: what is stored while the log is locked must be stored in a second or two."""

_AREAS = ("lsoa_code", "msoa_code", "ward_code", "district_code")

_EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,19}")
_WITHIN = re.compile(r"[A-Z]{1,2}[0-9]{0,2}[A-Z]?")
_NO_POSITION = {"90", "9"}
"""Positional quality 90 (Code-Point Open) and grid reference quality 9 (directory): no coordinates."""
_GSS = re.compile(r"[A-Z][0-9]{8}", re.ASCII)
_TAKEN = {
    "lsoa_code": re.compile(r"[EW]01\d{6}"),
    "msoa_code": re.compile(r"[EW]02\d{6}"),
    "ward_code": re.compile(r"[EW]05\d{6}"),
    "district_code": re.compile(r"[EW]0[6-9]\d{6}"),
}
"""Codes of England and Wales, as the common schema takes them; pseudo codes end in 99999999."""
_PSEUDO = "99999999"
_CODE_POINT_ORDER = ("PC", "PQ", "EA", "NO", "CY", "RH", "LH", "CC", "DC", "WC")
"""The columns of Code-Point Open, whose data files have no header of their own."""


def _named(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


_CODE_POINT = {
    "postcode": _named("pc|postcode"),
    "quality": _named("pq|positional_quality_indicator"),
    "easting": _named("ea|eastings?"),
    "northing": _named("no|northings?"),
    "district_code": _named("dc|admin_district_code"),
    "ward_code": _named("wc|admin_ward_code"),
}
_DIRECTORY = {
    "postcode": _named("pcds?|pcd[278]|postcode"),
    "terminated": _named("doterm"),
    "quality": _named("osgrdind|gridind"),
    "longitude": _named("long|longitude"),
    "latitude": _named("lat|latitude"),
    "lsoa_code": _named(r"lsoa\d\d(cd)?"),
    "msoa_code": _named(r"msoa\d\d(cd)?"),
    "ward_code": _named(r"osward|wd\d\dcd"),
    "district_code": _named(r"oslaua|laua|lad\d\dcd"),
}
_YEAR = re.compile(r"(?:lsoa|msoa|wd|lad)(\d\d)(?:cd)?", re.ASCII)


class PostcodeRow(NamedTuple):
    """One postcode without blanks, its place in degrees where it has one, and its areas."""

    postcode: str
    longitude: float | None
    latitude: float | None
    lsoa_code: str | None
    msoa_code: str | None
    ward_code: str | None
    district_code: str | None


@dataclass(frozen=True, slots=True)
class PostcodeEdition:
    """The postcodes of one list, sorted.

    ``vintages`` says of which edition each area code is; ``within`` which postcode areas were kept
    (all, where empty). ``read`` counts the files' rows, ``without_location`` the postcodes kept that
    have no coordinates, ``terminated`` those no longer in use.
    """

    kind: PostcodeKind
    edition: str
    sha256: str
    rows: tuple[PostcodeRow, ...]
    vintages: Mapping[str, str] = field(default_factory=dict)
    within: tuple[str, ...] = ()
    read: int = 0
    without_location: int = 0
    terminated: int = 0


class PostcodePlace(NamedTuple):
    """What the loaded lists know of one postcode."""

    degrees: tuple[float, float] | None
    codes: dict[str, str]
    """Area codes by the field of ``Incident`` that takes them."""
    notes: dict[str, str]
    """The edition of each, such as ``lsoa:2021``."""


Postcodes: TypeAlias = Callable[[Sequence[str]], Mapping[str, PostcodePlace]]
"""Looks postcodes without blanks up; what no list holds is left out."""


def parse_postcodes(
    kind: PostcodeKind,
    files: Iterable[BinaryIO],
    edition: str,
    sha256: str,
    within: Iterable[str] = (),
) -> PostcodeEdition:
    """Read the postcodes of a list.

    Args:
        kind: Which list.
        files: Its files; one that holds nothing but names of columns tells those of the others.
        edition: What it is called, such as ``2025-02``.
        sha256: The hash of what was given, in hex.
        within: Postcode areas or districts to keep, such as ``LE`` or ``LE11``; all where empty.

    Raises:
        GeographyRefused: The list cannot be used; rows are named by number.
    """
    if not _EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 20 letters, digits, dots, hyphens.", "edition"
        )
    wanted = tuple(sorted({one.upper() for one in within}))
    if not all(_WITHIN.fullmatch(one) for one in wanted):
        raise GeographyRefused(
            "geography.within",
            "A postcode area is written like LE, a district like LE11.",
            "within",
        )
    reading = _Reading(kind, wanted)
    for file in files:
        reading.take(file)
    if not reading.kept:
        raise GeographyRefused("geography.empty", "The files hold no postcode that was asked for.")
    return reading.edition(edition, sha256)


class _Reading:
    """One list while its files are read."""

    def __init__(self, kind: PostcodeKind, within: tuple[str, ...]) -> None:
        self._kind, self._within = kind, within
        self._names = _CODE_POINT if kind == "code-point-open" else _DIRECTORY
        self._told: Columns | None = None
        self._vintages: dict[str, str | None] = {}
        self.kept: dict[str, list[str | float | None]] = {}
        self._metres: dict[str, tuple[float, float]] = {}
        self.read = self.terminated = 0

    def take(self, file: BinaryIO) -> None:
        """Read one file."""
        rows = rows_of(file)
        columns, first = self._columns(rows)
        if columns is None:
            return
        columns.need("postcode", *(("easting", "northing") if self._in_metres else ()))
        if not self._in_metres:
            columns.need("longitude", "latitude")
        for number, row in first:
            self._row(columns, number, row)
        for number, row in rows:
            self._row(columns, number, row)
        for name in _AREAS:
            if name in columns:
                self._vintages[name] = _year(columns.named[name])

    @property
    def _in_metres(self) -> bool:
        return self._kind == "code-point-open"

    def _columns(
        self, rows: Iterator[tuple[int, Row]]
    ) -> tuple[Columns | None, list[tuple[int, Row]]]:
        """Return the columns, and the rows read on the way; no columns where a file only names them."""
        start = next(rows, None)
        if start is None:
            return None, []
        if normal_postcode(start[1][0]) and self._in_metres:
            told = self._told or Columns(_CODE_POINT_ORDER, self._names)
            return told, [start]
        columns = Columns(start[1], self._names)
        columns.need("postcode")
        if not self._in_metres:
            return columns, []
        second = next(rows, None)
        if second is None or normal_postcode(columns.cell(second[1], "postcode")) is None:
            # the publisher's own file of headers: short names, then long ones
            self._told = columns
            return None, []
        return columns, [second]

    def _row(self, columns: Columns, number: int, row: Row) -> None:
        columns.whole(row, number)
        self.read += 1
        code = normal_postcode(columns.cell(row, "postcode"))
        if code is None:
            raise columns.refusal(number, "postcode", "postcode", "it is no postcode.")
        # the first look is cheap and leaves little of a country
        if self._within and not (
            code.startswith(self._within) and any(_is_in(code, one) for one in self._within)
        ):
            return
        if code in self.kept:
            raise columns.refusal(number, "postcode", "code_twice", "it stood in an earlier row.")
        if len(self.kept) >= MAX_POSTCODES:
            raise GeographyRefused(
                "geography.too_many",
                "More than 250,000 postcodes are more than a partnership needs; keep those within"
                " its postcode areas, such as LE.",
                "within",
            )
        self.kept[code] = [
            *self._degrees(columns, number, row, code),
            *_areas(columns, number, row),
        ]
        self.terminated += bool(columns.cell(row, "terminated"))

    def _degrees(
        self, columns: Columns, number: int, row: Row, code: str
    ) -> tuple[float | None, float | None]:
        if columns.cell(row, "quality") in _NO_POSITION:
            return None, None
        if not self._in_metres:
            return columns.degrees(row, number) or (None, None)
        metres = columns.metres(row, number)
        if metres is not None:
            self._metres[code] = metres
        return None, None

    def edition(self, edition: str, sha256: str) -> PostcodeEdition:
        """Return what was read, metres converted in one call."""
        if self._metres:
            # numpy and convertbng take 0.3 s to import, which a list in degrees need not spend
            from gateway.intake.outlines import to_degrees  # noqa: PLC0415

            found = zip(self._metres, to_degrees([*self._metres.values()]), strict=True)
            for code, place in found:
                self.kept[code][:2] = place or (None, None)
        rows = tuple(PostcodeRow(code, *self.kept[code]) for code in sorted(self.kept))  # type: ignore[arg-type]
        prefix = "code-point" if self._in_metres else "onspd"
        return PostcodeEdition(
            self._kind,
            edition,
            sha256,
            rows,
            {name: year or f"{prefix}-{edition}" for name, year in self._vintages.items()},
            self._within,
            self.read,
            sum(row.longitude is None for row in rows),
            self.terminated,
        )


def _is_in(code: str, wanted: str) -> bool:
    """Whether a postcode lies in an area (``LE``) or district (``LE1``): not LE11 in LE1, LE in L."""
    outward = code[:-3]
    if wanted.isalpha():
        return outward.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").rstrip("0123456789") == wanted
    return outward == wanted


def _areas(columns: Columns, number: int, row: Row) -> list[str | None]:
    codes: list[str | None] = []
    for name in _AREAS:
        text = columns.cell(row, name)
        if text and not _GSS.fullmatch(text):
            raise columns.refusal(number, name, "code", "it is no nine-character GSS code.")
        taken = _TAKEN[name].fullmatch(text) and not text.endswith(_PSEUDO)
        codes.append(text if taken else None)
    return codes


def _year(column: str) -> str | None:
    found = _YEAR.fullmatch(column.casefold())
    return f"20{found[1]}" if found else None
