"""Notices are acknowledged or overdue: three recipients, one of them down, and its return."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.assembly import House
from gateway.audit.notices import Notices, NoticeStanding
from gateway.cli import Exit
from gateway.law.register import put_partner
from schemas.partners import DatedKind, PartnerKind
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support.commands import Shell
from tests.support.requirements import law

THREE = ("fire-a", "fire-b", "fire-c")
DAY = 24 * 60 * 60


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with houses.new_house(tmp_path / "home") as made:
        for name in THREE:
            houses.subscribe(made, name)
        yield made


def standing(house: House, *, overdue: bool = False) -> list[NoticeStanding]:
    return Notices(house.reader, house.clock.now(), timedelta(days=7)).open(overdue=overdue)


def fetched(house: House, name: str) -> str:
    """Pull until the cursor stands still, which acknowledges every page; return it."""
    cursor = None
    while True:
        after = houses.pull(house, cursor, name=name).page.cursor
        if after == cursor:
            return after
        cursor = after


@law("L27")
def test_two_acknowledge_and_one_is_overdue_until_it_returns(house: House) -> None:
    houses.send(house, [houses.row("a", "213"), houses.row("b", "213")])
    for name in THREE:
        fetched(house, name)
    houses.change(house, NoticeKind.RETRACTED, ["a"])
    houses.change(house, NoticeKind.RESTRICTED, ["b"])
    assert Counter(one.state for one in standing(house)) == {"waiting": 6}

    houses.later(house, 8 * DAY)
    for name in THREE[:2]:
        fetched(house, name)
    late = standing(house, overdue=True)
    assert {(one.subscription, one.kind) for one in late} == {
        ("fire-c", "retracted"),
        ("fire-c", "restricted"),
    }
    houses.pull(house, name="fire-c")
    assert {one.state for one in standing(house)} == {"delivered"}
    houses.later(house, 8 * DAY)
    assert len(standing(house, overdue=True)) == 2

    fetched(house, "fire-c")
    assert standing(house) == []


def test_who_never_had_it_has_nothing_open(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    fetched(house, "fire-a")
    houses.change(house, NoticeKind.ERASED, ["a"])

    assert [one.subscription for one in standing(house)] == ["fire-a"]


def test_a_recipient_reads_its_own_newest_first(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    fetched(house, "fire-a")
    for kind in (NoticeKind.RESTRICTED, NoticeKind.LIFTED, NoticeKind.RETRACTED):
        houses.change(house, kind, ["a"])
        fetched(house, "fire-a")
    mine = Notices(house.reader, house.clock.now(), timedelta(days=7)).of("fire-a", 2)

    assert [(one.kind, one.state) for one in mine] == [
        ("retracted", "acknowledged"),
        ("lifted", "acknowledged"),
    ]


def test_a_notice_told_while_nothing_may_go_does_not_wait_too(house: House) -> None:
    houses.send(house, [houses.row("a", "213")])
    fetched(house, "fire-a")
    houses.change(house, NoticeKind.RETRACTED, ["a"])
    fire = house.book.refresh().register.partners[houses.FIRE]
    gone = fire.model_copy(update={"kinds": (DatedKind(kind=PartnerKind.CHARITY),)})
    house.writer.run(put_partner(gone, house.act("operator")))
    houses.pull(house, name="fire-a")

    assert [one.state for one in standing(house)] == ["delivered"]


def test_the_command_lists_them_and_ends_with_1_where_one_is_overdue(tmp_path: Path) -> None:
    with houses.new_house(tmp_path / "home") as house:
        houses.subscribe(house)
        houses.send(house, [houses.row("a", "213")])
        houses.pull(house)
        houses.change(house, NoticeKind.RETRACTED, ["a"])
    ran = Shell(tmp_path / "home")("notice", "list", "--json")

    (told,) = ran.json["notices"]
    assert (told["kind"], told["state"], told["recipient"]) == ("retracted", "waiting", "llr-fire")
    assert ran.code == (Exit.FOUND_WRONG if told["overdue"] else Exit.OK)
