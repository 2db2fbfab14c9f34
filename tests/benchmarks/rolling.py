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


def upkeep(house: House, connection: psycopg.Connection[Any], live: str) -> tuple[float, float]:
    """Return (seconds of rolling up a batch, of recording one from bytes to commit), of the quietest rounds.

    The batch is of rows that stand in the log, of the newest months, at every place; its numbers are added
    to roll-ups that stand, or not, and taken back.

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
    pairs: list[tuple[float, float]] = []
    hot = PostgresHot(connection)
    for number in range(ROUNDS):
        begun = time.perf_counter()
        for push in prepared(house, BATCH):
            house.writer.run(Recording(push, house.keys.natural_key))
        recording = time.perf_counter() - begun
        rows = [found[at * 7919 % len(found)] for at in range(number * BATCH, (number + 1) * BATCH)]
        with connection.transaction(force_rollback=True):
            begun = time.perf_counter()
            hot.roll(*folded(Counter(cell_of(row) for row in rows)))
            rolling = time.perf_counter() - begun
        if number:  # the first round warms up
            pairs.append((rolling, recording))
    return min(one for one, _ in pairs), min(one for _, one in pairs)
