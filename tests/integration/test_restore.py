"""A backup put back: into either engine, from either; and nothing is released that is in doubt."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from gateway.assembly import House, database_path, hold_if_rolled_back, open_house
from gateway.audit.verify import kept_notes, verify
from gateway.cli import Exit
from gateway.clock import FixedClock
from gateway.errors import CursorAhead, ReleaseHeld
from gateway.law.holds import holds
from gateway.release.sent import PageForm, written
from gateway.store import tables as t
from gateway.store.database import Database
from gateway.store.postgres import PostgresDatabase
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tx import Tx
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support import postgres
from tests.support.commands import Shell
from tests.support.stores import Store, database_for

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def house(store: str, home: Path) -> Iterator[House]:
    with houses.new_house(home) as made:
        yield made


def rows_of(database: Database) -> dict[str, list[Any]]:
    engine = database.reading(1)
    try:
        with engine.connect() as connection:
            return {
                table.name: [
                    tuple(row)
                    for row in connection.execute(
                        select(table).order_by(*table.primary_key.columns)
                    )
                ]
                for table in t.METADATA.sorted_tables
            }
    finally:
        engine.dispose()


def emptied(home: Path) -> None:
    """Lose the database, whichever it is; the keys and the list of erasures are kept."""
    database = database_for(home)
    if isinstance(database, SqliteDatabase):
        for path in home.glob("gateway.sqlite3*"):
            path.unlink()
    else:
        engine = database.writing()
        with engine.connect() as connection:
            connection.exec_driver_sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        engine.dispose()


def records(house: House, after: str | None = None) -> dict[str, Any]:
    pulled = houses.pull(house, after)
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read: dict[str, Any] = json.loads(body)
    return read


def reopened(home: Path) -> House:
    return open_house(home, database=database_for(home), clock=FixedClock(houses.NOW))


@pytest.mark.parametrize("target", list(Store), ids="into {}".format)
def test_every_row_comes_back_in_either_engine_and_work_goes_on(
    house: House, tmp_path: Path, target: Store
) -> None:
    houses.fill(house)
    copy, before = tmp_path / "copy", rows_of(house.database)
    house.database.backup(copy)
    assert rows_of(SqliteDatabase(copy)) == before
    other = tmp_path / "other"
    shutil.copytree(house.home / "keys", other / "keys")
    shell = Shell(other)
    if target is Store.POSTGRESQL:
        url = postgres.server().new_database(empty=True)
        shell = Shell(other, settings={"GATEWAY_DATABASE_URL": url})
        database: Database = PostgresDatabase(url)
    else:
        shell = Shell(other, settings={"GATEWAY_DATABASE_URL": ""})
        database = SqliteDatabase(database_path(other))

    done = shell.ok("restore", copy, "--json").json

    assert done["hold"] is None
    assert done["ledger_size"] == len(before["ledger"])
    after = rows_of(database)
    assert after["log"] == before["log"]
    assert after["sealed"] == before["sealed"]
    assert len(after["ledger"]) == len(before["ledger"]) + 1
    with open_house(other, database=database, clock=FixedClock(houses.NOW)) as restored:
        assert houses.send(restored, [houses.row("new", "205")]).receipt.recorded == 1
        assert records(restored)["records"]
    assert verify(database, house.keys).findings == ()


def test_a_database_that_holds_something_is_not_filled(house: House, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    house.database.backup(copy)
    before = rows_of(house.database)
    house.close()

    refused = Shell(house.home)("restore", copy)

    assert refused.code == Exit.CONFIGURATION
    assert "not empty" in refused.err
    assert rows_of(database_for(house.home)) == before


def test_a_backup_that_is_not_whole_is_not_put_back(house: House, tmp_path: Path) -> None:
    houses.fill(house)
    copy = tmp_path / "copy"
    house.database.backup(copy)
    engine = SqliteDatabase(copy).writing()
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE log SET detail = 'x' WHERE position = 2")
    engine.dispose()
    house.close()
    emptied(house.home)

    assert Shell(house.home)("restore", copy).code == Exit.FOUND_WRONG
    assert not database_for(house.home).exists()


def lost_future(house: House, tmp_path: Path) -> tuple[Path, str, set[str], set[str]]:
    """A backup, and what was released, checkpointed and erased after it; then the database is lost."""
    houses.subscribe(house)
    houses.send(house, houses.rows(4))
    first = records(house)
    copy = tmp_path / "older"
    house.database.backup(copy)
    houses.send(house, houses.rows(3, begin=4))
    second = records(house, first["cursor"])
    houses.change(house, NoticeKind.ERASED, ["s0"])
    houses.publish(house)
    house.close()
    emptied(house.home)
    old, given = ({record["id"] for record in page["records"]} for page in (first, second))
    return copy, second["cursor"], old, given


def test_older_than_a_checkpoint_nothing_is_released_until_an_operator_says_so(
    house: House, tmp_path: Path
) -> None:
    copy, cursor, old, given = lost_future(house, tmp_path)
    shell, home = Shell(house.home), house.home

    done = shell.ok("restore", copy, "--json").json

    assert done["hold"]
    assert done["operations_lost_at_least"] >= 4
    assert done["erased_again"] == 1
    assert done["last_release"] == {"fire-17a": 1}
    with reopened(home) as restored:
        with pytest.raises(ReleaseHeld):
            houses.pull(restored)
        with pytest.raises(CursorAhead):
            houses.pull(restored, cursor)
        # what comes in is recorded all the same
        assert houses.send(restored, houses.rows(3, begin=4)).receipt.recorded == 2
        with pytest.raises(ReleaseHeld):
            houses.pull(restored)
    lifted = shell.ok(
        "hold", "lift", done["hold"], "--reason", "newest-backup", "--actor", "ig-lead"
    )
    assert "go on" in lifted.out
    with reopened(home) as restored:
        again = records(restored)
        assert {record["id"] for record in again["records"]} < old, "one was erased since"
        page = records(restored, again["cursor"])
        # a number of the lost future may be another incident's now: it is not to be taken for that one
        assert len(page["records"]) == len(given)
        assert not {record["id"] for record in page["records"]} & (given | old)
        assert hold_if_rolled_back(restored) is None, "what was let go is not held again"
        assert [hold.lifted_by for hold in holds(restored.reader)] == ["ig-lead"]
        houses.publish(restored)
        found = verify(restored.database, restored.keys, kept_notes(home / "checkpoints"))
        assert found.findings == ()
    assert shell("hold", "lift", done["hold"], "--reason", "again").code == Exit.FOUND_WRONG


def test_a_database_that_was_put_back_behind_our_back_is_held_at_the_next_start(
    house: House, tmp_path: Path
) -> None:
    houses.subscribe(house)
    houses.send(house, houses.rows(4))
    older = tmp_path / "older"
    house.database.backup(older)
    houses.send(house, houses.rows(2, begin=4))
    houses.publish(house)
    house.close()
    emptied(house.home)
    put_back(house.home, older)

    with reopened(house.home) as restored:
        hold = hold_if_rolled_back(restored)
        assert hold is not None
        assert hold.stands
        with pytest.raises(ReleaseHeld):
            houses.pull(restored)
        again = hold_if_rolled_back(restored)
        assert again is None or again.name == hold.name
        assert verify(restored.database, restored.keys).findings == ()
    assert [path.name for path in (house.home / "checkpoints-lost").iterdir()]


def test_classes_of_a_lost_future_are_not_taken_for_those_that_have_their_ids_now(
    house: House,
) -> None:
    houses.send(house, [houses.row("a", "204"), houses.row("b", "213")])
    known = dict(house.book.classes())
    bodies = [{"canonical_json": known[at].canonical_json} for at in (2, 1)]

    def put_back_and_grown_again(tx: Tx) -> None:
        for at, body in zip((1, 2), bodies, strict=True):
            tx.change(t.RECORD_CLASS, {"id": at}, body)

    house.writer.run(put_back_and_grown_again)
    houses.lift(house, houses.hold(house, known_size=99))
    house.book.refresh()

    assert dict(house.book.classes()) == {1: known[2], 2: known[1]}


def put_back(home: Path, older: Path) -> None:
    """As an operator does who does not use our command."""
    from gateway.store.restoring import fill  # noqa: PLC0415 - only here

    fill(database_for(home), SqliteDatabase(older), [])


def test_a_ledger_that_grew_again_over_a_lost_future_is_another_ledger(
    house: House, tmp_path: Path
) -> None:
    houses.send(house, houses.rows(2))
    older = tmp_path / "older"
    house.database.backup(older)
    houses.send(house, houses.rows(2, begin=2))
    houses.publish(house)
    house.close()
    emptied(house.home)
    put_back(house.home, older)

    with reopened(house.home) as restored:
        for turn in range(6):
            houses.send(restored, houses.rows(2, begin=20 + 2 * turn))
        assert hold_if_rolled_back(restored) is not None


def test_a_checkpoint_kept_elsewhere_is_enough(house: House, tmp_path: Path) -> None:
    copy, *_ = lost_future(house, tmp_path)
    kept = tmp_path / "kept-by-a-partner"
    (house.home / "checkpoints" / "latest").rename(kept)
    shutil.rmtree(house.home / "checkpoints")
    drill = tmp_path / "drill"
    shutil.copytree(house.home / "keys", drill / "keys")
    shell = Shell(house.home)

    freely = shell.ok("restore", copy, "--into", drill, "--json").json
    held = shell.ok("restore", copy, "--checkpoint", kept, "--json").json

    assert freely["hold"] is None
    assert held["hold"] is not None
