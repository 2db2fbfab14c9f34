"""A form that opens something is carried out once, however often it is sent."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from fastapi import Response

from gateway.clock import FixedClock
from gateway.console.once import Once, SentAlready
from gateway.errors import StoreUnavailable
from tests.support.house import FIRE, NOW, later
from tests.support.pages import demonstration
from tests.support.server import RunningGateway
from tests.support.signed_in import LEAD, Reading, signed_in

pytestmark = (
    pytest.mark.on_sqlite
)  # a claim is a row of a key; any number of processes share the store
BREACH = {
    "recipient": FIRE,
    "from": "2026-11-20T00:00",
    "to": "2026-11-21T00:00",
    "aware": "2026-11-22T12:00",
    "words": "Sent to the wrong officer.",
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningGateway]:
    with demonstration(Path(tmp_path_factory.mktemp("home"))) as running:
        running.usual()
        yield running


@pytest.fixture
def once(gateway: RunningGateway) -> Once:
    house = gateway.house
    return Once(house.reader, house.writer, house.clock)


def word_of(reading: Reading, path: str = "/console/breaches") -> str:
    found = re.findall(r'name="once" value="([^"]+)"', reading.get(path).text)
    assert found
    return str(found[-1])


def breaches(reading: Reading) -> int:
    return len(
        set(re.findall(r"/console/breaches/(b-[a-z0-9-]+)", reading.get("/console/breaches").text))
    )


def seen(location: str) -> Response:
    return Response(status_code=303, headers={"Location": location})


def test_a_form_sent_twice_opens_one_breach(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    before, sent = breaches(lead), BREACH | {"once": word_of(lead)}

    wrong = lead.post(
        "/console/breaches", sent | {"words": ""}
    )  # nothing was done: it may come again
    first, second = (lead.post("/console/breaches", sent) for _ in range(2))

    assert wrong.status_code == 422
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert breaches(lead) == before + 1
    assert lead.post("/console/breaches", BREACH | {"once": word_of(lead)}).status_code == 303
    assert breaches(lead) == before + 2


def test_what_is_shown_once_is_made_once(once: Once) -> None:
    made = once.do(
        "a", "password", lambda: Response("secret", headers={"Content-Location": "/list"})
    )
    again = once.do("a", "password", lambda: Response("another"))

    assert (made.status_code, made.body) == (200, b"secret")
    assert (again.status_code, again.headers["location"]) == (303, "/list")


def test_every_posted_form_has_a_word_of_its_own(gateway: RunningGateway) -> None:
    lead = signed_in(gateway, LEAD)
    for path in ("/console/breaches", "/console/off-boarding", "/console/recalls/new"):
        page = lead.get(path).text
        words = re.findall(r'name="once" value="([^"]+)"', page)
        assert len(words) == len(set(words)) == page.count('method="post"') > 0


def test_two_at_once_are_carried_out_once(once: Once) -> None:
    carried, both = [], threading.Barrier(2)

    def carry_out() -> Response:
        carried.append(1)
        return seen("/console/breaches/b-1")

    def send(_: int) -> str:
        both.wait()
        return once.do("ig-lead", "the-same-word", carry_out).headers["location"]

    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(send, range(2))) == {"/console/breaches/b-1"}
    assert carried == [1]


def test_a_word_is_one_persons(once: Once) -> None:
    assert once.do("a", "w", lambda: seen("/a")).headers["location"] == "/a"
    assert once.do("b", "w", lambda: seen("/b")).headers["location"] == "/b"


def test_what_failed_may_be_sent_again(once: Once) -> None:
    def fails() -> Response:
        raise StoreUnavailable

    with pytest.raises(StoreUnavailable):
        once.do("a", "failing", fails)
    assert once.do("a", "failing", lambda: seen("/done")).headers["location"] == "/done"


def test_what_was_cut_off_is_not_carried_out_again(
    once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.console.once._WAIT_SECONDS", 0.0)
    once_key = b"k" * 32
    assert once._claim(once_key) is None  # and the process dies

    assert once._claim(once_key) == ""
    with pytest.raises(SentAlready):
        once._awaited(once_key)


def test_words_are_forgotten_when_nobody_can_be_signed_in_any_more(
    gateway: RunningGateway, once: Once
) -> None:
    once.do("a", "old", lambda: seen("/old"))
    assert isinstance(gateway.house.clock, FixedClock)
    later(gateway.house, 8 * 3_600 + 1)
    once.do("a", "new", lambda: seen("/new"))
    with gateway.house.reader.connection() as connection:
        rows = connection.exec_driver_sql("SELECT location FROM form_sent").scalars().all()
    assert list(rows) == ["/new"]
    assert gateway.house.clock.now() > NOW
