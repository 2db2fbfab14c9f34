"""What keeping the roll-ups costs of recording, at the size at which the roll-ups stand."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any

import psycopg

from gateway.assembly import House
from gateway.log.recording import Recording
from gateway.store.hot import LOG_COLUMNS
from gateway.store.hot_postgres import PostgresHot
from gateway.store.rollups import cell_of, folded
from tests.benchmarks.appending import BATCH, prepared

ROUNDS = 7
NEWEST = 200_000
"""Rows among which a batch is drawn: what comes in is of the last weeks, at every place."""


def upkeep(
    house: House, connection: psycopg.Connection[Any], live: str
) -> tuple[float, float, float]:
    """Return the seconds of rolling up a batch as it comes in, one mixed from three months, of recording one.

    Recording goes from bytes to commit, without HTTP; all three are of the quietest rounds, by turns. The
    batches are of rows that stand in the log, at every place; one as it comes in is of hours that follow
    each other. Their numbers are added to roll-ups that stand, or not, and taken back.

    Args:
        house: Whose writer records.
        connection: To the same database, committing by itself.
        live: The part of a statement from FROM on that finds live rows (``l`` is the log).
    """
    names = ", ".join(f"l.{name}" for name in LOG_COLUMNS)
    found = connection.execute(
        f"SELECT {names} {live} AND l.reported > (SELECT max(reported) FROM log) - 7776000"  # noqa: S608
        f" LIMIT {NEWEST}".encode()
    ).fetchall()
    by_time = sorted(found, key=lambda row: row[LOG_COLUMNS.index("reported")])
    rounds: list[tuple[float, float, float]] = []
    hot = PostgresHot(connection)
    for number in range(ROUNDS):
        begun = time.perf_counter()
        for push in prepared(house, BATCH):
            house.writer.run(Recording(push, house.keys.natural_key))
        recording = time.perf_counter() - begun
        at = number * BATCH % max(1, len(found) - BATCH)
        mixed = [found[one * 7919 % len(found)] for one in range(at, at + BATCH)]
        as_it_comes = _rolled(connection, hot, by_time[at : at + BATCH])
        rounds.append((as_it_comes, _rolled(connection, hot, mixed), recording))
    of_comes, of_mixed, of_recording = zip(*rounds[1:], strict=True)  # the first round warms up
    return min(of_comes), min(of_mixed), min(of_recording)


def _rolled(connection: psycopg.Connection[Any], hot: PostgresHot, rows: list[Any]) -> float:
    with connection.transaction(force_rollback=True):
        begun = time.perf_counter()
        hot.roll(*folded(Counter(cell_of(row) for row in rows)))
        return time.perf_counter() - begun
