"""Compute outside, check inside: whatever moves between the two, nothing is lost or wrongly sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawMoved, LawRefuses
from gateway.intake.push import record, work_out
from gateway.law.register import put_partner
from gateway.release import forms, windows
from gateway.release.sent import PageForm, written
from schemas.partners import DatedKind, Partner, PartnerKind
from schemas.released import NoticeKind
from schemas.sensitivity import Lane
from tests.support import house as houses


@pytest.fixture
def house(store: str, tmp_path: Path) -> Any:
    with houses.new_house(tmp_path) as made:
        houses.subscribe(made)
        yield made


def page(house: House, cursor: str | None = None, limit: int = 100) -> dict[str, Any]:
    pulled = houses.pull(house, cursor, limit)
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read: dict[str, Any] = json.loads(body)
    return read


def drained(house: House, limit: int = 100) -> tuple[list[Any], list[Any], int]:
    records: list[Any] = []
    notices: list[Any] = []
    cursor, pages = None, 0
    while True:
        read = page(house, cursor, limit)
        pages += 1
        records += read["records"]
        notices += read["notices"]
        if read["cursor"] == cursor:
            return records, notices, pages
        cursor = read["cursor"]


def once_before_the_window(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    waiting = [happens]
    real = windows.read_window

    def read_window(*arguments: Any, **named: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*arguments, **named)

    monkeypatch.setattr(windows, "read_window", read_window)


def once_before_the_commit(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]) -> None:
    waiting = [happens]
    real = forms.treat

    def treat(*arguments: Any) -> Any:
        if waiting:
            waiting.pop()()
        return real(*arguments)

    monkeypatch.setattr(forms, "treat", treat)


def test_a_record_of_a_class_that_comes_up_meanwhile_is_not_passed_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses.send(house, [houses.row("a", "213")])
    once_before_the_window(
        monkeypatch, lambda: houses.send(house, [houses.row("b", "209")]) and None
    )

    assert len(drained(house)[0]) == 2
    assert verify(house.database, house.keys).whole


@pytest.mark.parametrize("what", ["revised", "retracted", "pushed"])
def test_what_happens_to_a_record_before_the_commit_is_what_is_sent(
    house: House, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    happens: dict[str, Callable[[], Any]] = {
        "revised": lambda: houses.send(house, [houses.row("a", "211")]),
        "retracted": lambda: houses.take_back(house, ["a"]),
        "pushed": lambda: houses.send(house, [houses.row("c", "209")]),
    }
    once_before_the_commit(monkeypatch, happens[what])

    records, notices, _ = drained(house)
    versions = sorted(record["version"] for record in records)
    assert versions == {"revised": [1, 2], "retracted": [1], "pushed": [1, 1, 1]}[what]
    assert notices == []
    assert verify(house.database, house.keys).whole


def test_a_law_that_changes_before_the_commit_is_the_law_that_decides(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses.send(house, houses.rows(4))
    gone = Partner(id=houses.FIRE, name="F", kinds=(DatedKind(kind=PartnerKind.UNIVERSITY),))
    once_before_the_commit(
        monkeypatch, lambda: house.writer.run(put_partner(gone, house.act("operator"))) and None
    )

    with pytest.raises(LawRefuses):
        houses.pull(house)


def test_a_subscription_that_changes_before_the_commit_is_read_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    houses.send(house, houses.rows(4))
    once_before_the_commit(
        monkeypatch, lambda: houses.subscribe(house, filter={"sources": ("police-uk",)})
    )

    assert page(house)["records"] == []


def test_the_statistics_lane_gets_no_records(house: House) -> None:
    houses.send(house, houses.rows(4))
    houses.subscribe(house, lane=Lane.STATISTICS)

    with pytest.raises(LawRefuses):
        houses.pull(house)


def test_a_page_sent_again_leaves_out_what_moved_since(house: House) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213"), houses.row("c", "213")])
    first = page(house)
    houses.take_back(house, ["a"])
    houses.send(house, [houses.row("b", "211")])
    again = page(house)

    assert (len(first["records"]), len(again["records"])) == (3, 1)
    after = page(house, again["cursor"])
    assert [notice["kind"] for notice in after["notices"]] == ["retracted", "corrected"]
    assert [record["version"] for record in after["records"]] == [2]
    moved = {one["id"] for one in first["records"]} - {one["id"] for one in again["records"]}
    assert {one["id"] for one in after["notices"] + after["records"]} == moved


def test_a_record_retracted_while_its_page_is_written_is_not_in_it(house: House) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    pulled = houses.pull(house)
    houses.take_back(house, ["b"])
    body = b"".join(written(pulled.page, PageForm.JSON, pulled.look, pulled.broken))
    read = json.loads(body)

    assert (len(read["records"]), read["complete"]) == (1, False)


def test_many_notices_do_not_make_pages_small(house: House) -> None:
    references = [f"n{n}" for n in range(15)]
    houses.send(house, [houses.row(reference, "213") for reference in references])
    drained(house)
    cursor = page(house)["cursor"]
    houses.send(house, [houses.row(f"m{n}", "213") for n in range(30)])
    houses.take_back(house, references)
    sizes = []
    while True:
        read = page(house, cursor, 10)
        if read["cursor"] == cursor:
            break
        sizes.append(len(read["records"]) + len(read["notices"]))
        cursor = read["cursor"]

    assert sum(sizes) == 45
    assert [size for size in sizes if size] == [10, 10, 10, 10, 5]


def test_a_push_worked_out_under_another_register_is_not_recorded(house: House) -> None:
    desk = house.desk(houses.FEED, house.book.current())
    body = json.dumps([houses.row("a", "213")]).encode()
    prepared = work_out(body, "application/json", desk, houses.request_of(house), 10)
    house.writer.run(
        put_partner(
            Partner(id="new", name="N", kinds=(DatedKind(kind=PartnerKind.CHARITY),)),
            house.act("operator"),
        )
    )

    with pytest.raises(LawMoved):
        record(prepared, desk, house.writer).result()
    fresh = house.desk(houses.FEED, house.book.current())
    again = work_out(body, "application/json", fresh, houses.request_of(house), 10)
    assert record(again, fresh, house.writer).result().receipt.recorded == 1


def test_an_older_update_never_becomes_current(house: House) -> None:
    newer = houses.row("a", "213", UPDATED="03/11/2026 10:00")
    older = houses.row("a", "211", UPDATED="02/11/2026 10:00")
    houses.send(house, [newer])
    late = houses.send(house, [older])

    assert late.excluded_by_reason == {"older_update": 1}
    assert [record["version"] for record in drained(house)[0]] == [1]
    assert houses.send(house, [older | {"UPDATED": "04/11/2026 10:00"}]).receipt.revised == 1


def test_rows_of_one_push_count_in_their_order(house: House) -> None:
    both = houses.send(house, [houses.row("a", "506"), houses.row("a", "213")])
    other = houses.send(house, [houses.row("b", "213"), houses.row("b", "506")])

    assert (both.receipt.recorded, other.receipt.recorded) == (1, 1)
    assert len(drained(house)[0]) == 1


@pytest.mark.parametrize("again", [False, True])
def test_what_is_restricted_between_the_commit_and_the_page_is_not_on_it(
    house: House, monkeypatch: pytest.MonkeyPatch, *, again: bool
) -> None:
    houses.send(house, [houses.row("s0"), houses.row("s1")])
    if again:
        page(house)
    real = house.door._pulled

    def pulled(*arguments: Any) -> Any:
        houses.change(house, NoticeKind.RESTRICTED, ["s0"])
        return real(*arguments)

    monkeypatch.setattr(house.door, "_pulled", pulled)
    read = page(house)

    assert read["records"] == []
    assert read["complete"] is False
    monkeypatch.undo()
    left = page(house)
    assert len(left["records"]) == 1
    assert left["complete"]
