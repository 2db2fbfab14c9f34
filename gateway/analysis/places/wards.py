"""The ward in which an area of the census is counted: whole, by where a point inside it lies.

Wards cut LSOAs. A count by ward beside a count by LSOA would tell how many of an LSOA lay in its smaller
piece, which may be a few homes: finer than any record leaves, and from published totals too, since they are
exact. So every count by ward is made of whole LSOAs, as ONS's best-fit look-ups make it, and tells nothing
that the counts of LSOAs do not. The ward of a published point is everybody's to look up, and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from weakref import WeakKeyDictionary

import shapely

from gateway.intake.geography import AreaEdition, AreaRow
from gateway.intake.geometry import Areas
from gateway.store.reading import Reader

_LSOA: Final = "lsoa"
_WARDS: Final = "wards"
_Loaded = tuple[int, ...]
_fitted: WeakKeyDictionary[Reader, tuple[_Loaded, Mapping[str, str]]] = WeakKeyDictionary()
"""What was worked out for each database, and from which editions, which never change."""


def wards_of_lsoas(reader: Reader) -> Mapping[str, str]:
    """Return the ward of each LSOA whose outline is loaded; none where no ward's outline holds it.

    Of several editions the newest that knows an area answers, as it does where incidents are placed.
    """
    loaded = [row for row in reader.geographies() if row["kind"] in {_LSOA, _WARDS}]
    editions = tuple(row["id"] for row in loaded)
    known = _fitted.get(reader)
    if known is None or known[0] != editions:
        known = _fitted[reader] = editions, _worked_out(reader, loaded)
    return known[1]


def _worked_out(reader: Reader, loaded: list[dict[str, Any]]) -> Mapping[str, str]:
    ordered = sorted(loaded, key=lambda row: row["edition"])
    outlines = {
        code: wkb
        for row in ordered
        if row["kind"] == _LSOA
        for code, _, wkb in reader.areas(row["id"])
    }
    wards = [
        AreaEdition(_WARDS, row["edition"], row["sha256"], _rows(reader, row["id"]))
        for row in ordered
        if row["kind"] == _WARDS
    ]
    if not outlines or not wards:
        return {}
    inside = shapely.point_on_surface(shapely.from_wkb(list(outlines.values())))
    lies = Areas(wards).at([(one.x, one.y) for one in inside])
    found = zip(outlines, (one.codes.get("ward_code") for one in lies), strict=True)
    return {code: ward for code, ward in found if ward is not None}


def _rows(reader: Reader, geography: int) -> tuple[AreaRow, ...]:
    return tuple(AreaRow(*area) for area in reader.areas(geography))


def ward_counted(lsoa: str, msoa: str, ward: str, wards: Mapping[str, str]) -> str:
    """Return the ward in which what lies in these areas is counted; empty where none can be told.

    Args:
        lsoa: Code of its LSOA; empty where it is not known. So are the others.
        msoa: Of its MSOA. What leaves at one is in no ward: these cut each other.
        ward: Of its ward, which stands where nothing finer is known.
        wards: The ward of each LSOA (``wards_of_lsoas``).
    """
    if lsoa:
        return wards.get(lsoa, "")
    return "" if msoa else ward
