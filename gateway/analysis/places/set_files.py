"""Named sets of areas from files: CSV and TOML name the areas they are made of, GeoJSON draws their outlines.

Of outlines each area of the level goes whole to the set's area that holds most of it, if that is more than
half; how much lies there stays with it.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from gateway.analysis.places.fitted import Outlined, best, fit
from gateway.intake.area_properties import (
    GeographyRefused,
    feature_refused,
    features_of,
    properties_of,
)
from gateway.intake.geography import BOX
from gateway.intake.outlines import OutlineRefusedError, outline
from schemas.areas import AreaSet
from schemas.base import own_words

_HALF: Final = 0.5
_CODE: Final = re.compile(r"area|area_code|code|set_area|id|beat|beat_code", re.ASCII)
_NAME: Final = re.compile(r"name|area_name|title|beat_name", re.ASCII)
_MEMBER: Final = re.compile(
    r"member|member_code|(lsoa|msoa|ward|wd|lad|district)(\d\d)?_?(cd|code)?", re.ASCII
)
_NO_SLUG: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Given:
    """What an operator says of a set beside its file; a TOML document may say it itself."""

    name: str | None = None
    title: str | None = None
    kind: str | None = None
    edition: str | None = None
    level: str | None = None
    level_edition: str | None = None

    def document(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return what is known of the set, the operator's word before the document's."""
        names = ("name", "title", "kind", "edition", "level", "level_edition")
        given = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        whole = {"kind": "other", **said, **given}
        whole.setdefault("title", whole.get("name"))
        return whole


def read_listed(content: bytes, given: Given, *, toml: bool) -> AreaSet:
    """Read a set that lists its members.

    Raises:
        GeographyRefused: The file cannot be used. Nothing that it holds is repeated.
    """
    said: dict[str, Any] = _toml(content) if toml else {"areas": _csv(content)}
    areas = said.get("areas")
    if isinstance(areas, list):
        said["areas"] = [_whole(one) for one in areas]
    return _set(given.document(said))


def read_drawn(
    content: bytes, given: Given, level: Outlined, *, metres: bool | None = None
) -> AreaSet:
    """Read a set that draws its areas, and say which areas of a level each of them is made of.

    Args:
        content: GeoJSON with a code or a name for each polygon.
        given: What the operator says of the set.
        level: The areas that it is to be made of.
        metres: Whether coordinates are metres of the national grid; where absent the file says so.

    Raises:
        GeographyRefused: The file cannot be used, or the level's edition is not loaded.
    """
    if not level.outlines:
        says = "The edition of the areas that the set is to be made of is not loaded."
        raise GeographyRefused("geography.unknown", says, "level-edition")
    names, drawn = _drawn(content, metres=metres)
    found = fit(level, Outlined(level.kind, "set", names, drawn))
    members: dict[str, dict[str, float]] = defaultdict(dict)
    for code, one in best(found).items():
        if one.after is not None and one.share > _HALF:
            members[one.after][code] = one.share
    areas = [
        {"code": code, "name": name, "members": members.get(code, {})}
        for code, name in names.items()
    ]
    return _set(given.document({"areas": areas}))


def unknown_members(found: AreaSet, level: Outlined) -> int:
    """Return how many members of a set the loaded edition does not have; 0 where it is not loaded."""
    if not level.outlines:
        return 0
    return sum(code not in level.outlines for area in found.areas for code in area.members)


# ------------------------------------------------------------------------------ reading
def _set(document: dict[str, Any]) -> AreaSet:
    try:
        return AreaSet.model_validate(document)
    except ValidationError as refusal:
        fault = refusal.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in fault["loc"] if isinstance(part, int | str))
        says = own_words(fault) or "Something is missing or has another form."
        # the name of a key that the form does not have is input, and is not repeated
        field = "" if fault["type"] == "extra_forbidden" else place
        raise GeographyRefused("geography.set", says, field) from None


def _toml(content: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise GeographyRefused("geography.not_toml", "The file is not TOML in UTF-8.") from None


def _whole(area: Any) -> Any:  # noqa: ANN401 - what a file held
    """Turn a list of members into shares of 1: they were named whole."""
    match area:
        case {"members": list(members)}:
            return {**area, "members": {code: 1.0 for code in members if isinstance(code, str)}}
    return area


def _csv(content: bytes) -> list[dict[str, Any]]:
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header = [name.strip().casefold() for name in next(reader, [])]
        rows = [row for row in reader if row]
    except (UnicodeDecodeError, csv.Error):
        raise GeographyRefused("geography.not_csv", "The file is not CSV in UTF-8.") from None
    area, name, member = (_column(header, one) for one in (_CODE, _NAME, _MEMBER))
    if member is None or (area is None and name is None):
        says = "The file lacks a column area (or name) or member."
        raise GeographyRefused("geography.column", says)
    found: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            says = f"Row {number} has more or fewer columns than the header."
            raise GeographyRefused("geography.not_csv", says)
        called = row[area if name is None else name].strip()  # type: ignore[index] # one is a column
        code = slug(called if area is None else row[area])
        one = found.setdefault(code, {"code": code, "name": called, "members": []})
        one["members"].append(row[member].strip())
        if len({*one["members"]}) < len(one["members"]):
            raise GeographyRefused("geography.code_twice", f"Row {number} repeats an earlier row.")
    return [*found.values()]


def _column(header: Iterable[str], pattern: re.Pattern[str]) -> int | None:
    return next((n for n, name in enumerate(header) if pattern.fullmatch(name)), None)


def _drawn(content: bytes, *, metres: bool | None) -> tuple[dict[str, str], dict[str, bytes]]:
    features, in_metres = features_of(content, metres=metres)
    names: dict[str, str] = {}
    drawn: dict[str, bytes] = {}
    for number, feature in enumerate(features, 1):
        properties = {
            key.casefold(): value for key, value in properties_of(feature, number).items()
        }
        code, name = (_text(properties, pattern) for pattern in (_CODE, _NAME))
        key = slug(code or name or "")
        if not key:
            raise feature_refused(number, "code", "has neither a code nor a name")
        if key in names:
            raise feature_refused(number, "code_twice", "has the code of an earlier feature")
        try:
            drawn[key], _ = outline(feature.get("geometry"), metres=in_metres, within=BOX)
        except OutlineRefusedError as refused:
            raise feature_refused(number, refused.code, refused.says) from None
        names[key] = name or code or ""
    return names, drawn


def _text(properties: dict[str, Any], pattern: re.Pattern[str]) -> str | None:
    found = (value for key, value in properties.items() if pattern.fullmatch(key))
    return next((str(value).strip() for value in found if isinstance(value, str | int)), None)


def slug(words: str) -> str:
    """Return words as a code: lower-case letters and digits joined by hyphens."""
    return _NO_SLUG.sub("-", words.casefold()).strip("-")[:63]
