"""The six operations of DPA 2018 s.62(1): each act is one ledger entry, and says which operation it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from gateway.assembly import House, matching_of
from gateway.ledger.catalogue import Operation, Statutory, statutory
from gateway.ledger.leaf import read_leaf
from schemas.released import NoticeKind
from tests.support import agreed, consulted, households, subjects
from tests.support.house import change, new_house, send
from tests.support.requirements import law
from tests.support.signed_in import LEAD

pytestmark = pytest.mark.on_sqlite
S = Statutory


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        households.two_ways(made)
        agreed.asks(made)
        made.book.refresh()
        yield made


def entries(house: House, begin: int) -> list[dict[str, object]]:
    size = house.reader.head().ledger_size
    found = [house.reader.leaf(index) for index in range(begin, size)]
    return [read_leaf(one[0]) for one in found if one is not None]


def report(house: House, number: int) -> None:
    place = households.street_of(1)[0]
    feed = households.FEEDS[number % 2]
    row = households.row_of(feed, number, house.clock.now(), place, Random(number))
    households.send_to(house, feed, [row])


@law("L31")
def test_each_of_the_six_is_one_entry_and_says_which_it_is(house: House) -> None:
    agreed.page(house)
    report(house, 1)
    acts: tuple[tuple[set[Statutory], Operation, Callable[[], object]], ...] = (
        ({S.COLLECTION, S.ALTERATION}, Operation.PUSH, lambda: report(house, 2)),
        ({S.COMBINATION}, Operation.MATCHING, matching_of(house).run),
        (
            {S.CONSULTATION},
            Operation.CONSULTATION,
            lambda: house.consultations.open(LEAD, consulted.WHY, [1]),
        ),
        ({S.DISCLOSURE}, Operation.RELEASE, lambda: agreed.pulled(house, None, 100, agreed.ASKED)),
        (
            {S.ALTERATION},
            Operation.RESTRICTION,
            lambda: change(house, NoticeKind.RESTRICTED, ["H2"]),
        ),
        ({S.ALTERATION}, Operation.LIFTING, lambda: change(house, NoticeKind.LIFTED, ["H2"])),
        ({S.ALTERATION}, Operation.RETRACTION, lambda: change(house, NoticeKind.RETRACTED, ["H2"])),
        ({S.ERASURE}, Operation.ERASURE, lambda: change(house, NoticeKind.ERASED, ["H2"])),
    )
    done: set[Statutory] = set()
    for kinds, operation, act in acts:
        begin = house.reader.head().ledger_size
        act()
        said = [one for one in entries(house, begin) if statutory(Operation(str(one["operation"])))]
        # combining is done under each agreement that names it: an entry for each
        abouts = (
            [one.get("agreement") for one in said] if operation is Operation.MATCHING else [None]
        )
        assert [one["operation"] for one in said] == [operation.value] * len(set(abouts)), operation
        assert set(statutory(operation)) == kinds
        assert said[0]["actor"]
        assert said[0]["at"]
        done |= kinds
    assert done == set(Statutory)


@law("L31")
def test_a_search_and_an_answer_are_one_event_each_of_their_kind(house: House) -> None:
    send(house, [agreed.personal_row("p1", CALLER_NAME="Zoe McAllister")])
    case = subjects.opened(house)
    begin = house.reader.head().ledger_size
    subjects.search(house, case)
    searched = [Operation(str(one["operation"])) for one in entries(house, begin)]
    assert [one for one in searched if statutory(one)] == [Operation.CONSULTATION]

    begin = house.reader.head().ledger_size
    subjects.answers(house).make(LEAD, case, subjects.why(case))
    answered = [Operation(str(one["operation"])) for one in entries(house, begin)]
    assert [one for one in answered if statutory(one)] == [Operation.SUBJECT_ANSWER]
