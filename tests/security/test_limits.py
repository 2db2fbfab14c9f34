"""Quotas, queues and waiting: 429 and 503 with Retry-After, and a pull that waits for news."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from gateway.errors import Overloaded
from gateway.log.sealer import TreeSealer
from gateway.settings import Settings
from gateway.store.schema import upgrade
from gateway.store.sqlite import SqliteDatabase
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from tests.support.server import running_gateway

ROW = {"URN": "24-0000001-20261031", "CREATED": "31/10/2026 21:47", "OPENING_CODE": "215"}


def test_a_partner_over_its_quota_is_told_when_to_come_again_and_others_are_not(
    tmp_path: Path,
) -> None:
    settings = Settings(home=tmp_path, requests_per_minute=5)
    with running_gateway(tmp_path, settings=settings) as gateway:
        gateway.usual()
        answers = [gateway.pull("fire-17a", "fire-system") for _ in range(12)]
        others = gateway.push("police-nsir", "police-system", ROW)

    refused = [answer for answer in answers if answer.status_code == 429]
    assert len(refused) >= 2  # the minute may turn once while we ask
    assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
    assert refused[0].json()["type"].endswith("access.rate_limited")
    assert others.status_code == 201


def test_a_full_queue_refuses_and_what_was_queued_is_still_done(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "gateway.sqlite3")
    upgrade(database)
    writer = Writer(database, TreeSealer(), queue_limit=3)
    release = threading.Event()
    begun = threading.Event()

    def slow(_tx: Tx) -> str:
        begun.set()
        release.wait(20)
        return "done"

    first = writer.submit(slow)
    begun.wait(20)
    queued = [writer.submit(lambda _tx: "queued") for _ in range(3)]
    with pytest.raises(Overloaded) as refused:
        writer.submit(lambda _tx: "one too many")
    release.set()

    assert refused.value.retry_after == 1
    assert first.result(20) == "done"
    assert [future.result(20) for future in queued] == ["queued"] * 3
    writer.close()


def test_a_job_that_raises_undoes_itself_and_nobody_elses_work(tmp_path: Path) -> None:
    database = SqliteDatabase(tmp_path / "gateway.sqlite3")
    upgrade(database)
    writer = Writer(database, TreeSealer())
    hold, begun = threading.Event(), threading.Event()

    def blocking(_tx: Tx) -> None:
        begun.set()
        hold.wait(20)

    def breaking(tx: Tx) -> None:
        tx.seal(b'{"never":"kept"}')
        tx.raise_law_epoch()
        raise ValueError

    before = writer.submit(blocking)
    begun.wait(20)
    jobs = [writer.submit(lambda tx: tx.seal(b"one")), writer.submit(breaking)]
    jobs.append(writer.submit(lambda tx: tx.seal(b"two")))
    hold.set()
    before.result(20)

    assert jobs[0].result(20) == 0
    with pytest.raises(ValueError):  # noqa: PT011 - the job's own
        jobs[1].result(20)
    assert jobs[2].result(20) == 1
    assert writer.run(lambda tx: (tx.head.ledger_size, tx.head.law_epoch)) == (2, 0)
    writer.close()


def test_a_waiting_pull_is_answered_when_something_comes(tmp_path: Path) -> None:
    with running_gateway(tmp_path) as gateway:
        gateway.usual()
        cursor = gateway.pull("fire-17a", "fire-system").json()["cursor"]
        pushing = threading.Timer(0.6, gateway.push, ("police-nsir", "police-system", ROW))
        pushing.start()
        page = gateway.pull("fire-17a", "fire-system", after=cursor, wait=20).json()
        pushing.join()

    assert len(page["records"]) == 1
