"""Restricting and lifting: no lane shows a restricted record, who holds it is told, the counts balance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.law.register import put_partner
from gateway.release import forms
from gateway.release.sent import PageForm, written
from schemas.partners import HolderDecision
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support.requirements import law

RESTRICTED, LIFTED, RETRACTED = NoticeKind.RESTRICTED, NoticeKind.LIFTED, NoticeKind.RETRACTED
ERASED = NoticeKind.ERASED


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path) as made:
        houses.subscribe(made)
        yield made
        assert verify(made.database, made.keys).findings == ()


def page(house: House, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    pulled = houses.pull(house, cursor, limit)
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read: dict[str, Any] = json.loads(body)
    return read


def told(read: dict[str, Any]) -> list[tuple[str, int]]:
    return [(notice["kind"], notice["version"]) for notice in read["notices"]]


def counts(house: House) -> dict[str, Any]:
    every = house.reader.release_counts(houses.FIRE_SUBSCRIPTION)
    last: dict[str, Any] = json.loads(every[-1])
    return {name: number for name, number in last.items() if number}


@law("L29")
def test_restricted_before_its_release_it_is_withheld_and_offered_when_lifted(
    house: House,
) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213"), houses.row("c", "213")])
    houses.change(house, RESTRICTED, ["a"])
    houses.change(house, RETRACTED, ["b"])
    first = page(house)

    assert (len(first["records"]), first["notices"]) == (1, [])
    assert counts(house) == {
        "considered": 3,
        "released": 1,
        "withheld": 1,
        "superseded": 1,
        "reasons": {"record_is_restricted": 1},
    }
    houses.change(house, LIFTED, ["a", "b", "c"])
    second = page(house, first["cursor"])
    assert ([r["version"] for r in second["records"]], second["notices"]) == ([1], [])
    assert counts(house) == {"considered": 1, "released": 1}


def test_who_holds_it_is_told_and_gets_it_again_when_lifted(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    first = page(house)
    houses.change(house, RESTRICTED, ["a"])
    again = page(house)
    second = page(house, first["cursor"])
    houses.change(house, LIFTED, ["a"])
    third = page(house, second["cursor"])

    assert again["records"] == []
    assert (told(second), second["records"]) == ([("restricted", 1)], [])
    assert (told(third), third["records"]) == ([("lifted", 1)], first["records"])
    assert counts(house) == {"considered": 1, "released": 1, "notices": 1}


def test_restricted_and_lifted_between_two_pulls_both_are_told(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    first = page(house)
    houses.change(house, RESTRICTED, ["a"])
    houses.change(house, LIFTED, ["a"])
    second = page(house, first["cursor"])

    assert told(second) == [("restricted", 1), ("lifted", 1)]
    assert second["records"] == first["records"]


def test_what_was_revised_while_restricted_comes_with_the_lifting(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    first = page(house)
    houses.change(house, RESTRICTED, ["a"])
    houses.send(house, [houses.row("a", "211")])
    second = page(house, first["cursor"])
    houses.change(house, LIFTED, ["a"])
    third = page(house, second["cursor"])

    assert (told(second), second["records"]) == ([("restricted", 1)], [])
    assert (told(third), [r["version"] for r in third["records"]]) == ([("lifted", 1)], [2])
    assert third["records"][0]["id"] == first["records"][0]["id"]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_small_pages_tell_the_same(house: House, limit: int) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    cursor = page(house)["cursor"]
    houses.change(house, RESTRICTED, ["a", "b"])
    houses.send(house, [houses.row("a", "211"), houses.row("c", "213")])
    houses.change(house, LIFTED, ["a", "b"])
    houses.send(house, [houses.row("b", "211")])
    seen: list[Any] = []
    records: list[int] = []
    while True:
        read = page(house, cursor, limit)
        if read["cursor"] == cursor:
            break
        assert len(read["records"]) + len(read["notices"]) <= limit + 1
        cursor = read["cursor"]
        seen += told(read)
        records += [record["version"] for record in read["records"]]

    assert seen == [
        ("restricted", 1),
        ("restricted", 1),
        ("lifted", 1),
        ("lifted", 1),
        ("corrected", 1),
    ]
    assert records == [1, 2, 2]


def test_lifted_from_a_version_that_may_not_go_it_is_to_be_deleted(house: House) -> None:
    houses.send(house, [houses.row("a", "211"), houses.row("b", "213")])
    cursor = page(house)["cursor"]
    houses.change(house, RESTRICTED, ["a", "b"])
    houses.send(house, [houses.row("a", "204")])
    cursor = page(house, cursor)["cursor"]
    police = house.book.refresh().register.partners[houses.SENDER]
    stop = HolderDecision(reference="d1", nominated_person="a post", reason="x")
    stopped = police.model_copy(update={"withholds_section_17a": (stop,)})
    house.writer.run(put_partner(stopped, house.act("operator")))
    houses.change(house, LIFTED, ["a", "b"])
    last = page(house, cursor)

    assert (told(last), last["records"]) == ([("amended_delete", 1), ("lifted", 1)], [])
    assert counts(house)["withheld"] == 2


def test_an_erasure_supersedes_what_was_not_yet_released(house: House) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    houses.change(house, RESTRICTED, ["b"])
    houses.change(house, ERASED, ["a", "b"])

    assert (page(house)["records"], counts(house)) == ([], {"considered": 2, "superseded": 2})


@pytest.mark.parametrize("kinds", [(RESTRICTED,), (RESTRICTED, LIFTED), (ERASED,)])
def test_what_happens_before_the_commit_is_decided_anew(
    house: House, kinds: tuple[NoticeKind, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    waiting = [lambda: [houses.change(house, kind, ["a"]) for kind in kinds]]
    real = forms.treat

    def treat(*arguments: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*arguments)

    monkeypatch.setattr(forms, "treat", treat)
    first = page(house)

    assert len(first["records"]) == (2 if LIFTED in kinds else 1)
    assert first["notices"] == []


@law("L29")
def test_restricted_while_its_page_is_written_it_is_not_in_it(house: House) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    pulled = houses.pull(house)
    houses.change(house, RESTRICTED, ["b"])
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read = json.loads(body)

    assert (len(read["records"]), read["complete"]) == (1, False)


def test_a_source_may_close_a_restricted_record_as_a_duplicate(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    first = page(house)
    houses.change(house, RESTRICTED, ["a"])
    houses.send(house, [houses.row("a", "506")])

    assert told(page(house, first["cursor"])) == [("restricted", 1), ("retracted", 1)]
    assert houses.change(house, LIFTED, ["a"]).already == 1
