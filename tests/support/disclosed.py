"""A SQLite house with very many disclosures and ledger entries, written below the gateway: for counting.

Two recipients, three controllers, two lanes, children, special-category and offence fields, notices, releases
that nobody had. All of it is invented and holds no content. The entries' hashes are not a tree: what counts
here is counted from what the entries say.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from hashlib import sha256
from random import Random
from typing import Any

from gateway.assembly import House, database_path
from gateway.intake.recorded import natural_key
from gateway.ledger.tree import leaf_hash
from schemas.codes import Kind, MappingStatus, Regime, SubjectRole
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from tests.support.agreed import COUNCIL, ready
from tests.support.house import FEED, FIRE, SENDER, subscribe

PER_RELEASE = 100
BEGIN = 1_780_000_000
STEP = 30
"""Seconds between two releases of one subscription."""
PERSONAL = "council-115"
SUBSCRIPTIONS = ("fire-17a", PERSONAL, "fire-more")
REFERENCE = "r{}"


def classes() -> list[RecordClass]:
    """Record classes of three controllers, some with tagged fields."""
    controllers = (SENDER, COUNCIL, "leicestershire-cc")
    groups: tuple[tuple[FieldGroup, ...], ...] = (
        (),
        (FieldGroup.SPECIAL_CATEGORY,),
        (FieldGroup.OFFENCE, FieldGroup.SPECIAL_CATEGORY),
    )
    made = [
        RecordClass(
            source=FEED,
            controller=controllers[n % 3],
            regime=Regime.LAW_ENFORCEMENT,
            kind=Kind.ASB_INCIDENT,
            mapping_status=MappingStatus.MAPPED,
            typology_behaviour=("noise", "rowdy_or_inconsiderate_behaviour")[n % 2],
            field_groups=tuple(sorted(groups[n // 3 % len(groups)])),
            roles=(SubjectRole.CALLER,) if n % 4 else (),
            child=n % 5 == 0,
        )
        for n in range(24)
    ]
    return list({one.digest: one for one in made}.values())


def fill(house: House, disclosures: int, entries: int) -> None:
    """Write so many disclosures, and ledger entries up to so many."""
    ready(house)
    subscribe(house, "fire-17a", FIRE)
    subscribe(house, "fire-more", FIRE)
    desk = house.desk(FEED, house.book.refresh())
    snapshot = house.book.current().law.sha256
    size = house.reader.head().ledger_size
    with closing(sqlite3.connect(database_path(house.home))) as connection, connection:
        connection.execute("PRAGMA synchronous=OFF")
        ids = _put_classes(connection)
        connection.executemany(
            "INSERT INTO log (position, incident, version, entry_kind, class_id, recorded_at,"
            " inner_hash) VALUES (?, ?, 1, 'recorded', ?, ?, x'00')",
            ((n, n, ids[n % len(ids)], BEGIN) for n in range(1, disclosures // 2 + 1)),
        )
        connection.executemany(
            "INSERT INTO incident (id, feed, natural_key, version, position, content_hmac, state,"
            " quarter) VALUES (?, ?, ?, 1, ?, x'00', 'live', '2026Q2')",
            (
                (n, desk.feed_id, natural_key(desk, REFERENCE.format(n)), n)
                for n in range(1, disclosures // 2 + 1)
            ),
        )
        leaves = _releases(connection, disclosures, snapshot, size)
        leaves += _others(entries - len(leaves))
        Random(1).shuffle(leaves)  # entries of all kinds lie between each other
        places = {}
        rows = []
        for index, (release, text) in enumerate(leaves, start=size):
            leaf = text.encode()
            rows.append((index, leaf, leaf_hash(leaf)))
            if release is not None:
                places[release] = index
        connection.executemany('INSERT INTO ledger ("index", leaf, hash) VALUES (?, ?, ?)', rows)
        connection.execute("UPDATE release SET leaf = -rowid")
        connection.executemany(
            "UPDATE release SET leaf = ? WHERE subscription = ? AND number = ?",
            ((index, *release) for release, index in places.items()),
        )
        connection.execute("UPDATE head SET ledger_size = ?", (size + len(leaves),))
        connection.execute("ANALYZE")
    house.book.refresh()


def _put_classes(connection: sqlite3.Connection) -> list[int]:
    ids = []
    for one in classes():
        canonical = one.canonical_json
        found = connection.execute(
            "INSERT INTO record_class (sha256, canonical_json) VALUES (?, ?)",
            (sha256(canonical.encode()).digest(), canonical),
        )
        ids.append(int(found.lastrowid or 0))
    return ids


def _releases(
    connection: sqlite3.Connection, disclosures: int, snapshot: str, size: int
) -> list[tuple[tuple[str, int] | None, str]]:
    """Write releases, deliveries and disclosures; return their entries."""
    leaves: list[tuple[tuple[str, int] | None, str]] = []
    numbers = dict.fromkeys(SUBSCRIPTIONS, 0)
    states = ("acknowledged", "acknowledged", "pending", "withdrawn", "unconfirmed")
    releases, deliveries = [], []
    rows: list[tuple[Any, ...]] = []
    for n in range(disclosures // PER_RELEASE):
        name = SUBSCRIPTIONS[n % len(SUBSCRIPTIONS)]
        numbers[name] += 1
        number, at = numbers[name], BEGIN + numbers[name] * STEP
        counts = json.dumps({"released": PER_RELEASE, "withheld": 0, "considered": PER_RELEASE})
        place = -len(releases) - 1 - size
        releases.append((name, number, snapshot, at, counts, place))
        deliveries.append((name, number, states[n % len(states)], at))
        for sequence in range(PER_RELEASE):
            position = (n * PER_RELEASE + sequence) % (disclosures // 2) + 1
            what = "notice:retracted" if sequence % 25 == 0 else "record"
            rows.append((name, number, sequence, position, position, f"i{position}", what))
        leaves.append(((name, number), _release_leaf(name, number, at, n, snapshot)))
    connection.executemany(
        "INSERT INTO release (subscription, number, from_position, to_position, snapshot, law_epoch,"
        " day, at, counts, content_hash, leaf) VALUES (?, ?, 0, 0, ?, 1, '2026-05-29', ?, ?, x'00', ?)",
        releases,
    )
    connection.executemany(
        "INSERT INTO delivery (subscription, number, state, attempts, at) VALUES (?, ?, ?, 1, ?)",
        deliveries,
    )
    connection.executemany(
        "INSERT INTO disclosure (subscription, number, sequence, incident, version, position,"
        " released_id, what) VALUES (?, ?, ?, ?, 1, ?, ?, ?)",
        rows,
    )
    return leaves


def _release_leaf(name: str, number: int, at: int, n: int, snapshot: str) -> str:
    says: dict[str, Any] = {
        "actor": "system",
        "at": _instant(at),
        "lane": Lane.DEPERSONALISED.value,
        "nonce": "0" * 32,
        "number": number,
        "operation": "release",
        "power": Power.SECTION_17A.value,
        "purpose": Purpose.SECTION_17A_DUTY.value,
        "recipient": COUNCIL if name == PERSONAL else FIRE,
        "snapshot": snapshot,
        "subscription": name,
        "v": 1,
    }
    if name == PERSONAL:
        groups = ("identity", "special_category") if n % 2 else ("identity", "offence")
        says |= {"agreement": "police-council", "agreement_version": "1"}
        says |= {"field_groups": list(groups), "lane": Lane.PERSONAL.value}
    return json.dumps(says, sort_keys=True, separators=(",", ":"))


def _instant(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().removesuffix("+00:00") + "Z"


def _others(number: int) -> Iterator[tuple[None, str]]:
    operations = ("push", "acknowledgement", "query", "consultation", "export")
    for n in range(number):
        says = {
            "actor": "system",
            "at": _instant(BEGIN + n % 1_000_000),
            "count": n % 7,
            "content_sha256": "0" * 64,
            "nonce": f"{n:032x}",
            "operation": operations[n % len(operations)],
            "recipient": (FIRE, COUNCIL, "llr-icb")[n % 3],
            "snapshot": "0" * 64,
            "v": 1,
        }
        yield None, json.dumps(says, sort_keys=True, separators=(",", ":"))


INDEPENDENT = """
WITH given AS (
    SELECT d.subscription, d.number, d.incident, d.what, c.canonical_json AS class, e.leaf AS leaf
    FROM disclosure d, release r, delivery y, subscription s, log l, record_class c, ledger e
    WHERE r.subscription = d.subscription AND r.number = d.number
    AND y.subscription = d.subscription AND y.number = d.number AND y.state <> 'withdrawn'
    AND s.id = d.subscription AND s.partner = :recipient
    AND l.position = d.position AND c.id = l.class_id AND e."index" = r.leaf
    AND r.at >= :begins AND r.at < :ends)
