# ruff: noqa: S608 - the names of our own tables and columns
"""Any one changed byte is found by `gateway verify`; so is a row deleted, inserted or exchanged.

Each change is made behind the gateway's back, in a copy, by somebody who may write to the file.
"""

from __future__ import annotations

import shutil
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.analysis.editions import publish
from gateway.assembly import database_path
from gateway.audit.verify import Note, Report, verify
from gateway.cli.statistics import desk_of
from gateway.errors import StoreUnavailable
from gateway.keys.ring import KeyRing
from gateway.release.endpoints import SetEndpointState
from gateway.store.sqlite import backup
from gateway.store.states import EndpointState
from gateway.store.tables import METADATA
from schemas.sensitivity import Lane
from tests.conftest import PROVING
from tests.support import (
    agreed,
    asking,
    bundles,
    consulted,
    corrected,
    dated,
    proceeded,
    pushing,
    retained,
    returning,
    subjects,
    tools,
)
from tests.support import house as houses
from tests.support import households as homes
from tests.support.requirements import law

WORKING_STATE = {
    "anchor": "how publishing goes at the moment; that releases stopped and went on are leaves",
    "assertion": "assertions already used, until they expire",
    "form_sent": "forms sent in the last hours; what they did is a leaf",
    "session": "who is signed in at the moment; a changed person opens what their own role may",
    "sign_in": "sign-ins begun at an organisation's own server, for ten minutes",
    "sign_in_failure": "failures counted for the throttle, until they expire",
    "simulation_job": "drafts being replayed and their results; a simulation made is a leaf",
    "delivery": "how often a release was tried; how it ended is a leaf",
    "matching_mark": "how far matching has come; what it found is a leaf",
    "place_count": "counts for later records; what was said of a record stands in its own hash",
    "quarantine": "what senders have yet to mend; its number is in the receipt's hash",
    "question": "what senders are yet to answer; a record taken back by an answer is a leaf",
    "rollup_change": "how often a month's counts changed; the counts themselves are recounted",
    "unit_count": "keys of a file that comes in several pushes, until it is complete",
    "webhook_key": "which keys of the ring sign; taking another into use is a leaf",
    "webhook_secret": "locked for its subscription: a changed one does not open; a change is a leaf",
}
"""Tables that `gateway verify` leaves alone, each with its reason: they prove nothing to anybody."""

GEOGRAPHY = {"geography", *map("geography_{}".format, ("area", "point", "population", "postcode"))}
"""Bound by the hash of the file loaded; an operation a load."""

COVERED = sorted(METADATA.tables.keys() - WORKING_STATE.keys() - GEOGRAPHY)
UNBOUND = {
    ("checkpoint", "at"),
    ("endpoint", "failing_since"),
    ("endpoint", "failures"),
    ("endpoint", "opens_at"),
    ("endpoint", "replay_next"),
    ("endpoint", "replay_to"),
    ("incident", "updated"),
    ("subject_index", "begins"),
    ("subscription", "lease_owner"),
    ("subscription", "lease_until"),
    ("tool_credential", "used_day"),
}
"""In no hash: our own list's time, whose order is checked; what orders late arrivals at intake; how
sending goes, and which worker sends at the moment; how far down sealed halves are keyed, until a filling
says so in a leaf."""

NAMED = {"subject_key": "position || ' ' || part || ' ' || kind || ' ' || hex(digest)"}
"""What names a row of a table that has no row number of its own."""

FLIPS = 3 if PROVING else 1
ROWS_SAMPLED = 1_000 if PROVING else 1


