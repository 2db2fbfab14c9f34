"""A page of 1,000 incidents, filtered and sorted: as fast over very many as over a hundred thousand.

``python -m tests.benchmarks.reading_pages --incidents 10000000`` fills two databases of an engine, measures
the same pages in both by turns and prints the ratio of each. A few hundred rows are recorded as they come
in; the rest is made of them inside the database, in the order of time, five years and 600 areas long.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import psycopg

from gateway import events
from gateway.analysis.incidents import ask_for_incidents
from gateway.assembly import House, database_path, open_house
from gateway.cli.statistics import desk_of
from gateway.clock import FixedClock
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import open_writer
from schemas.analysis import IncidentQuestion, Sort
from schemas.codes import Kind
from tests.benchmarks.timing import ROUNDS, load
from tests.support import house as houses
from tests.support.house import FIRE, FIRE_SUBSCRIPTION, subscribe
from tests.support.postgres import Server

FEW, SCALED, MANY = 100_000, 400_000, 1_000_000
AREAS = 600
YEARS = 5
_SPAN = YEARS * 365 * 86_400
_BEGINS = 1_604_188_800
"""2020-11-01, in seconds since 1970."""
_MIDDLE = date(2023, 5, 1)
PAGES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "recorded, two kinds": {"kind": (Kind.ASB_INCIDENT, Kind.CRIME)},
        "recorded, one behaviour": {"behaviour": ("noise",)},
        "latest first, one behaviour": {"behaviour": ("noise",), "sort": Sort.OCCURRED_LAST},
        "by time, within a year": {
            "first": _MIDDLE,
            "last": _MIDDLE.replace(year=2024),
            "sort": Sort.OCCURRED,
        },
        "reported last first, two behaviours": {
            "behaviour": ("noise", "rowdy_behaviour"),
            "sort": Sort.REPORTED_LAST,
        },
        "ten areas, latest first": {
            "place": tuple(f"E0109{number:04d}" for number in range(10)),
            "sort": Sort.OCCURRED_LAST,
        },
    }
)
"""What is asked, by what it is called; each page and the one behind it."""
TARGET = 2.0
"""How many times slower a page may be over very many (issue 6)."""


def page_of_1000(house: House, asked: Mapping[str, Any]) -> float:
    """Return the seconds that the second page of 1,000 takes: decided, treated, written, on record.

    Args:
        house: With a subscription ``fire-17a`` of the fire authority's.
        asked: Filters and sort of an ``IncidentQuestion``.

    Raises:
        ValueError: The first page does not hold 1,000.
    """
    desk = desk_of(house)
    question = IncidentQuestion(subscription=FIRE_SUBSCRIPTION, limit=1_000, **asked)
    first = ask_for_incidents(desk, question, FIRE, "bench")
    if len(first.records) < question.limit:
        message = f"the first page holds {len(first.records)}"
        raise ValueError(message)
    further = question.model_copy(update={"after": first.after})
    begun = time.perf_counter()
    ask_for_incidents(desk, further, FIRE, "bench")
    return time.perf_counter() - begun


def seeded(house: House) -> int:
    """Record a few hundred rows of many codes; return how many entries stand in the log."""
    codes = [str(code) for code in (*range(200, 220), *range(300, 330), 506)]
    rows = [
        houses.row(f"s{n}-{opening}", code, OPENING_CODE=opening)
        for n, code in enumerate(codes)
        for opening in ("214", "215", "216", "211")
    ]
    houses.send(house, rows)
    subscribe(house)
    return house.reader.head().log_size


def statements(columns: Mapping[str, Sequence[str]], has: int, times: int) -> list[str]:
    """Return the SQL that makes ``has * times`` entries of those that stand, in order of time.

    Args:
        columns: Of the tables ``incident`` and ``log``, in their order.
        has: How many stand.
        times: How many there are to be of each.
    """
    number = f"(n * {has})"
    position = f"(position + {number})"
    when = f"{_BEGINS} + {position} * {_SPAN} / {has * times} / 3600 * 3600"
    made = {
        "id": f"id + {number}",
        "position": f"position + {number}",
        "incident": f"incident + {number}",
        "occurred_from": when,
        "reported": f"{when} + 3600",
        "lsoa_code": f"'E0109' || substr('000' || ({position} * 7919 % {AREAS}), -4)",
    }
    return [
        f"INSERT INTO {table} ({', '.join(names)}) SELECT"  # noqa: S608 - our own names
        f" {', '.join(made.get(name, name) for name in names)}"
        f" FROM {table}, times WHERE {key} <= {has}"
        for table, key, names in (
            ("incident", "id", columns["incident"]),
            ("log", "position", columns["log"]),
        )
    ]


def on_sqlite(folder: Path, number: int) -> House:
    """Return a house on SQLite with so many incidents."""
    house = open_house(folder, create=True, clock=FixedClock(houses.NOW))
    has = seeded(house)
    times = number // has
    house.close()
    engine = open_writer(database_path(folder))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        columns = {
            table: [row[1] for row in driver.execute(f"PRAGMA table_info({table})")]
            for table in ("incident", "log")
        }
        numbers = (
            "WITH RECURSIVE times(n) AS"  # noqa: S608 - our own names
            f" (SELECT 1 UNION ALL SELECT n + 1 FROM times WHERE n < {times - 1}) "
        )
        driver.execute("BEGIN IMMEDIATE")
        for statement in statements(columns, has, times):
            made = statement.replace("natural_key, ", "natural_key || n, ", 2)
            made = made.replace("natural_key || n, ", "natural_key, ", 1)
            head, select = made.split(" SELECT", 1)
            driver.execute(f"{head} {numbers} SELECT{select}")
        driver.execute(f"UPDATE head SET log_size = {has * times}")  # noqa: S608 - our own names
        driver.execute("COMMIT")
    engine.dispose()
    return open_house(folder, clock=FixedClock(houses.NOW))


def on_postgresql(folder: Path, server: Server, number: int) -> House:
    """Return a house on PostgreSQL with so many incidents."""
    address = server.new_database()
    house = open_house(
        folder, database=PostgresDatabase(address), create=True, clock=FixedClock(houses.NOW)
    )
    has = seeded(house)
    times = number // has
    with psycopg.connect(address, autocommit=True) as connection:
        columns = {
            table: [
                row[0]
                for row in connection.execute(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
                    " ORDER BY ordinal_position",
                    (table,),
                )
            ]
            for table in ("incident", "log")
        }
        for statement in statements(columns, has, times):
            made = statement.replace("natural_key, ", "sha256(natural_key || int8send(n)), ", 2)
            made = made.replace("sha256(natural_key || int8send(n)), ", "natural_key, ", 1)
            made = made.replace("substr('000' || ", "right('000' || ").replace(", -4)", ", 4)")
            made = made.replace(
                ", times WHERE", f", generate_series(1, {times - 1}) AS times(n) WHERE"
            )
            connection.execute(made.encode())
        connection.execute(f"UPDATE head SET log_size = {has * times}".encode())  # noqa: S608 - our own names
        connection.execute("VACUUM ANALYZE log, incident")
    return house


def measured(few: House, many: House) -> dict[str, tuple[float, float]]:
    """Return, by page, the median seconds over few and over many, in interleaved rounds."""
    found: dict[str, tuple[float, float]] = {}
    for name, asked in PAGES.items():
        rounds = [(page_of_1000(few, asked), page_of_1000(many, asked)) for _ in range(ROUNDS)]
        found[name] = (
            statistics.median(one[0] for one in rounds),
            statistics.median(one[1] for one in rounds),
        )
    return found


class ReadingPages:
    """The same pages over few and over more incidents on SQLite, scaled for ``make bench``."""

    def __init__(self, folder: Path) -> None:
        self._few = on_sqlite(folder / "few-read", FEW)
        self._many = on_sqlite(folder / "many-read", SCALED)

    def round(self) -> tuple[float, float]:
        """Return (over many, over few) in rounds of all pages a second."""
        few = sum(page_of_1000(self._few, asked) for asked in PAGES.values())
        many = sum(page_of_1000(self._many, asked) for asked in PAGES.values())
        return 1 / many, 1 / few

    def close(self) -> None:
        """Close both houses."""
        self._few.close()
        self._many.close()


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--incidents", type=int, default=MANY)
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), default="sqlite")
    given = parser.parse_args()
    events.configure("error")
    print(f"load {load():.2f}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:
        home, sizes = Path(folder), {"few": FEW, "many": given.incidents}
        if given.engine == "sqlite":
            made = [on_sqlite(home / name, number) for name, number in sizes.items()]
        else:
            server = Server(durable=True)
            opened.callback(server.stop)
            server.template()
            made = [on_postgresql(home / name, server, number) for name, number in sizes.items()]
        for house in made:
            opened.callback(house.close)
        tell(measured(*made))


def tell(found: Mapping[str, tuple[float, float]]) -> None:
    """Print one line a page."""
    for name, (few, many) in found.items():
        verdict = "ok" if many <= TARGET * few else "MISSED"
        print(f"{name:<40}{few * 1e3:9.1f} ms{many * 1e3:9.1f} ms  × {many / few:.2f}  {verdict}")


if __name__ == "__main__":
    main()
