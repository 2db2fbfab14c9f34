"""Links by exact keys: only where a live agreement lets the partner's records be compared by them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gateway.analysis.entitled import Desk
from gateway.analysis.links.asked import Links, ask_for_links
from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.law import agreements as acts
from gateway.law.register import PutSubscription, put_protocol
from schemas.hotspots import LinkQuestion
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription
from tests.support.agreed import COUNCIL
from tests.support.house import SENDER, new_house
from tests.support.households import HOUSING_FEED, STREET_FEED, Place, row_of, send_to, two_ways
from tests.support.law import protocol

pytestmark = pytest.mark.on_sqlite
HOME = Place("2", "14", "Example Road", 100_000_000_114, "7700900123")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        two_ways(made)
        leave = protocol(id="leave", parties=(SENDER, COUNCIL), linking=(COUNCIL,))
        made.writer.run(put_protocol(leave, made.act("operator")))
        asked = Subscription(
            id="police-17a",
            partner=SENDER,
            power=Power.SECTION_17A,
            purpose=Purpose.SECTION_17A_DUTY,
            lane=Lane.DEPERSONALISED,
        )
        made.writer.run(PutSubscription(asked, made.act("operator")))
        yield made
        assert verify(made.database, made.keys).findings == ()


def told_by(house: House, feed: str, number: int, place: Place, days_ago: int, **more: str) -> None:
    when = house.clock.now() - timedelta(days=days_ago)
    row = {**row_of(feed, number, when, place, Random(number)), **more}
    send_to(house, feed, [{name: value for name, value in row.items() if value != "-"}])


def links(house: House) -> Links:
    desk = Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)
    day = london_day(house.clock)
    question: dict[str, Any] = {"first": day - timedelta(days=300), "last": day, "least": 0.05}
    asked = LinkQuestion(subscription="police-17a", **question)
    return ask_for_links(desk, asked, SENDER, "police-analyst")


def test_a_key_is_compared_while_the_agreement_lives_and_never_afterwards(house: House) -> None:
    for number in range(24):
        home = Place("", str(20 + number), "Sample Road", 100_000_000_200 + number, "7700900900")
        feed = (HOUSING_FEED, STREET_FEED)[number % 2]
        told_by(house, feed, number, home, 1 + 4 * number)
    told_by(house, HOUSING_FEED, 50, HOME, 30)
    told_by(house, STREET_FEED, 51, HOME, 30)

    live = links(house)
    assert [one["by"] for one in live.links] == ["exact_key"]
    assert live.links[0]["sources"] == [HOUSING_FEED, STREET_FEED]
    day, act = london_day(house.clock), house.act("operator")
    house.writer.run(acts.suspend("council-police", 1, COUNCIL, "looked into", act, day))
    assert all(one["by"] == "cells" for one in links(house).links)