SELECT
    (SELECT count(*) FROM given WHERE what = 'record'),
    (SELECT count(DISTINCT incident) FROM given WHERE what = 'record'),
    (SELECT count(*) FROM given WHERE what <> 'record'),
    (SELECT count(DISTINCT incident) FROM given WHERE what = 'record'
        AND json_array_length(class, '$.roles') > 0),
    (SELECT count(DISTINCT incident) FROM given WHERE what = 'record'
        AND json_extract(class, '$.child') AND json_extract(CAST(leaf AS TEXT), '$.lane') = 'personal'),
    (SELECT count(*) FROM given WHERE what = 'record'
        AND class LIKE '%"special_category"%' AND CAST(leaf AS TEXT) LIKE '%"special_category"%'),
    (SELECT count(*) FROM given WHERE what = 'record'
        AND class LIKE '%"offence"%' AND CAST(leaf AS TEXT) LIKE '%"offence"%'),
    (SELECT count(DISTINCT incident) FROM given WHERE what = 'record'
        AND json_extract(class, '$.controller') = 'leicestershire-police'),
    (SELECT count(*) FROM ledger WHERE json_extract(CAST(leaf AS TEXT), '$.recipient') = :recipient
        AND json_extract(CAST(leaf AS TEXT), '$.operation') IN ('query', 'export')
        AND unixepoch(json_extract(CAST(leaf AS TEXT), '$.at')) >= :begins
        AND unixepoch(json_extract(CAST(leaf AS TEXT), '$.at')) < :ends)
"""
"""The same totals counted another way: by SQL over the classes' and entries' own JSON."""


def independent(house: House, recipient: str, begins: int, ends: int) -> tuple[int, ...]:
    """Count what left to a recipient, by SQL alone."""
    values = {"recipient": recipient, "begins": begins, "ends": ends}
    with closing(sqlite3.connect(database_path(house.home))) as connection:
        return tuple(connection.execute(INDEPENDENT, values).fetchone())
