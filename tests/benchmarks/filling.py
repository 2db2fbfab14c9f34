"""Filling a log with very many incidents inside the database, on both cores, the indexes afterwards.

A few hundred rows that were recorded as they come in are taken again and again, each time with an hour and
a place of its own. The roll-ups are made by one GROUP BY each; ``check_roll_ups`` holds a sample of months
against what recording makes of the same rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg

from gateway.store.hot import LOG_COLUMNS, ROLLUP_TABLES
from gateway.store.rollups import cell_of, folded

LSOAS, YEARS, PART = 600, 10, 250_000
_LAST = 1_793_487_600
"""2026-10-31 23:00, in seconds since 1970."""
MONTH = (
    "to_char(to_timestamp(coalesce(l.reported, l.occurred_from)) AT TIME ZONE 'Europe/London',"
    " 'YYYY-MM')"
)
LIVE = "FROM log l JOIN incident i ON i.position = l.position WHERE i.state = 'live'"
AREAS = tuple(f"coalesce(l.{name}_code, '')" for name in ("lsoa", "msoa", "ward", "district"))
_WHEN = "to_timestamp(coalesce(l.occurred_from, l.reported)) AT TIME ZONE 'Europe/London'"
_SUB = "coalesce(l.typology_sub_behaviour, '')"
_NSIR = "coalesce(substring(l.detail from '\"nsir_class\":\"([a-z]+)\"'), '')"
_SLOT = (
    f"CASE WHEN l.time_precision IN ('minute', 'hour') THEN (extract(isodow FROM {_WHEN})::int - 1) * 24"
    f" + extract(hour FROM {_WHEN})::int ELSE 168 END"
)
_QUARTER = f"substr({MONTH}, 1, 4) || 'Q' || ((substr({MONTH}, 6)::int + 2) / 3)"
_KIND = f"l.class_id, {_SUB}, {_NSIR}"
_COUNTED = {
    "rollup": f"{MONTH}, {_KIND}, {', '.join(AREAS)}",
    "rollup_hour": f"{_QUARTER}, {_KIND}, {AREAS[-1]}, {_SLOT}",
}
_QUICK = ("SET work_mem = '384MB'", "SET maintenance_work_mem = '384MB'", "SET jit = off")


def multiplied(address: str, has: int, number: int) -> int:
    """Make a log of so many rows out of those that stand in it, without indexes; return how many stand."""
    times = max(1, number // has)
    with psycopg.connect(address, autocommit=True) as connection:
        made = {
            table: _selected(connection, table, key, has)
            for table, key in (("log", "position"), ("incident", "id"))
        }
    step = max(1, PART // has)
    parts = [
        statement.format(first=first, last=min(first + step, times) - 1)
        for first in range(1, times, step)
        for statement in made.values()
    ]
    at_once(address, parts)
    return has * times


def _selected(connection: psycopg.Connection[Any], table: str, key: str, has: int) -> str:
    """Return the statement that takes the first rows of a table once for each number in a range."""
    position = f"(position + n * {has})"
    spread = f"(hashint8extended({position}, 7) & 1152921504606846975) % {YEARS * 8_760}"
    # places are not alike: the small numbers more often
    part = f"((hashint8extended({position}, 3) & 1048575) / 1048576.0::float8)"
    place = f"floor({LSOAS} * {part} * {part})::int"
    when = f"{_LAST} - ({spread}) * 3600"
    changed = {
        "id": f"id + n * {has}",
        "incident": f"incident + n * {has}",
        "position": position,
        "natural_key": "sha256(natural_key || int8send(n))",
        "occurred_from": when,
        "reported": when,
        "time_precision": "CASE WHEN n % 10 = 0 THEN 'day' ELSE 'hour' END",
        **{
            f"{level}_code": f"'{letters}' || (90000 + {place} / {size})"
            for level, letters, size in (
                ("lsoa", "E010", 1),
                ("msoa", "E020", 4),
                ("ward", "E050", 5),
                ("district", "E070", 100),
            )
        },
    }
    found = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " ORDER BY ordinal_position",
        (table,),
    )
    columns = [row[0] for row in found]
    made = ", ".join(changed.get(name, name) for name in columns)
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) SELECT {made}"  # noqa: S608 - our own names
        f" FROM generate_series({{first}}, {{last}}) AS times(n), {table} WHERE {key} <= {has}"
    )


def without_indexes(connection: psycopg.Connection[Any], tables: tuple[str, ...]) -> list[str]:
    """Drop every index of tables but what the rows are taken by; return how each is made again."""
    keys = connection.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('p', 'u') AND conrelid::regclass::text = ANY(%s)",
        (list(tables),),
    ).fetchall()
    plain = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND indexname <> ALL(%s)",
        (list(tables), [row[1] for row in keys]),
    ).fetchall()
    for name, _ in plain:
        connection.execute(f"DROP INDEX {name}".encode())
    again = [row[1] for row in plain]
    for table, name, definition in keys:
        if not (table in {"log", "incident"} and definition.startswith("PRIMARY")):
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}".encode())
            again.append(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    return again


def counted(address: str, size: int) -> None:
    """Make the roll-ups of a log of so many rows anew."""
    tables = ("rollup", "rollup_hour", "rollup_change")
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("TRUNCATE rollup, rollup_hour, rollup_change")
        connection.execute("UPDATE head SET log_size = %s", (size,))
        again = without_indexes(connection, tables)
    counts = [
        f"INSERT INTO {table} SELECT {by}, count(*) {LIVE}"
        f" GROUP BY {', '.join(str(at + 1) for at in range(len(ROLLUP_TABLES[table]) - 1))}"
        for table, by in _COUNTED.items()
    ]
    at_once(address, counts)
    at_once(address, ["INSERT INTO rollup_change SELECT DISTINCT month, 1 FROM rollup", *again])


def at_once(address: str, statements: Iterable[str]) -> None:
    """Run statements in any order, two at a time."""

    def run(statement: str) -> None:
        with psycopg.connect(address, autocommit=True) as connection:
            for setting in _QUICK:
                connection.execute(setting.encode())
            connection.execute(statement.encode())

    with ThreadPoolExecutor(2) as pool:
        for _ in pool.map(run, statements):
            pass


def check_roll_ups(connection: psycopg.Connection[Any], months: tuple[str, ...]) -> int:
    """Hold the roll-ups of months, and of their quarters by hour, against what recording makes of their rows.

    Returns how many cells were equal.
    """
    names = ", ".join(f"l.{name}" for name in LOG_COLUMNS)
    cells = 0
    for month in months:
        rows = connection.execute(f"SELECT {names} {LIVE} AND {MONTH} = %s".encode(), (month,))
        there, _, _ = folded(Counter(cell_of(row) for row in rows))
        columns = ", ".join(ROLLUP_TABLES["rollup"])
        said = connection.execute(
            f"SELECT {columns} FROM rollup WHERE month = %s".encode(),  # noqa: S608 - our own names
            (month,),
        ).fetchall()
        assert sorted(said) == sorted(there), month
        cells += len(said)
    return cells
