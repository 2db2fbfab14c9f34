"""Erasing: the content goes in every place, the proof stays, and a restore cannot bring it back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House, database_path, open_house, reapply_erasures
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.log.erasing import quarter_begins
from gateway.log.erasure_list import ErasureFile, ErasureLine
from gateway.release.sent import PageForm, written
from gateway.store.correcting import EMPTIED
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tables import LOG
from policies.pseudonym import quarter_of
from schemas.released import NoticeKind
from tests.support import house as houses

ERASED, RESTRICTED, LIFTED = NoticeKind.ERASED, NoticeKind.RESTRICTED, NoticeKind.LIFTED


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as made:
        houses.subscribe(made)
        yield made


def asked(house: House, statement: str) -> list[Any]:
    with house.reader.connection() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def changed(house: House, statement: str) -> None:
    """Change the database behind the gateway's back."""
    with closing(house.database.writing().connect()) as connection:
        connection.exec_driver_sql(statement)
        connection.commit()


def page(house: House, cursor: str | None = None) -> dict[str, Any]:
    pulled = houses.pull(house, cursor)
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read: dict[str, Any] = json.loads(body)
    return read


def findings(house: House) -> set[str]:
    return set(verify(house.database, house.keys).counted)


def test_an_erased_record_leaves_nothing_but_its_proof(house: House) -> None:
    houses.send(house, [houses.row("a", "204"), houses.row("b", "213")])
    cursor = page(house)["cursor"]
    houses.send(house, [houses.row("a", "211")])
    houses.change(house, RESTRICTED, ["a"])

    done = houses.change(house, ERASED, ["a", "unknown"])

    assert (done.done, done.already, done.unknown) == (1, 0, 1)
    names = [column.name for column in LOG.columns]
    rows = asked(
        house,
        f"SELECT {', '.join(f'l.{name}' for name in names)}, s.wrapped_secret, s.ciphertext "  # noqa: S608 - our own names
        "FROM log l LEFT JOIN sealed s ON s.position = l.position "
        "WHERE incident = 1 AND entry_kind <> 'erased'",
    )
    kept = {
        "position",
        "incident",
        "version",
        "entry_kind",
        "class_id",
        "inner_hash",
        "recorded_at",
    }
    assert len(rows) == 3
    for row in rows:
        for name, value in zip(names, row, strict=False):
            assert (name in kept) == bool(value), name
        assert row[len(names) :] == (None, None)
    assert [n["kind"] for n in page(house, cursor)["notices"]] == ["restricted", "erased"]
    assert findings(house) == set()


@pytest.mark.parametrize("reading", [False, True])
def test_no_file_of_sqlite_keeps_an_erased_secret(tmp_path: Path, *, reading: bool) -> None:
    database = SqliteDatabase(tmp_path / "gateway.sqlite3")
    clock = FixedClock(houses.NOW)
    with open_house(tmp_path, database=database, clock=clock, create=True) as house:
        houses.send(house, houses.rows(30))
        secrets = [bytes(row[0]) for row in asked(house, "SELECT wrapped_secret FROM sealed")]

        with house.reader.connection() if reading else nullcontext() as connection:
            if connection is not None:  # a reader at work needs what the log holds
                connection.execute(LOG.select()).fetchone()
            houses.change(house, ERASED, [row["URN"] for row in houses.rows(30)])
        if reading:
            houses.send(house, houses.rows(1, begin=30))

        kept = b"".join(path.read_bytes() for path in tmp_path.glob("gateway.sqlite3*"))
        assert [secret for secret in secrets if secret in kept] == []


def test_the_same_row_sent_again_is_not_recorded_again(house: House) -> None:
    houses.send(house, [houses.row("a", "204")])
    houses.change(house, ERASED, ["a"])

    again = houses.send(house, [houses.row("a", "204"), houses.row("a", "506")])

    assert again.receipt.recorded == again.receipt.revised == 0
    assert again.excluded_by_reason["erased_before"] == 1
    assert houses.change(house, ERASED, ["a"]).already == 1
    assert houses.change(house, NoticeKind.RETRACTED, ["a"]).already == 1
    assert findings(house) == set()


@pytest.mark.parametrize("before", [RESTRICTED, NoticeKind.RETRACTED, None])
def test_a_record_may_be_erased_from_every_state(house: House, before: NoticeKind | None) -> None:
    houses.send(house, [houses.row("a", "204")])
    if before is not None:
        houses.change(house, before, ["a"])

    assert houses.change(house, ERASED, [1]).done == 1
    assert houses.change(house, LIFTED, [1]).already == 1
    assert asked(house, "SELECT state FROM incident") == [("erased",)]
    assert findings(house) == set()


