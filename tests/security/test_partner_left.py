"""Whoever acts for an organisation that leaves the register is out with it, at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.access.people import Person, Role
from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.law.accounts import put_account
from gateway.law.register import put_partner
from gateway.law.tool_credentials import revoke, tool_credentials
from tests.support.pages import demonstration
from tests.support.proceeded import off_boardings
from tests.support.server import RunningGateway
from tests.support.signed_in import LEAD, signed_in
from tests.support.tools import a_credential

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


def test_off_boarding_revokes_the_credentials_of_its_tools_at_once(
    gateway: RunningGateway,
) -> None:
    house = gateway.house
    house.writer.run(put_account(REGISTRAR, house.act("operator"), house.clock.now()))
    old, new = (a_credential(house, REGISTRAR.account, tool) for tool in ("qgis", "excel"))
    house.writer.run(revoke(old.credential.id, house.act("operator"), house.clock.now()))

    def asks() -> int:
        user = (new.credential.id, new.password)
        return gateway.http.get(gateway.url + "/ogc/collections", auth=user).status_code

    assert asks() == 200
    off = off_boardings(house)
    assert off.preview("example-university", house.act("ig-lead")).credentials == 1
    assert asks() == 200
    off.begin("o-1", "example-university", "It closed.", house.act("ig-lead"))
    assert asks() == 401
    assert all(one.revoked for one in tool_credentials(house.reader, REGISTRAR.account))
    assert off.get("o-1").ended["credentials"] == 1
    assert verify(house.database, house.keys).findings == ()


def test_a_credential_of_a_partner_that_left_otherwise_is_no_credential(
    gateway: RunningGateway,
) -> None:
    house = gateway.house
    house.writer.run(put_account(REGISTRAR, house.act("operator"), house.clock.now()))
    made = a_credential(house, REGISTRAR.account)
    partner = house.book.current().register.partners["example-university"]
    left = partner.model_copy(update={"valid_to": london_day(house.clock)})
    house.writer.run(put_partner(left, house.act("operator")))

    user = (made.credential.id, made.password)
    answer = gateway.http.get(gateway.url + "/ogc/collections", auth=user)
    assert answer.status_code == 401
