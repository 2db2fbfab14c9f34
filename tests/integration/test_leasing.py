"""One worker at a time sends for a recipient, and one that lost its lease can write nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.assembly import House
from gateway.ledger.leaf import Operation, leaf
from gateway.store import tables as t
from gateway.store.leasing import Lease, LeaseLost, Leases, hold
from gateway.store.tx import Tx
from tests.support.house import new_house, row, send, subscribe

pytestmark = pytest.mark.usefixtures("store")

NAMES = ("fire-17a", "fire-asb", "fire-all")


@pytest.fixture
def house(store: str, tmp_path: Path) -> Iterator[House]:
    with new_house(tmp_path / "home") as made:
        for name in NAMES:
            subscribe(made, name)
        yield made


def expired(house: House, lease: Lease) -> None:
    """Let a lease run out without waiting for it."""
    past = {"lease_until": lease.until - 60_000}
    house.writer.run(lambda tx: tx.change(t.SUBSCRIPTION, {"id": lease.subscription}, past))


def test_a_leased_subscription_is_taken_by_nobody_else(house: House) -> None:
    one, other = Leases(house.writer, "one"), Leases(house.writer, "other")

    (first,) = one.take(NAMES)
    rest = other.take(NAMES, most=5)

    assert first.subscription == NAMES[0]
    assert [lease.subscription for lease in rest] == list(NAMES[1:])
    assert one.take(NAMES, most=5) == []


def test_a_lease_given_back_is_free_at_once(house: House) -> None:
    one, other = Leases(house.writer, "one"), Leases(house.writer, "other")
    (lease,) = one.take(NAMES[:1])

    one.give_back(lease)

    assert len(other.take(NAMES[:1])) == 1


def test_giving_back_what_another_took_over_takes_nothing_from_it(house: House) -> None:
    one, other = Leases(house.writer, "one"), Leases(house.writer, "other")
    (lost,) = one.take(NAMES[:1])
    expired(house, lost)
    (taken,) = other.take(NAMES[:1])

    one.give_back(lost)

    assert other.renew(taken).token == taken.token


def test_a_worker_that_dies_is_taken_over_from_when_its_lease_runs_out(house: House) -> None:
    (held,) = Leases(house.writer, "stopped", seconds=0.2).take(NAMES[:1])
    other = Leases(house.writer, "other")

    taken: list[Lease] = []
    while not taken:
        taken = other.take(NAMES[:1])

    assert taken[0].until > held.until


@pytest.mark.parametrize("again", ["expired", "taken over", "taken again by the same worker"])
def test_a_lease_that_was_lost_is_not_renewed_and_lets_nothing_be_written(
    house: House, again: str
) -> None:
    one = Leases(house.writer, "one")
    (lease,) = one.take(NAMES[:1])
    expired(house, lease)
    if again != "expired":
        (one if "same" in again else Leases(house.writer, "other")).take(NAMES[:1])
    size = house.reader.head().ledger_size

    def write(tx: Tx) -> None:
        hold(tx, lease)
        tx.seal(
            leaf(Operation.POLICY, at="x", actor="a", nonce="00", change="loaded", snapshot="s")
        )

    with pytest.raises(LeaseLost):
        one.renew(lease)
    with pytest.raises(LeaseLost):
        house.writer.run(write)
    assert house.reader.head().ledger_size == size


def test_a_lease_that_is_held_lets_its_worker_write_and_is_renewed(house: House) -> None:
    leases = Leases(house.writer, "one")
    (lease,) = leases.take(NAMES[:1])

    house.writer.run(lambda tx: hold(tx, lease))
    renewed = leases.renew(lease)

    assert renewed.until >= lease.until
    house.writer.run(lambda tx: hold(tx, renewed))


def test_the_lease_is_judged_by_the_databases_clock_and_not_by_ours(house: House) -> None:
    (lease,) = Leases(house.writer, "one", seconds=60).take(NAMES[:1])

    statement = select(t.SUBSCRIPTION.c.lease_until).where(t.SUBSCRIPTION.c.id == NAMES[0])
    with house.reader.connection() as connection:
        until = connection.execute(statement).scalar_one()

    assert until == lease.until
    # the house's clock stands in November 2026
    assert abs(lease.until - house.clock.now().timestamp() * 1000) > 60_000


def test_a_commit_wakes_whoever_waits_and_a_lease_does_not(house: House) -> None:
    mark = house.wakener.mark()
    woken = threading.Event()

    def wait() -> None:
        if house.wakener.wait(mark, 60):
            woken.set()

    thread = threading.Thread(target=wait)
    thread.start()
    send(house, [row("w1")])
    thread.join(60)

    assert woken.is_set()
    house.wakener.wait(house.wakener.mark(), 1.5)  # the watching thread has seen the head
    mark = house.wakener.mark()
    Leases(house.writer, "one").take(NAMES[:1])
    assert not house.wakener.wait(mark, 0.05)
    assert house.wakener.mark() == mark


def test_another_processes_commit_is_heard_of(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with new_house(home) as waiting, new_house(home) as other:
        waiting.wakener.wait(waiting.wakener.mark(), 3)
        mark = waiting.wakener.mark()

        send(other, [row("w2")])

        assert waiting.wakener.wait(mark, 60)
