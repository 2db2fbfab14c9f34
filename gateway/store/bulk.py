"""Reading very many rows as columns: the current, live versions of some classes.

On PostgreSQL the rows come by COPY, which is what the server writes fastest; on SQLite by the driver.
Both give one frame with the columns of ``Candidate``.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import polars as pl
from sqlalchemy import Connection, Select, and_, bindparam, func, literal_column, select

from gateway.store import tables as t
from gateway.store.offers import CANDIDATE_COLUMNS, LIVE, RECORDED

ROWS = 65_536
"""Positions of the log that are read at a time."""
_L, _I = t.LOG, t.INCIDENT
_WHEN = func.coalesce(_L.c.occurred_from, _L.c.reported)
_NUMBERS = (
    *("position", "incident", "version", "class_id", "recorded_at"),
    *("occurred_from", "occurred_to", "reported"),
)
_DEGREES = ("point_longitude", "point_latitude")
SCHEMA = pl.Schema(
    {
        column.name: pl.Int64()
        if column.name in _NUMBERS
        else pl.Float64()
        if column.name in _DEGREES
        else pl.String()
        for column in CANDIDATE_COLUMNS
    }
)
"""A candidate as columns."""
_MOMENTS = pl.Schema(
    dict.fromkeys(("position", "class_id", "recorded_at", "moment"), pl.Int64()),
)


class Standing(NamedTuple):
    """Which versions: current, live, of these classes, recorded from a second on."""

    classes: Sequence[int]
    since: int


def standing_columns(
    connection: Connection, standing: Standing, after: int, until: int
) -> pl.DataFrame:
    """Return the versions at positions above ``after`` and up to ``until``, in the order of the log."""
    return read_columns(connection, _standing(standing, CANDIDATE_COLUMNS, after, until), SCHEMA)


def standing_moments(
    connection: Connection, standing: Standing, until: int
) -> Iterator[pl.DataFrame]:
    """Yield position, class, second of recording and moment of every version, a window at a time.

    The moment is when it occurred, else was reported, in seconds since 1970; null where neither is known.
    Windows are those of ``ROWS`` positions that ``standing_columns`` is asked for, from 0.
    """
    columns = (_L.c.position, _L.c.class_id, _L.c.recorded_at, _WHEN.label("moment"))
    for after in range(0, until, ROWS):
        end = min(until, after + ROWS)
        yield read_columns(connection, _standing(standing, columns, after, end), _MOMENTS)


def _standing(standing: Standing, columns: Sequence[Any], after: int, until: int) -> Select[Any]:
    return (
        select(*columns)
        .join(_I, and_(_I.c.id == _L.c.incident, _I.c.version == _L.c.version))
        .where(
            _L.c.position > after,
            _L.c.position <= until,
            _L.c.entry_kind == RECORDED,
            _I.c.state == LIVE,
            _L.c.class_id.in_(bindparam("classes", list(standing.classes), expanding=True)),
            _L.c.recorded_at >= standing.since,
        )
        .order_by(_L.c.position)
    )


def taken_back_since(connection: Connection, standing: Standing, size: int) -> bool:
    """Whether anything but a new version happened since to what stood at a size of the log."""
    later = _L.alias("later")
    statement = (
        select(_L.c.position)
        .join(later, later.c.incident == _L.c.incident)
        .where(
            later.c.position > size,
            later.c.entry_kind != literal_column("'recorded'"),
            _L.c.position <= size,
            _L.c.class_id.in_(bindparam("classes", list(standing.classes), expanding=True)),
        )
        .limit(1)
    )
    return connection.execute(statement).first() is not None


def read_columns(connection: Connection, statement: Select[Any], schema: pl.Schema) -> pl.DataFrame:
    """Return what a statement finds as a frame, its columns in the schema's order."""
    if connection.dialect.name == "postgresql":
        return _copied(connection, statement, schema)
    rows = [tuple(row) for row in connection.execute(statement)]
    return pl.DataFrame(rows, schema=schema, orient="row")


def _copied(connection: Connection, statement: Select[Any], schema: pl.Schema) -> pl.DataFrame:
    """Read by COPY in its text format: tab between cells, backslash before what is special."""
    asked = statement.compile(connection, compile_kwargs={"literal_binds": True})
    driver: Any = connection.connection.driver_connection
    text = io.BytesIO()
    with driver.cursor() as cursor, cursor.copy(f"COPY ({asked}) TO STDOUT") as copy:
        for piece in copy:
            text.write(piece)
    if not text.tell():
        return pl.DataFrame(schema=schema)
    frame = pl.read_csv(
        text.getvalue(),
        has_header=False,
        separator="\t",
        quote_char=None,
        schema=schema,
        null_values=r"\N",
    )
    texts = [name for name, kind in schema.items() if kind == pl.String]
    if b"\\\\" in text.getvalue():
        return frame.with_columns(pl.col(texts).str.replace_all(r"\\\\", r"\\"))
    return frame
