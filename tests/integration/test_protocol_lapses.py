"""A protocol that lapses: section 115 stops, every way out; section 17A, a duty, goes on, flagged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawRefuses
from gateway.law.register import put_partner
from gateway.release.endpoints import BeginReplay
from schemas.partners import HolderDecision
from schemas.subscriptions import DeliveryMode
from tests.support import agreed, pushing
from tests.support import house as houses
from tests.support.agreed import ASKED, COUNCIL, DUTY, SENDER, page, personal_row
from tests.support.receiver import Receiver, receiving
from tests.support.requirements import law
from tests.support.stores import Store

PUSHED, DUTY_PUSHED = "council-115-push", "council-17a-push"


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    made = houses.new_house(tmp_path / "home")
    agreed.ready(made)
    houses.send(made, [personal_row("s1"), personal_row("s2")])
    yield made
    made.close()


def flags(house: House, subscription: str) -> list[list[str]]:
    """The flags of each release to a subscription, as the ledger has them."""
    found = []
    for index in range(house.reader.head().ledger_size):
        stored = house.reader.leaf(index)
        assert stored is not None
        document = from_json(stored[0])
        if document["operation"] == "release" and document["subscription"] == subscription:
            found.append(document["flags"])
    return found


def carried(house: House, *names: str, again: bool = False) -> dict[str, int]:
    """Push to subscriptions, the pending or what they had again; return the records that came."""
    receiver = Receiver()

    async def run() -> None:
        async with receiving(receiver):
            for name in names:
                pushing.set_endpoint(house, receiver.url, name)
                if again:
                    house.writer.run(BeginReplay(name, 0, house.act("council-system")))
                courier = pushing.courier(house, name)
                await pushing.drain(courier)
                await courier._line.close()

    asyncio.run(run())
    came = dict.fromkeys(names, 0)
    for one in receiver.got:
        came[one.headers["gateway-subscription"]] += len(one.data("incident"))
    return came


def replayed(house: House, name: str) -> list[Any]:
    records: list[Any] = page(house, house.door.cursor(name, 0), name=name)["records"]
    return records


@law("L17")
def test_section_115_stops_and_17a_goes_on_flagged_by_push_pull_and_replay(house: House) -> None:
    agreed.asks(house, PUSHED, mode=DeliveryMode.PUSH)
    houses.subscribe(house, DUTY_PUSHED, COUNCIL, mode=DeliveryMode.PUSH)
    assert carried(house, PUSHED, DUTY_PUSHED) == {PUSHED: 2, DUTY_PUSHED: 2}
    for name in (ASKED, DUTY):
        cursor = page(house, name=name)["cursor"]
        house.door.acknowledge(name, COUNCIL, "council-system", cursor)
    houses.send(house, [personal_row("s3")])
    agreed.lapse(house)

    with pytest.raises(LawRefuses):
        page(house)
    assert replayed(house, ASKED) == []
    assert carried(house, PUSHED, DUTY_PUSHED) == {PUSHED: 0, DUTY_PUSHED: 1}
    assert carried(house, PUSHED, DUTY_PUSHED, again=True) == {PUSHED: 0, DUTY_PUSHED: 3}
    assert len(replayed(house, DUTY)) == 2
    assert len(page(house, name=DUTY)["records"]) == 1
    assert flags(house, DUTY) == flags(house, DUTY_PUSHED) == [[], ["protocol_not_live"]]
    assert verify(house.database, house.keys).whole


@law("L17")
def test_only_a_recorded_decision_of_the_holder_stops_17a(house: House) -> None:
    agreed.lapse(house)
    police = house.book.refresh().register.partners[SENDER]
    decided = HolderDecision(reference="d-1", nominated_person="a post", reason="r")
    withheld = police.model_copy(update={"withholds_section_17a": (decided,)})

    first = page(house, limit=1, name=DUTY)
    house.writer.run(put_partner(withheld, house.act("operator")))

    assert len(first["records"]) == 1
    assert page(house, first["cursor"], name=DUTY)["records"] == []
    house.writer.run(put_partner(police, house.act("operator")))
    assert len(replayed(house, DUTY)) == 1
    assert verify(house.database, house.keys).whole


@law("L20")
def test_the_grace_after_a_review_ends_on_its_day(house: House) -> None:
    agreed.prepare(house)
    agreed.agree(house, agreed.terms(id="reviewed", review_by="2026-10-24"))
    agreed.asks(house, "reviewed-115", agreement="reviewed")

    assert len(page(house, name="reviewed-115", limit=1)["records"]) == 1
    assert flags(house, "reviewed-115") == [["agreement_review_overdue"]]
    agreed.next_day(house)
    with pytest.raises(LawRefuses) as caught:
        page(house, name="reviewed-115")
    assert caught.value.extra is not None
    assert [one["id"] for one in caught.value.extra["conditions"]] == [
        "section_115.agreement_is_live"
    ]
