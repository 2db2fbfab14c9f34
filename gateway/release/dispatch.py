"""The dispatcher: one courier a subscription that has something to send, bounded overall.

A slow or dead subscriber holds up its own courier and nobody else's. Where several processes share the
database, each courier works under a lease; where one process has it, none is needed.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field

from gateway.errors import GatewayError
from gateway.events import Event, emit, where
from gateway.release.breaker import Breaker
from gateway.release.courier import Courier, PostRoom
from gateway.store.leasing import LEASE_SECONDS, Lease, LeaseLost, Leases
from gateway.store.wakening import Wakener

POLL_SECONDS = 1.0
"""How often what is due is looked for, where no commit says so."""

LINGER_SECONDS = 5.0
"""How long a courier that has nothing to do waits for more before it hangs up."""

STOP_SECONDS = 5.0
"""How long attempts on their way may take once the gateway is told to stop."""

GATHER_SECONDS = 0.01
"""How long a courier lets commits gather once one has woken it."""

_TROUBLE_SECONDS = 2.0


@dataclass(slots=True)
class Dispatcher:
    """Runs couriers until it is stopped."""

    room: PostRoom
    wakener: Wakener
    leases: Leases | None
    """None where no other process uses the database."""
    at_once: int = 50
    """Couriers that work at the same time."""
    linger: float = LINGER_SECONDS
    _running: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _breakers: dict[str, Breaker] = field(default_factory=dict)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """Look for what is due, again and again, until ``stop``; cancelling it stops it too."""
        try:
            while not self._stopping.is_set():
                mark = self.wakener.mark()
                try:
                    await self._start_due()
                except GatewayError as error:
                    emit(Event.STORE_UNAVAILABLE, error_type=error.code)
                except Exception as error:  # noqa: BLE001 - a dispatcher that dies would stop all sending unseen
                    emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
                await self.wakener.waited(mark, POLL_SECONDS)
        finally:
            await self._end()

    def stop(self) -> None:
        """Begin no further attempt; ``run`` returns when those on their way have ended."""
        self._stopping.set()
        self.wakener.ring()

    async def _start_due(self) -> None:
        room = self.room
        due = await asyncio.to_thread(room.deliveries.due, room.now())
        free = self.at_once - len(self._running)
        waiting = [one for one in due if one not in self._running][: max(0, free)]
        if not waiting:
            return
        taken: dict[str, Lease | None] = dict.fromkeys(waiting)
        if self.leases is not None:
            leased = await asyncio.to_thread(self.leases.take, waiting, len(waiting))
            taken = {lease.subscription: lease for lease in leased}
        for subscription, lease in taken.items():
            task = asyncio.create_task(self._serve(subscription, lease))
            self._running[subscription] = task

    async def _serve(self, subscription: str, lease: Lease | None) -> None:
        """Work for one subscription until there is nothing more to do for a while."""
        line = self.room.client.line()
        breaker = self._breakers.setdefault(subscription, Breaker())
        courier = Courier(self.room, subscription, lease, line, breaker)
        work = asyncio.create_task(self._work(courier))
        renewing = asyncio.create_task(self._renew(courier))
        try:
            await asyncio.wait({work, renewing}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (work, renewing):
                task.cancel()
            results = await asyncio.gather(work, renewing, return_exceptions=True)
            await line.close()
            try:
                await self._ended(subscription, courier.lease, list(results))
            finally:
                self._running.pop(subscription, None)

    async def _work(self, courier: Courier) -> None:
        loop = asyncio.get_running_loop()
        quiet_since: float | None = None
        while not self._stopping.is_set():
            mark = self.wakener.mark()
            wait = await courier.step()
            if wait == 0:
                quiet_since = None
                continue
            if wait is not None and wait > self.linger:
                return
            quiet_since = loop.time() if quiet_since is None else quiet_since
            if loop.time() - quiet_since >= self.linger:
                if await courier.step(settle=True) != 0:
                    return
                quiet_since = None
                continue
            if await self.wakener.waited(mark, min(wait or POLL_SECONDS, POLL_SECONDS)):
                await asyncio.sleep(GATHER_SECONDS)

    async def _renew(self, courier: Courier) -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            if self.leases is not None and courier.lease is not None:
                courier.lease = await asyncio.to_thread(self.leases.renew, courier.lease)

    async def _ended(
        self, subscription: str, lease: Lease | None, results: list[BaseException | None]
    ) -> None:
        for error in results:
            if isinstance(error, LeaseLost):
                emit(Event.LEASE_LOST, subscription=subscription)
                return
            if isinstance(error, GatewayError):
                emit(Event.STORE_UNAVAILABLE, error_type=error.code)
            elif isinstance(error, Exception):
                emit(Event.CLOCK_FAILED, error_type=type(error).__name__, where=where(error))
            if isinstance(error, Exception):
                await asyncio.sleep(
                    _TROUBLE_SECONDS
                )  # its lease runs on: nobody else falls into it
        if self.leases is not None and lease is not None:
            with contextlib.suppress(GatewayError):
                await asyncio.to_thread(self.leases.give_back, lease)

    async def _end(self) -> None:
        """Let attempts on their way end, then cut off what is left: it goes again under its id."""
        self._stopping.set()
        running = list(self._running.values())
        if running:
            _, late = await asyncio.wait(running, timeout=STOP_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
