"""Reading for analysts: current, live versions page by page, and sums over the roll-ups."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar

import polars as pl
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    text,
    true,
)

from gateway.store import tables as t
from gateway.store.bulk import SCHEMA, read_columns
from gateway.store.log_order import UNKNOWN, is_recorded, reported, when
from gateway.store.metadata import IS_CORRECTION
from gateway.store.offers import CANDIDATE_COLUMNS, LIVE, Candidate

_L, _I = t.LOG, t.INCIDENT
_WHEN = when(_L)
_KEYS: Mapping[str, tuple[ColumnElement[Any], ...]] = MappingProxyType(
    {"recorded": (), "occurred": (_WHEN,), "reported": (reported(_L),)}
)
"""What records are sorted by before their position."""


class Box(NamedTuple):
    """A box on the map, and the areas that it meets."""

    bounds: tuple[float, float, float, float]
    """West, south, east, north."""
    areas: Mapping[str, Sequence[str]]
    """Codes by level: of areas at which a version may leave."""


class Wanted(NamedTuple):
    """What an analyst asks for, as the log can answer it."""

    classes: Sequence[int]
    since: int
    """Only what was recorded from this second on."""
    begins: int | None
    ends: int | None
    """The period, in seconds since 1970; its end is no part of it."""
    places: Sequence[str] = ()
    """Areas, one of which the version has at its level."""
    details: Sequence[str] = ()
    """Pieces of the detail's own JSON, one of which is in it."""
    sub_behaviours: Sequence[str] = ()
    box: Box | None = None
    """Where the version's map point lies, or an area of it: no less than what fits, and more besides."""
    by: str = "recorded"
    """What it is sorted by: recorded, occurred or reported."""
    last_first: bool = False


class Place(NamedTuple):
    """Where a page ended: the key of its last record and that record's position."""

    key: int
    position: int


def page_after(
    connection: Connection, wanted: Wanted, after: Place | None, most: int
) -> list[tuple[Place, Candidate]]:
    """Return current, live versions behind a place, in the order asked for."""

    def read(statement: Select[Any]) -> list[tuple[Place, Candidate]]:
        rows = connection.execute(statement)
        return [(Place(row[0], row[1]), Candidate._make(row[1:])) for row in rows]

    return [row for rows in _steps(wanted, after, most, read) for row in rows]


def columns_after(
    connection: Connection, wanted: Wanted, after: Place | None, most: int
) -> tuple[pl.DataFrame, Place | None]:
    """Return the same as columns (``gateway.store.bulk.SCHEMA``), and where they end; None: at the end."""

    def read(statement: Select[Any]) -> pl.DataFrame:
        return read_columns(connection, statement, _KEYED)

    found = pl.concat(_steps(wanted, after, most, read))
    end = Place(*found.row(-1)[:2]) if len(found) == most else None
    return found.drop("key"), end


_Rows = TypeVar("_Rows", list[tuple[Place, Candidate]], pl.DataFrame)
_KEYED = pl.Schema({"key": pl.Int64(), **SCHEMA})


def _steps(
    wanted: Wanted, after: Place | None, most: int, read: Callable[[Select[Any]], _Rows]
) -> Iterator[_Rows]:
    """Read behind a place: what has the very key of the place, and what lies behind that key.

    Two reads, because that is what both engines answer from an index.
    """
    keys = _KEYS[wanted.by]
    statement, position = _fitting(wanted, *keys), _L.c.position
    by_position = statement.order_by(_way(position, wanted))
    if not keys:
        if after is not None:
            by_position = by_position.where(_behind(position, after.position, wanted))
        yield read(by_position.limit(most))
        return
    key = keys[0]
    ordered = statement.order_by(_way(key, wanted), _way(position, wanted))
    if after is None:
        yield read(ordered.limit(most))
        return
    level = by_position.where(key == after.key, _behind(position, after.position, wanted))
    found = read(level.limit(most))
    yield found
    if len(found) < most:
        yield read(ordered.where(_behind(key, after.key, wanted)).limit(most - len(found)))


def _behind(column: ColumnElement[Any], value: int, wanted: Wanted) -> ColumnElement[bool]:
    return column < value if wanted.last_first else column > value


def _way(column: ColumnElement[Any], wanted: Wanted) -> ColumnElement[Any]:
    return column.desc() if wanted.last_first else column.asc()


