"""What the application is assembled with: the house, tokens, quotas, figures."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field

from gateway.access.clients import Client
from gateway.access.server import TokenServer
from gateway.access.verify import Access, TokenVerifier
from gateway.api.figures import Figures
from gateway.api.inbox import Inbox
from gateway.api.shelf import Shelf
from gateway.assembly import House, hold_if_rolled_back
from gateway.audit.anchoring import Anchoring
from gateway.clock import Clock, SystemClock, london_day
from gateway.errors import LawMoved, RateLimited
from gateway.events import Event, emit
from gateway.intake.marked import refusal
from gateway.intake.push import push, record, work_out
from gateway.intake.recorded import Desk, PushRequest
from gateway.keys.webhook import jwk, signing_key
from gateway.law.tool_credentials import ToolAccess
from gateway.ledger.checkpoint import Checkpoint, parse_checkpoint, to_header
from gateway.ledger.leaf import stamp
from gateway.log.entries import PreparedPush, PushAnswer
from gateway.release.dispatch import Dispatcher
from gateway.settings import Settings
from gateway.store import tables as t
from gateway.store.delivering import Deliveries
from gateway.store.tx import Tx
from gateway.workshop import LARGE_BYTES, Order, Workshop
from schemas.receipts import Receipt

_TURN = 0.8
"""Part of the interval in which one process's checkpoint is enough for all."""
TRIES = 8
"""How often a push is worked out anew when law or register move."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A body as it was sent, with its Content-Type."""

    body: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Published:
    """The last published checkpoint, as answers carry it."""

    note: str
    checkpoint: Checkpoint
    header: bytes
    """Value of ``Ledger-Checkpoint``."""

    @classmethod
    def of(cls, note: str) -> Published:
        """Read a note of ours."""
        return cls(note, parse_checkpoint(note), to_header(note).encode())


