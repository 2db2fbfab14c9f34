"""Roll-ups equal a full recount, whatever was pushed, revised, corrected or erased, in whatever groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from random import Random
from threading import Event
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.store.hot import LOG_COLUMNS, ROLLUP_TABLES
from gateway.store.rollups import cell_of, folded
from schemas.released import NoticeKind
from tests.support import house as houses

CORRECTIONS = (
    NoticeKind.RESTRICTED,
    NoticeKind.LIFTED,
    NoticeKind.RESTRICTED,
    NoticeKind.LIFTED,
    NoticeKind.RETRACTED,
    NoticeKind.ERASED,
)


def counted(house: House) -> tuple[list[Any], list[Any]]:
    """What the roll-ups say, and what is there."""
    names = ", ".join(f"l.{name}" for name in LOG_COLUMNS)
    with house.reader.connection() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT {names} FROM log l JOIN incident i ON i.position = l.position "  # noqa: S608 - our own names
            "WHERE i.state = 'live'"
        )
        there = folded(Counter(cell_of(row) for row in rows))[:2]
        said = [
            sorted(
                tuple(row)
                for row in connection.exec_driver_sql(
                    f"SELECT {', '.join(ROLLUP_TABLES[table])} FROM {table}"  # noqa: S608 - our own names
                )
            )
            for table in ("rollup", "rollup_hour")
        ]
        return said, [sorted(rows) for rows in there]


def a_row(dice: Random, reference: str) -> dict[str, str]:
    """A row of one of a few classes, months and places."""
    more = {"EASTING": str(453_412 + dice.choice((0, 5_000))), "CREATED": "01/11/2026 00:10"}
    return houses.row(
        reference, dice.choice(houses.CLOSINGS), **(more if dice.random() < 0.5 else {})
    )


@pytest.mark.prove
def test_roll_ups_are_a_full_recount_at_any_time(
    store: str, tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random(f"roll-ups {store}")
    steps = count(2_000)
    with houses.new_house(tmp_path) as house:
        for step in range(steps):
            references = [f"r{dice.randrange(3 + step)}" for _ in range(dice.randint(1, 6))]
            if dice.random() < 0.5:
                houses.send(house, [a_row(dice, reference) for reference in references])
            else:
                houses.change(house, dice.choice(CORRECTIONS), references)
            said, there = counted(house)
            assert said == there, step
        assert there[0]
        assert verify(house.database, house.keys).findings == ()
    proved("roll-ups", store=store, steps=steps, wrong=0)


def test_jobs_that_share_a_commit_count_as_if_alone(store: str, tmp_path: Path) -> None:
    with houses.new_house(tmp_path) as house:
        houses.send(house, houses.rows(4))
        commits, gate = house.writer.commits, Event()
        first = house.writer.submit(lambda _: gate.wait())
        waiting: list[Future[Any]] = [
            houses.sending(house, [houses.row("s0", "213")]),
            houses.sending(house, [houses.row("new")]),
            houses.sending(house, [houses.row("new", "213"), houses.row("other")]),
            houses.changing(house, NoticeKind.RESTRICTED, ["s0", "new"]),
            houses.changing(house, NoticeKind.ERASED, ["s1", "new"]),
            houses.changing(house, NoticeKind.LIFTED, ["s0"]),
        ]
        gate.set()
        for future in (first, *waiting):
            future.result()

        said, there = counted(house)
        assert said == there
        assert sum(row[-1] for row in there[0]) == sum(row[-1] for row in there[1]) == 3
        assert house.writer.commits <= commits + 2
