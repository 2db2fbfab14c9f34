"""A pending page by cells of which something was taken back: closed and decided anew, never sent in part."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.release.load import Load
from gateway.store.states import Delivery
from schemas.cells import Cells
from schemas.released import NoticeKind
from tests.support.house import (
    FIRE,
    FIRE_SUBSCRIPTION,
    change,
    later,
    new_house,
    pull,
    row,
    send,
    subscribe,
)
from tests.support.recipients import sent
from tests.support.requirements import law


def placed(number: int) -> dict[str, str]:
    """A row of one cell."""
    one = row(f"c{number}", "213", LSOA_CODE="E01025701")
    del one["EASTING"], one["NORTHING"]
    return one


@law("L50")
def test_what_is_left_of_a_cut_cell_waits_until_it_is_large_enough_again(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        assert isinstance(house.clock, FixedClock)
        house.clock.at = datetime(2026, 11, 2, 9, tzinfo=UTC)
        subscribe(house, minimum_cell=3, cells=Cells(place="lsoa", time="month"))
        send(house, [placed(n) for n in range(3)])
        later(house, 30 * 86_400)
        lost = sent(pull(house))
        assert len(lost["records"]) == 3
        change(house, NoticeKind.RETRACTED, ["c1"])

        period = sent(pull(house))
        assert (period["records"], period["notices"]) == ([], [])
        again = sent(pull(house, period["cursor"]))
        assert again["records"] == []
        assert [notice["kind"] for notice in again["notices"]] == ["retracted"]
        with house.reader.connection() as connection:
            state = house.reader.delivery_state(connection, FIRE_SUBSCRIPTION, lost["release"])
        assert state == Delivery.UNCONFIRMED

        send(house, [placed(3)])
        later(house, 31 * 86_400)
        whole = sent(pull(house, again["cursor"]))
        assert len(whole["records"]) == 3
        assert verify(house.database, house.keys).document()["found"] == {}


@pytest.mark.on_sqlite
def test_a_cut_page_that_nobody_was_sent_is_withdrawn(tmp_path: Path) -> None:
    with new_house(tmp_path) as house:
        assert isinstance(house.clock, FixedClock)
        house.clock.at = datetime(2026, 11, 2, 9, tzinfo=UTC)
        subscribe(house, minimum_cell=3, cells=Cells(place="lsoa", time="month"))
        send(house, [placed(n) for n in range(3)])
        later(house, 30 * 86_400)
        load = Load(actor="courier", limit=100, most=1 << 20)
        made = house.door.carry(FIRE_SUBSCRIPTION, FIRE, load)
        change(house, NoticeKind.RETRACTED, ["c1"])

        assert house.door.carry(FIRE_SUBSCRIPTION, FIRE, load).page.is_empty
        with house.reader.connection() as connection:
            number = made.page.release
            state = house.reader.delivery_state(connection, FIRE_SUBSCRIPTION, number)
        assert state == Delivery.WITHDRAWN
