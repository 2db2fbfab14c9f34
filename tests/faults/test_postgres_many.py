"""Four `serve` and four `work` on one PostgreSQL, stopped for longer than lease and lock allow, in turn.

What was acknowledged is stored once; every recipient gets every release, each version once, under ids that
stay; intake goes on by the others, and what a stopped worker held is taken over.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.assembly import open_house
from gateway.store.leasing import LEASE_SECONDS
from tests.support import postgres, pushing, stores
from tests.support.load import Recipient, Sender, ServedGateway, prepare
from tests.support.outcome import lost_and_doubled, received_is_what_was_released, stored
from tests.support.receiver import OK, Got, Receiver, receiving

SERVES, WORKS = 4, 4
PUSHED = tuple(f"push-{number}" for number in range(4))
STOPPED_SECONDS = LEASE_SECONDS + 3.0
"""Longer than a lease, and than the lock's time-out of eight seconds."""


class Tied(ServedGateway):
    """A process of the common gateway: one issuer, whichever process is asked."""

    issuer = ""

    def environment(self) -> dict[str, str]:
        return {
            **super().environment(),
            "GATEWAY_PUBLIC_URL": self.issuer,
            "GATEWAY_EGRESS_ALLOW": "127.0.0.0/8",
        }


def longest_gap(times: list[float], began: float, ended: float) -> float:
    """The longest time between two instants that follow each other, from a beginning to an end."""
    edges = [began, *sorted(at for at in times if began < at < ended), ended]
    return max(later - before for before, later in pairwise(edges))


@dataclass
class Systems:
    """What the partners' receiver got, and when."""

    got: list[tuple[float, Got]] = field(default_factory=list)

    def answer(self, got: Got) -> bytes:
        self.got.append((time.monotonic(), got))
        return OK

    def recipient(self, subscription: str) -> tuple[Recipient, int]:
        """What one subscription's system holds, and how often it was sent the same again."""
        recipient, ids, again = Recipient(), dict[str, int](), 0
        for _, got in self.got:
            page = got.page
            if page["subscription"] != subscription:
                continue
            known = ids.setdefault(got.id, page["release"])
            content = {"records": got.data("incident"), "notices": got.data("notice")}
            before = recipient.pages.setdefault(page["release"], content)
            if before is content:
                continue
            again += 1
            versions = {(r["id"], r["version"]) for r in before["records"]}
            fresh = {(r["id"], r["version"]) for r in content["records"]} - versions
            if known != page["release"] or fresh:
                recipient.changed.append(page["release"])
        return recipient, again

    def longest_silence(self, subscription: str, began: float, ended: float) -> float:
        """The longest time without a delivery to one subscription, while there was always something."""
        times = [at for at, got in self.got if got.page["subscription"] == subscription]
        return longest_gap(times, began, ended)


