# ruff: noqa: S608 - the names of our own tables and columns
"""A superuser of the database edits what an older checkpoint covers: each edit is found against it.

He may change, delete, insert and exchange rows, cut the end off, and work the whole tree out again; he has
not the gateway's keys, which lie outside the database. Rows after the newest checkpoint that somebody else
keeps are the limit: what he invents there is found by nobody.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.assembly import database_path, open_house
from gateway.audit.verify import Note, Report, verify
from gateway.clock import FixedClock
from gateway.keys.ring import KeyRing
from gateway.ledger.checkpoint import parse_checkpoint
from gateway.ledger.tree import Frontier, leaf_hash
from gateway.store.sqlite import backup
from tests.support import house as houses
from tests.support.requirements import law

COVERED = {
    "ledger": '"index" < :size',
    "ledger_node": '("index" + 1) << level <= :size',
    "log": "position <= :rows",
    "sealed": "position <= :rows",
    "push": "leaf < :size",
    "release": "leaf < :size",
}
"""What an older checkpoint covers, by table: its size, and how long the log was then."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A database, the checkpoint that a partner kept long before, and earlier states of the database."""

    keys: KeyRing
    home: Path
    whole: bytes
    earlier: tuple[bytes, ...]
    note: Note
    size: int
    rows: int
    copy: Path

    def verify(self, *notes: Note) -> Report:
        return verify(self.copy, self.keys, notes)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    home = tmp_path_factory.mktemp("superuser")
    earlier: list[bytes] = []
    with houses.new_house(home) as house:
        houses.subscribe(house)
        for batch in range(4):
            houses.send(house, houses.rows(5, begin=5 * batch))
            houses.pull(house, limit=3)
            earlier.append(_copied(home, f"earlier-{batch}"))
            houses.later(house)
        houses.take_back(house, ["s1", "s6"])
        cursor = houses.pull(house).page.cursor
        note = Note("kept by a partner", houses.publish(house))
        rows = house.reader.head().log_size
        houses.send(house, houses.rows(6, begin=30))
        houses.pull(house, cursor)
        houses.publish(house)
        keys = house.keys
    copy = home / "copy.sqlite3"
    whole = _copied(home, "copy")
    size = parse_checkpoint(note.text).size
    return Kept(keys, home, whole, tuple(earlier), note, size, rows, copy)


def _copied(home: Path, name: str) -> bytes:
    copy = home / f"{name}.sqlite3"
    backup(database_path(home), copy)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
    return copy.read_bytes()


class Superuser:
    """Somebody who may write whatever he likes into the database."""

    def __init__(self, kept: Kept, dice: Random) -> None:
        self.kept, self.dice = kept, dice

    def edit(self, kind: str) -> str:
        """Make one edit in a fresh copy; return what it was."""
        self.kept.copy.write_bytes(self.kept.whole)
        if kind == "rolled back":
            self.kept.copy.write_bytes(self.dice.choice(self.kept.earlier))
            return kind
        with closing(sqlite3.connect(self.kept.copy)) as connection, connection:
            connection.execute("PRAGMA foreign_keys=OFF")
            table = getattr(self, f"_{kind}")(connection)
            # a node of the tree that is taken away is put back by working the tree out again
            if table == "ledger" or (table != "ledger_node" and self.dice.random() < 0.3):
                _work_out_again(connection)
                return f"{kind}, tree worked out again"
        return kind

    def _table(self) -> str:
        return self.dice.choice(sorted(COVERED))

    def _covered(self, connection: sqlite3.Connection, table: str) -> list[int]:
        about = {"size": self.kept.size, "rows": self.kept.rows}
        where = f"SELECT rowid FROM {table} WHERE {COVERED[table]} ORDER BY rowid"
        return [row[0] for row in connection.execute(where, about)]

    def _change(self, connection: sqlite3.Connection) -> str:
        table = self.dice.choice([name for name in COVERED if name != "ledger_node"])
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        # of the ledger the leaf: its hash is what is worked out again
        name = "leaf" if table == "ledger" else self.dice.choice(names)
        row = self.dice.choice(self._covered(connection, table))
        asked = f'SELECT "{name}" FROM {table} WHERE rowid = ?'
        ((value,),) = connection.execute(asked, (row,)).fetchall()
        for _ in range(20):
            try:
                changed = f'UPDATE {table} SET "{name}" = ? WHERE rowid = ?'
                connection.execute(changed, (self._other(value), row))
            except sqlite3.IntegrityError:
                continue
            return table
        return self._delete(connection)

    def _other(self, value: Any) -> Any:
        match value:
            case None:
                return "x"
            case int():
                return value + self.dice.randrange(1, 1_000)
            case str():
                at = self.dice.randrange(len(value) + 1)
                return value[:at] + self.dice.choice("abcdef0123456789") + value[at:]
            case _:
                at = self.dice.randrange(len(value))
                return (
                    value[:at] + bytes((value[at] ^ self.dice.randrange(1, 255),)) + value[at + 1 :]
                )

    def _delete(self, connection: sqlite3.Connection) -> str:
        table = self._table()
        row = self.dice.choice(self._covered(connection, table))
        connection.execute(f"DELETE FROM {table} WHERE rowid = ?", (row,))
        return table

    def _insert(self, connection: sqlite3.Connection) -> str:
        """Put a row between two that are covered; what follows moves on by one."""
        table, key = self.dice.choice([("ledger", '"index"'), ("log", "position")])
        top = 1_000_000
        at = self.dice.choice(self._covered(connection, table))
        ((place,),) = connection.execute(
            f"SELECT {key} FROM {table} WHERE rowid = ?", (at,)
        ).fetchall()
        connection.execute(f"UPDATE {table} SET {key} = {key} + {top} WHERE {key} >= ?", (place,))
        connection.execute(f"UPDATE {table} SET {key} = {key} - {top - 1} WHERE {key} >= {top}")
        names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        said = ", ".join(f'"{name}"' for name in names)
        like = ", ".join(str(place) if key in {f'"{n}"', n} else f'"{n}"' for n in names)
        connection.execute(
            f"INSERT INTO {table} ({said}) SELECT {like} FROM {table} WHERE {key} = ?", (place + 1,)
        )
        connection.execute("UPDATE head SET log_size = (SELECT max(position) FROM log)")
        return table

    def _reorder(self, connection: sqlite3.Connection) -> str:
        table, key = self.dice.choice([("ledger", '"index"'), ("log", "position")])
        one, other = self.dice.sample(self._covered(connection, table), 2)
        keys = [
            connection.execute(f"SELECT {key} FROM {table} WHERE rowid = ?", (row,)).fetchall()[0][
                0
            ]
            for row in (one, other)
        ]
        for number, to in ((keys[0], -1), (keys[1], keys[0]), (-1, keys[1])):
            connection.execute(f"UPDATE {table} SET {key} = ? WHERE {key} = ?", (to, number))
        return table

    def _cut(self, connection: sqlite3.Connection) -> str:
        """Cut the end off the ledger, and what the operations left out of the other tables."""
        at = self.dice.randrange(1, self.kept.size)
        connection.execute('DELETE FROM ledger WHERE "index" >= ?', (at,))
        for table in ("push", "release"):
            connection.execute(f"DELETE FROM {table} WHERE leaf >= ?", (at,))
        return "ledger"


