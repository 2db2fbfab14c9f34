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

from pydantic_core import from_json

from schemas.codes import GssCode

AreaKind = Literal["wards", "lsoa", "msoa", "districts"]
AREA_KINDS: tuple[AreaKind, ...] = get_args(AreaKind)
AREA_FIELDS = ("ward_code", "lsoa_code", "msoa_code", "district_code")
"""The incident's fields that take their codes, in the same order."""

MAX_AREA_BYTES = 128 * 1024 * 1024
MAX_FEATURES = 50_000
MAX_POINT_BYTES = 256 * 1024 * 1024
MAX_NAME = 200

BOX = WEST, SOUTH, EAST, NORTH = -9.0, 49.0, 2.2, 61.2
"""Degrees: a box round the United Kingdom, Rockall aside."""

_GSS = re.compile(get_args(GssCode)[1].pattern, re.ASCII)
_EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
_CENSUS_NAME = re.compile(r"(.+) \d{3}[A-Z]?")
_PREFIX: dict[AreaKind, str] = {"wards": "WD", "lsoa": "LSOA", "msoa": "MSOA", "districts": "LAD"}
_CENTURY = 100
_FIRST_YEAR_OF_1900S = 70
_DEGREES = re.compile(
    r"(urn:ogc:def:crs:OGC:(1\.3)?:CRS84|(urn:ogc:def:crs:)?EPSG::?4326)", re.IGNORECASE
)
_METRES = re.compile(r"(urn:ogc:def:crs:)?EPSG::?27700", re.IGNORECASE)
_LONGITUDE, _LATITUDE, _LSOA_NAME = "longitude", "latitude", "lsoa name"


class GeographyRefused(Exception):
    """A geography file that is not taken. Neither part holds anything that the file said.

    ``code`` is stable, such as ``geography.crs_unknown``; ``says`` is a sentence for the operator;
    ``field`` names the column, property or option, where there is one.
    """

    def __init__(self, code: str, says: str, field: str = "") -> None:
        super().__init__(f"{code}: {says}")
        self.code = code
        self.says = says
        self.field = field


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
def parse_areas(kind: AreaKind, document: bytes, edition: str | None = None) -> AreaEdition:
    """Read the outlines of areas from GeoJSON (RFC 7946; also the older ``crs`` member).

    Code and name come from the properties that the Office for National Statistics uses, such as
    ``WD13CD``/``WD13NM`` or ``LSOA21CD``/``LSOA21NM``, in either case; where no edition is given it is
    the year in that property's name. Degrees (CRS84, EPSG:4326, longitude first) are kept, British
    National Grid (EPSG:27700) is converted. Outlines that cross themselves are repaired and counted.

    Raises:
        GeographyRefused: The file cannot be used; features are named by number, from 1.
    """
    if len(document) > MAX_AREA_BYTES:
        raise GeographyRefused("geography.too_large", "The file is larger than 128 MiB.")
    features, metres = _features(document)
    year, code_key, name_key = _properties_named(kind, _properties(features[0], 1), edition)
    # numpy and shapely take 0.25 s to import, which a gateway without geography need not spend
    from gateway.intake.outlines import OutlineRefusedError, outline  # noqa: PLC0415

    rows: dict[str, AreaRow] = {}
    repaired = 0
    for number, feature in enumerate(features, 1):
        properties = _properties(feature, number)
        code, name = properties.get(code_key), properties.get(name_key)
        if not isinstance(code, str) or not _GSS.fullmatch(code):
            raise _feature(number, "code", "has no nine-character GSS code where the first has one")
        if code in rows:
            raise _feature(number, "code_twice", "has the code of an earlier feature")
        if name is not None and (not isinstance(name, str) or len(name) > MAX_NAME):
            raise _feature(number, "name", "has a name that is no text of at most 200 characters")
        try:
            wkb, mended = outline(feature.get("geometry"), metres=metres, within=BOX)
        except OutlineRefusedError as refused:
            raise _feature(number, refused.code, refused.says) from None
        repaired += mended
        rows[code] = AreaRow(code, (name or "").strip(), wkb)
    ordered = tuple(rows[code] for code in sorted(rows))
    return AreaEdition(kind, year, hashlib.sha256(document).hexdigest(), ordered, repaired)


