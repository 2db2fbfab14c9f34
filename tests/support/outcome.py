"""What came of a load: what was acknowledged is stored once, and what was received is what was released."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlalchemy import text

from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from tests.support.load import Recipient, Sender
from tests.support.stores import database_for


def stored(home: Path, query: str) -> list[Any]:
    """What a query finds in a home's database, in whichever store it lies."""
    engine = database_for(home).reading(1)
    try:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.execute(text(query))]
    finally:
        engine.dispose()


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


def received_is_what_was_released(
    home: Path, recipient: Recipient, subscription: str = "fire-17a"
) -> None:
    """The recipient has every release, each version once, under one id for all versions."""
    rows = stored(
        home,
        "SELECT number, incident, version, released_id, what FROM disclosure "  # noqa: S608 - the test's own name
        f"WHERE subscription = '{subscription}'",
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