def _fitting(wanted: Wanted, *keys: ColumnElement[Any]) -> Select[Any]:
    """Select what fits, position and key first; where there is no key, the position stands for it."""
    statement = (
        select((keys or (_L.c.position,))[0].label("key"), *CANDIDATE_COLUMNS)
        .join(_I, and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version))
        .where(
            is_recorded(_L),
            _I.c.state == LIVE,
            _L.c.class_id.in_(bindparam("classes", list(wanted.classes), expanding=True)),
            _L.c.recorded_at >= wanted.since,
        )
    )
    if wanted.begins is not None:
        statement = statement.where(wanted.begins <= _WHEN)
    if wanted.ends is not None:
        statement = statement.where(wanted.ends > _WHEN, _WHEN != UNKNOWN)
    if wanted.sub_behaviours:
        statement = statement.where(_L.c.typology_sub_behaviour.in_(wanted.sub_behaviours))
    if wanted.details:
        pieces = (_L.c.detail.contains(one, autoescape=True) for one in wanted.details)
        statement = statement.where(or_(*pieces))
    if wanted.box is not None:
        statement = statement.where(_may_lie_in(wanted.box))
    return statement if not wanted.places else statement.where(_lies_in(wanted.places))


def _may_lie_in(box: Box) -> ColumnElement[bool]:
    """Whether a version may leave in a box: at its point, or at one of its areas, whichever leaves."""
    west, south, east, north = box.bounds
    at_a_point = and_(
        _L.c.point_longitude.between(west, east), _L.c.point_latitude.between(south, north)
    )
    if sum(map(len, box.areas.values())) > _MOST_CODES:
        return true()
    coarser: ColumnElement[bool] = true()
    areas = []
    for level in ("lsoa", "msoa", "ward", "district"):  # it leaves at the finest that it has
        column = _L.c[f"{level}_code"]
        areas.append(and_(coarser, column.in_(box.areas.get(level, ()))))
        coarser = and_(coarser, column.is_(None))
    return or_(at_a_point, *areas)


_MOST_CODES = 5_000
"""Codes that one statement names at most."""


def _lies_in(places: Sequence[str]) -> ColumnElement[bool]:
    """Whether a version has one of the areas at that area's own level, told by its code."""
    found: dict[str, list[str]] = {}
    for place in places:
        found.setdefault(_LEVELS.get(place[:3], "district_code"), []).append(place)
    return or_(*(_L.c[column].in_(codes) for column, codes in found.items()))


_LEVELS: Mapping[str, str] = MappingProxyType(
    {
        **dict.fromkeys(("E01", "W01"), "lsoa_code"),
        **dict.fromkeys(("E02", "W02"), "msoa_code"),
        **dict.fromkeys(("E05", "W05"), "ward_code"),
    }
)
"""Which level the first letters of a GSS code are of (schemas.codes); every other is a district's."""


def current_of_quarter(
    connection: Connection,
    classes: Sequence[int],
    since: int,
    quarter: str,
    after: int,
    most: int,
) -> list[Candidate]:
    """Return current, live versions of incidents first reported in a quarter, behind a position."""
    statement = (
        select(*CANDIDATE_COLUMNS)
        .join(_I, and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version))
        .where(
            _L.c.position > after,
            is_recorded(_L),
            _I.c.state == LIVE,
            _I.c.quarter == quarter,
            _L.c.class_id.in_(bindparam("classes", list(classes), expanding=True)),
            _L.c.recorded_at >= since,
        )
    )
    rows = connection.execute(statement.order_by(_L.c.position).limit(most))
    return [Candidate._make(row) for row in rows]


def corrected_after(connection: Connection, size: int) -> list[int]:
    """Return the incidents that were corrected, restricted, retracted or erased behind a size of the log."""
    statement = select(_L.c.incident).where(text(IS_CORRECTION), _L.c.position > size)
    return list(connection.execute(statement).scalars())


class Categorised(NamedTuple):
    """How many there are of one class, reported at one instant, at one place, of a source's category."""

    class_id: int
    at: int | None
    place: str
    number: int


def of_category(
    connection: Connection, classes: Sequence[int], since: int, level: str, code: str
) -> list[Categorised]:
    """Count current, live versions whose source gave a category, by instant of report and place.

    Args:
        connection: To read by.
        classes: Of these classes.
        since: Recorded from this second on.
        level: Of place: lsoa, msoa, ward or district.
        code: Of the source's category.
    """
    at, place = func.coalesce(_L.c.reported, _L.c.occurred_from), _L.c[f"{level}_code"]
    by = (_L.c.class_id, at, place)
    statement = (
        select(*by, func.count())
        .join(_I, and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version))
        .where(
            is_recorded(_L),
            _I.c.state == LIVE,
            _L.c.class_id.in_(bindparam("classes", list(classes), expanding=True)),
            _L.c.recorded_at >= since,
            _L.c.detail.contains(f'"source_category_code":"{code}"', autoescape=True),
        )
        .group_by(*by)
    )
    rows = connection.execute(statement)
    return [Categorised(row[0], row[1], row[2] or "", int(row[3])) for row in rows]
