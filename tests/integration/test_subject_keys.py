"""Sealed halves are found by keyed hashes that live and die with them, and verify from them alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from gateway.assembly import House, retention_of, subject_index_of
from gateway.audit.verify import verify
from gateway.intake import subjects
from gateway.intake.remapped import Decision, apply
from gateway.keys.derive import subject_digest
from gateway.law.register import put_feed
from gateway.log.subjects import Filling
from gateway.store import tables as t
from gateway.store.subjects import IndexMark, SubjectRow, found_by, index_mark, keys_at
from gateway.store.tx import Tx
from policies.subject_keys import EDITION, SubjectKind
from schemas.released import NoticeKind
from tests.support.agreed import CONTACT, agree, next_day, personal_row, prepare, ready, terms
from tests.support.house import FEED, change, new_house, send
from tests.support.stores import Store

LISTED = ("address_text", "postcode", "uprn", "people.name", "people.telephone", "source_reference")

DAY = date(2026, 11, 1)
FORCE = {
    "name": "example",
    "version": "2",
    "rows": [
        {
            "code": "801",
            "label": "Loud music",
            "relation": "narrow",
            "default": "noise",
        },
    ],
}


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        yield made


def found(house: House, kind: SubjectKind, text: str) -> list[SubjectRow]:
    with house.reader.connection() as connection:
        return found_by(connection, [subject_digest(house.keys.subject, kind.value, text)])


def mark(house: House) -> IndexMark:
    with house.reader.connection() as connection:
        return index_mark(connection)


def held(house: House) -> list[SubjectRow]:
    with house.reader.connection() as connection:
        return keys_at(connection, range(1, house.reader.head().log_size + 1))


def codes(house: House) -> set[str]:
    return {one.code for one in verify(house.database, house.keys).findings}


def test_a_sealed_half_is_found_by_other_spellings_of_what_it_holds(house: House) -> None:
    ready(house, fields=LISTED)
    send(house, [personal_row("a"), personal_row("b", LOCATION="12, EXAMPLE RD", CALLER_TEL="")])

    assert [one.position for one in found(house, SubjectKind.PHONE, "+447700900123")] == [1]
    assert CONTACT == "07700 900123"
    assert [one[:3] for one in found(house, SubjectKind.ADDRESS, "LE119ZZ::12:E125")] == [
        (1, 0, "address"),
        (2, 0, "address"),
    ]
    assert codes(house) == set()


def test_only_what_is_kept_is_keyed(house: House) -> None:
    prepare(house)
    send(house, [personal_row("a")])
    agree(house, terms(fields=("source_reference", "occurred_from")))
    house.book.refresh()
    send(house, [personal_row("b")])

    assert held(house) == []


def test_keys_go_with_the_sealed_half(house: House) -> None:
    ready(house, fields=LISTED, retention_days=90)
    send(house, [personal_row("a"), personal_row("b"), personal_row("c")])
    send(house, [personal_row("b", LOCATION="14 Example Road")])
    assert {one.position for one in held(house)} == {1, 2, 3, 4}

    change(house, NoticeKind.ERASED, ["b"])
    assert {one.position for one in held(house)} == {1, 3}
    next_day(house, 90)
    retention_of(house).run()
    assert held(house) == []
    assert codes(house) == set()


def test_a_crosswalk_applied_again_keys_the_new_versions(house: House) -> None:
    ready(house, fields=LISTED)
    send(house, [personal_row("a", "801")])
    before = [one[1:] for one in held(house)]
    feed = house.book.refresh().register.feeds[FEED][1]
    named = {**feed.settings, "force": FORCE}
    house.writer.run(put_feed(feed.model_copy(update={"settings": named}), house.act("operator")))
    desk = house.desk(FEED, house.book.refresh())
    done = apply(house.reader, house.writer, desk, Decision("asb-lead", DAY, house.clock.now()))
    assert done.revised == 1

    assert [
        one[1:] for one in held(house) if one.position == house.reader.head().log_size
    ] == before


def test_what_was_recorded_before_is_keyed_in_parts_and_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(house, fields=LISTED)
    send(house, [personal_row(f"r{n}") for n in range(5)])
    whole = held(house)

    def unkey(tx: Tx) -> None:
        tx.remove(t.SUBJECT_KEY, {})
        tx.change(t.SUBJECT_INDEX, {}, {"begins": tx.head.log_size + 1})

    house.writer.run(unkey)
    send(house, [personal_row("new")])
    assert codes(house) == set()
    assert {one.position for one in held(house)} == {6}

    monkeypatch.setattr(subjects, "BATCH", 2)
    assert subject_index_of(house).fill() == 5
    assert held(house)[: len(whole)] == whole
    assert mark(house) == (EDITION, 1)
    assert codes(house) == set()
    assert subject_index_of(house).fill() == 0
    # what a leaf says of the filling, the table must say
    house.writer.run(unkey)
    assert codes(house) == {"subject_index.standing"}


def test_keys_of_an_earlier_edition_are_made_anew(house: House) -> None:
    ready(house, fields=LISTED)
    send(house, [personal_row("a"), personal_row("b")])
    whole = held(house)
    house.writer.run(lambda tx: tx.change(t.SUBJECT_KEY, {}, {"kind": "old"}))
    assert codes(house) == {"subject_key.changed"}

    house.writer.run(lambda tx: tx.change(t.SUBJECT_INDEX, {}, {"edition": EDITION - 1}))
    assert subject_index_of(house).fill() == 2
    assert held(house) == whole
    assert codes(house) == set()


def test_a_mark_that_moved_is_left_to_whoever_moved_it(house: House) -> None:
    ready(house, fields=LISTED)
    send(house, [personal_row("a")])
    job = Filling(IndexMark(EDITION, 7), {}, last=True, actor="x", at="", nonce="")

    assert house.writer.run(job) is None