def named(table: str) -> str:
    """What names a row, as SQL."""
    return NAMED.get(table, "rowid")


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled house's database as bytes, and where to put changed copies of it."""

    keys: KeyRing
    whole: bytes
    copy: Path
    notes: tuple[Note, ...]

    def restore(self) -> None:
        """Put the copy back as it was."""
        self.copy.write_bytes(self.whole)

    def verify(self, *notes: Note) -> Report:
        """Verify the copy."""
        return verify(self.copy, self.keys, notes)

    def change(self, statement: str, values: tuple[Any, ...] = ()) -> int:
        """Change the copy behind the gateway's back; return how many rows."""
        with closing(sqlite3.connect(self.copy)) as connection, connection:
            return connection.execute(statement, values).rowcount

    def rows(self, table: str) -> list[tuple[Any, ...]]:
        """The rows of a table, each after its rowid."""
        row = named(table)
        with closing(sqlite3.connect(self.copy)) as connection:
            return connection.execute(f"SELECT {row}, * FROM {table} ORDER BY {row}").fetchall()


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    home = tmp_path_factory.mktemp("filled")
    with houses.new_house(home) as house:
        notes = tuple(Note(f"kept {n}", text) for n, text in enumerate(houses.fill(house)))
        agreed.ready(house)
        houses.send(house, [agreed.personal_row(f"p{n}") for n in range(3)])
        agreed.page(house)
        retained.fill(house)
        homes.fill(house)
        agreed.suspend(house)
        pushing.subscribe(house, "https://example.com/in", "fire-push")
        pushing.subscribe(house, "https://example.com/other", "council-push", agreed.COUNCIL)
        pushing.set_endpoint(house, "https://example.com/new", "fire-push")
        house.writer.run(SetEndpointState("fire-push", EndpointState.PAUSED, house.act("operator")))
        returning.fill(house)
        houses.subscribe(house, "fire-tables", lane=Lane.STATISTICS)
        publish(desk_of(house), "2026Q3", "operator", 0, dry_run=False)
        houses.subscribe(house, "fire-cells", minimum_cell=5)
        houses.later(house, 10 * 86_400)
        for limit in (2, 500):
            houses.pull(house, name="fire-cells", limit=limit)
        houses.lift(house, houses.hold(house, 9_000))
        houses.hold(house, 9_100)
        bundles.put_in_force(house, bundles.stricter())
        bundles.propose(house, bundles.with_rule())
        consulted.fill(house)
        subjects.fill(house)
        proceeded.fill(house)
        corrected.fill(house)
        asking.fill(house)
        dated.fill(house)
        tools.fill(house)
        dated.fill(house)
        keys = house.keys
    copy = home / "copy.sqlite3"
    backup(database_path(home), copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return Filled(keys, copy.read_bytes(), copy, notes)


@pytest.fixture(autouse=True)
def _restored(filled: Filled) -> Iterator[None]:
    filled.restore()
    yield
    filled.restore()


def flipped(dice: Random, value: Any, column: Any) -> Any:
    """The value with one bit of one byte changed; a missing value becomes the smallest one."""
    match value:
        case None:
            return {"TEXT": "", "BLOB": b""}.get(str(column.type), 0)
        case int():
            return value ^ (1 << dice.randrange(8))
        case float():
            (bits,) = struct.unpack(">q", struct.pack(">d", value))
            return struct.unpack(">d", struct.pack(">q", bits ^ (1 << dice.randrange(52))))[0]
        case str():
            at = dice.randrange(len(value)) if value else 0
            changed = chr(ord(value[at]) ^ (1 << dice.randrange(5))) if value else "x"
            return value[:at] + changed + value[at + 1 :]
        case _:
            at = dice.randrange(len(value)) if value else 0
            changed = bytes((value[at] ^ (1 << dice.randrange(8)),)) if value else b"x"
            return value[:at] + changed + value[at + 1 :]


@law("L37")
@pytest.mark.prove
@pytest.mark.parametrize("table", COVERED)
def test_one_changed_byte_is_found_in_every_column(
    filled: Filled, table: str, proved: Callable[..., None]
) -> None:
    dice = Random(table)
    rows = filled.rows(table)
    changed = 0
    missed = []
    for place, column in enumerate(METADATA.tables[table].columns, start=1):
        if (table, column.name) in UNBOUND:
            continue
        for row in dice.sample(rows, min(len(rows), ROWS_SAMPLED)):
            for _ in range(FLIPS):
                value = flipped(dice, row[place], column)
                if not _update(filled, table, column.name, value, row[0]):
                    continue
                changed += 1
                if filled.verify().whole:
                    missed.append((column.name, row[0], row[place], value))
                filled.restore()

    assert missed == []
    assert changed > 0
    proved(f"changed-byte-{table}", changed=changed, missed=len(missed))


def _update(filled: Filled, table: str, column: str, value: Any, rowid: int) -> bool:
    """Write the value; False where the engine itself refuses it (a key twice, nothing for null)."""
    statement = f'UPDATE {table} SET "{column}" = ? WHERE {named(table)} = ?'
    try:
        return filled.change(statement, (value, rowid)) == 1
    except sqlite3.IntegrityError:
        return False


def test_another_type_with_the_same_bytes_is_found(filled: Filled) -> None:
    missed, dice = [], Random("types")
    for table in COVERED:
        for column in METADATA.tables[table].columns:
            unbound = (table, column.name) in UNBOUND
            if unbound or str(column.type) not in {"TEXT", "BLOB"}:
                continue
            if not (PROVING or dice.randrange(3) == 0):
                continue
            other = "BLOB" if str(column.type) == "TEXT" else "TEXT"
            statement = (
                f'UPDATE {table} SET "{column.name}" = CAST("{column.name}" AS {other}) '
                f"WHERE {named(table)} = (SELECT max({named(table)}) FROM {table} "
                f'WHERE "{column.name}" NOTNULL)'
            )
            if filled.change(statement) and filled.verify().whole:
                missed.append((table, column.name))
            filled.restore()

    assert missed == []


@law("L37")
@pytest.mark.parametrize("table", COVERED)
def test_a_deleted_row_is_found(filled: Filled, table: str) -> None:
    rows = filled.rows(table)
    sample = rows if PROVING else [rows[len(rows) // 2]]
    for row in sample:
        filled.change(f"DELETE FROM {table} WHERE {named(table)} = ?", (row[0],))

        assert not filled.verify(*_kept(filled, table)).whole, row[0]
        filled.restore()


def _kept(filled: Filled, table: str) -> list[Note]:
    """A deleted checkpoint is missed by the file that was written beside it."""
    if table != "checkpoint":
        return []
    return [Note(note.name, note.text, ours=True) for note in filled.notes]


@pytest.mark.parametrize("table", COVERED)
def test_an_inserted_row_is_found(filled: Filled, table: str) -> None:
    columns = [column.name for column in METADATA.tables[table].columns]
    rows = filled.rows(table)
    like = rows[-1][1:]
    dice = Random(table)
    marks = ", ".join("?" * len(columns))
    for _ in range(50):
        new = tuple(
            flipped(dice, value, column) if column.primary_key or column.unique else value
            for value, column in zip(like, METADATA.tables[table].columns, strict=True)
        )
        if table == "push":  # unique together, so another system's key
            new = (new[0], f"other-{new[1]}", *new[2:])
        if table == "return_file":  # as above: another holder's
            new = (new[0], "other", *new[2:])
        if table == "edition":  # as above: of another quarter
            new = (new[0], "2026Q1", *new[2:])
        if table == "return_table":  # as above
            new = (new[0], "other", *new[2:])
        if table == "edition":  # as above: another quarter's
            new = (new[0], "2020Q1", *new[2:])
        if table == "disclosure_request_step":  # as above: a step after the last
            new = (*new[:2], 99, *new[3:])
        if table == "incident":  # as above
            new = (*new[:2], b"other", *new[3:])
        try:
            filled.change(f"INSERT INTO {table} VALUES ({marks})", new)
        except sqlite3.IntegrityError:
            continue
        assert not filled.verify().whole
        return
    pytest.fail("nothing could be inserted")


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("log", "position"),
        ("sealed", "position"),
        ("ledger", '"index"'),
        ("disclosure", "sequence"),
    ],
)
def test_exchanged_rows_are_found(filled: Filled, table: str, key: str) -> None:
    _, (second, *_), (third, *_), *_ = filled.rows(table)
    with closing(sqlite3.connect(filled.copy)) as connection, connection:
        asked = f"SELECT {key} FROM {table} WHERE rowid IN (?, ?) ORDER BY rowid"
        (first_key,), (other_key,) = connection.execute(asked, (second, third)).fetchall()
        statement = f"UPDATE {table} SET {key} = ? WHERE rowid = ?"
        aside = 1_000_000
        connection.execute(statement, (aside, second))
        connection.execute(statement, (first_key, third))
        connection.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (other_key, aside))

    assert not filled.verify().whole


