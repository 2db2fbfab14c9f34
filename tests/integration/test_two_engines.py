"""What one engine takes or refuses, the other does, and nobody else's work suffers from a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, LargeBinary, Text, select

from gateway.assembly import House
from gateway.errors import StoreUnavailable
from gateway.intake.push import push
from gateway.intake.wire import BodyUnreadable
from gateway.store import tables as t
from gateway.store.tx import Tx
from tests.support.house import FEED, fill, new_house, request_of, row, send

pytestmark = pytest.mark.usefixtures("store")

WAYS_OF_NUL = {
    "json": (b'[{"URN": "a\\u0000b", "CLOSING_CODE_1": "204"}]', "application/json"),
    "ndjson": (b'{"URN": "a\\u0000b", "CLOSING_CODE_1": "204"}\n', "application/x-ndjson"),
    "csv": (b"URN,CLOSING_CODE_1\na\x00b,204\n", "text/csv"),
}


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        yield made


def test_values_come_back_as_the_types_that_went_in(house: House) -> None:
    fill(house)
    wanted = {LargeBinary: bytes, Text: str, Integer: int}

    seen: set[type[Any]] = set()
    with house.reader.connection() as connection:
        for table in t.METADATA.sorted_tables:
            for found in connection.execute(select(table)):
                for column, value in zip(table.columns, found, strict=True):
                    kind = next(
                        (k for sql, k in wanted.items() if isinstance(column.type, sql)), None
                    )
                    if kind is not None and value is not None:
                        assert type(value) is kind, (table.name, column.name)
                        seen.add(kind)
    assert seen == set(wanted.values())


def test_a_text_that_the_engine_does_not_keep_is_the_jobs_fault_and_stops_nobody_else(
    house: House,
) -> None:
    def nul(tx: Tx) -> str:
        tx.add(t.PROTOCOL, [{"id": "nul", "body": "a\x00b"}])
        tx.flush()
        return "kept"

    jobs: list[Any] = [lambda _tx: "one", nul, lambda _tx: "two"]
    hold = house.writer.submit(lambda _tx: __import__("time").sleep(0.05))
    futures = [house.writer.submit(job) for job in jobs]
    hold.result(20)

    assert futures[0].result(20) == "one"
    assert futures[2].result(20) == "two"
    error = futures[1].exception(20)
    assert error is None or not isinstance(error, StoreUnavailable)
    assert send(house, [row("after")]).receipt.recorded == 1


@pytest.mark.parametrize("way", WAYS_OF_NUL)
def test_a_text_with_nul_never_gets_as_far_as_the_store(house: House, way: str) -> None:

    body, media_type = WAYS_OF_NUL[way]
    desk = house.desk(FEED, house.book.current())
    try:
        answer = push(body, media_type, desk, request_of(house, body), house.writer, 100).result(20)
    except BodyUnreadable:
        pass
    else:
        assert answer.receipt.quarantined == answer.receipt.received == 1
    assert house.reader.head().log_size == 0
