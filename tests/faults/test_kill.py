"""``kill -9`` under load: what was acknowledged is stored once, and the proof is whole."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.load import Recipient, Sender, ServedGateway, prepare
from tests.support.outcome import lost_and_doubled, received_is_what_was_released, stored
from tests.support.requirements import law

SENDERS = 4
PARTS = 25 if os.environ.get("PROVE") == "1" else 2
"""Parts of 20 kills each: 500 under `make prove`, which goes on at the part where it stopped."""


def under_load(gateway: ServedGateway, kills: int, seed: int) -> tuple[list[Sender], Recipient]:
    """Kill and restart a gateway at random moments while systems push, pull and acknowledge."""
    dice = random.Random(seed)
    stop, finish, quiet = threading.Event(), threading.Event(), threading.Event()
    senders, recipient = [Sender(seed * 10 + n) for n in range(SENDERS)], Recipient()
    pushing = [
        threading.Thread(target=one.run, args=(gateway, stop, finish), daemon=True)
        for one in senders
    ]
    pulling = threading.Thread(target=recipient.run, args=(gateway, stop, quiet), daemon=True)
    gateway.start()
    for thread in (*pushing, pulling):
        thread.start()
    try:
        for _ in range(kills):
            if dice.random() < 0.8:
                gateway.wait_ready()
                stop.wait(0.05 + dice.random() * 1.2)
            else:  # while it starts
                stop.wait(dice.random() * 2)
            gateway.end(signal.SIGKILL)
            gateway.start()
        gateway.wait_ready()
        stop.wait(0.5)
        finish.set()
        for thread in pushing:
            thread.join(60)
        quiet.set()
        pulling.join(60)
        assert not any(thread.is_alive() for thread in (*pushing, pulling))
    finally:
        stop.set()
        gateway.end(signal.SIGKILL)
    return senders, recipient


@law("L33")
@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(1, PARTS + 1))
def test_nothing_acknowledged_is_lost_or_doubled_by_kill_9(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None], part: int
) -> None:
    home, kills = tmp_path / "home", count(20)
    gateway = ServedGateway(home, prepare(home))

    senders, recipient = under_load(gateway, kills, seed=part)

    acknowledged = sum(len(one.acknowledged) for one in senders)
    lost, doubled = lost_and_doubled(home, senders)
    assert acknowledged > kills
    assert (lost, doubled) == (0, 0)
    positions = [row[0] for row in stored(home, "SELECT position FROM log ORDER BY position")]
    assert positions == list(range(1, len(positions) + 1))
    received_is_what_was_released(home, recipient)
    verified = gateway.command("verify")
    assert verified["verified"] is True
    assert verified["log_rows"] == len(positions)
    proved(
        "kill9",
        kills=kills,
        acknowledged=acknowledged,
        unsure=sum(one.unsure for one in senders),
        lost=lost,
        doubled=doubled,
        releases=len(recipient.pages),
        resent=recipient.again,
    )
