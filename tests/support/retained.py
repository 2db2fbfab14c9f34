"""Retention in tests: holds, and sealed halves whose time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from gateway.assembly import House, retention_of
from gateway.clock import london_day
from gateway.intake.recorded import natural_key
from gateway.law.retention_holds import PlacingHold, RetentionHold
from tests.support import agreed
from tests.support.house import FEED, send


def hold(house: House, *references: str, days: int = 30, **more: Any) -> str:
    """Hold records of the police feed, or all of it where none is named; return the hold's id."""
    desk = house.desk(FEED, house.book.refresh())
    keys = [natural_key(desk, one) for one in references]
    placed = RetentionHold(
        id=house.new_id(),
        reason="A claim is before the county court.",
        until=london_day(house.clock) + timedelta(days=days),
        records=len(keys),
        placed_by="ig-lead",
        placed_at=house.act("ig-lead").stamp,
        **{"feed": FEED, **more},
    )
    house.writer.run(PlacingHold(placed, desk.feed_id, keys, house.act("ig-lead")))
    return placed.id


def fill(house: House) -> None:
    """Hold two of three records under a live agreement, destroy what is over, and record two more."""
    agreed.agree(house, agreed.terms(id="short", title="Short", retention_days=5))
    hold(house, "p0", "p1")
    agreed.next_day(house, 6)
    retention_of(house).run()
    send(house, [agreed.personal_row(f"p{n}") for n in range(3, 5)])
    agreed.page(house)
