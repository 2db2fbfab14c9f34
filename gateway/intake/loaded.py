"""From the database to ``Places``: outlines and points are read whole, postcodes when they are asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from gateway.intake.geography import AreaEdition, AreaRow, PointEdition, PointRow
from gateway.intake.places import Places
from gateway.intake.postcodes import POSTCODE_KINDS, PostcodePlace
from gateway.law.geography import ADDRESSES, POINTS
from gateway.store.populations import POPULATION
from gateway.store.postcodes import postcode_rows
from gateway.store.reading import Reader

_FIELDS = ("ward_code", "lsoa_code", "msoa_code", "district_code")
_NOTE = {"lsoa_code": "lsoa", "msoa_code": "msoa", "ward_code": "ward", "district_code": "district"}


def load_places(
    reader: Reader, district_names: Mapping[str, str], *, counted: bool = True
) -> Places:
    """Build the index over every edition in the database.

    Args:
        reader: Of the database.
        district_names: GSS code → name of the districts that feeds name.
        counted: Also the counts of addresses; without them, to count anew.
    """
    areas: list[AreaEdition] = []
    points: list[PointEdition] = []
    lists: list[dict[str, Any]] = []
    for row in reader.geographies():
        kind, edition, sha256 = row["kind"], row["edition"], row["sha256"]
        if kind == POPULATION:
            continue
        if kind in POSTCODE_KINDS:
            lists.append(row)
        elif kind in {POINTS, ADDRESSES}:
            rows = tuple(PointRow(*point) for point in reader.points(row["id"]))
            if counted or kind == POINTS:
                points.append(PointEdition(edition, sha256, rows, counted=kind == ADDRESSES))
        else:
            listed = tuple(AreaRow(*area) for area in reader.areas(row["id"]))
            areas.append(AreaEdition(kind, edition, sha256, listed))
    known = StoredPostcodes.of(reader, lists) if lists else None
    return Places.build(areas, points, district_names, known)


@dataclass(frozen=True, slots=True)
class StoredPostcodes:
    """Looks postcodes up in the lists of the database: of several, the newest edition that knows."""

    reader: Reader
    editions: Mapping[int, Mapping[str, str]]
    """Id of each list, newest first → the edition of the codes in each of its fields."""

    @classmethod
    def of(cls, reader: Reader, lists: Sequence[Mapping[str, Any]]) -> StoredPostcodes:
        """Return the look-up over some editions (rows of ``geography``)."""
        newest = sorted(lists, key=lambda row: (row["edition"], row["kind"]), reverse=True)
        return cls(
            reader, {row["id"]: from_json(row["notes"] or "{}").get("codes", {}) for row in newest}
        )

    def __call__(self, codes: Sequence[str]) -> dict[str, PostcodePlace]:
        """Return what is known of postcodes without blanks; those that no list holds are left out."""
        order = list(self.editions)
        rows = sorted(
            postcode_rows(self.reader, order, codes),
            key=lambda row: order.index(row["geography"]),
            reverse=True,
        )
        found: dict[str, PostcodePlace] = {}
        for row in rows:
            older = found.get(row["postcode"], PostcodePlace(None, {}, {}))
            found[row["postcode"]] = self._over(row, older)
        return found

    def _over(self, row: Mapping[str, Any], older: PostcodePlace) -> PostcodePlace:
        """Lay one list's row over what older lists say."""
        editions = self.editions[row["geography"]]
        here = {name: row[name] for name in _FIELDS if row[name] is not None}
        notes = {name: f"{_NOTE[name]}:{editions[name]}" for name in here}
        spot = row["longitude"], row["latitude"]
        return PostcodePlace(
            older.degrees if None in spot else spot,
            {**older.codes, **here},
            {**older.notes, **notes},
        )
