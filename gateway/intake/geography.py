"""Geography files as editions: outlines of areas and lists of map points, in rows that a store keeps.

No SQL and no index here: `parse_areas` and `parse_police_uk_points` turn bytes into rows,
`gateway.intake.located.Places` turns rows into answers. Degrees are WGS 84, longitude first.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from gateway.intake.area_properties import (
    EDITION,
    GeographyRefused,
    feature_refused,
    features_of,
    properties_named,
    properties_of,
)
from schemas.codes import DistrictCode, LsoaCode, MsoaCode, WardCode

AreaKind = Literal["wards", "lsoa", "msoa", "districts"]
AREA_KINDS: tuple[AreaKind, ...] = get_args(AreaKind)
AREA_FIELDS = ("ward_code", "lsoa_code", "msoa_code", "district_code")
"""The incident's fields that take their codes, in the same order."""

MAX_AREA_BYTES = 128 * 1024 * 1024
MAX_POINT_BYTES = 256 * 1024 * 1024
MAX_NAME = 200

BOX = WEST, SOUTH, EAST, NORTH = -9.0, 49.0, 2.2, 61.2
"""Degrees: a box round the United Kingdom, Rockall aside."""

_CENSUS_NAME = re.compile(r"(.+) \d{3}[A-Z]?")
_PREFIX: dict[AreaKind, str] = {"wards": "WD", "lsoa": "LSOA", "msoa": "MSOA", "districts": "LAD"}
_CODE: dict[AreaKind, Any] = {
    "wards": WardCode,
    "lsoa": LsoaCode,
    "msoa": MsoaCode,
    "districts": DistrictCode,
}
_GSS = {kind: re.compile(get_args(code)[1].pattern, re.ASCII) for kind, code in _CODE.items()}
"""What a code of each kind looks like: a file of wards must not pass for one of LSOAs."""
_LONGITUDE, _LATITUDE, _LSOA_NAME = "longitude", "latitude", "lsoa name"


class AreaRow(NamedTuple):
    """One area: GSS code, name ("" where the file gives none), outline as WKB in degrees."""

    code: str
    name: str
    wkb: bytes


class PointRow(NamedTuple):
    """One map point in degrees, with the name or GSS code of the district that it lies in.

    ``addresses`` are the postal addresses that are nearer to it than to another point of its district;
    None where nobody counted.
    """

    longitude: float
    latitude: float
    district: str
    addresses: int | None = None


class Inside(NamedTuple):
    """The areas that one place lies in, by the field of ``Incident`` that takes their code."""

    codes: dict[str, str]
    notes: dict[str, str]
    """The edition of each, such as ``lsoa:2011``."""
    filled: dict[str, Any]
    """What all that changes in an incident that came without any code or edition."""
    district: str | None
    """Name of the district, folded, as the names of the areas tell it."""

    @classmethod
    def of(cls, codes: dict[str, str], notes: dict[str, str], district: str | None) -> Inside:
        """Return codes with their editions and the district's name."""
        filled = {**codes, "geography_editions": tuple(notes.values())} if codes else {}
        return cls(codes, notes, filled, district)


@dataclass(frozen=True, slots=True)
class AreaEdition:
    """All areas of one file. ``sha256`` is the file's, in hex; ``repaired`` counts mended outlines."""

    kind: AreaKind
    edition: str
    sha256: str
    rows: tuple[AreaRow, ...]
    repaired: int = 0


@dataclass(frozen=True, slots=True)
class PointEdition:
    """The distinct map points of one or more files, sorted.

    ``sha256`` is that of the files joined in the order given. ``read`` counts the files' rows;
    ``without_location`` those without coordinates, ``without_district`` those without LSOA name,
    both left out. ``counted`` editions say of each point how many addresses it stands for
    (``gateway.intake.addresses``).
    """

    edition: str
    sha256: str
    rows: tuple[PointRow, ...]
    read: int = 0
    without_location: int = 0
    without_district: int = 0
    counted: bool = False


def district_in(census_name: str) -> str | None:
    """Return the district that a census area is named after: «Charnwood» for «Charnwood 022A».

    None where the name does not end in a census number, such as a locally chosen MSOA name.
    """
    match = _CENSUS_NAME.fullmatch(census_name.strip())
    return match[1] if match else None


def folded(district: str) -> str:
    """Return the form in which names of districts are compared."""
    return " ".join(district.casefold().split())


# ------------------------------------------------------------------------------------ areas
def parse_areas(
    kind: AreaKind,
    document: bytes,
    edition: str | None = None,
    *,
    code_property: str | None = None,
    name_property: str | None = None,
    metres: bool | None = None,
) -> AreaEdition:
    """Read the outlines of areas from GeoJSON (RFC 7946; also the older ``crs`` member).

    Code and name come from the properties that the Office for National Statistics uses, such as
    ``WD13CD``/``WD13NM`` or ``LSOA21CD``/``LSOA21NM``, in either case; where no edition is given it is
    the year in that property's name. Other names are guessed (``area_properties``) or given.
    Degrees (CRS84, EPSG:4326, longitude first) are kept, British National Grid (EPSG:27700) is
    converted. Outlines that cross themselves are repaired and counted;
    a ring that does not end where it begins is refused.

    Args:
        kind: What the areas are.
        document: The file.
        edition: What the edition is called; needed where no property's name has a year.
        code_property: Name of the property with the code, where it is not to be guessed.
        name_property: Name of the property with the area's name, likewise.
        metres: Whether coordinates are metres of the national grid; where absent the file says so.

    Raises:
        GeographyRefused: The file cannot be used; features are named by number, from 1.
    """
    if len(document) > MAX_AREA_BYTES:
        raise GeographyRefused("geography.too_large", "The file is larger than 128 MiB.")
    features, metres = features_of(document, metres=metres)
    first = properties_of(features[0], 1)
    year, code_key, name_key = properties_named(
        _PREFIX[kind], first, edition, code_property, name_property
    )
    rows, repaired = _outlined(features, _GSS[kind], (code_key, name_key), metres=metres)
    ordered = tuple(rows[code] for code in sorted(rows))
    return AreaEdition(kind, year, hashlib.sha256(document).hexdigest(), ordered, repaired)


