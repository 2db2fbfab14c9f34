"""Retention on the day, in parts, by the shortest rule; holds explicit; everything still verifies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import from_json

from gateway.assembly import House, retention_of
from gateway.audit.verify import verify
from gateway.clock import london_day
from gateway.intake import retention
from gateway.intake.recorded import natural_key
from gateway.law.register import put_feed
from gateway.law.retention_holds import LiftingHold
from gateway.store import tables as t
from gateway.store.tx import Tx
from schemas.released import NoticeKind
from tests.support.agreed import (
    DUTY,
    agree,
    asks,
    next_day,
    page,
    personal_row,
    prepare,
    ready,
    sealed_halves,
    suspend,
    terms,
)
from tests.support.house import FEED, change, new_house, row, send
from tests.support.requirements import law
from tests.support.retained import hold
from tests.support.stores import Store

KEPT = 90


@pytest.fixture
def house(tmp_path: Path, store: Store) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        yield made
        assert verify(made.database, made.keys).findings == ()


def keep(house: House, **more: Any) -> None:
    """Set terms of the police feed."""
    feed = house.book.refresh().register.feeds[FEED][1]
    house.writer.run(put_feed(feed.model_copy(update=more), house.act("operator")))
    house.book.refresh()


def ran(house: House) -> tuple[int, int]:
    over = retention_of(house).run()[FEED]
    return over.sealed, over.records


def due(house: House) -> dict[str, Any]:
    return retention_of(house).due()[FEED].document()


def leaves(house: House, operation: str) -> list[dict[str, Any]]:
    stored = (house.reader.leaf(index) for index in range(house.reader.head().ledger_size))
    read = [from_json(one[0]) for one in stored if one is not None]
    return [one for one in read if one["operation"] == operation]


@law("L30")
def test_a_sealed_half_goes_on_the_day_and_the_open_half_stays(house: House) -> None:
    ready(house, retention_days=KEPT)
    send(house, [personal_row("s1"), personal_row("s2"), row("s3", "501")])
    (record, _) = page(house)["records"]
    next_day(house, KEPT - 1)
    assert (ran(house), len(sealed_halves(house))) == ((0, 0), 2)

    next_day(house)
    assert record["delete_by"] == london_day(house.clock).isoformat()
    assert due(house)["rules"] == {"police-council:1": 2}
    assert (ran(house), sealed_halves(house)) == ((2, 0), [])

    (told,) = leaves(house, "retention")
    assert (told["feed"], told["count"], told["rules"]) == (FEED, 2, {"police-council:1": 2})
    assert ran(house) == (0, 0)
    assert len(leaves(house, "retention")) == 1
    assert len(page(house, name=DUTY)["records"]) == 2
    # who holds one was told with it when to delete; nobody is told again
    assert page(house)["notices"] == []


@pytest.mark.on_sqlite
@law("L30")
def test_the_shortest_rule_wins_and_an_agreement_that_ended_keeps_nothing_longer(
    house: House,
) -> None:
    prepare(house)
    agree(house, terms(retention_days=365))
    agree(house, terms(id="police-council-2", retention_days=60, title="Shorter"))
    send(house, [personal_row("s1")])
    next_day(house, 60)
    assert due(house)["rules"] == {"police-council-2:1": 1}
    assert ran(house) == (1, 0)

    send(house, [personal_row("s2")])
    suspend(house)
    keep(house, keep_days=30)
    next_day(house, 30)
    assert due(house)["rules"] == {"feed": 3}  # one sealed half, two records


@law("L30", "L56")
def test_a_whole_record_goes_after_the_feeds_own_period_whatever_its_mopi_group(
    house: House,
) -> None:
    keep(house, keep_days=10, settings={"columns": {"mopi_group": "MOPI"}, "assertion": "opinion"})
    ready(house)
    send(house, [personal_row("s1", MOPI="1"), personal_row("s2", MOPI="")])
    first = page(house)
    held = page(house, name=DUTY)
    assert [one.get("mopi_group") for one in first["records"]] == [1, None]
    assert "mopi_group" not in held["records"][0]

    next_day(house, 10)
    assert due(house)["records"] == 2
    assert ran(house) == (2, 2)

    after = page(house, held["cursor"], name=DUTY)
    assert {(one["kind"], one["reason"]) for one in after["notices"]} == {
        ("erased", "retention_ended")
    }
    with house.reader.connection() as connection:
        stored = connection.execute(t.LOG.select()).mappings().all()
        incidents = connection.execute(t.INCIDENT.select()).mappings().all()
    recorded = [one for one in stored if one["entry_kind"] == "recorded"]
    assert [one["detail"] for one in recorded] == [None, None]
    assert {one["state"] for one in incidents} == {"erased"}
    assert ran(house) == (0, 0)


@law("L30")
def test_what_is_held_stays_and_is_told_and_goes_when_the_hold_is_over(house: House) -> None:
    keep(house, keep_days=10)
    ready(house, retention_days=5)
    send(house, [personal_row("s1"), personal_row("s2")])
    hold(house, "s1", days=20)
    next_day(house, 10)

    told = due(house)
    assert (told["sealed"], told["sealed_held"]) == (1, 1)
    assert (told["records"], told["records_held"]) == (1, 1)
    assert ran(house) == (1, 1)
    assert len(sealed_halves(house)) == 1
    (version,) = retention_of(house).of(FEED, "s1")
    assert len(version["held"]) == 1
    assert version["delete_by"] < london_day(house.clock).isoformat()
    assert retention_of(house).of(FEED, "s2") == []  # its name went with it

    next_day(house, 11)
    assert ran(house) == (1, 1)


@pytest.mark.on_sqlite
@law("L30")
def test_a_whole_feed_is_held_until_somebody_lifts_it(house: House) -> None:
    keep(house, keep_days=10)
    ready(house, retention_days=5)
    send(house, [personal_row("s1")])
    placed = hold(house)
    next_day(house, 12)
    assert ran(house) == (0, 0)
    assert (due(house)["sealed_held"], due(house)["records_held"]) == (1, 1)

    assert house.writer.run(LiftingHold(placed, house.act("ig-lead")))
    assert not house.writer.run(LiftingHold(placed, house.act("ig-lead")))
    assert not house.writer.run(LiftingHold("unknown", house.act("ig-lead")))
    assert ran(house) == (1, 1)


@law("L30")
def test_broken_off_anywhere_it_goes_on_and_is_done_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "PART", 2)
    ready(house, retention_days=KEPT)
    send(house, [personal_row(f"s{n}") for n in range(5)])
    next_day(house, KEPT)
    run, jobs = house.writer.run, []

    def dies(job: Any) -> Any:
        jobs.append(job)
        if len(jobs) == 2:
            raise KeyboardInterrupt
        return run(job)

    monkeypatch.setattr(type(house.writer), "run", lambda _, job: dies(job))
    with pytest.raises(KeyboardInterrupt):
        ran(house)
    assert len(sealed_halves(house)) == 3
    monkeypatch.setattr(type(house.writer), "run", lambda _, job: run(job))
    late = jobs[0]

    assert ran(house) == (3, 0)
    assert house.writer.run(late) == 0  # sent again, it finds nothing to do
    assert [one["count"] for one in leaves(house, "retention")] == [2, 2, 1]


@pytest.mark.on_sqlite
@law("L30")
def test_a_part_that_was_chosen_under_other_holds_is_chosen_anew(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(house, retention_days=KEPT)
    send(house, [personal_row("s1"), personal_row("s2")])
    next_day(house, KEPT)
    run, placed = house.writer.run, []

    def held_meanwhile(job: Any) -> Any:
        if not placed:
            placed.append(1)
            monkeypatch.setattr(type(house.writer), "run", lambda _, one: run(one))
            hold(house, "s1")
        return run(job)

    monkeypatch.setattr(type(house.writer), "run", lambda _, job: held_meanwhile(job))

    assert ran(house) == (1, 0)
    assert len(sealed_halves(house)) == 1


def test_verify_finds_a_sealed_half_that_went_without_an_operation_or_came_back(
    house: House,
) -> None:
    ready(house, retention_days=KEPT)
    send(house, [personal_row("s1"), personal_row("s2")])
    before = house.database
    with house.reader.connection() as connection:
        (bodies,) = [connection.execute(t.SEALED.select()).mappings().all()]
    next_day(house, KEPT)
    ran(house)

    def codes() -> set[str]:
        return {one.code for one in verify(before, house.keys).findings}

    def put(body: bytes | None) -> None:
        def job(tx: Tx) -> None:
            tx.change(t.SEALED, {"position": 1}, {"ciphertext": body})

        house.writer.run(job)

    def hashed(value: bytes) -> bytes:
        def job(tx: Tx) -> bytes:
            row = tx.one(t.RETENTION_ERASED, {"position": 1})
            assert row is not None
            tx.change(t.RETENTION_ERASED, {"position": 1}, {"body_sha256": value})
            return bytes(row["body_sha256"])

        return house.writer.run(job)

    put(bodies[0]["ciphertext"])
    assert codes() == {"retention.undone", "subject_key.changed"}
    put(None)
    was = hashed(b"\0" * 32)
    assert codes() == {"log.changed", "retention.root"}
    hashed(was)
    placed = hold(house, "s1")
    house.writer.run(
        lambda tx: tx.change(t.RETENTION_HELD, {"hold": placed}, {"natural_key": b"\1" * 32})
    )
    assert codes() == {"retention.hold"}
    key = natural_key(house.desk(FEED, house.book.current()), "s1")
    house.writer.run(lambda tx: tx.change(t.RETENTION_HELD, {"hold": placed}, {"natural_key": key}))


@pytest.mark.on_sqlite
@law("L29")
def test_a_contested_record_is_kept_and_leaves_by_no_lane_and_replays_nowhere(
    house: House,
) -> None:
    ready(house)
    asks(house, "council-115-again")
    send(house, [personal_row("s1"), personal_row("s2")])
    first = page(house)
    change(house, NoticeKind.RESTRICTED, ["s1"])

    again = page(house)  # the pending release comes again, without it
    late = page(house, name="council-115-again")
    duty = page(house, name=DUTY)

    assert len(first["records"]) == 2
    assert [len(one["records"]) for one in (again, late, duty)] == [1, 1, 1]
    assert len(sealed_halves(house)) == 2
