"""Looking postcodes up: a list of a country stays on the disk, a push asks for the few it needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from gateway.store import tables as t
from gateway.store.reading import Reader

_CHUNK = 500
_MOST_OF_FEW = 7
_P = t.GEOGRAPHY_POSTCODE.c
_KNOWN = select(t.GEOGRAPHY_POSTCODE).where(
    _P.geography.in_(bindparam("editions", expanding=True)),
    _P.postcode.in_(bindparam("codes", expanding=True)),
)


def postcode_rows(
    reader: Reader, editions: Sequence[int], codes: Sequence[str]
) -> Iterator[dict[str, Any]]:
    """Yield what some editions hold of postcodes (columns of ``geography_postcode``)."""
    for start in range(0, len(codes), _CHUNK):
        about = {"editions": list(editions), "codes": codes[start : start + _CHUNK]}
        with reader.connection() as connection:
            found = [dict(row) for row in connection.execute(_KNOWN, about).mappings()]
        yield from found


def postcode_places(reader: Reader, geography: int) -> list[tuple[float, float]]:
    """Return where the postcodes of one list are (degrees, longitude first), where they have a place."""
    statement = select(_P.longitude, _P.latitude).where(
        _P.geography == geography, _P.longitude.is_not(None)
    )
    with reader.connection() as connection:
        return [(row[0], row[1]) for row in connection.execute(statement)]


def tally(reader: Reader, geography: int) -> dict[str, int]:
    """Count what one edition holds: areas, points and postcodes, and of those what has no place."""
    p, a = t.GEOGRAPHY_POINT.c, t.GEOGRAPHY_AREA.c
    asked = {
        "areas": select(func.count()).where(a.geography == geography),
        "points": select(func.count()).where(p.geography == geography),
        "points_of_8_or_more": select(func.count()).where(
            p.geography == geography, p.addresses > _MOST_OF_FEW
        ),
        "points_of_none": select(func.count()).where(p.geography == geography, p.addresses == 0),
        "points_of_1_to_7": select(func.count()).where(
            p.geography == geography, p.addresses.between(1, _MOST_OF_FEW)
        ),
        "areas_with_residents": select(func.count()).where(
            t.GEOGRAPHY_POPULATION.c.geography == geography
        ),
        "postcodes": select(func.count()).where(_P.geography == geography),
        "postcodes_without_place": select(func.count()).where(
            _P.geography == geography, _P.longitude.is_(None)
        ),
    }
    with reader.connection() as connection:
        return {
            name: number
            for name, statement in asked.items()
            if (number := int(connection.execute(statement).scalar_one()))
        }