def _outlined(
    features: list[dict[str, Any]], gss: re.Pattern[str], keys: tuple[str, str], *, metres: bool
) -> tuple[dict[str, AreaRow], int]:
    """Return the areas by code, and how many outlines were repaired."""
    # numpy and shapely take 0.25 s to import, which a gateway without geography need not spend
    from gateway.intake.outlines import OutlineRefusedError, outline  # noqa: PLC0415

    rows: dict[str, AreaRow] = {}
    repaired, (code_key, name_key) = 0, keys
    for number, feature in enumerate(features, 1):
        properties = properties_of(feature, number)
        code, name = properties.get(code_key), properties.get(name_key)
        if not isinstance(code, str) or not gss.fullmatch(code):
            raise feature_refused(
                number, "code", "has no nine-character GSS code of this kind of area"
            )
        if code in rows:
            raise feature_refused(number, "code_twice", "has the code of an earlier feature")
        if name is not None and (not isinstance(name, str) or len(name) > MAX_NAME):
            raise feature_refused(
                number, "name", "has a name that is no text of at most 200 characters"
            )
        try:
            wkb, mended = outline(feature.get("geometry"), metres=metres, within=BOX)
        except OutlineRefusedError as refused:
            raise feature_refused(number, refused.code, refused.says) from None
        repaired += mended
        rows[code] = AreaRow(code, (name or "").strip(), wkb)
    return rows, repaired


# ----------------------------------------------------------------------------------- points
def parse_police_uk_points(csv_bytes: bytes | Sequence[bytes], edition: str) -> PointEdition:
    """Read the distinct map points of one or more data.police.uk street CSV files (UTF-8).

    The publisher moves every crime to one of these points, each the middle of a street or a public
    place with at least eight postal addresses or none in its catchment; the district is the LSOA name
    without its last token. A point that rows place in two districts is kept in that of most rows.

    Raises:
        GeographyRefused: The file cannot be used; rows are named by number, from 1 after the header.
    """
    if not EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 32 letters, digits, dots, hyphens.", "edition"
        )
    documents = (csv_bytes,) if isinstance(csv_bytes, bytes) else tuple(csv_bytes)
    if sum(map(len, documents)) > MAX_POINT_BYTES:
        raise GeographyRefused("geography.too_large", "The files are larger than 256 MiB.")
    digest = hashlib.sha256()
    counted: Counter[PointRow] = Counter()
    read = without_location = without_district = 0
    for document in documents:
        digest.update(document)
        for number, (longitude, latitude, lsoa_name) in enumerate(_street_rows(document), 1):
            read += 1
            district = district_in(lsoa_name)
            if not longitude and not latitude:
                without_location += 1
            elif district is None:
                without_district += 1
            else:
                counted[PointRow(*_degrees(longitude, latitude, number), district)] += 1
    if not counted:
        raise GeographyRefused("geography.empty", "The files hold no row with a map point.")
    return PointEdition(
        edition, digest.hexdigest(), _one_a_place(counted), read, without_location, without_district
    )


def _street_rows(document: bytes) -> Iterator[tuple[str, str, str]]:
    try:
        reader = csv.reader(io.StringIO(document.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip().casefold() for name in next(reader, [])]
        places = [header.index(name) for name in (_LONGITUDE, _LATITUDE, _LSOA_NAME)]
        for row in filter(None, reader):
            if len(row) != len(header):
                raise GeographyRefused(
                    "geography.not_csv", "A row has more or fewer columns than the header."
                )
            longitude, latitude, name = (row[place] for place in places)
            yield longitude.strip(), latitude.strip(), name
    except UnicodeDecodeError:
        raise GeographyRefused("geography.not_utf8", "The file is not UTF-8.") from None
    except csv.Error:
        raise GeographyRefused("geography.not_csv", "The file is not readable as CSV.") from None
    except ValueError:
        raise GeographyRefused(
            "geography.column", "The file lacks a column Longitude, Latitude or LSOA name."
        ) from None


def _degrees(longitude: str, latitude: str, number: int) -> tuple[float, float]:
    try:
        x, y = float(longitude), float(latitude)
    except ValueError:
        x = y = float("nan")
    if not (WEST <= x <= EAST and SOUTH <= y <= NORTH):
        raise GeographyRefused(
            "geography.outside_great_britain",
            f"Row {number}: longitude and latitude are no place in the United Kingdom.",
        )
    return x, y


def _one_a_place(counted: Counter[PointRow]) -> tuple[PointRow, ...]:
    best: dict[tuple[float, float], PointRow] = {}
    for row in sorted(counted, key=lambda row: (-counted[row], row.district)):
        best.setdefault(row[:2], row)
    return tuple(best[place] for place in sorted(best))
