"""Waking those who wait for a commit: workers, long pulls, whoever refreshes the law.

The writer rings after each commit of its own that moved the head. Other processes' commits are heard of
by a watching thread: it asks the database for the head once a second, and sooner where the database
itself says that something was committed. A ring says «look again» and nothing else.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import Protocol

from gateway.errors import StoreUnavailable
from gateway.store.reading import HeadRow

POLL_SECONDS = 1.0
"""How often the head is asked for where nothing is heard."""


GATHER_SECONDS = 0.005
"""How long commits of others are let gather once one was heard of."""


class Ear(Protocol):
    """Hears of commits by other processes."""

    def listen(self, seconds: float) -> bool:
        """Wait until a commit is told of, or for so long; return whether one was.

        Raises:
            StoreUnavailable: It cannot hear now; the poll goes on.
        """
        ...

    def close(self) -> None:
        """Stop listening, also while another thread listens."""
        ...

    def hang_up(self) -> None:
        """Give back what is held open; by the thread that listened, once it listens no more."""
        ...


class Wakener:
    """Lets threads and coroutines wait for the next commit of any process.

    Take ``mark()``, look at the database, then ``wait(mark)``: what was committed since the mark ends
    the waiting at once, so nothing falls between looking and waiting.
    """

    def __init__(
        self, head: Callable[[], HeadRow], ear: Ear | None = None, seconds: float = POLL_SECONDS
    ) -> None:
        """Watch nothing yet.

        Args:
            head: Reads the database's head.
            ear: None where only the poll is left.
            seconds: How often the head is asked for.
        """
        self._head, self._ear, self._seconds = head, ear, seconds
        self._ready = threading.Condition()
        self._rings = 0
        self._seen: HeadRow | None = None
        self._callbacks: dict[int, Callable[[], None]] = {}
        self._next = 0
        self._law: Callable[[], object] = _nothing
        self._log: Callable[[int], object] = _nothing_of
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def mark(self) -> int:
        """Return how often it has rung; watching other processes begins with the first call."""
        with self._ready:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._watch, name="wakener", daemon=True)
                self._thread.start()
            return self._rings

    def on_law(self, call: Callable[[], object]) -> None:
        """Call this, in the watching thread, when another process has moved the law's epoch."""
        self._law = call

    def on_log(self, call: Callable[[int], object]) -> None:
        """Call this with the log's size, in the watching thread, before it rings."""
        self._log = call

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._ready:
            self._rings += 1
            self._ready.notify_all()
            callbacks = list(self._callbacks.values())
        for callback in callbacks:
            callback()

    def wait(self, mark: int, seconds: float) -> bool:
        """Wait in a thread until it has rung since the mark, or for so long; return whether it has."""
        with self._ready:
            return self._ready.wait_for(
                lambda: self._rings > mark or self._closing.is_set(), seconds
            )

    async def waited(self, mark: int, seconds: float) -> bool:
        """Wait in an event loop until it has rung since the mark, or for so long; whether it has."""
        loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        with self._ready:
            if self._rings > mark or self._closing.is_set():
                return True
            self._next += 1
            key = self._next
            self._callbacks[key] = lambda: _told(loop, rung)
        try:
            await asyncio.wait_for(rung.wait(), seconds)
        except TimeoutError:
            return False
        finally:
            with self._ready:
                self._callbacks.pop(key, None)
        return True

    def close(self) -> None:
        """End the watching and wake everybody for the last time."""
        self._closing.set()
        if self._ear is not None:
            self._ear.close()
        self.ring()
        if self._thread is not None:
            self._thread.join()

    # ------------------------------------------------------------------ the thread
    def _watch(self) -> None:
        try:
            self._look_and_ring()
        finally:
            if self._ear is not None:
                self._ear.hang_up()

    def _look_and_ring(self) -> None:
        while not self._closing.is_set():
            heard = self._listen()
            if self._closing.is_set():
                return
            try:
                head = self._head()
            except StoreUnavailable:
                self._seen = None  # whatever happens meanwhile, the first answer rings
                continue
            before, self._seen = self._seen, head
            self._log(head.log_size)
            if heard or head != before:
                self.ring()
            if before is not None and head.law_epoch != before.law_epoch:
                self._refresh()
            if heard:
                # others may commit hundreds of times a second: they are heard of together
                self._closing.wait(GATHER_SECONDS)

    def _refresh(self) -> None:
        with contextlib.suppress(StoreUnavailable):  # whoever needs it next asks again
            self._law()

    def _listen(self) -> bool:
        if self._ear is not None:
            try:
                return self._ear.listen(self._seconds)
            except StoreUnavailable:
                pass
        self._closing.wait(self._seconds)
        return False


def _nothing() -> None:
    """Nobody wants to know."""


def _nothing_of(_size: int) -> None:
    """Nobody wants to know."""


def _told(loop: asyncio.AbstractEventLoop, rung: asyncio.Event) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(rung.set)
