"""Reading what editions are made from, and the editions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, func, select

from gateway.store import tables as t

_R, _H, _E = t.ROLLUP, t.ROLLUP_HOUR, t.EDITION
_PLACES = (_R.c.lsoa_code, _R.c.msoa_code, _R.c.ward_code, _R.c.district_code)


class Counted(NamedTuple):
    """How many there are in one cell of the roll-ups."""

    class_id: int
    month: str
    sub_behaviour: str
    nsir_class: str
    places: tuple[str, str, str, str]
    """Codes of LSOA, MSOA, ward and district; empty where there is none."""
    number: int


def counted(connection: Connection, classes: Sequence[int], months: Sequence[str]) -> list[Counted]:
    """Return the roll-ups of classes in months, as fine as they are kept."""
    by = (_R.c.class_id, _R.c.month, _R.c.sub_behaviour, _R.c.nsir_class, *_PLACES)
    statement = (
        select(*by, func.sum(_R.c.number))
        .where(_R.c.class_id.in_(bindparam("classes", list(classes), expanding=True)))
        .where(_R.c.month.in_(bindparam("months", list(months), expanding=True)))
        .group_by(*by)
    )
    return [
        Counted(row[0], row[1], row[2], row[3], tuple(row[4:8]), int(row[8]))
        for row in connection.execute(statement)
    ]


class AtHour(NamedTuple):
    """How many of a class there are in a district's quarter, at one hour of the week."""

    class_id: int
    district: str
    slot: int
    """``rollups.slot_of``."""
    number: int


def counted_by_hour(connection: Connection, classes: Sequence[int], quarter: str) -> list[AtHour]:
    """Return the roll-ups of classes in a quarter by hour of the week."""
    by = (_H.c.class_id, _H.c.district_code, _H.c.slot)
    statement = (
        select(*by, func.sum(_H.c.number))
        .where(_H.c.class_id.in_(bindparam("classes", list(classes), expanding=True)))
        .where(_H.c.quarter == quarter)
        .group_by(*by)
    )
    return [AtHour(*row[:3], int(row[3])) for row in connection.execute(statement)]


def editions_of(connection: Connection, quarter: str) -> list[dict[str, Any]]:
    """Return every edition of a quarter, oldest first."""
    statement = select(_E).where(_E.c.quarter == quarter).order_by(_E.c.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def edition_list(connection: Connection) -> list[dict[str, Any]]:
    """Return every edition without its text, oldest quarter first."""
    columns = [column for column in _E.c if column.name not in {"shown", "basis"}]
    statement = select(*columns).order_by(_E.c.quarter, _E.c.number)
    return [dict(row) for row in connection.execute(statement).mappings()]


def newest_editions(connection: Connection, first: str, last: str) -> list[dict[str, Any]]:
    """Return the newest edition of every quarter from one to another, both in it."""
    newest = (
        select(_E.c.quarter, func.max(_E.c.number).label("number"))
        .where(_E.c.quarter >= first, _E.c.quarter <= last)
        .group_by(_E.c.quarter)
        .subquery()
    )
    statement = (
        select(_E)
        .join(newest, (newest.c.quarter == _E.c.quarter) & (newest.c.number == _E.c.number))
        .order_by(_E.c.quarter)
    )
    return [dict(row) for row in connection.execute(statement).mappings()]
