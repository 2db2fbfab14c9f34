"""Every subscription has its own courier: a dead one holds up nobody, and several workers share the work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

from gateway.assembly import House
from gateway.posting import dispatcher_of
from gateway.release.dispatch import Dispatcher
from gateway.settings import Settings
from gateway.store.leasing import Leases
from tests.support import house as houses
from tests.support import pushing
from tests.support.receiver import Receiver, receiving, status
from tests.support.stores import Store


async def until(true: Callable[[], bool]) -> None:
    """Wait until something has happened."""
    async with asyncio.timeout(30):
        while not true():  # noqa: ASYNC110 - what is waited for lies in a database
            await asyncio.sleep(0.01)


def count_of(receiver: Receiver) -> int:
    """How many records a receiver has had."""
    return sum(len(got.data("incident")) for got in receiver.got)


def dispatcher(house: House, *, shared: bool = False, seconds: float = 5.0) -> Dispatcher:
    """A dispatcher that may dial this machine."""
    made = dispatcher_of(
        house, Settings(home=house.home), client=pushing.client(seconds), count=lambda *_: None
    )
    made.linger = 0.2
    if shared:
        made.leases = Leases(house.writer, house.new_id(), 2.0)
    return made


def play(house: House, *dispatchers: Dispatcher, what: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        running = [asyncio.create_task(one.run()) for one in dispatchers]
        try:
            await what()
        finally:
            for one in dispatchers:
                one.stop()
            await asyncio.gather(*running)

    asyncio.run(run())


def test_a_commit_is_sent_without_waiting_for_the_next_look(tmp_path: Path, store: Store) -> None:
    with houses.new_house(tmp_path) as house:
        receiver = Receiver()

        async def what() -> None:
            async with receiving(receiver):
                pushing.subscribe(house, receiver.url)
                for number in range(5):
                    await asyncio.to_thread(houses.send, house, pushing.rows(1, begin=number))
                    await until(lambda n=number: count_of(receiver) > n)  # type: ignore[misc] # bound here
                await until(lambda: pushing.delivery(house, 5)["state"] == "acknowledged")

        play(house, dispatcher(house), what=what)

        assert receiver.connections == 1
        assert [one.page["release"] for one in receiver.got] == [1, 2, 3, 4, 5]


def test_dead_and_slow_subscribers_hold_up_only_themselves(tmp_path: Path, store: Store) -> None:
    with houses.new_house(tmp_path) as house:
        good = [Receiver() for _ in range(4)]
        failing = Receiver(answering=lambda _got: status(500))
        silent = Receiver(answering=lambda _got: None)

        async def stall(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read()
            writer.close()

        async def what() -> None:
            async with AsyncExitStack() as stack:
                for number, receiver in enumerate([*good, failing, silent]):
                    await stack.enter_async_context(receiving(receiver))
                    name = f"fire-{'abcdef'[number]}"
                    await asyncio.to_thread(pushing.subscribe, house, receiver.url, name)
                server = await asyncio.start_server(stall, "127.0.0.1", 0)
                port = server.sockets[0].getsockname()[1]
                url = f"http://127.0.0.1:{port}/"
                await asyncio.to_thread(pushing.subscribe, house, url, "fire-stalled")
                for number in range(10):
                    await asyncio.to_thread(houses.send, house, pushing.rows(10, begin=10 * number))
                await until(lambda: all(count_of(one) == 100 for one in good))
                server.close()

        play(house, dispatcher(house, seconds=60.0), what=what)

        assert len(failing.got) == len(silent.got) == 1
        for one in good:
            numbers = [got.page["release"] for got in one.got]
            assert numbers == sorted(set(numbers))


def test_several_workers_share_the_work_and_each_release_goes_once(
    tmp_path: Path, store: Store
) -> None:
    with houses.new_house(tmp_path) as house:
        receivers = [Receiver() for _ in range(4)]

        async def what() -> None:
            async with AsyncExitStack() as stack:
                for number, receiver in enumerate(receivers):
                    await stack.enter_async_context(receiving(receiver))
                    name = f"fire-{'abcd'[number]}"
                    await asyncio.to_thread(pushing.subscribe, house, receiver.url, name)
                for number in range(8):
                    await asyncio.to_thread(houses.send, house, pushing.rows(5, begin=5 * number))
                await until(lambda: all(count_of(one) == 40 for one in receivers))

        workers = [dispatcher(house, shared=True) for _ in range(3)]
        play(house, *workers, what=what)

        for one in receivers:
            ids = [got.id for got in one.got]
            assert len(ids) == len(set(ids))
        with house.reader.connection() as connection:
            left = connection.exec_driver_sql(
                "SELECT 1 FROM subscription WHERE lease_owner IS NOT NULL"
            )
            assert left.first() is None


def test_what_a_worker_left_half_done_another_takes_over_under_the_same_id(
    tmp_path: Path, store: Store
) -> None:
    with houses.new_house(tmp_path) as house:
        receiver = Receiver()
        held = asyncio.Event()

        async def what() -> None:
            async with receiving(receiver):
                await asyncio.to_thread(pushing.subscribe, house, receiver.url)
                await asyncio.to_thread(houses.send, house, pushing.rows(3))
                first = dispatcher(house, shared=True)
                receiver.answering = lambda _got: (held.set(), None)[1]
                dying = asyncio.create_task(first.run())
                await held.wait()
                for task in list(first._running.values()):
                    task.cancel()  # it dies between the bytes and the answer
                dying.cancel()
                receiver.answering = lambda _got: status(200)
                await asyncio.gather(dying, return_exceptions=True)
                houses.later(house, 10)
                second = dispatcher(house, shared=True)
                running = asyncio.create_task(second.run())
                await until(lambda: pushing.delivery(house, 1)["state"] == "acknowledged")
                second.stop()
                await running

        asyncio.run(what())

        assert len(receiver.got) >= 2
        assert len({got.id for got in receiver.got}) == 1
        assert len({got.body for got in receiver.got}) == 1
