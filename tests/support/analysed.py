"""A gateway whose log an analyst reads: three feeds with canaries, corrections, erasures, revisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.access.clients import Scope
from gateway.analysis.entitled import Desk
from gateway.clock import FixedClock
from gateway.demo.geography import load_invented_geography
from gateway.settings import Settings
from schemas.released import DepersonalisedIncident, NoticeKind
from tests.support import house as houses
from tests.support import planted_feeds
from tests.support.canaries import Planted
from tests.support.server import RunningGateway, running_gateway

ANALYST = frozenset({Scope.ANALYSIS_READ})
ROWS = 90
"""Of each feed."""


@dataclass
class Analysed:
    """A running gateway, what was planted in it, and who is gone."""

    gateway: RunningGateway
    planted: Planted

    def desk(self) -> Desk:
        """Return what questions are answered with."""
        house = self.gateway.house
        return Desk(house.reader, house.writer, house.book, house.keys, house.clock, house.random)


@contextmanager
def analysed_gateway(home: Path, settings: Settings | None = None) -> Iterator[Analysed]:
    """Serve a gateway with the records of three feeds, some of them corrected."""
    planted = Planted()
    marks = planted_feeds.Marks(planted)
    with running_gateway(home, FixedClock(houses.NOW), settings) as made:
        load_invented_geography(made.house, "operator")
        made.usual()
        made.system("fire-analyst", "llr-fire", ANALYST)
        made.system("university-analyst", "example-university", ANALYST)
        for body in (
            planted_feeds.police(marks, ROWS, 1),
            planted_feeds.housing(marks, ROWS, 2),
            planted_feeds.street(marks, ROWS, 3),
        ):
            feed, rows, media_type = body
            system = "police-system" if feed == "police-nsir" else "council-system"
            answer = made.call(
                "POST",
                f"/v1/feeds/{feed}/records",
                system,
                content=rows,
                headers={"Content-Type": media_type},
            )
            assert answer.status_code == 201, answer.text
        made.push("police-nsir", "police-system", houses.rows(40))
        made.push("police-nsir", "police-system", [houses.row(f"s{n}", "213") for n in range(8)])
        houses.change(made.house, NoticeKind.RESTRICTED, ["s10", "s11"])
        houses.change(made.house, NoticeKind.RETRACTED, ["s12"])
        houses.change(made.house, NoticeKind.ERASED, ["s13"])
        houses.change(made.house, NoticeKind.LIFTED, ["s11"])
        yield Analysed(made, planted)


def own_records(gateway: RunningGateway) -> list[DepersonalisedIncident]:
    """Return the reader's own records, as the pages of his releases hold them."""
    found: list[DepersonalisedIncident] = []
    after: str | None = None
    while True:
        page = houses.pull(gateway.house, after, limit=1_000).page
        found += [DepersonalisedIncident.model_validate_json(line) for line in page.records]
        if page.is_empty:
            return found
        after = page.cursor