@dataclass(slots=True)
class Service:
    """One running gateway as its routes see it."""

    house: House
    settings: Settings
    tokens: TokenServer
    verifier: TokenVerifier
    anchoring: Anchoring
    figures: Figures
    workshop: Workshop
    dispatcher: Dispatcher
    shelf: Shelf
    tools: ToolAccess
    inbox: Inbox = field(default_factory=Inbox)
    refused: Counter[str] = field(default_factory=Counter)
    """Requests that the guard refused, by problem."""
    machine: Clock = field(default_factory=SystemClock)
    """This machine's clock, held against the database's: the house's own may stand, or be set."""
    published: Published | None = None
    """The last published checkpoint."""
    inline_bytes: int = 64 * 1024
    """Bodies up to here are worked on in the event loop; a thread costs more than they do."""
    _windows: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Partner → (minute, requests in it)."""

    def quota(self, partner: str) -> None:
        """Count one request of a partner.

        Raises:
            RateLimited: The partner's systems send more than their quota.
        """
        minute = int(self.house.clock.now().timestamp()) // 60
        began, number = self._windows.get(partner, (minute, 0))
        number = number + 1 if began == minute else 1
        self._windows[partner] = (minute, number)
        if number > self.settings.requests_per_minute:
            raise RateLimited

    async def take(self, feed: str, desk: Desk, sent: Sent, request: PushRequest) -> PushAnswer:
        """Take a push in where it costs least; return when it is on the disk.

        Small bodies are worked out in the event loop, middling ones in a thread, large ones in another
        process; one writer records them all. Where law or register move in between, the push is worked
        out anew.

        Raises:
            LawMoved: They moved every time.
        """
        for _ in range(TRIES - 1):
            try:
                return await self._take(feed, desk, sent, request)
            except LawMoved:
                edition = await asyncio.to_thread(self.house.book.refresh)
                desk = self.house.desk(feed, edition)
        return await self._take(feed, desk, sent, request)

    async def _take(self, feed: str, desk: Desk, sent: Sent, request: PushRequest) -> PushAnswer:
        writer, limit = self.house.writer, self.settings.records_per_push
        if len(sent.body) <= self.inline_bytes:
            done = push(sent.body, sent.media_type, desk, request, writer, limit)
            return await self.inbox.wait(done)
        prepared = None
        if len(sent.body) >= LARGE_BYTES:
            prepared = await self._elsewhere(feed, sent, request)
        if prepared is None:
            prepared = await asyncio.to_thread(
                work_out, sent.body, sent.media_type, desk, request, limit
            )
        return await self.inbox.wait(record(prepared, desk, writer))

    async def _elsewhere(self, feed: str, sent: Sent, request: PushRequest) -> PreparedPush | None:
        edition = self.house.book.current()
        order = Order(
            body=sent.body,
            media_type=sent.media_type,
            feed=feed,
            request=request,
            limit=self.settings.records_per_push,
            epoch=edition.epoch,
            day=london_day(self.house.clock),
            parts=dict(edition.law.parts),
        )
        working = await asyncio.to_thread(self.workshop.submit, order)
        if working is None:
            return None
        try:
            return await asyncio.wrap_future(working)
        except BrokenProcessPool:
            await asyncio.to_thread(self.workshop.close)
            return None

    async def refused_for_marking(self, feed: str, access: Access) -> None:
        """Say in the ledger that a push marked above OFFICIAL-SENSITIVE came; nothing of it was read."""
        house = self.house
        at = stamp(house.clock.now())
        job = refusal(feed, access.partner, access.client_id, at, house.random)
        await asyncio.to_thread(house.writer.run, job)
        emit(Event.PUSH_REFUSED_FOR_MARKING, feed=feed)
        self.refused["push.marking_not_taken"] += 1

    def count_push(self, feed: str, receipt: Receipt) -> None:
        """Count what a push brought, for the metrics."""
        self.figures.push(feed, receipt)

    def count_release(self, subscription: str, records: int, notices: int) -> None:
        """Count what a page carried, for the metrics."""
        self.figures.release(subscription, records, notices)

    def webhook_keys(self) -> list[dict[str, str]]:
        """Return the public keys that sign what is pushed now, as JWKs."""
        now = int(self.house.clock.now().timestamp())
        numbers = Deliveries(self.house.reader).key_numbers(now)
        keys = (signing_key(self.house.keys.webhook, number) for number in numbers)
        return [jwk(key.public_key()) for key in keys]

    @property
    def note(self) -> str | None:
        """The text of the last published checkpoint."""
        return None if self.published is None else self.published.note

    def publish(self) -> None:
        """Publish a checkpoint; called at the end.

        A server may be put back while we run, by its own restore or by a failover that lost commits: that
        is looked for first, against the newest checkpoint of ours.
        """
        self._publish(0.0)

    def publish_in_turn(self) -> None:
        """Publish unless another process did it a moment ago; called on a clock."""
        self._publish(self.settings.checkpoint_interval_seconds * _TURN)

    def _publish(self, every: float) -> None:
        published = self.anchoring.publish(every, lambda: hold_if_rolled_back(self.house))
        if published is not None:
            self.published = Published.of(published[1])


@dataclass(frozen=True, slots=True)
class StoredReplay:
    """Client assertions already used, kept in the database (RFC 7523 §3)."""

    house: House

    def seen(self, client_id: str, jti: str, exp: int) -> bool:
        """Note an assertion; return whether it was used before."""
        digest = hashlib.sha256(jti.encode()).digest()

        def note(tx: Tx) -> bool:
            about = {"client_id": client_id, "jti_sha256": digest}
            if tx.one(t.ASSERTION, about) is not None:
                return True
            tx.forget_assertions(int(self.house.clock.now().timestamp()))
            tx.add(t.ASSERTION, [{**about, "expires": exp}])
            return False

        return self.house.writer.run(note)


@dataclass(frozen=True, slots=True)
class RegisteredClients:
    """The partners' systems of the register in force."""

    house: House
    fresh: bool
    """Whether each look asks the database (tokens being issued) or the edition in memory, which a
    clock refreshes (every request)."""

    def get(self, client_id: str) -> Client | None:
        """Return a system, or None."""
        book = self.house.book
        edition = book.refresh() if self.fresh else book.current()
        return edition.register.clients.get(client_id)
