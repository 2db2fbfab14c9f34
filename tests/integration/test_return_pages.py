"""The pages of section 17A returns: what is owed, making it, taking the file, noting the receipt."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gateway.access.people import Person, Role
from gateway.clock import FixedClock
from tests.support import house as houses
from tests.support import returning as r
from tests.support.server import RunningGateway, running_gateway
from tests.support.signed_in import COUNCIL, FIRE_AUDITOR, LEAD, POLICE, signed_in
from tests.support.stores import Store

FIRE = Person(
    account="fire-nominated",
    name="Max Example",
    partner=r.FIRE,
    roles=frozenset({Role.NOMINATED_PERSON}),
)
LIST, OF_POLICE = "/console/returns?quarter=2026Q3", f"/console/returns/2026Q3/{r.POLICE}"


pytestmark = pytest.mark.on_sqlite


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[RunningGateway]:
    home = tmp_path_factory.mktemp("returns") / "home"
    with running_gateway(home, FixedClock(houses.NOW)) as running:
        houses.send(running.house, [r.police_row(f"r{n}") for n in range(3)])
        yield running


def test_each_sees_what_it_owes_and_is_owed(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD).get(LIST).text
    assert "Leicestershire Police, paragraph 1" in lead
    assert "Make the returns of Leicestershire Police" in lead
    assert "no protocol in force" in lead
    fire = signed_in(gateway, FIRE_AUDITOR).get(LIST).text
    assert "Leicestershire Police, paragraph 1" in fire
    assert "Make the returns" not in fire
    assert "31 December 2026" in lead
    # an unknown quarter is the last one that ended, and the one that runs owes nothing yet
    assert "2026Q3" in signed_in(gateway, LEAD).get("/console/returns?quarter=2002Q1").text
    runs = signed_in(gateway, LEAD).get("/console/returns?quarter=2026Q4").text
    assert "the quarter runs" in runs


def test_what_is_not_theirs_does_not_exist(gateway: RunningGateway) -> None:
    council, fire = signed_in(gateway, COUNCIL), signed_in(gateway, FIRE)

    assert council.get(f"{OF_POLICE}/make").status_code == 404
    assert council.post(f"{OF_POLICE}/make").status_code == 404
    assert fire.get(f"{OF_POLICE}/1").status_code == 200
    assert fire.post(f"{OF_POLICE}/1/{r.FIRE}/file").status_code == 404
    for path in ("/2001Q1/x/1", f"/2026Q3/{r.POLICE}/99", "/2026Q3/nobody/make"):
        assert signed_in(gateway, LEAD).get(f"/console/returns{path}").status_code == 404


def test_a_return_is_made_taken_and_acknowledged(gateway: RunningGateway) -> None:
    police = signed_in(gateway, POLICE)
    assert "is due" in police.get("/console").text
    confirm = police.get(f"{OF_POLICE}/make").text
    assert "A return is made once" in confirm
    early = police.post(f"/console/returns/2026Q4/{r.POLICE}/make")
    assert early.status_code == 422
    made = police.post(f"{OF_POLICE}/make")
    assert made.status_code == 303
    assert "The returns are made." in police.get(made.headers["location"]).text

    page = police.get(f"{OF_POLICE}/1").text
    assert "Take the file for" in page
    taken = police.post(f"{OF_POLICE}/1/{r.FIRE}/file")
    assert taken.headers["content-disposition"].startswith("attachment")
    assert taken.text.count("\n") == 4
    field = f"content-{r.FIRE}"
    wrong = police.post(f"{OF_POLICE}/1/{r.FIRE}/receipt", {field: "ab" * 32})
    assert wrong.status_code == 422
    assert "Nothing was changed" in wrong.text
    assert "ab" * 32 in wrong.text, wrong.text[wrong.text.find("<main") :]
    content = r.content_of(gateway.house, r.ask())
    right = police.post(f"{OF_POLICE}/1/{r.FIRE}/receipt", {field: content})
    assert right.status_code == 303
    assert "sent in time" in police.get(right.headers["location"]).text


def test_systems_that_take_pushes_are_named_before_anything_is_sent(
    gateway: RunningGateway,
) -> None:
    police = signed_in(gateway, POLICE)
    assert "has a system that takes pushes" in police.get(f"{OF_POLICE}/send").text
    sent = police.post(f"{OF_POLICE}/send")
    assert sent.headers["location"] == f"{LIST}&done=sent"
    runs = police.get(f"/console/returns/2026Q4/{r.POLICE}/send").text
    assert "has not ended" in runs


def test_an_overdue_return_stands_on_the_first_page(gateway: RunningGateway) -> None:
    clock, before = gateway.house.clock, gateway.house.clock.now()
    clock.at = before.replace(year=2027, month=1, day=5)  # type: ignore[attr-defined] # tests stand still
    try:
        assert "is overdue" in signed_in(gateway, LEAD).get("/console").text
    finally:
        clock.at = before  # type: ignore[attr-defined] # as above
