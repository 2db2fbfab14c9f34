"""Reading how many live where: the newest loaded edition of population, by area and year."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from gateway.store import tables as t

POPULATION = "population"
"""The kind of an edition of residents among ``tables.GEOGRAPHY``."""
_G, _P = t.GEOGRAPHY, t.GEOGRAPHY_POPULATION


class Residents(NamedTuple):
    """How many live in a place."""

    number: int
    year: int
    edition: str


def residents_of(connection: Connection) -> dict[str, list[Residents]]:
    """Return residents by area's code, the newest year first; of two editions the one loaded last counts."""
    statement = (
        select(_P.c.code, _P.c.number, _P.c.year, _G.c.edition)
        .join(_G, _G.c.id == _P.c.geography)
        .where(_G.c.kind == POPULATION)
        .order_by(_P.c.code, _P.c.year.desc(), _G.c.loaded_at.desc(), _G.c.id.desc())
    )
    found: dict[str, list[Residents]] = {}
    for code, number, year, edition in connection.execute(statement):
        known = found.setdefault(code, [])
        if not known or known[-1].year != year:
            known.append(Residents(int(number), int(year), edition))
    return found