def test_quarantine_forgets_whose_row_it_was(house: House) -> None:
    houses.send(house, [houses.row("a", "204")])
    houses.send(house, [houses.row("a", INCIDENT_DATE="31/99/2026 21:40")])
    assert asked(house, "SELECT count(natural_key) FROM quarantine") == [(1,)]

    houses.change(house, ERASED, ["a"])

    assert asked(house, "SELECT count(*), count(natural_key) FROM quarantine") == [(1, 0)]


def test_a_body_that_is_missing_without_an_erasure_is_found(house: House) -> None:
    houses.send(house, houses.rows(3))
    changed(house, "DELETE FROM sealed WHERE position = 2")

    assert findings(house) == {"sealed.missing"}


def test_a_body_that_is_missing_with_a_forged_state_is_found(house: House) -> None:
    houses.send(house, houses.rows(3))
    houses.change(house, ERASED, ["s0"])
    sets = ", ".join(f"{name} = NULL" for name in EMPTIED)
    changed(house, f"UPDATE log SET {sets} WHERE position = 2")  # noqa: S608 - our own names
    changed(house, "DELETE FROM sealed WHERE position = 2")
    changed(house, "UPDATE incident SET state = 'erased', content_hmac = natural_key WHERE id = 2")

    assert findings(house) == {"incident.standing", "rollup.count"}


def test_content_that_was_put_back_is_found(house: House) -> None:
    houses.send(house, houses.rows(3))
    changed(house, "CREATE TABLE kept AS SELECT * FROM sealed WHERE position = 1")
    houses.change(house, ERASED, ["s0"])
    changed(house, "INSERT INTO sealed SELECT * FROM kept")

    assert findings(house) == {"erasure.undone"}


def test_a_restore_of_an_older_backup_erases_again(house: House, tmp_path: Path) -> None:
    houses.send(house, houses.rows(4))
    older = tmp_path / "older.sqlite3"
    house.database.backup(older)
    houses.change(house, ERASED, ["s0", "s3"])
    houses.send(house, [houses.row("late")])
    houses.change(house, ERASED, ["late"])
    home = tmp_path / "restored"
    home.mkdir()
    shutil.copytree(house.home / "keys", home / "keys")
    shutil.copy(house.erasures.path, home)
    shutil.copy(older, database_path(home))

    with open_house(home, clock=house.clock) as restored:
        assert reapply_erasures(restored) == 2
        assert reapply_erasures(restored) == 0
        assert asked(restored, "SELECT id, state FROM incident ORDER BY 1") == [
            (1, "erased"),
            (2, "live"),
            (3, "erased"),
        ]
        houses.send(restored, [houses.row("late")])
        assert reapply_erasures(restored) == 1
        assert findings(restored) == set()


def test_a_crash_between_list_and_commit_is_made_good_at_the_next_start(house: House) -> None:
    class Died(Exception):
        pass

    houses.send(house, houses.rows(2))
    note = ErasureFile.note

    def noted(self: ErasureFile, lines: Any) -> None:
        note(self, lines)
        raise Died

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ErasureFile, "note", noted)
        with pytest.raises(Died):
            houses.change(house, ERASED, ["s1"])
    assert asked(house, "SELECT count(*) FROM incident WHERE state = 'erased'") == [(0,)]

    assert reapply_erasures(house) == 1
    assert asked(house, "SELECT id FROM incident WHERE state = 'erased'") == [(2,)]
    assert findings(house) == set()


def test_half_a_line_at_the_end_of_the_list_is_passed_over(tmp_path: Path) -> None:
    listed = ErasureFile(tmp_path / "erasures.jsonl")
    first = ErasureLine("2026-11-25T09:00:00Z", "police-nsir", bytes(32), "other", "one")
    listed.note([first])
    with listed.path.open("ab") as file:
        file.write(b'{"v":1,"at":"20')
    listed.note([first])

    assert listed.read() == [first, first]
    assert listed.path.stat().st_mode & 0o777 == 0o600


def test_the_list_names_nothing(house: House) -> None:
    houses.send(house, [houses.row("URN-12345", "204")])
    (key,) = asked(house, "SELECT natural_key FROM incident")[0]
    houses.change(house, ERASED, ["URN-12345"])
    text = house.erasures.path.read_text()

    assert "URN-12345" not in text
    assert key.hex() not in text
    assert set(json.loads(text)) == {"v", "at", "feed", "key", "reason", "order"}


@pytest.mark.parametrize("quarter", ["2026Q1", "2026Q2", "2026Q3", "2026Q4"])
def test_a_quarter_begins_where_the_one_before_ends(quarter: str) -> None:
    begins = quarter_begins(quarter)
    assert quarter_of(datetime.fromtimestamp(begins, UTC)) == quarter
    assert quarter_of(datetime.fromtimestamp(begins - 1, UTC)) != quarter
