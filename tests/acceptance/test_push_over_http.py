"""The whole way: a push comes in over HTTP, and the partner's receiver has it, signed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from gateway.keys import webhook
from gateway.settings import Settings
from tests.support import house as houses
from tests.support import pushing
from tests.support.receiver import Receiver, receiving
from tests.support.server import running_gateway

NAME = "fire-push"


@contextmanager
def received(receiver: Receiver) -> Iterator[Receiver]:
    """Serve a receiver in a thread of its own."""
    ready, loop, stop = Event(), asyncio.new_event_loop(), asyncio.Event()

    async def serve() -> None:
        async with receiving(receiver):
            ready.set()
            await stop.wait()

    thread = Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield receiver
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


def until(true: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_serve_sends_shows_how_it_stands_and_sends_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, egress_allow=("127.0.0.1",), client_secrets=True)
    with (
        received(Receiver()) as receiver,
        running_gateway(tmp_path, settings=settings) as gateway,
    ):
        gateway.usual()
        pushing.subscribe(gateway.house, receiver.url, NAME)
        gateway.push("police-nsir", "police-system", pushing.rows(3))
        until(lambda: pushing_states(gateway) == ["acknowledged"])
        base = f"/v1/subscriptions/{NAME}"
        jwks = gateway.call("GET", "/.well-known/jwks.json").json()["keys"]
        listed = gateway.call("GET", f"{base}/deliveries", "fire-system").json()
        again = gateway.call(
            "POST",
            f"{base}/replay",
            "fire-system",
            json={"cursor": gateway.house.door.cursor(NAME, 0)},
        )
        until(lambda: len(receiver.got) == 2)
        until(lambda: pushing.endpoint(gateway.house, NAME)["replay_next"] is None)
        pulled = gateway.call(
            "POST",
            "/v1/subscriptions/fire-17a/replay",
            "fire-system",
            json={"cursor": gateway.house.door.cursor("fire-17a", 0)},
        ).json()
        replays = pushing.operations(gateway.house).count("replay")

    first, second = receiver.got
    key = webhook.signing_key(gateway.house.keys.webhook, 1).public_key()
    stamp = int(first.headers["webhook-timestamp"])
    assert webhook.verify(first.headers, first.body, stamp, [pushing.SECRET], [key]) == first.id
    assert webhook.jwk(key) in jwks
    (delivery,) = listed["deliveries"]
    assert (delivery["state"], delivery["attempts"]) == ("acknowledged", 1)
    assert delivery["webhook_id"] == first.id == second.id
    assert listed["endpoint"]["state"] == "active"
    assert "url" not in str(listed)
    assert again.status_code == 202
    assert again.json()["replaying"] is True
    assert first.data("incident") == second.data("incident")
    assert replays == 1
    assert (pulled["mode"], pulled["replaying"]) == ("pull", False)


def pushing_states(gateway: object) -> list[str]:
    """How the push subscription's deliveries stand."""
    house = gateway.house  # type: ignore[attr-defined] # a running gateway
    with house.reader.connection() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT state FROM delivery WHERE subscription = '{NAME}'"  # noqa: S608 - ours
        )
        return [str(row[0]) for row in rows]


def test_a_stopped_gateway_sends_the_rest_when_it_starts_again(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, egress_allow=("127.0.0.1",), client_secrets=True)
    silent = Receiver(answering=lambda _got: None)
    with received(silent):
        with running_gateway(tmp_path, settings=settings) as gateway:
            gateway.usual()
            pushing.subscribe(gateway.house, silent.url, NAME)
            gateway.push("police-nsir", "police-system", pushing.rows(2))
            until(lambda: pushing_states(gateway) == ["retrying"])
        silent.answering = lambda _got: b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        with running_gateway(tmp_path, settings=settings) as gateway:
            until(lambda: pushing_states(gateway) == ["acknowledged"])

    assert len({got.id for got in silent.got}) == 1
    assert houses.FIRE == "llr-fire"
