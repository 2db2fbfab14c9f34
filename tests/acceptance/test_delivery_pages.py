"""Subscriptions and deliveries in the console: what each came to, what fails, and sending it again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.verify import verify
from gateway.store import tables as t
from schemas.released import NoticeKind
from tests.support import house as houses
from tests.support import pushing
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import ADMINISTRATOR, FIRE_AUDITOR, LEAD, Reading, signed_in

PUSHED = "fire-pushed"
SUBSCRIPTIONS, DELIVERIES = "/console/subscriptions", "/console/deliveries"


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as gateway:
        gateway.usual()
        house = gateway.house
        houses.send(house, [houses.row(name, "213") for name in "abc"])
        page = houses.pull(house).page
        houses.change(house, NoticeKind.RETRACTED, ["a"])
        houses.pull(house, page.cursor)
        pushing.subscribe(house, "https://127.0.0.1:9/hook", PUSHED)
        house.writer.run(
            lambda tx: tx.change(
                t.ENDPOINT,
                {"subscription": PUSHED},
                {"failures": 3, "failing_since": 1_764_000_000, "opens_at": 1_980_000_000},
            )
        )
        yield gateway


@pytest.fixture
def lead(gateway: RunningGateway) -> Reading:
    return signed_in(gateway, LEAD)


def test_a_subscription_says_its_law_its_account_and_its_notices(
    gateway: RunningGateway, lead: Reading
) -> None:
    assert "fire-17a" in lead.get(SUBSCRIPTIONS).text
    page = lead.get(f"{SUBSCRIPTIONS}/fire-17a").text
    assert "3 considered = 3 released + 0 withheld" in page
    assert "Taken back" in page
    assert "fetched by the recipient" in page
    refused = lead.get(f"{SUBSCRIPTIONS}/university-17a").text
    assert "Nothing was released yet." in refused
    auditor = signed_in(gateway, FIRE_AUDITOR)
    assert auditor.get(f"{SUBSCRIPTIONS}/fire-17a").status_code == 200
    assert auditor.get(f"{SUBSCRIPTIONS}/university-17a").status_code == 404
    assert auditor.get(f"{DELIVERIES}/university-17a").status_code == 404
    assert "university" not in auditor.get(DELIVERIES).text


def test_what_fails_is_told_and_sent_at_once_or_paused(
    gateway: RunningGateway, lead: Reading
) -> None:
    listed = lead.get(DELIVERIES).text
    assert "Failing" in listed
    assert "fails." in lead.get("/console?all=1").text
    page = lead.get(f"{DELIVERIES}/{PUSHED}").text
    assert "https://127.0.0.1:9/hook" in page
    assert "127.0.0.1:9" not in signed_in(gateway, FIRE_AUDITOR).get(f"{DELIVERIES}/{PUSHED}").text
    administrator = signed_in(gateway, ADMINISTRATOR)
    path = f"{DELIVERIES}/{PUSHED}/endpoint"
    for change, says in (("pause", "Sending is paused."), ("resume", "It is sent to again")):
        done = administrator.post(path, {"change": change})
        assert done.status_code == 303
        assert says in administrator.get(done.headers["location"]).text
    assert administrator.post(path, {"change": "other"}).status_code == 404
    assert (
        administrator.post(f"{DELIVERIES}/fire-17a/endpoint", {"change": "pause"}).status_code
        == 404
    )


def test_what_was_acknowledged_goes_again_on_request(
    gateway: RunningGateway, lead: Reading
) -> None:
    house = gateway.house
    pushed = house.door.pull(PUSHED, houses.FIRE, "fire-system", None, 100).page
    house.door.acknowledge(PUSHED, houses.FIRE, "fire-system", pushed.cursor)
    path = f"{SUBSCRIPTIONS}/{PUSHED}"
    assert "Send again" in lead.get(path).text
    assert lead.post(f"{path}/replay", {"after": "99"}).status_code == 422
    done = lead.post(f"{path}/replay", {"after": "0"})
    assert "It is sent again" in lead.get(done.headers["location"]).text
    assert lead.post(f"{SUBSCRIPTIONS}/fire-17a/replay", {"after": "0"}).status_code == 422
    assert verify(house.database, house.keys).document()["found"] == {}
