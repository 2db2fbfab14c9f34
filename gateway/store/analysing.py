"""Reading for analysts: current, live versions page by page, and sums over the roll-ups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, bindparam, func, or_, select

from gateway.store import tables as t
from gateway.store.offers import CANDIDATE_COLUMNS, LIVE, RECORDED, Candidate

_L, _I, _R = t.LOG, t.INCIDENT, t.ROLLUP
PLACE_COLUMNS = {
    "lsoa": _R.c.lsoa_code,
    "msoa": _R.c.msoa_code,
    "ward": _R.c.ward_code,
    "district": _R.c.district_code,
}
_WHEN = func.coalesce(_L.c.occurred_from, _L.c.reported)


class Wanted(NamedTuple):
    """What an analyst asks for, as the log can answer it."""

    classes: Sequence[int]
    since: int
    """Only what was recorded from this second on."""
    begins: int | None
    ends: int | None
    """The period, in seconds since 1970; its end is no part of it."""
    place: str | None
    """An area that the version has at any level."""
    detail: str | None
    """A piece of the detail's own JSON."""


def current_after(connection: Connection, wanted: Wanted, after: int, most: int) -> list[Candidate]:
    """Return current, live versions behind a position, in the order of the log."""
    statement = (
        select(*CANDIDATE_COLUMNS)
        .join(_I, and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version))
        .where(
            _L.c.position > after,
            _L.c.entry_kind == RECORDED,
            _I.c.state == LIVE,
            _L.c.class_id.in_(bindparam("classes", list(wanted.classes), expanding=True)),
            _L.c.recorded_at >= wanted.since,
        )
    )
    if wanted.begins is not None:
        statement = statement.where(wanted.begins <= _WHEN)
    if wanted.ends is not None:
        statement = statement.where(wanted.ends > _WHEN)
    if wanted.place is not None:
        codes = (_L.c.lsoa_code, _L.c.msoa_code, _L.c.ward_code, _L.c.district_code)
        statement = statement.where(or_(*(code == wanted.place for code in codes)))
    if wanted.detail is not None:
        statement = statement.where(_L.c.detail.contains(wanted.detail, autoescape=True))
    rows = connection.execute(statement.order_by(_L.c.position).limit(most))
    return [Candidate._make(row) for row in rows]


class Sum(NamedTuple):
    """How many there are of one class, in one month, at one place of the level asked for."""

    class_id: int
    month: str
    sub_behaviour: str
    place: str
    number: int


def sums(
    connection: Connection, level: str, classes: Sequence[int], first: str, last: str
) -> list[Sum]:
    """Return the roll-ups of classes from one month to another, both in it, at a level of place."""
    place = PLACE_COLUMNS[level]
    by = (_R.c.class_id, _R.c.month, _R.c.sub_behaviour, place)
    statement = (
        select(*by, func.sum(_R.c.number))
        .where(_R.c.class_id.in_(bindparam("classes", list(classes), expanding=True)))
        .where(_R.c.month >= first, _R.c.month <= last)
        .group_by(*by)
    )
    return [Sum(*row[:4], int(row[4])) for row in connection.execute(statement)]