def _feature(number: int, code: str, says: str) -> GeographyRefused:
    return GeographyRefused(f"geography.{code}", f"Feature {number} {says}.")


def _features(document: bytes) -> tuple[list[dict[str, Any]], bool]:
    """Return the features, and whether their coordinates are metres of the national grid."""
    try:
        collection = from_json(document.removeprefix(b"\xef\xbb\xbf"), allow_inf_nan=False)
    except ValueError:
        raise GeographyRefused("geography.not_json", "The file is not JSON in UTF-8.") from None
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise GeographyRefused("geography.not_geojson", "The file is no GeoJSON FeatureCollection.")
    features = collection.get("features")
    if not isinstance(features, list) or not features:
        raise GeographyRefused("geography.empty", "The file has no features.")
    if len(features) > MAX_FEATURES:
        raise GeographyRefused("geography.too_many", "The file has more than 50,000 features.")
    return features, _in_metres(collection)


def _in_metres(collection: dict[str, Any]) -> bool:
    if "crs" not in collection:
        return False
    match collection["crs"]:
        case {"type": "name", "properties": {"name": str(name)}}:
            if _DEGREES.fullmatch(name) or _is_versioned(_DEGREES, name):
                return False
            if _METRES.fullmatch(name) or _is_versioned(_METRES, name):
                return True
    raise GeographyRefused(
        "geography.crs_unknown",
        "The file names a coordinate system other than CRS84, EPSG:4326 and EPSG:27700.",
    )


def _is_versioned(pattern: re.Pattern[str], name: str) -> bool:
    # urn:ogc:def:crs:EPSG:6.18:27700 names the version of the register between the colons
    return bool(
        pattern.fullmatch(re.sub(r"(EPSG):[0-9.]+:(\d+)$", r"\1::\2", name, flags=re.IGNORECASE))
    )


def _properties(feature: object, number: int) -> dict[str, Any]:
    match feature:
        case {"type": "Feature", "properties": dict(properties)}:
            return properties
    raise _feature(number, "feature", "is no GeoJSON feature with properties")


def _properties_named(
    kind: AreaKind, properties: dict[str, Any], edition: str | None
) -> tuple[str, str, str]:
    """Return the edition and the names of the code and name properties, found in one feature."""
    if edition is not None and not _EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 32 letters, digits, dots, hyphens.", "edition"
        )
    pattern = re.compile(rf"{_PREFIX[kind]}(\d\d)CD", re.IGNORECASE)
    years = {_year(match[1]): name for name in properties if (match := pattern.fullmatch(name))}
    chosen = [year for year in years if edition is None or edition.startswith(year)] or list(years)
    if not chosen:
        raise GeographyRefused(
            "geography.code_property",
            f"The first feature has no property such as {_PREFIX[kind]}23CD.",
        )
    if len(chosen) > 1:
        raise GeographyRefused(
            "geography.edition_unclear", "The features carry codes of several editions; name one."
        )
    code_key = years[chosen[0]]
    names = {name.casefold(): name for name in properties}
    name_key = names.get(code_key.casefold().removesuffix("cd") + "nm", "")
    return edition or chosen[0], code_key, name_key


def _year(two_digits: str) -> str:
    year = int(two_digits)
    return str(year + (1900 if year >= _FIRST_YEAR_OF_1900S else 2000))


# ----------------------------------------------------------------------------------- points
def parse_police_uk_points(csv_bytes: bytes | Sequence[bytes], edition: str) -> PointEdition:
    """Read the distinct map points of one or more data.police.uk street CSV files (UTF-8).

    The publisher moves every crime to one of these points, each the middle of a street or a public
    place with at least eight postal addresses or none in its catchment; the district is the LSOA name
    without its last token. A point that rows place in two districts is kept in that of most rows.

    Raises:
        GeographyRefused: The file cannot be used; rows are named by number, from 1 after the header.
    """
    if not _EDITION.fullmatch(edition):
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
