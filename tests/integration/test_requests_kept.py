"""What is kept of requests: verify finds every change, a backup holds it, and asking looks for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, event, insert, select

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.restoring import brought_up, fill
from gateway.store.sqlite import SqliteDatabase
from tests.support.agreed import (
    CALLER,
    COUNCIL,
)
from tests.support.asking import (
    NOMINATED,
    answer,
    asked,
    collected,
    ready_to_ask,
)
from tests.support.house import SENDER, new_house
from tests.support.requirements import law
from tests.support.stores import Store


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = new_house(tmp_path / "home")
    yield made
    made.close()


def whole(house: House) -> bool:
    report = verify(house.database, house.keys)
    assert report.whole, report.text()
    return True


CHANGES = (
    "UPDATE disclosure_request SET state = 'asked'",
    "UPDATE disclosure_request SET due_on = '2030-01-01'",
    "UPDATE disclosure_request SET holder = 'llr-fire'",
    "UPDATE disclosure_request_step SET said = '{}'",
    "UPDATE disclosure_request_step SET actor = 'somebody'",
    "UPDATE disclosure_request_step SET at = at + 1",
    "UPDATE disclosure_request_step SET wrapped_secret = NULL, ciphertext = NULL",
    "DELETE FROM disclosure_request",
    "DELETE FROM disclosure_request_step",
    (
        "INSERT INTO disclosure_request_step SELECT leaf + 1000, request, number + 9, step, actor, at, "
        "said, wrapped_secret, ciphertext FROM disclosure_request_step"
    ),
    (
        "INSERT INTO disclosure_request SELECT 'request-bbbbbbbbbbbb', partner, holder, state, at, due_on, "
        "review_due, steps FROM disclosure_request"
    ),
)


@law("L37")
def test_verify_finds_every_change_of_a_request(house: House) -> None:
    requests = ready_to_ask(house, 1)
    name = asked(house, requests)
    requests.answer(name, SENDER, NOMINATED, answer())
    assert len(collected(house, name)["records"]) == 1
    tables = (t.DISCLOSURE_REQUEST, t.DISCLOSURE_REQUEST_STEP)
    engine = house.database.writing()
    with engine.connect() as connection:
        kept = [[dict(one) for one in connection.execute(select(of)).mappings()] for of in tables]
    assert whole(house)
    for made in CHANGES:
        with engine.begin() as connection:
            connection.exec_driver_sql(made)
        assert not verify(house.database, house.keys).whole, made
        with engine.begin() as connection:
            for of, rows in zip(tables, kept, strict=True):
                connection.execute(delete(of))
                connection.execute(insert(of), rows)
    assert whole(house)


@law("L01", "L43")
def test_asking_takes_the_same_steps_whether_anything_is_held_or_not(house: House) -> None:
    requests = ready_to_ask(house)
    steps: list[list[str]] = []

    def noted(_c: object, _k: object, statement: str, *_more: object) -> None:
        steps[-1].append(statement)

    asked(house, requests)
    event.listen(Engine, "before_cursor_execute", noted)
    try:
        for who in (CALLER, "Nobody Held"):
            steps.append([])
            name = asked(house, requests, subject={"kind": "person", "name": who})
            assert requests.one(name, COUNCIL).asking is not None
    finally:
        event.remove(Engine, "before_cursor_execute", noted)

    assert steps[0] == steps[1]
    assert steps[0]
    assert not any("subject_key" in one or "sealed" in one for one in steps[0])


@pytest.mark.on_sqlite
def test_a_backup_holds_requests_and_their_words_and_verifies(house: House, tmp_path: Path) -> None:
    requests = ready_to_ask(house)
    name = asked(house, requests)
    requests.answer(name, SENDER, NOMINATED, answer())
    collected(house, name)
    house.database.backup(tmp_path / "copy.sqlite3")
    scratch = brought_up(tmp_path / "copy.sqlite3", tmp_path / "scratch.sqlite3")
    target = SqliteDatabase(tmp_path / "restored.sqlite3")
    fill(target, scratch, [])

    assert verify(target, house.keys).whole
    reader = Reader(target.reading())
    restored = replace(requests, reader=reader)
    assert restored.one(name, COUNCIL) == requests.one(name, COUNCIL)
    reader.close()
