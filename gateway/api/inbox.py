"""Answers of the writer's thread, brought to the event loop many at a time.

``asyncio.wrap_future`` wakes the loop once for every answer, by a byte through a socket; a commit of
thirty pushes would pay for thirty. Here the first answer wakes it and the others ride along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


class Inbox:
    """One event loop's answers."""

    def __init__(self) -> None:
        self._arrived: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._woken = False

    async def wait(self, future: Future[T]) -> T:
        """Return a future's result when it is there (raises what it raises)."""
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[T] = loop.create_future()

        def arrived(done: Future[T]) -> None:
            self._arrived.append((waiting, done))
            if not self._woken:
                self._woken = True
                loop.call_soon_threadsafe(self._hand_out)

        future.add_done_callback(arrived)
        return await waiting

    def _hand_out(self) -> None:
        # before the first is taken: an answer that arrives from here on wakes the loop again
        self._woken = False
        while self._arrived:
            waiting, done = self._arrived.popleft()
            if waiting.done():
                continue
            error = done.exception()
            if error is None:
                waiting.set_result(done.result())
            else:
                waiting.set_exception(error)
