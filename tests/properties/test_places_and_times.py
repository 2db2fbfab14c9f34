"""No exact place and no minute: not in what is released, not in the open half of the log."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Iterator
from itertools import count as counting
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json, to_json

from gateway.assembly import House, database_path, open_house
from gateway.intake.push import push
from gateway.intake.recorded import PushRequest
from gateway.law.register import PutSubscription
from gateway.release.sent import PageForm, written
from gateway.store import tables as t
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription

POINTS = tuple((-1.20 - n / 100, 52.77 + n / 100) for n in range(4))
"""Map points that stand for exact places."""
HOUR = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:00\+00:00)?)?|Q[1-4])?")
NUMBERS = counting(1)
TIMES = st.builds(
    "{:02}/{:02}/2026 {:02}:{:02}".format,
    st.integers(1, 28),
    st.integers(1, 10),
    st.integers(3, 23),
    st.integers(0, 59),
)
DAYS = st.builds("{:02}/10/2026".format, st.integers(1, 28))
METRES = st.tuples(st.integers(440_000, 480_000), st.integers(300_000, 340_000))
DEGREES = st.tuples(
    st.integers(-14_000_001, -9_000_001).map(lambda n: n / 10_000_000),
    st.integers(526_000_001, 529_000_001).map(lambda n: n / 10_000_000),
)
ROWS = st.fixed_dictionaries(
    {
        "CREATED": TIMES,
        "INCIDENT_DATE": st.one_of(st.just(""), TIMES, DAYS),
        "CLOSING_CODE_1": st.sampled_from(["213", "211", "202", "204", ""]),
        "place": st.one_of(st.none(), METRES, DEGREES),
        "LSOA_CODE": st.sampled_from(["", "E01025699"]),
        "WARD_CODE": st.sampled_from(["", "E05005468"]),
    }
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(Path(tmp_path_factory.mktemp("home")) / "home", create=True) as house:
        wanted = Subscription(
            id="fire-17a",
            partner="llr-fire",
            power=Power.SECTION_17A,
            purpose=Purpose.SECTION_17A_DUTY,
            lane=Lane.DEPERSONALISED,
        )
        house.writer.run(PutSubscription(wanted, house.act("operator")))
        points = {"id": 1, "kind": "points", "edition": "test", "sha256": "0" * 64, "loaded_at": 0}

        def load(tx: Any) -> None:
            tx.add(t.GEOGRAPHY, [points])
            rows = [
                {"geography": 1, "longitude": x, "latitude": y, "district": "Charnwood"}
                for x, y in POINTS
            ]
            tx.add(t.GEOGRAPHY_POINT, rows)
            tx.raise_law_epoch()

        house.writer.run(load)
        yield house


def pushed(house: House, rows: list[dict[str, Any]]) -> int:
    """Push rows; return the position before them."""
    before = house.reader.head().log_size
    desk = house.desk("police-nsir", house.book.refresh())
    now = house.clock.now()
    request = PushRequest(house.new_id(), "police", "police", os.urandom(16), None, None, now)
    push(to_json(rows), "application/json", desk, request, house.writer, 100).result()
    return before


def as_sent(row: dict[str, Any]) -> dict[str, Any]:
    place = row["place"] or ("", "")
    cells = {name: value for name, value in row.items() if name != "place"}
    east, north = (str(one) for one in place)
    more = {"URN": f"X-{next(NUMBERS)}", "OPENING_CODE": "215"}
    return {**cells, **more, "EASTING": east, "NORTHING": north}


def floats(value: Any) -> Iterator[float]:
    """Every number with a fraction, at any depth."""
    if isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from floats(one)
    elif isinstance(value, float):
        yield value


@given(rows=st.lists(ROWS, min_size=1, max_size=8))
def test_one_place_no_exact_point_no_minute(house: House, rows: list[dict[str, Any]]) -> None:
    before = pushed(house, [as_sent(row) for row in rows])
    cursor = None
    records: list[dict[str, Any]] = []
    for _ in range(2):
        pulled = house.door.pull("fire-17a", "llr-fire", "fire", cursor, 1000)
        page = from_json(b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken)))
        records += page["records"]
        cursor = page["cursor"]

    known = {coordinate for point in POINTS for coordinate in point}
    exact = {one for row in rows for one in row["place"] or ()}
    for record in records:
        for name in ("occurred", "occurred_to", "reported"):
            assert record.get(name) is None or HOUR.fullmatch(record[name]), record
        place = record["place"]
        assert ("code" in place) + ("longitude" in place) + (place["level"] == "none") == 1
        assert ("longitude" in place) == ("latitude" in place)
        assert set(floats(record)) <= known
    open_half_is_coarse(house, before, known, exact)


def open_half_is_coarse(house: House, before: int, known: set[float], exact: set[float]) -> None:
    connection = sqlite3.connect(database_path(house.home))
    connection.row_factory = sqlite3.Row
    try:
        stored = connection.execute("SELECT * FROM log WHERE position > ?", (before,)).fetchall()
    finally:
        connection.close()
    own = {"position", "incident", "version", "class_id", "recorded_at"}
    for row in stored:
        for name in ("occurred_from", "occurred_to", "reported"):
            assert (row[name] or 0) % 3600 == 0, name
        assert {row["point_longitude"], row["point_latitude"]} <= known | {None}
        numbers = {row[name] for name in row.keys() if name not in own}  # noqa: SIM118 - sqlite3.Row
        assert not numbers & exact
        assert not set(floats(from_json(row["detail"])))


def test_an_exact_place_becomes_one_of_the_map_points(house: House) -> None:
    row = {"CREATED": "31/10/2026 21:47", "CLOSING_CODE_1": "213"}
    before = pushed(house, [as_sent({**row, "place": (453_412, 319_655)})])
    connection = sqlite3.connect(database_path(house.home))
    about = "SELECT point_longitude, point_latitude FROM log WHERE position > ?"
    stored = connection.execute(about, (before,)).fetchall()
    connection.close()

    assert len(stored) == 1
    assert stored[0] in POINTS
