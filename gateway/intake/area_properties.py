"""What a GeoJSON file of areas says of itself: its features, its coordinates, which property is the code.

Property names of the Office for National Statistics tell code, name and year (``WD13CD``, ``LSOA21NM``). Of
others the code is the property that the operator names, else one that is called a code and holds a GSS code
in the first feature, else the only one that does.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic_core import from_json

from schemas.codes import GssCode

MAX_FEATURES = 50_000
GSS = re.compile(get_args(GssCode)[1].pattern, re.ASCII)
EDITION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")

_FIRST_YEAR_OF_1900S = 70
_DEGREES = re.compile(
    r"(urn:ogc:def:crs:OGC:(1\.3)?:CRS84|(urn:ogc:def:crs:)?EPSG::?4326)", re.IGNORECASE
)
_METRES = re.compile(r"(urn:ogc:def:crs:)?EPSG::?27700", re.IGNORECASE)
_CALLED_A_CODE = re.compile(r"(gss|ons|area|ward|lsoa|msoa|lad|district)?[_ ]?(code|id|cd|gss)")
_CALLED_A_NAME = re.compile(r"(area|ward|lsoa|msoa|lad|district)?[_ ]?(name|nm|title)")


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


def feature_refused(number: int, code: str, says: str) -> GeographyRefused:
    """Return the refusal of one feature, by number from 1."""
    return GeographyRefused(f"geography.{code}", f"Feature {number} {says}.")


# ------------------------------------------------------------------------------ features
def features_of(
    document: bytes, *, metres: bool | None = None
) -> tuple[list[dict[str, Any]], bool]:
    """Return the features, and whether their coordinates are metres of the national grid.

    Args:
        document: GeoJSON (RFC 7946; also the older ``crs`` member).
        metres: What the operator says of the coordinates; where absent the file does.

    Raises:
        GeographyRefused: It is no such file, or names another coordinate system.
    """
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
    return features, _in_metres(collection) if metres is None else metres


def properties_of(feature: object, number: int) -> dict[str, Any]:
    """Return a feature's properties (raises ``GeographyRefused``)."""
    match feature:
        case {"type": "Feature", "properties": dict(properties)}:
            return properties
    raise feature_refused(number, "feature", "is no GeoJSON feature with properties")


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


# ---------------------------------------------------------------------------- properties
def properties_named(
    prefix: str,
    properties: dict[str, Any],
    edition: str | None,
    code_property: str | None = None,
    name_property: str | None = None,
) -> tuple[str, str, str]:
    """Return the edition and the names of the code and name properties, found in one feature.

    Args:
        prefix: Of the kind of areas, such as ``WD``.
        properties: Of the first feature.
        edition: What the operator calls it.
        code_property: The property with the code, as the operator names it.
        name_property: The property with the name, likewise.

    Raises:
        GeographyRefused: No property can be the code, or no edition is known.
    """
    if edition is not None and not EDITION.fullmatch(edition):
        raise GeographyRefused(
            "geography.edition", "An edition is 1 to 32 letters, digits, dots, hyphens.", "edition"
        )
    for option, given in (("code-property", code_property), ("name-property", name_property)):
        if given is not None and given not in properties:
            raise GeographyRefused(
                "geography.property", "The first feature has no property of this name.", option
            )
    pattern = re.compile(rf"{prefix}(\d\d)CD", re.IGNORECASE)
    years = {_year(match[1]): name for name in properties if (match := pattern.fullmatch(name))}
    if code_property is not None:
        years = {year: name for year, name in years.items() if name == code_property}
    chosen = [year for year in years if edition is None or edition.startswith(year)] or list(years)
    if len(chosen) > 1:
        raise GeographyRefused(
            "geography.edition_unclear", "The features carry codes of several editions; name one."
        )
    code_key = years[chosen[0]] if chosen else code_property or _guessed_code(properties)
    if code_key is None:
        raise GeographyRefused(
            "geography.code_property",
            f"The first feature has no property such as {prefix}23CD, and none that alone holds a GSS"
            " code; give --code-property.",
        )
    if edition is None and not chosen:
        raise GeographyRefused(
            "geography.edition", "No property's name tells the edition; give --edition.", "edition"
        )
    return edition or chosen[0], code_key, name_property or _name_key(properties, code_key)


def _guessed_code(properties: dict[str, Any]) -> str | None:
    holding = [
        name
        for name, value in properties.items()
        if isinstance(value, str) and GSS.fullmatch(value)
    ]
    called = [name for name in holding if _CALLED_A_CODE.fullmatch(name.casefold())]
    found = called if len(called) == 1 else holding
    return found[0] if len(found) == 1 else None


def _name_key(properties: dict[str, Any], code_key: str) -> str:
    names = {name.casefold(): name for name in properties}
    beside = names.get(code_key.casefold().removesuffix("cd") + "nm")
    if beside is not None:
        return beside
    return next((name for key, name in names.items() if _CALLED_A_NAME.fullmatch(key)), "")


def _year(two_digits: str) -> str:
    year = int(two_digits)
    return str(year + (1900 if year >= _FIRST_YEAR_OF_1900S else 2000))
