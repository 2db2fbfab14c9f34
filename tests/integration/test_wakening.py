"""Waiting for a commit: nothing falls between looking and waiting, and an end wakes everybody."""

from __future__ import annotations

import asyncio
import threading

from gateway.errors import StoreUnavailable
from gateway.store.reading import HeadRow
from gateway.store.wakening import Wakener


class Heads:
    """Heads in turn, the last one for ever; None: the database does not answer."""

    def __init__(self, *heads: HeadRow | None) -> None:
        self._heads = list(heads)

    def __call__(self) -> HeadRow:
        head = self._heads.pop(0) if len(self._heads) > 1 else self._heads[0]
        if head is None:
            raise StoreUnavailable
        return head


class Told:
    """Hears at once, every time."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf, self.closed = deaf, threading.Event()
        self.hung_up = False

    def listen(self, seconds: float) -> bool:
        if self.deaf:
            raise StoreUnavailable
        return not self.closed.wait(0.01)

    def close(self) -> None:
        self.closed.set()

    def hang_up(self) -> None:
        self.hung_up = True


ONE, TWO = HeadRow(1, 1, 1), HeadRow(2, 2, 1)


def test_what_listened_is_given_back_whenever_the_closing_comes() -> None:
    for pause in (0.0, 0.005, 0.02):
        ear = Told()
        wakener = Wakener(Heads(ONE), ear, seconds=0.01)
        wakener.mark()
        threading.Event().wait(pause)
        wakener.close()

        assert ear.hung_up


def test_what_rang_between_mark_and_wait_ends_the_waiting_at_once() -> None:
    wakener = Wakener(Heads(ONE), seconds=0.02)
    mark = wakener.mark()
    wakener.ring()

    assert wakener.wait(mark, 60)
    assert asyncio.run(wakener.waited(mark, 60))
    wakener.close()


def test_a_coroutine_is_woken_by_a_ring_from_another_thread() -> None:
    wakener = Wakener(Heads(ONE), seconds=0.02)

    async def wait() -> bool:
        mark = wakener.mark()
        threading.Timer(0.05, wakener.ring).start()
        return await wakener.waited(mark, 60)

    assert asyncio.run(wait())
    wakener.close()


def test_a_coroutine_that_nobody_wakes_waits_no_longer_than_it_was_told() -> None:
    wakener = Wakener(Heads(ONE), seconds=0.02)
    wakener.wait(wakener.mark(), 5)  # the first head that is seen rings

    async def wait() -> bool:
        return await wakener.waited(wakener.mark(), 0.05)

    assert not asyncio.run(wait())
    wakener.close()


def test_a_head_that_moved_rings_though_nothing_was_heard() -> None:
    wakener = Wakener(Heads(ONE, TWO), seconds=0.02)
    mark = wakener.mark()

    assert wakener.wait(mark, 60)
    assert wakener.wait(mark + 1, 60)
    wakener.close()


def test_what_is_heard_rings_though_the_head_stands() -> None:
    wakener = Wakener(Heads(ONE), Told(), seconds=0.02)
    mark = wakener.mark()

    assert wakener.wait(mark + 2, 60)
    wakener.close()


def test_a_database_that_went_and_came_back_rings_and_a_deaf_ear_leaves_the_poll() -> None:
    wakener = Wakener(Heads(ONE, None, ONE), Told(deaf=True), seconds=0.02)
    mark = wakener.mark()

    assert wakener.wait(mark + 1, 60)
    wakener.close()


def test_the_end_wakes_everybody() -> None:
    wakener = Wakener(Heads(ONE), seconds=0.02)
    wakener.wait(wakener.mark(), 5)
    mark = wakener.mark()
    closing = threading.Timer(0.05, wakener.close)
    closing.start()

    assert wakener.wait(mark, 60)
    closing.join()
    assert wakener.wait(wakener.mark(), 0)