def _work_out_again(connection: sqlite3.Connection) -> None:
    """Work the whole tree out from the leaves as they stand, and take away every checkpoint of it."""
    leaves = connection.execute('SELECT leaf FROM ledger ORDER BY "index"').fetchall()
    connection.execute("DELETE FROM ledger")
    connection.execute("DELETE FROM ledger_node")
    connection.execute("DELETE FROM checkpoint")
    frontier = Frontier()
    for index, (leaf,) in enumerate(leaves):
        raw = leaf if isinstance(leaf, bytes) else str(leaf).encode()
        hashed = leaf_hash(raw)
        connection.execute("INSERT INTO ledger VALUES (?, ?, ?)", (index, raw, hashed))
        nodes = [node for node in frontier.append(hashed) if node[0]]
        connection.executemany("INSERT INTO ledger_node VALUES (?, ?, ?)", nodes)
    connection.execute("UPDATE head SET ledger_size = ?", (frontier.size,))


KINDS = ("change", "delete", "insert", "reorder", "cut", "rolled back")


@law("L37")
def test_every_edit_of_what_an_older_checkpoint_covers_is_found_against_it(
    kept: Kept, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random("superuser")
    made: Counter[str] = Counter()
    missed, by_it_alone = [], 0
    edits = count(1_000)
    for number in range(edits):
        edit = Superuser(kept, dice).edit(KINDS[number % len(KINDS)])
        made[edit.replace(" ", "_").replace(",", "")] += 1
        if kept.verify(kept.note).whole:
            missed.append((number, edit))
        by_it_alone += kept.verify().whole

    assert missed == []
    assert by_it_alone > 0  # what nothing but the checkpoint tells
    proved(
        "superuser",
        edits=edits,
        found=edits - len(missed),
        found_by_the_checkpoint_alone=by_it_alone,
        **made,
    )


@law("L37")
def test_a_future_made_anew_is_found_where_it_was_witnessed_and_nowhere_else(
    kept: Kept, tmp_path: Path
) -> None:
    home = tmp_path / "forked"
    shutil.copytree(kept.home / "keys", home / "keys")
    database_path(home).write_bytes(kept.earlier[-1])
    clock = FixedClock(houses.NOW)
    with open_house(home, clock=clock, create=True) as forked:
        witnessed = Note("kept meanwhile", houses.publish(forked))
        for batch in range(8):  # another history, longer than the one that is known
            houses.send(forked, [houses.row(f"other-{batch}")])
            houses.pull(forked)
        grown = verify(forked.database, forked.keys)
        known = verify(forked.database, forked.keys, [kept.note])
        limit = verify(forked.database, forked.keys, [witnessed])

    assert grown.operations > kept.size
    assert grown.whole  # in itself it is without a fault
    assert [one.code for one in known.findings] == ["checkpoint.root"]
    # the stated limit: what came after the newest checkpoint that a partner keeps can be made anew
    assert limit.whole


def test_the_database_as_it_was_left_is_whole(kept: Kept) -> None:
    kept.copy.write_bytes(kept.whole)

    assert kept.verify(kept.note).findings == ()
