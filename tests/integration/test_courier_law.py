"""Push under a law and records that move: before a try, between tries, and while a connection is made."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.release.endpoints import BeginReplay
from schemas.partners import PartnerKind
from tests.support import house as houses
from tests.support import pushing
from tests.support.pushing import drain, once, play, refuse, turn
from tests.support.receiver import Receiver, status
from tests.support.stores import Store


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    with houses.new_house(tmp_path) as made:
        yield made


def test_the_law_changing_before_a_try_withdraws_it_and_nobody_is_told(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(2))
        courier = pushing.courier(house)
        prepared = await asyncio.to_thread(courier._prepare, settle=False)
        assert not isinstance(prepared, float | None)
        refuse(house)
        await drain(courier)
        houses.take_back(house, ["s0"])
        await courier.step(settle=True)

    receiver = play(house, what)

    assert receiver.got == []
    assert pushing.delivery(house, 1)["state"] == "withdrawn"
    assert "withdrawal" in pushing.operations(house)
    turn(house, PartnerKind.COMBINED_FIRE_AUTHORITY)
    assert verify(house.database, house.keys).whole
    with house.reader.connection() as connection:
        notices = connection.exec_driver_sql("SELECT 1 FROM disclosure WHERE what != 'record'")
        assert notices.first() is None


def test_the_law_changing_after_a_try_leaves_it_unconfirmed(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: None
        houses.send(house, pushing.rows(2))
        wait = await once(house)
        refuse(house)
        houses.later(house, int(wait or 0))
        await once(house)
        assert pushing.delivery(house, 1)["state"] == "unconfirmed"
        receiver.answering = lambda _got: status(200)
        houses.take_back(house, ["s0"])
        await once(house)

    first, second = play(house, what).got

    assert first.id != second.id
    assert second.data("incident") == []
    assert [one["kind"] for one in second.data("notice")] == ["retracted"]
    assert verify(house.database, house.keys).whole


def test_the_law_changing_while_the_connection_is_made_sends_no_byte(house: House) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(2))
        turned: list[int] = []

        async def resolve(host: str, port: int) -> list[str]:
            if not turned:
                turned.append(await asyncio.to_thread(lambda: refuse(house) or 1))
            return ["127.0.0.1"]

        await once(house, resolver=resolve)

    receiver = play(house, what)

    assert receiver.got == []
    assert pushing.delivery(house, 1)["state"] == "withdrawn"


def test_a_record_taken_back_before_the_second_try_is_left_out_and_its_notice_follows(
    house: House,
) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        receiver.answering = lambda _got: None
        houses.send(house, pushing.rows(3))
        wait = await once(house)
        houses.take_back(house, ["s0"])
        houses.later(house, int(wait or 0))
        receiver.answering = lambda _got: status(200)
        await once(house)

    first, second, third = play(house, what).got

    assert first.id == second.id
    kept = [event["id"] for event in first.events[1:]]
    assert [event["id"] for event in second.events] == kept
    assert [one["kind"] for one in third.data("notice")] == ["retracted"]
    assert verify(house.database, house.keys).whole


def test_while_a_hold_stands_nothing_is_sent_again_or_anew_and_no_alarm_is_raised(
    house: House,
) -> None:
    async def what(house: House, receiver: Receiver) -> None:
        houses.send(house, pushing.rows(2))
        await once(house)
        houses.send(house, [houses.row("later-a"), houses.row("later-b")])
        held = houses.hold(house, known_size=99)
        house.writer.run(BeginReplay(pushing.NAME, 0, house.act("fire-system")))
        assert await once(house) is None
        assert len(receiver.got) == 1
        houses.lift(house, held)
        await once(house)

    receiver = play(house, what)

    assert [len(one.data("incident")) for one in receiver.got] == [2, 2, 2]
