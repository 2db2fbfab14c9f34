"""Reading the outlines of an edition's areas page by page."""

from __future__ import annotations

from sqlalchemy import select

from gateway.store import tables as t
from gateway.store.reading import Reader

_A = t.GEOGRAPHY_AREA


def areas_after(
    reader: Reader, geography: int, after: str, most: int, code: str | None = None
) -> list[tuple[str, str, bytes]]:
    """Return (code, name, WKB) of an edition's areas behind a code, by code; or of one code alone."""
    statement = select(_A.c.code, _A.c.name, _A.c.wkb).where(
        _A.c.geography == geography, _A.c.code > after
    )
    if code is not None:
        statement = statement.where(_A.c.code == code)
    with reader.connection() as connection:
        rows = connection.execute(statement.order_by(_A.c.code).limit(most))
        return [(row[0], row[1], bytes(row[2])) for row in rows]


def area_names(reader: Reader, geography: int) -> dict[str, str]:
    """Return the name of each of an edition's areas by its code, without the outlines; some have none."""
    with reader.connection() as connection:
        rows = connection.execute(select(_A.c.code, _A.c.name).where(_A.c.geography == geography))
        return {row[0]: row[1] or "" for row in rows}
