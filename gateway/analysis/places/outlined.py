"""A loaded edition of areas, whole: names and outlines by code."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import shapely

from gateway.analysis.places.fitted import Outlined
from gateway.analysis.places.standing import area_kind
from gateway.store.reading import Reader


def outlined(reader: Reader, kind: str, edition: str) -> Outlined:
    """Return an edition's names and outlines (WKB in degrees) by code; none where it is not loaded."""
    wanted = area_kind(kind), edition
    rows = [
        area
        for row in reader.geographies()
        if (row["kind"], row["edition"]) == wanted
        for area in reader.areas(row["id"])
    ]
    names = {code: name for code, name, _ in rows}
    return Outlined(*wanted, names, {code: wkb for code, _, wkb in rows})


def joined(outlines: Mapping[str, bytes], area_of: Mapping[str, str]) -> dict[str, bytes]:
    """Return the outline of each area by those of its parts (WKB in degrees)."""
    parts: dict[str, list[bytes]] = defaultdict(list)
    for code, area in area_of.items():
        if code in outlines:
            parts[area].append(outlines[code])
    return {
        area: shapely.to_wkb(shapely.union_all(shapely.from_wkb(listed)))
        for area, listed in parts.items()
    }
