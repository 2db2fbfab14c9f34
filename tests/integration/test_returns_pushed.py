"""A section 17A return that is pushed: sent when the endpoint answers 2xx, and due until then."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from gateway.assembly import House
from gateway.audit.returns import matrix
from gateway.audit.verify import verify
from gateway.release.return_pushed import push_return, target_of
from tests.support import house as houses
from tests.support import pushing
from tests.support import returning as r
from tests.support.receiver import Got, Receiver, receiving, status
from tests.support.requirements import law


@pytest.fixture(scope="module", autouse=True)
def on_each_store() -> str:
    """SQLite is enough: what is pushed comes from the door, which is tried on both stores."""
    return "sqlite"


def state(house: House) -> str:
    (cell,) = [
        one
        for one in matrix(house.return_desk, r.Q3).cells
        if (one.authority, one.paragraph.number) == (r.POLICE, 1)
    ]
    return next(one.state.value for one in cell.owed if one.recipient == r.FIRE)


@law("L10")
def test_a_return_is_sent_on_2xx_and_on_nothing_else(tmp_path: Path) -> None:
    answers = [status(500), status(301), b"", status(204)]

    def answering(_got: Got) -> bytes | None:
        return answers.pop(0) or None

    async def play(house: House) -> list[tuple[str, str]]:
        came = []
        async with receiving(Receiver(answering=answering)) as receiver:
            pushing.subscribe(house, receiver.url)
            for _ in range(4):
                target = target_of(house.return_desk, r.FIRE)
                assert target is not None
                args = (house.return_desk, pushing.client(), target, r.ask(), 1)
                came.append((await push_return(*args), state(house)))
            for got in receiver.got:
                at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
                ours = Webhook(pushing.SECRET).sign(got.id, at, got.body.decode())
                assert ours in got.headers["webhook-signature"].split()
            assert {got.headers["gateway-return"] for got in receiver.got} == {
                "2026Q3/leicestershire-police/1"
            }
            assert len({got.id for got in receiver.got}) == 1
            assert receiver.got[0].body.count(b"\n") == 4
        return came

    with houses.new_house(tmp_path) as house:
        houses.send(house, [r.police_row(f"a{n}") for n in range(3)])
        assert target_of(house.return_desk, r.FIRE) is None
        came = asyncio.run(play(house))

        assert [outcome for outcome, _ in came] == ["http-500", "http-301", "protocol", "http-204"]
        assert [standing for _, standing in came] == ["due", "due", "due", "sent"]
        assert verify(house.database, house.keys).whole
