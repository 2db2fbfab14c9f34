"""Erasing: the content goes in every place, the proof stays, and a restore cannot bring it back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House, database_path, open_house, reapply_erasures
from gateway.audit.verify import verify
from gateway.log.erasing import quarter_begins
from gateway.log.erasure_list import ErasureFile, ErasureLine
from gateway.release.sent import PageForm, written
from gateway.store.correcting import EMPTY
from gateway.store.sqlite import backup
from policies.pseudonym import quarter_of
from schemas.released import NoticeKind
from tests.support import house as houses

ERASED, RESTRICTED, LIFTED = NoticeKind.ERASED, NoticeKind.RESTRICTED, NoticeKind.LIFTED


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as made:
        houses.subscribe(made)
        yield made


def asked(house: House, statement: str, *values: object) -> list[Any]:
    with closing(sqlite3.connect(database_path(house.home))) as connection, connection:
        return connection.execute(statement, values).fetchall()


def page(house: House, cursor: str | None = None) -> dict[str, Any]:
    pulled = houses.pull(house, cursor)
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read: dict[str, Any] = json.loads(body)
    return read


def findings(house: House) -> set[str]:
    return set(verify(database_path(house.home), house.keys).counted)


def test_an_erased_record_leaves_nothing_but_its_proof(house: House) -> None:
    houses.send(house, [houses.row("a", "204"), houses.row("b", "213")])
    cursor = page(house)["cursor"]
    houses.send(house, [houses.row("a", "211")])
    houses.change(house, RESTRICTED, ["a"])

    done = houses.change(house, ERASED, ["a", "unknown"])

    assert (done.done, done.already, done.unknown) == (1, 0, 1)
    rows = asked(
        house,
        "SELECT * FROM log LEFT JOIN sealed USING (position) WHERE incident = 1 "
        "AND entry_kind <> 'erased'",
    )
    names = [row[1] for row in asked(house, "PRAGMA table_info(log)")]
    kept = {"position", "incident", "version", "entry_kind", "class_id", "inner_hash"}
    assert len(rows) == 3
    for row in rows:
        for name, value in zip(names, row, strict=False):
            assert (name in kept) == bool(value), name
        assert row[len(names) :] == (None, None)
    assert [n["kind"] for n in page(house, cursor)["notices"]] == ["restricted", "erased"]
    assert findings(house) == set()


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
    asked(house, "DELETE FROM sealed WHERE position = 2")

    assert findings(house) == {"sealed.missing"}


def test_a_body_that_is_missing_with_a_forged_state_is_found(house: House) -> None:
    houses.send(house, houses.rows(3))
    houses.change(house, ERASED, ["s0"])
    sets = ", ".join(f"{name} = ?" for name in EMPTY)
    asked(house, f"UPDATE log SET {sets} WHERE position = 2", *EMPTY.values())  # noqa: S608 - our own names
    asked(house, "DELETE FROM sealed WHERE position = 2")
    asked(house, "UPDATE incident SET state = 'erased', content_hmac = x'' WHERE id = 2")

    assert findings(house) == {"incident.standing"}


def test_content_that_was_put_back_is_found(house: House) -> None:
    houses.send(house, houses.rows(3))
    before = asked(house, "SELECT * FROM sealed WHERE position = 1")[0]
    houses.change(house, ERASED, ["s0"])
    asked(house, "INSERT INTO sealed VALUES (?, ?, ?)", *before)

    assert findings(house) == {"erasure.undone"}


def test_a_restore_of_an_older_backup_erases_again(house: House, tmp_path: Path) -> None:
    houses.send(house, houses.rows(4))
    older = tmp_path / "older.sqlite3"
    backup(database_path(house.home), older)
    houses.change(house, ERASED, ["s0", "s3"])
    houses.send(house, [houses.row("late")])
    houses.change(house, ERASED, ["late"])
    home = house.home
    house.close()
    for ending in ("-wal", "-shm"):
        database_path(home).with_name(database_path(home).name + ending).unlink(missing_ok=True)
    database_path(home).write_bytes(older.read_bytes())

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
