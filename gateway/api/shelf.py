"""Where whole answers are held for a short while, so that a reader of ranges reads one and the same file.

One process holds its own; a reader that another process answers is given another file, with another ETag,
and a range of the first is refused or, by If-Range, answered with the whole.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.analysis.downloads_refused import DownloadGone, DownloadsBusy
from gateway.analysis.incidents_whole import Whole

LIFE_SECONDS = 900
"""How long a file is held after it was made."""
MOST_HELD = 16
"""Files held at a time; the oldest goes for a new one."""
MOST_MADE = 2
"""Files made at a time."""
_REMEMBERED = 1_000


@dataclass(slots=True)
class Shelf:
    """The files of one process, by who asked for what."""

    now: Callable[[], float]
    """Seconds that only grow."""
    _held: OrderedDict[bytes, tuple[float, Whole]] = field(default_factory=OrderedDict)
    _gone: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    """Whose file went while its reader may have had a part of it."""
    _waiting: dict[bytes, asyncio.Lock] = field(default_factory=dict)
    _making: int = 0

    async def find(
        self,
        key: bytes,
        make: Callable[[], Whole],
        stands: Callable[[Whole], bool],
        *,
        part: bool,
    ) -> Whole:
        """Return the file of a question, made anew where none is held that may be read on.

        Args:
            key: Who asks for what.
            make: Makes it; runs in a thread.
            stands: Whether a file may be read on; runs in a thread.
            part: Whether a part is asked for that must be of a file read before.

        Raises:
            DownloadGone: A part is asked for, and the file that it would be of is gone.
            DownloadsBusy: As many are being made as are made at a time.
        """
        lock = self._waiting.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                return await self._found(key, make, stands, part=part)
        finally:
            if not lock.locked():
                self._waiting.pop(key, None)

    async def _found(
        self,
        key: bytes,
        make: Callable[[], Whole],
        stands: Callable[[Whole], bool],
        *,
        part: bool,
    ) -> Whole:
        self._let_go()
        held = self._held.get(key)
        if held is not None and await asyncio.to_thread(stands, held[1]):
            return held[1]
        self._drop(key)
        if self._gone.pop(key, self) is not self and part:
            raise DownloadGone
        if self._making >= MOST_MADE:
            raise DownloadsBusy
        self._making += 1
        try:
            whole = await asyncio.to_thread(make)
        finally:
            self._making -= 1
        self._held[key] = self.now(), whole
        return whole

    def _let_go(self) -> None:
        now = self.now()
        late = [key for key, (made, _) in self._held.items() if now - made > LIFE_SECONDS]
        late += list(self._held)[: max(0, len(self._held) - MOST_HELD + 1)]
        for key in late:
            self._drop(key)

    def _drop(self, key: bytes) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            held[1].close()
            self._gone[key] = None
            while len(self._gone) > _REMEMBERED:
                self._gone.popitem(last=False)

    def close(self) -> None:
        """Let every file go."""
        for key in list(self._held):
            self._drop(key)
