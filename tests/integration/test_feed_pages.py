"""The pages of feeds: heard when, placed how far, quarantine by field and rule and never a value."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.clock import FixedClock
from gateway.console.feeds import remedy_of
from tests.support import house as houses
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import ADMINISTRATOR, ANALYST, COUNCIL, FIRE_AUDITOR, LEAD, POLICE
from tests.support.signed_in import signed_in as session
from tests.support.stores import Store

pytestmark = pytest.mark.on_sqlite
BROKEN = "31.02.2026 25:61 Example"
PATH = "/console/feeds/police-nsir"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("feeds") / "home"
    with running_gateway(home, FixedClock(houses.NOW)) as running:
        house = running.house
        for day in range(3):
            houses.send(house, [*houses.rows(4, begin=4 * day), houses.row(f"x{day}", "999")])
            houses.later(house, 86_400)
        houses.send(house, [houses.row(f"q{n}", CREATED=BROKEN) for n in range(12)])
        yield running


def test_those_who_may_see_how_each_feed_stands(gateway: RunningGateway) -> None:
    for person in (LEAD, ADMINISTRATOR, POLICE):
        page = session(gateway, person).get("/console/feeds").text
        assert 'href="/console/feeds/police-nsir"' in page
        assert "grows" in page
    council = session(gateway, COUNCIL).get("/console/feeds").text
    assert "police-nsir" not in council
    assert "street-management" in council
    assert session(gateway, COUNCIL).get(PATH).status_code == 404
    assert "No feed is registered" in session(gateway, FIRE_AUDITOR).get("/console/feeds").text
    assert session(gateway, ANALYST).get("/console/feeds").status_code == 404


def test_a_feed_says_what_waits_by_field_and_rule_and_what_to_do(gateway: RunningGateway) -> None:
    page = session(gateway, LEAD).get(PATH).text

    assert "12 rows wait" in page
    assert "/CREATED" in page
    assert remedy_of("time.unreadable") in page
    assert "its code is in no list" in page
    assert BROKEN not in page
    assert "25:61" not in page
    assert remedy_of("weather.odd").startswith("Ask the sender to correct")
    assert session(gateway, LEAD).get("/console/feeds/none").status_code == 404
    never = session(gateway, LEAD).get("/console/feeds/cnh-housing").text
    assert "never" in never
    assert "Nothing of this feed is held." in never


def test_silence_and_growth_stand_on_the_first_page(gateway: RunningGateway) -> None:
    assert (
        "More rows of «Police incidents recorded"
        in session(gateway, ADMINISTRATOR).get("/console").text
    )
    houses.later(gateway.house, 10 * 86_400)
    page = session(gateway, LEAD).get("/console").text
    assert "The feed «Police incidents recorded under the National Standard" in page
    assert "has gone silent" in page
    assert "has gone silent" not in session(gateway, COUNCIL).get("/console").text
    assert "silent" in session(gateway, POLICE).get(PATH).text
