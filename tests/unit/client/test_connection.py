"""Tokens are renewed before they end, and what was lost is asked for again where that doubles nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import httpx
import pytest

from gateway.client.answers import Unexpected, Unreachable
from gateway.client.connection import Connection
from gateway.client.proof import Secret
from gateway.client.retries import Retries
from gateway.clock import FixedClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
KEYED = {"Idempotency-Key": "k"}
Reply = Callable[[httpx.Request], httpx.Response]


class Gateway:
    """A gateway of a few answers, at the edge of HTTP, and the time that passes at it."""

    def __init__(self, *answers: Any, token_status: int = 200) -> None:
        self.answers, self.token_status = list(answers), token_status
        self.tokens = 0
        self.seen: list[str] = []
        self.slept: list[float] = []
        self.clock = FixedClock(NOON)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            self.tokens += 1
            told = {"access_token": f"token-{self.tokens}", "expires_in": 600}
            return httpx.Response(self.token_status, json=told)
        self.seen.append(request.headers["authorization"].removeprefix("Bearer "))
        answer = self.answers.pop(0) if self.answers else httpx.Response(200, json={})
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, httpx.Response)
        return answer

    def connection(self, tries: int = 4) -> Connection:
        retries = Retries(tries=tries, sleep=self.slept.append)
        return Connection(
            "http://gateway.example",
            Secret("me", "s"),
            self.clock,
            lambda size: b"\x80" + bytes(size - 1),  # one half
            retries,
            transport=httpx.MockTransport(self),
        )


def answer(status: int, **headers: str) -> httpx.Response:
    return httpx.Response(status, json={}, headers=headers)


def test_a_token_is_used_again_and_renewed_before_it_ends() -> None:
    gateway = Gateway()
    connection = gateway.connection()
    for minute in (0, 7, 8, 9):
        gateway.clock.at = NOON + timedelta(minutes=minute)
        connection.call("GET", "/v1/subscriptions")

    assert gateway.seen == ["token-1", "token-1", "token-2", "token-2"]


def test_where_no_new_token_comes_the_old_one_serves_to_its_end() -> None:
    gateway = Gateway()
    connection = gateway.connection()
    connection.call("GET", "/x")
    gateway.token_status = 503
    gateway.clock.at = NOON + timedelta(minutes=9)
    connection.call("GET", "/x")
    gateway.clock.at = NOON + timedelta(minutes=10)

    with pytest.raises(Unexpected) as refused:
        connection.call("GET", "/x")
    assert refused.value.status == 503
    assert gateway.seen == ["token-1", "token-1"]


def test_a_token_that_was_withdrawn_is_replaced_once() -> None:
    gateway = Gateway(answer(401), answer(200), answer(401), answer(401))
    connection = gateway.connection()

    assert connection.call("POST", "/x").status == 200
    assert connection.call("POST", "/x").status == 401
    assert gateway.seen == ["token-1", "token-2", "token-2", "token-3"]


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_an_answer_that_says_later_is_heeded_for_as_long_as_it_asks(status: int) -> None:
    date = format_datetime(NOON + timedelta(seconds=20), usegmt=True)
    said = [{"retry-after": "7"}, {"retry-after": date}, {"retry-after": "soon"}]
    gateway = Gateway(*(answer(status, **headers) for headers in said))

    assert gateway.connection().call("POST", "/x").status == 200
    # half of 0.5, 1 and 2 seconds, behind what was asked for
    assert gateway.slept == [7.25, 20.5, 1.0]


def test_the_last_try_gives_the_answer_back_and_a_long_wait_is_not_waited_for() -> None:
    gateway = Gateway(answer(503), answer(503))
    assert gateway.connection(tries=2).call("GET", "/x").status == 503

    patient = Gateway(answer(429, **{"retry-after": "3600"}))
    assert patient.connection().call("GET", "/x").status == 429
    assert patient.slept == []


@pytest.mark.parametrize("status", [200, 201, 400, 403, 404, 409, 422, 500])
def test_any_other_answer_is_final(status: int) -> None:
    gateway = Gateway(answer(status))
    assert gateway.connection().call("GET", "/x").status == status
    assert gateway.slept == []


LOST = [
    httpx.ConnectError("refused"),
    httpx.ReadError("reset"),
    httpx.ReadTimeout("slow"),
    httpx.RemoteProtocolError("cut off"),
]


@pytest.mark.parametrize("lost", LOST, ids=lambda lost: type(lost).__name__)
@pytest.mark.parametrize(("method", "headers"), [("GET", {}), ("POST", KEYED)])
def test_a_lost_answer_is_asked_for_again_where_that_doubles_nothing(
    method: str, headers: dict[str, str], lost: Exception
) -> None:
    gateway = Gateway(lost, lost)
    assert gateway.connection().call(method, "/x", headers=headers).status == 200
    assert gateway.slept == [0.25, 0.5]

    without_key = Gateway(lost)
    with pytest.raises(Unreachable):
        without_key.connection().call("POST", "/x")
    assert len(without_key.seen) == 1


def test_json_that_was_cut_off_is_a_lost_answer() -> None:
    cut = httpx.Response(200, content=b'{"a": 1', headers={"content-type": "application/json"})
    gateway = Gateway(cut)
    assert gateway.connection().call("GET", "/x").document == {}
    assert len(gateway.seen) == 2


def test_a_gateway_that_never_answers_is_given_up_with_a_sentence() -> None:
    gateway = Gateway(*[httpx.ConnectError("refused")] * 9)
    with pytest.raises(Unreachable) as given_up:
        gateway.connection().call("GET", "/x")
    assert "does not answer" in given_up.value.sentence
    assert len(gateway.seen) == 4


def test_pauses_grow_to_a_bound_and_are_drawn_over_the_whole_of_it() -> None:
    retries = Retries(first=1, longest=8)
    whole = [retries.pause(number, lambda size: b"\xff" * size) for number in range(1, 7)]
    assert [round(pause) for pause in whole] == [1, 2, 4, 8, 8, 8]
    assert retries.pause(5, bytes) == 0


def test_a_redirect_is_not_followed() -> None:
    gateway = Gateway(httpx.Response(302, headers={"location": "http://elsewhere.example/"}))
    assert gateway.connection().call("GET", "/x").status == 302
    assert len(gateway.seen) == 1
