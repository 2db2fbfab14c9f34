"""``kill -9`` under load: what was acknowledged is stored once, and the proof is whole."""

from __future__ import annotations

import random
import signal
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.assembly import database_path
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from tests.support.load import Recipient, Sender, ServedGateway, prepare

SENDERS = 4


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


def stored(home: Path, query: str) -> list[Any]:
    connection = sqlite3.connect(database_path(home))
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def lost_and_doubled(home: Path, senders: list[Sender]) -> tuple[int, int]:
    """Count references acknowledged and not stored, and entries beyond what receipts account for."""
    key = KeyRing.open(home).natural_key
    known = {bytes(row[0]) for row in stored(home, "SELECT natural_key FROM incident")}
    sent = {
        keyed_hash(key, b"police-nsir", b"ref", urn.encode()) for one in senders for urn in one.urns
    }
    receipts = {r["id"]: r for one in senders for r in one.acknowledged.values()}
    kept = dict(stored(home, "SELECT receipt_id, answer FROM push"))
    recorded = sum(r["recorded"] + r["revised"] for r in receipts.values())
    entries = stored(home, "SELECT count(*) FROM log WHERE entry_kind = 'recorded'")[0][0]
    lost = len(sent - known) + len(receipts.keys() - kept.keys()) + max(0, recorded - entries)
    doubled = len(known - sent) + len(kept.keys() - receipts.keys()) + max(0, entries - recorded)
    return lost, doubled


@pytest.mark.prove
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", [1, 2, 3])
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


def received_is_what_was_released(home: Path, recipient: Recipient) -> None:
    """The recipient has every release, each version once, under one id for all versions."""
    rows = stored(
        home,
        "SELECT number, incident, version, released_id, what FROM disclosure "
        "WHERE subscription = 'fire-17a'",
    )
    released = {(n, rid, v) for n, _, v, rid, what in rows if what == "record"}
    got = {
        (n, record["id"], record["version"])
        for n, page in recipient.pages.items()
        for record in page["records"]
    }
    assert recipient.changed == []
    assert got <= released
    # what was taken back or revised before its pending release was read whole is not sent in it any
    # more: the notice, or the later version, is
    retracted = {
        notice["id"]
        for page in recipient.pages.values()
        for notice in page["notices"]
        if notice["kind"] == "retracted"
    }
    newest: dict[str, int] = {}
    for _, rid, version in got:
        newest[rid] = max(version, newest.get(rid, 0))
    unseen = {(rid, v) for _, rid, v in released - got if newest.get(rid, 0) <= v}
    assert {rid for rid, _ in unseen} <= retracted
    times = Counter((rid, version) for _, rid, version in released)
    assert set(times.values()) <= {1}
    ids = {incident: rid for _, incident, _, rid, _ in rows}
    assert all(ids[incident] == rid for _, incident, _, rid, _ in rows)
    assert len(set(ids.values())) == len(ids)
