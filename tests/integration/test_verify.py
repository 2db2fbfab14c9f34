"""`gateway verify` on a house in use, on copies, against old checkpoints, and from the command line."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from gateway import cli
from gateway.assembly import House
from gateway.audit.verify import Note, kept_notes, verify
from gateway.audit.verify_findings import SAYS
from gateway.cli import Exit
from gateway.errors import StoreUnavailable
from gateway.keys.ring import KeyRing
from gateway.law.register import put_partner
from gateway.ledger.tree import Frontier, leaf_hash
from schemas.partners import HolderDecision
from tests.support import house as houses
from tests.support import stores

pytestmark = pytest.mark.usefixtures("store")

CANARY = "Zebedee Canary-Ffoulkes"


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as made:
        houses.fill(made)
        yield made


def copied(house: House, name: str = "copy") -> Path:
    path = house.home / f"{name}.sqlite3"
    house.database.backup(path)
    return path


def changed(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement, values)


def codes(path: Path, house: House, *notes: Note) -> set[str]:
    return set(verify(path, house.keys, notes).counted)


def test_a_house_in_use_is_whole(house: House) -> None:
    report = verify(house.database, house.keys, kept_notes(house.home / "checkpoints"))

    assert report.findings == ()
    assert report.checkpoints >= 6
    assert report.document()["verified"] is True


def test_a_release_that_the_law_closed_leaves_the_house_whole(house: House) -> None:
    houses.send(house, houses.rows(2, begin=30))
    page = houses.pull(house, name="fire-asb").page
    police = house.book.current().register.partners[houses.SENDER]
    stop = HolderDecision(
        reference="d1", nominated_person="a post", reason="x", valid_from=date(2026, 1, 1)
    )
    stopped = police.model_copy(update={"withholds_section_17a": (stop,)})
    house.writer.run(put_partner(stopped, house.act("operator")))
    again = houses.pull(house, name="fire-asb").page
    house.writer.run(put_partner(police, house.act("operator")))
    houses.pull(house, again.cursor, name="fire-asb")

    report = verify(house.database, house.keys)

    assert again.release > page.release
    assert report.findings == ()


def test_a_changed_request_leaves_the_house_whole(house: House) -> None:
    houses.subscribe(house, "fire-asb", filter={"kinds": ("crime",)})
    houses.send(house, houses.rows(4, begin=40))
    houses.pull(house, name="fire-asb")

    assert verify(house.database, house.keys).findings == ()


def test_a_tail_cut_is_found_against_a_later_checkpoint(house: House) -> None:
    older = copied(house)
    houses.send(house, houses.rows(2, begin=20))
    note = Note("kept by a partner", houses.publish(house))

    assert codes(older, house) == set()
    assert codes(older, house, note) == {"checkpoint.tail_cut"}


def test_a_home_put_back_to_an_older_copy_is_found_by_its_own_files(house: House) -> None:
    older = copied(house)
    houses.send(house, houses.rows(2, begin=20))
    houses.publish(house)

    assert "checkpoint.tail_cut" in codes(older, house, *kept_notes(house.home / "checkpoints"))


def test_a_tree_computed_anew_is_found_against_an_older_checkpoint(house: House) -> None:
    note = Note("kept by a partner", houses.publish(house))
    path = copied(house)
    with closing(sqlite3.connect(path)) as connection, connection:
        leaves = [row[0] for row in connection.execute('SELECT leaf FROM ledger ORDER BY "index"')]
        leaves[3] = leaves[3].replace(b'"nonce":"', b'"nonce":"00')[: len(leaves[3]) + 2]
        connection.execute("DELETE FROM ledger_node")
        connection.execute("DELETE FROM checkpoint")
        frontier = Frontier()
        for index, leaf in enumerate(leaves):
            hashed = leaf_hash(leaf)
            connection.execute(
                'UPDATE ledger SET leaf = ?, hash = ? WHERE "index" = ?', (leaf, hashed, index)
            )
            nodes = [node for node in frontier.append(hashed) if node[0]]
            connection.executemany("INSERT INTO ledger_node VALUES (?, ?, ?)", nodes)

    assert codes(path, house) == set()
    assert codes(path, house, note) == {"checkpoint.root"}


def test_another_key_is_found(house: House, tmp_path: Path) -> None:
    other = KeyRing.create(tmp_path / "other", lambda size: b"\x07" * (size - 1) + next(_drawn))

    found = verify(house.database, other).counted

    assert found["sealed.broken"] == 19
    assert found["checkpoint.refused"] == 3


_drawn = (bytes((n,)) for n in range(1, 255))


def test_a_missing_body_without_an_erasure_is_found(house: House) -> None:
    path = copied(house)
    changed(path, "UPDATE sealed SET wrapped_secret = x'' WHERE position = 2")

    report = verify(path, house.keys)

    assert [(f.code, f.table, f.key) for f in report.findings] == [("sealed.broken", "sealed", "2")]


def test_a_file_that_is_no_database_is_unavailable(house: House, tmp_path: Path) -> None:
    broken = tmp_path / "broken.sqlite3"
    broken.write_bytes(b"x" * 8_192)

    for path in (broken, tmp_path / "missing.sqlite3"):
        with pytest.raises(StoreUnavailable):
            verify(path, house.keys)


def test_a_table_that_the_engine_cannot_read_is_found(house: House) -> None:
    path = copied(house)
    changed(path, "DROP TABLE snapshot_part")

    assert "store.unreadable" in codes(path, house)


def test_the_command_says_whole_and_ends_with_0(
    house: House, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in stores.environment(house.home).items():
        monkeypatch.setenv(name, value)

    assert cli.main(["verify", "--json"]) == Exit.OK

    said = json.loads(capsys.readouterr().out)
    assert said["verified"] is True
    assert said["operations"] == house.reader.head().ledger_size


def test_the_command_takes_a_copy_and_an_old_checkpoint(
    house: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    older = copied(house)
    houses.send(house, houses.rows(2, begin=20))
    note = tmp_path / "note"
    note.write_text(houses.publish(house), encoding="utf-8")
    about = ["verify", "--home", str(house.home), "--database", str(older)]

    assert cli.main(about) == Exit.OK
    assert cli.main([*about, "--checkpoint", str(note)]) == Exit.FOUND_WRONG
    assert "checkpoint.tail_cut (1)" in capsys.readouterr().out
    assert cli.main([*about, "--checkpoint", str(tmp_path / "none")]) == Exit.USAGE


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_what_is_found_is_told_without_any_value(
    house: House, capsys: pytest.CaptureFixture[str], form: list[str]
) -> None:
    path = copied(house)
    for statement in (
        "UPDATE log SET detail = ? WHERE position = 2",
        "UPDATE incident SET quarter = ? WHERE id = 3",
        "UPDATE disclosure SET released_id = ? WHERE sequence = 1",
        "UPDATE disclosure SET subscription = ? WHERE sequence = 2",
        "UPDATE disclosure SET sequence = ? WHERE sequence = 3",
        "UPDATE partner SET id = ? WHERE id = 'uni'",
        "UPDATE feed SET name = ? WHERE name = 'police-uk'",
        "UPDATE push SET leaf = ? WHERE first_position = 1",
        "UPDATE push SET receipt_id = ? WHERE first_position > 12",
        "UPDATE snapshot_part SET sha256 = ? WHERE rowid = 1",
        "UPDATE snapshot SET sha256 = ? WHERE rowid = 1",
        "UPDATE subscription SET id = ? WHERE id = 'fire-17a'",
        'UPDATE ledger SET leaf = ? WHERE "index" = 20',
        "UPDATE ledger_node SET level = ? WHERE level = 1",
        "UPDATE checkpoint SET note = ?",
    ):
        try:
            changed(path, statement, CANARY)
        except sqlite3.IntegrityError:
            changed(path, statement + " AND rowid = 2", CANARY)

    ended = cli.main(["verify", "--home", str(house.home), "--database", str(path), *form])

    said = capsys.readouterr()
    assert ended == Exit.FOUND_WRONG, said.err
    assert "Canary" not in said.out + said.err
    assert sum(code in said.out for code in SAYS) >= 10


def test_progress_is_told(house: House) -> None:
    told: list[tuple[int, int]] = []
    verify(house.database, house.keys, progress=lambda done, of: told.append((done, of)))

    assert told[-1] == (24, 24)


def test_a_copy_where_nothing_may_be_written_is_verified(house: House, tmp_path: Path) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    shutil.copy(copied(house), folder / "copy.sqlite3")
    folder.chmod(0o500)

    assert verify(folder / "copy.sqlite3", house.keys).whole
    folder.chmod(0o700)
