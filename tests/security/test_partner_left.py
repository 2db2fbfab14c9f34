"""Whoever acts for an organisation that leaves the register is out with it, at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.people import Person, Role
from tests.support.pages import demonstration
from tests.support.proceeded import off_boardings
from tests.support.server import RunningGateway
from tests.support.signed_in import LEAD, signed_in

pytestmark = pytest.mark.on_sqlite
REGISTRAR = Person(
    account="registrar",
    name="Toni Example",
    partner="example-university",
    office="Registrar",
    roles=frozenset({Role.NOMINATED_PERSON, Role.PARTNER_AUDITOR}),
)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with demonstration(tmp_path / "home") as running:
        running.usual()
        yield running


def test_off_boarding_ends_what_is_open_to_the_partners_people(gateway: RunningGateway) -> None:
    person, lead = signed_in(gateway, REGISTRAR), signed_in(gateway, LEAD)
    gateway.house.book.refresh()
    assert person.get("/console/disclosures").status_code == 200

    desk, act = off_boardings(gateway.house), gateway.house.act("ig-lead")
    desk.begin("o-1", "example-university", "It closed.", act)
    gateway.house.book.refresh()

    out = person.get("/console/disclosures")
    assert out.status_code == 403
    assert "has left the register" in out.text
    assert person.get("/console").status_code == 303  # the session is over
    again = signed_in(gateway, REGISTRAR)
    assert again.get("/console/requests").status_code == 403
    assert again.post("/console/requests/ask").status_code in {303, 403}
    assert lead.get("/console").status_code == 200
