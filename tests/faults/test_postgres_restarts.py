"""PostgreSQL is restarted under load, in order and by a crash: 503 meanwhile, and back by itself."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.support import postgres, stores
from tests.support.load import FEED, UNSURE, Recipient, Sender, ServedGateway, System, prepare
from tests.support.outcome import lost_and_doubled, received_is_what_was_released, stored

SENDERS = 4


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    """A server that syncs: a crash may not forgive what a disk would not."""
    made = postgres.Server(durable=True)
    made.template()
    yield made
    made.close()
    stores.use(stores.Store.SQLITE)


def is_ready(gateway: ServedGateway) -> bool:
    try:
        return httpx.get(gateway.url + "/readyz", trust_env=False, timeout=5).status_code == 200
    except UNSURE:
        return False


def recovered(gateway: ServedGateway) -> float:
    """Wait until the gateway says that it can work; return the seconds that it took."""
    began = time.monotonic()
    while not is_ready(gateway):
        assert gateway.process is not None
        assert gateway.process.poll() is None, "the gateway ended by itself"
        assert time.monotonic() - began < 60, "the gateway did not come back"
        time.sleep(0.02)
    return time.monotonic() - began


def restarted_under_load(
    server: postgres.Server, gateway: ServedGateway, restarts: int
) -> tuple[list[Sender], Recipient, float]:
    """Restart the server again and again while systems push and pull; return the longest recovery."""
    dice = random.Random(restarts)
    stop, finish, quiet = threading.Event(), threading.Event(), threading.Event()
    senders, recipient = [Sender(n) for n in range(SENDERS)], Recipient()
    pushing = [
        threading.Thread(target=one.run, args=(gateway, stop, finish), daemon=True)
        for one in senders
    ]
    pulling = threading.Thread(target=recipient.run, args=(gateway, stop, quiet), daemon=True)
    worst = 0.0
    gateway.start()
    try:
        gateway.wait_ready()
        for thread in (*pushing, pulling):
            thread.start()
        for turn in range(restarts):
            stop.wait(0.1 + dice.random())
            server.stop(signal.SIGQUIT if turn % 2 else signal.SIGINT)
            stop.wait(dice.random() * 0.5)
            server.start()
            worst = max(worst, recovered(gateway))
        stop.wait(0.5)
        finish.set()
        for thread in pushing:
            thread.join(60)
        quiet.set()
        pulling.join(60)
        assert not any(thread.is_alive() for thread in (*pushing, pulling))
    finally:
        stop.set()
        gateway.end(signal.SIGTERM)
    return senders, recipient, worst


@pytest.mark.prove
@pytest.mark.timeout(900)
def test_nothing_acknowledged_is_lost_or_doubled_by_restarts_of_the_server(
    server: postgres.Server,
    tmp_path: Path,
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    home, restarts = tmp_path / "home", max(2, count(30))
    stores.put(home, server.new_database())
    gateway = ServedGateway(home, prepare(home))

    senders, recipient, worst = restarted_under_load(server, gateway, restarts)

    acknowledged = sum(len(one.acknowledged) for one in senders)
    lost, doubled = lost_and_doubled(home, senders)
    assert acknowledged > restarts
    assert (lost, doubled) == (0, 0)
    positions = [row[0] for row in stored(home, "SELECT position FROM log ORDER BY position")]
    assert positions == list(range(1, len(positions) + 1))
    received_is_what_was_released(home, recipient)
    verified = gateway.command("verify")
    assert (verified["verified"], verified["log_rows"]) == (True, len(positions))
    proved(
        "postgres-restarts",
        restarts=restarts,
        acknowledged=acknowledged,
        unsure=sum(one.unsure for one in senders),
        lost=lost,
        doubled=doubled,
        releases=len(recipient.pages),
        recovered_seconds=round(worst, 2),
    )


def test_while_the_server_is_away_pushes_get_503_and_health_goes_on(
    server: postgres.Server, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    stores.put(home, server.new_database())
    gateway = ServedGateway(home, prepare(home))
    gateway.start()
    try:
        gateway.wait_ready()
        police = Sender(1)

        system = System(gateway, "police-system")
        body = police.rows(random.Random(1), 1)
        assert system.once("POST", FEED + "/records", json=body).status_code == 201
        server.stop()
        refused = system.once("POST", FEED + "/records", json=body)
        health = httpx.get(gateway.url + "/healthz", trust_env=False)
        ready = httpx.get(gateway.url + "/readyz", trust_env=False, timeout=10)
        server.start()
        recovered(gateway)
        again = system.once("POST", FEED + "/records", json=body)
        system.http.close()
    finally:
        gateway.end(signal.SIGTERM)

    assert refused.status_code == 503
    assert int(refused.headers["Retry-After"]) > 0
    assert (health.status_code, ready.status_code) == (200, 503)
    assert again.json()["receipt"]["duplicate"] == len(body)