@pytest.mark.prove
def test_a_changed_byte_of_the_file_is_found_or_changes_no_value(
    filled: Filled, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random("file")
    before = _values(filled.copy)
    found = unread = harmless = 0
    for _ in range(count(3_000) // (1 if PROVING else 2)):
        changed = bytearray(filled.whole)
        at = dice.randrange(len(changed))
        changed[at] ^= 1 << dice.randrange(8)
        filled.copy.write_bytes(changed)
        try:
            whole = filled.verify().whole
        except StoreUnavailable:
            unread += 1
            continue
        if whole:
            assert _values(filled.copy) == before, at
            harmless += 1
        else:
            found += 1
        _clear(filled.copy)

    proved("changed-byte-file", found=found, unreadable=unread, changes_no_value=harmless, missed=0)


def _values(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every value of the covered tables, but for those that nothing binds."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(
                f"SELECT {_bound(table)} FROM {table} ORDER BY 1, 2"
            ).fetchall()
            for table in COVERED
        }


def _bound(table: str) -> str:
    names = [column.name for column in METADATA.tables[table].columns]
    return ", ".join(f'"{name}"' for name in names if (table, name) not in UNBOUND)


def _clear(path: Path) -> None:
    """Take away what a changed header made the engine write beside the file."""
    for ending in ("-wal", "-shm", "-journal"):
        path.with_name(path.name + ending).unlink(missing_ok=True)


def test_an_unchanged_house_is_whole(filled: Filled, tmp_path: Path) -> None:
    report = filled.verify(*filled.notes)

    assert report.findings == ()
    assert report.log_rows >= 19
    assert report.releases >= 4
    elsewhere = tmp_path / "moved.sqlite3"
    shutil.copy(filled.copy, elsewhere)
    assert verify(elsewhere, filled.keys).root == report.root