@contextmanager
def receiver(systems: Systems) -> Iterator[str]:
    """Serve the partners' receiver in a thread of its own; lend its address."""
    loop, stop = asyncio.new_event_loop(), asyncio.Event()
    address: list[str] = []
    ready = threading.Event()

    async def serve() -> None:
        async with receiving(Receiver(systems.answer)) as listening:
            address.append(listening.url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    ready.wait(20)
    try:
        yield address[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(20)
        loop.close()


@pytest.fixture(scope="module")
def server() -> Iterator[postgres.Server]:
    made = postgres.Server(durable=True)
    made.template()
    yield made
    made.close()
    stores.use(stores.Store.SQLITE)


def settled(home: Path) -> bool:
    """Whether every push subscription is decided to the end of the log and acknowledged."""
    open_ = stored(
        home,
        "SELECT count(*) FROM subscription, head WHERE subscription.id LIKE 'push-%' "
        "AND (pending IS NOT NULL OR decided_to < head.log_size)",
    )
    return bool(open_[0][0] == 0)


@pytest.mark.prove
@pytest.mark.timeout(3_600)
def test_processes_that_stop_in_turn_lose_double_and_rename_nothing(
    server: postgres.Server,
    tmp_path: Path,
    count: Callable[[int], int],
    proved: Callable[..., None],
) -> None:
    home, stops = tmp_path / "home", count(24)
    stores.put(home, server.new_database())
    secrets = prepare(home)
    systems = Systems()
    with receiver(systems) as url:
        with open_house(home, database=stores.database_for(home)) as house:
            for name in PUSHED:
                pushing.subscribe(house, url, name)
        serves = [Tied(home, secrets) for _ in range(SERVES)]
        works = [Tied(home, secrets, module=("gateway", "work")) for _ in range(WORKS)]
        for one in (*serves, *works):
            one.issuer = serves[0].url
        senders, recipient, halted, silence = stopped_in_turn(serves, works, stops, systems)
        deadline = time.monotonic() + 60
        while not settled(home) and time.monotonic() < deadline:
            time.sleep(0.2)
        for one in (*serves, *works):
            one.end(signal.SIGTERM)

    acknowledged = sum(len(one.acknowledged) for one in senders)
    lost, doubled = lost_and_doubled(home, senders)
    assert (lost, doubled) == (0, 0)
    received_is_what_was_released(home, recipient)
    again = 0
    for name in PUSHED:
        held, resent = systems.recipient(name)
        assert held.pages
        received_is_what_was_released(home, held, name)
        again += resent
    verified = serves[0].command("verify")
    assert verified["verified"] is True
    proved(
        "postgres-many",
        serves=SERVES,
        works=WORKS,
        stops=stops,
        acknowledged=acknowledged,
        lost=lost,
        doubled=doubled,
        unstable_ids=0,
        deliveries=len(systems.got),
        sent_again_under_their_id=again,
        intake_halted_seconds=round(halted, 2),
        taken_over_seconds=round(silence, 2),
    )


def stopped_in_turn(
    serves: list[Tied], works: list[Tied], stops: int, systems: Systems
) -> tuple[list[Sender], Recipient, float, float]:
    """Stop one process after the other while systems push and pull.

    Returns also the longest time in which no process answered a push, and the longest in which a
    subscription was sent nothing.
    """
    dice = random.Random(stops)
    stop, finish, quiet = threading.Event(), threading.Event(), threading.Event()
    senders, recipient = [Sender(number) for number in range(SERVES)], Recipient()
    pushing_ = [
        threading.Thread(target=one.run, args=(gateway, stop, finish), daemon=True)
        for one, gateway in zip(senders, serves, strict=True)
    ]
    pulling = threading.Thread(target=recipient.run, args=(serves[0], stop, quiet), daemon=True)
    for one in (*serves, *works):
        one.start()
    try:
        for one in serves:
            one.wait_ready(120)
        for thread in (*pushing_, pulling):
            thread.start()
        stop.wait(3)
        began = time.monotonic()
        for turn in range(stops):
            number = dice.randrange(SERVES) if turn % 2 else SERVES + dice.randrange(WORKS)
            held_up([*serves, *works][number], stop)
        ended = time.monotonic()
        finish.set()
        for thread in pushing_:
            thread.join(90)
        quiet.set()
        pulling.join(90)
        assert not any(thread.is_alive() for thread in (*pushing_, pulling))
    except BaseException:
        for one in (*serves, *works):
            one.end(signal.SIGKILL)
        raise
    finally:
        stop.set()
    answered = [at for one in senders for at in one.answered_at]
    halted = longest_gap(answered, began, ended)
    silence = max(systems.longest_silence(name, began, ended) for name in PUSHED)
    return senders, recipient, halted, silence


def held_up(one: Tied, stop: threading.Event) -> None:
    """Stop one process for longer than its leases and the lock allow, then let it go on."""
    assert one.process is not None
    assert one.process.poll() is None, f"{one.module} ended by itself"
    os.killpg(one.process.pid, signal.SIGSTOP)
    stop.wait(STOPPED_SECONDS)
    os.killpg(one.process.pid, signal.SIGCONT)
    stop.wait(1)
