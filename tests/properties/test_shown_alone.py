"""What a reader of statistics is told is computed from what was published alone, end to end.

The truth changes under the editions (late rows, changed rows, restricted, retracted and erased ones)
and nothing is published anew: every answer that such a reader can get stays the same, byte for byte, but for
the number of its entry in the ledger and the instant at which it was given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import product
from random import Random
from typing import Any

import pytest

from gateway.access.clients import Scope
from gateway.access.people import Person, Role
from gateway.analysis.editions import publish
from gateway.cli.statistics import desk_of
from gateway.clock import FixedClock
from gateway.settings import Settings
from schemas.counted import CountedBehaviour, CountedMeasure, CountedPeriod, CountedPlace, Split
from schemas.partnership import PartnershipName
from schemas.sensitivity import Lane
from tests.support import house as houses
from tests.support.requirements import law
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import Reading, signed_in

pytestmark = pytest.mark.on_sqlite
TABLES = "fire-tables"
DAYS = ("02/07/2026", "15/08/2026", "30/09/2026")
CODES = ("204", "213", "211", "202", "219")
READER = Person(
    account="fire-reader", name="Jo Specimen", partner="llr-fire", roles=frozenset({Role.ANALYST})
)
PAGES = ("", "/map", "/behaviour", "/place", "/compare", "/quality")
MOVES = re.compile(
    rb'"leaf": ?\d+|"as_of": ?"[^"]*"|name="once" value="[^"]*"'
    rb'|nonce="[^"]*"|Entry of the ledger</dt><dd class="govuk-summary-list__value">\d+'
)
"""What an answer says of itself: its entry, and as of when it was given."""


def sent(dice: Random, first: int, number: int) -> list[dict[str, str]]:
    made = []
    for at in range(first, first + number):
        day = f"{dice.choice(DAYS)} 21:47"
        code = dice.choice(CODES)
        made.append(houses.row(f"x{at}", code, CREATED=day, INCIDENT_DATE=day))
    return made


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, requests_per_minute=10**6)
    with running_gateway(home, FixedClock(houses.NOW), settings) as made:
        made.usual()
        made.system("fire-analyst", "llr-fire", frozenset({Scope.ANALYSIS_READ}))
        made.subscribe(TABLES, "llr-fire", lane=Lane.STATISTICS)
        assert made.push("police-nsir", "police-system", sent(Random(1), 0, 60)).status_code == 201
        publish(desk_of(made.house), "2026Q3", "operator", 0, dry_run=False)
        yield made


def questions(dice: Random, number: int) -> list[tuple[str, dict[str, str]]]:
    """Every way of asking for counts, sampled; all the other questions."""
    levels: list[Any] = [CountedMeasure, CountedPlace, CountedPeriod, CountedBehaviour, Split]
    every = dice.sample(list(product(*levels)), number)
    asked = [
        (
            "/v1/statistics",
            dict(zip(("measure", "place", "period", "by", "split"), one, strict=True))
            | {"first": dice.choice(("2025-07", "2026-07", "2026-08")), "last": "2026-09"}
            | dice.choice(({}, {"kind": "asb_incident"}, {"kind": "crime"})),
        )
        for one in every
    ]
    asked += [
        ("/v1/hotspots", {"first": "2026-07", "last": "2026-09", "kind": kind, "format": form})
        for kind, form in product(("asb_incident", "crime"), ("json", "csv", "geojson"))
    ]
    asked += [
        (f"/v1/statistics/partnership/{name.value}", {"today": "2026-10-05", "level": level})
        for name, level in product(PartnershipName, ("lsoa", "district"))
    ]
    asked += [("/v1/links", {"first": "2026-07-01", "last": "2026-09-30"})]
    asked += [(f"/v1/{what}", {}) for what in ("incidents", "incidents/download")]
    return asked


class Asked:
    """All that a reader of statistics is answered, with what moves by itself left out."""

    def __init__(self, gateway: RunningGateway, asked: list[tuple[str, dict[str, str]]]) -> None:
        self.gateway, self.asked = gateway, asked
        self.token = {"Authorization": f"Bearer {gateway.token('fire-analyst')}"}
        self.answered = 0

    def answers(self, reading: Reading, subscription: str = TABLES) -> dict[str, tuple[int, bytes]]:
        found: dict[str, tuple[int, bytes]] = {}
        self.answered = 0
        for (path, words), accept in product(self.asked, ("application/json", "text/csv")):
            query = {"subscription": subscription, **words}
            headers = self.token | {"Accept": accept}
            url = self.gateway.url + path
            answer = self.gateway.http.get(url, params=query, headers=headers)
            assert answer.status_code < 500, (path, words)
            self.answered += answer.status_code == 200
            found[f"{path} {words} {accept}"] = answer.status_code, self._still(answer.content)
        for page in PAGES:
            answer = reading.get(f"/console/analysis{page}", params={"subscription": subscription})
            assert answer.status_code < 500, page
            found[page] = answer.status_code, self._still(answer.content)
        return found

    @staticmethod
    def _still(content: bytes) -> bytes:
        if content.startswith(b"{") and b"urn:gateway:problem" in content:
            return re.sub(rb'"instance": ?"[^"]*"', b"", content)
        return MOVES.sub(b"", content)


@law("L45")
def test_no_answer_to_a_reader_of_statistics_moves_with_the_truth(
    gateway: RunningGateway, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice = Random("shown alone")
    asked = Asked(gateway, questions(dice, count(3_000)))
    reading = signed_in(gateway, READER)
    before = asked.answers(reading)
    answered = asked.answered
    own_before = asked.answers(reading, "fire-17a")
    feed = "/v1/feeds/police-nsir"
    for turn, correction in enumerate(("retractions", "restrictions", "erasures")):
        new = sent(dice, 1_000 * (turn + 1), 30) + sent(dice, 20 * turn, 20)
        assert gateway.push("police-nsir", "police-system", new).status_code == 201
        named = {"references": [f"x{at}" for at in range(40 + turn, 60, 3)], "reason": "other"}
        done = gateway.call("POST", f"{feed}/{correction}", "police-system", json=named)
        assert done.status_code < 300, done.text
        after = asked.answers(reading)
        assert [one for one in before if before[one] != after[one]] == []

    own = asked.answers(reading, "fire-17a")
    moved = [one for one in own_before if own_before[one] != own[one]]
    assert len(moved) > len(own) // 3, "else the truth did not change"
    assert answered > 30
    proved("shown-alone", questions=len(before), answered=answered, moved=0, own_moved=len(moved))
