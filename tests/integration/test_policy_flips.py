"""Flips between policy bundles, valid and broken, while records come in and go out.

Every record that was released is reproducible from the snapshot that its release names, and none was
released under a bundle that is not whole. Held against the ledger by ``gateway verify``, which renders every
release again from its stored snapshot.
"""

from __future__ import annotations

import json
import threading
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count as counted_from
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import select, update

from gateway.assembly import House
from gateway.audit.verify import verify
from gateway.errors import LawMoved, StoreUnavailable
from gateway.law.bundles import shelf
from gateway.store import tables as t
from gateway.store.tx import Tx
from policies.documents import Documents, packaged_documents, sha256_of
from policies.law import Law
from policies.refusals import PolicyRefused
from tests.support.agreed import page_of
from tests.support.bundles import LOCAL, propose, put_in_force, stricter, with_rule
from tests.support.house import new_house, pull, rows, send, subscribe
from tests.support.law import rule
from tests.support.requirements import law

SEED = 20261128
_PERSONAL = "treatments/personal.toml"
_PACKAGED = packaged_documents().texts
VALID = (stricter(), with_rule("section_17a.local", "true"))
CHANGED = with_rule("section_17a.changed_later", "true")
BROKEN = (
    {**_PACKAGED, LOCAL: "permit (principal, action, resource);"},
    {**_PACKAGED, LOCAL: rule("section_17a.unknown", "resource.name_of_the_victim")},
    {**_PACKAGED, _PERSONAL: _PACKAGED[_PERSONAL].replace('op = "', 'op = "un', 1)},
    {name: text for name, text in _PACKAGED.items() if name != "data/prescribed.toml"},
    CHANGED,
)
"""Not parsed, not valid, an operation that does not exist, a list that is missing, changed afterwards."""


@law("L61")
@pytest.mark.prove
@pytest.mark.on_sqlite  # tests/integration/test_policy_bundles.py has both stores
def test_nothing_leaves_under_a_broken_bundle_and_all_that_left_is_reproducible(
    tmp_path: Path, count: Callable[[int], int], proved: Callable[..., None]
) -> None:
    dice, flips, used = Random(SEED), count(1_000), Counter[str]()
    with new_house(tmp_path) as house:
        subscribe(house)
        _store_broken(house)
        with _load(house):
            for _ in range(flips):
                texts = dice.choice((*VALID, *VALID, *BROKEN))
                if shelf(house.reader).active != sha256_of(texts):
                    put_in_force(house, texts)
                used[house.book.refresh().documents] += 1
        released = _by_documents(house)
        found = verify(house.database, house.keys)

    known = {sha256_of(texts) for texts in VALID} | {packaged_documents().sha256}
    codes = {one.code for one in found.findings}
    assert codes <= {"bundle.broken", "bundle.unusable", "snapshot.changed"}
    assert {one.table for one in found.findings} <= {"policy_bundle", "snapshot_part"}
    assert set(released) <= known
    assert set(used) <= known
    assert sum(released.values()) > 0
    proved(
        "policy-flips",
        flips=flips,
        released=sum(released.values()),
        under_valid=len(used),
        under_broken=0,
        not_reproducible=0,
        seed=SEED,
    )


def test_the_broken_bundles_are_broken_and_the_valid_ones_are_not() -> None:
    for texts in BROKEN[:-1]:
        with pytest.raises(PolicyRefused):
            Documents.load(texts, approved_before=True)
    for texts in (*VALID, CHANGED):
        Documents.load(texts)


def _store_broken(house: House) -> None:
    """Store every broken bundle past all checks, and change a byte of one that was whole."""
    for texts in BROKEN:
        propose(house, texts)
    bundle = shelf(house.reader).get(sha256_of(CHANGED))
    assert bundle is not None
    digest = bundle.documents[LOCAL]

    def job(tx: Tx) -> None:
        part = t.SNAPSHOT_PART
        text = CHANGED[LOCAL].replace("true", "tru3")
        tx.connection.execute(update(part).where(part.c.sha256 == digest).values(text=text))

    house.writer.run(job)


@contextmanager
def _load(house: House) -> Iterator[None]:
    """Push and pull without end, each in a thread of its own."""
    stop, failed = threading.Event(), list[BaseException]()

    sent, cursor = counted_from(0, 8), [""]

    def pushing() -> None:
        house.book.refresh()
        send(house, rows(8, next(sent)))
        stop.wait(0.05)

    def pulling() -> None:
        page = page_of(pull(house, cursor[0] or None))
        cursor[0] = page.get("cursor") or cursor[0]
        stop.wait(0.03)

    def guarded(work: Callable[[], None]) -> None:
        try:
            while not stop.is_set():
                # 503 with Retry-After: nothing was done, and it is done again
                with suppress(LawMoved, StoreUnavailable):
                    work()
        except BaseException as error:  # noqa: BLE001 - told by the test below
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in (pushing, pulling)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert ["".join(traceback.format_exception(one)) for one in failed] == []


def _by_documents(house: House) -> Counter[str]:
    """Count released records by the policy bundle of the snapshot that their release names."""
    counted: Counter[str] = Counter()
    with house.reader.connection() as connection:
        releases = connection.execute(select(t.RELEASE.c.snapshot, t.RELEASE.c.counts)).all()
        for snapshot, counts in releases:
            told: dict[str, Any] = json.loads(counts)
            counted[_documents_of(connection, snapshot)] += told["released"]
    return counted


def _documents_of(connection: Any, snapshot: str) -> str:
    """Load a stored snapshot and return the hash of the policy bundle in it."""
    stored = select(t.SNAPSHOT.c.parts).where(t.SNAPSHOT.c.sha256 == snapshot)
    digests = json.loads(connection.execute(stored).scalar_one())
    part = t.SNAPSHOT_PART.c
    texts = dict(connection.execute(select(part.sha256, part.text)).all())
    parts = {name: texts[digest] for name, digest in digests.items()}
    assert Law.from_parts(parts).sha256 == snapshot
    return sha256_of({n: text for n, text in parts.items() if not n.startswith("register/")})
