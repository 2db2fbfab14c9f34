"""Two processes on one database: each hears of the other's commits, and what only one may do is done once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from gateway.assembly import House, open_house
from gateway.audit.verify import kept_notes, verify
from gateway.clock import FixedClock, SystemClock
from gateway.keys.ring import KeyRing, KeysUnavailable
from gateway.law.register import put_partner
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support.server import running_gateway

pytestmark = pytest.mark.usefixtures("store")


@pytest.fixture
def both(store: str, tmp_path: Path) -> Iterator[tuple[House, House]]:
    with houses.new_house(tmp_path) as one, houses.new_house(tmp_path) as other:
        yield one, other


def test_what_both_write_in_turn_is_one_log_and_one_tree(both: tuple[House, House]) -> None:
    one, other = both
    for turn in range(6):
        writing = both[turn % 2]
        sent = [houses.row(f"t{turn}", "213"), houses.row("shared", ("213", "211")[turn % 2])]
        answer = houses.send(writing, sent)
        assert answer.receipt.recorded + answer.receipt.revised == 2

    assert one.reader.head() == other.reader.head()
    assert verify(one.database, one.keys).findings == ()


def test_the_key_of_a_push_is_known_to_every_process(both: tuple[House, House]) -> None:
    one, other = both
    first = houses.send(one, houses.rows(2), key="the-same")
    again = houses.send(other, houses.rows(2), key="the-same")

    assert (again.repeated, again.leaf) == (True, first.leaf)


def test_a_law_that_another_process_changes_is_in_force_here_before_anybody_asks(
    both: tuple[House, House],
) -> None:
    one, other = both
    one.wakener.wait(one.wakener.mark(), 3)
    before, mark = one.book.epoch, one.wakener.mark()
    police = other.book.current().register.partners[houses.SENDER]

    other.writer.run(
        put_partner(police.model_copy(update={"name": "Other"}), other.act("operator"))
    )

    while one.book.epoch == before:
        assert one.wakener.wait(mark, 60)
        mark = one.wakener.mark()
    assert one.book.current().register.partners[houses.SENDER].name == "Other"


def test_a_page_on_its_way_heeds_what_another_process_took_back(
    both: tuple[House, House],
) -> None:
    one, other = both
    houses.subscribe(one)
    houses.send(one, [houses.row("a"), houses.row("b")])
    one.wakener.wait(one.wakener.mark(), 3)
    page = houses.pull(one)

    houses.change(other, NoticeKind.ERASED, ["b"])
    mark = one.wakener.mark()
    while one.writer.log_size < other.writer.log_size:
        assert one.wakener.wait(mark, 60)
        mark = one.wakener.mark()

    assert [page.look(index) for index in range(2)] == [True, False]


def test_a_process_is_not_told_of_its_own_commits_twice(both: tuple[House, House]) -> None:
    one, _ = both
    ear = one.database.ear()
    if ear is None:  # nobody is told on SQLite: it is found by asking
        return
    assert ear.listen(5), "beginning to listen counts as having heard"
    houses.send(one, [houses.row("own")])
    assert not ear.listen(0.3)
    houses.send(both[1], [houses.row("others")])
    assert ear.listen(20)
    ear.close()
    ear.listen(0)


def test_checkpoints_are_signed_by_one_process_at_a_time_and_kept_by_both(
    both: tuple[House, House], tmp_path: Path
) -> None:
    one, other = (houses.publisher(house) for house in both)
    now = int(houses.NOW.timestamp())
    houses.send(both[0], houses.rows(2))

    first = one.publish(now)
    houses.send(both[1], houses.rows(2, begin=2))
    assert other.publish(now + 30, every=48) == first
    later = other.publish(now + 60, every=48)
    # a process whose clock is behind, and that has read the ledger before the other signed it
    houses.send(both[0], houses.rows(2, begin=4))
    third = one.publish(now + 10)

    assert first is not None
    assert later is not None
    assert third is not None
    assert first[0] < later[0] < third[0]
    notes = kept_notes(tmp_path / "checkpoints")
    assert verify(both[0].database, both[0].keys, notes).findings == ()


def test_a_machine_whose_clock_differs_from_the_databases_is_not_ready(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as gateway:
        ready = httpx.get(gateway.url + "/readyz", trust_env=False)
        gateway.service.machine = FixedClock(SystemClock().now() + timedelta(seconds=40))
        late = httpx.get(gateway.url + "/readyz", trust_env=False)

    assert ready.json()["checks"]["clock"] is True
    assert (ready.status_code, late.status_code) == (200, 503)
    assert late.json()["checks"] == {**ready.json()["checks"], "clock": False}


def test_a_process_with_other_keys_is_not_let_at_the_database(
    both: tuple[House, House], tmp_path: Path
) -> None:
    houses.publish(both[0])
    KeyRing.create(tmp_path / "other", os.urandom)

    with pytest.raises(KeysUnavailable) as refused:
        open_house(tmp_path / "other", database=both[0].database)

    assert "not the keys of this database" in refused.value.reason
