"""A section 17A return on each store: made, handed out, received, corrected in the next, verified."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gateway.audit.returns import matrix
from gateway.audit.verify import verify
from gateway.clock import FixedClock
from gateway.release.returned import hand, receive
from tests.support import house as houses
from tests.support import returning as r


def test_a_return_and_the_next_are_the_same_on_both_stores(tmp_path: Path) -> None:
    with houses.new_house(tmp_path) as house:
        r.fill(house)
        houses.take_back(house, ["r0"])
        houses.send(house, [r.police_row("r1", "213"), r.police_row("late"), houses.row("q4")])
        assert isinstance(house.clock, FixedClock)
        house.clock.at = datetime(2027, 1, 2, tzinfo=UTC)
        desk, asked = house.return_desk, r.ask(quarter=r.Q4)
        handed = hand(desk, asked, 1, "fire-system")
        receive(desk, asked, 1, handed.manifest.content_sha256, "fire-system")
        states = {
            (cell.authority, cell.paragraph.number): one.state.value
            for cell in matrix(desk, r.Q3).cells
            for one in cell.owed
            if one.recipient == r.FIRE and cell.feeds
        }

        assert {
            name: handed.manifest.counts[name] for name in ("late", "revised", "retracted")
        } == {
            "late": 1,
            "revised": 1,
            "retracted": 1,
        }
        assert states == {
            (r.POLICE, 1): "sent",
            (r.POLICE, 2): "overdue",
            (r.COUNCIL, 7): "overdue",
            (r.COUNCIL, 8): "overdue",
        }
        assert verify(house.database, house.keys).whole
