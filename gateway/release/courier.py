"""The courier of one subscription: takes what is pending through the door, and carries it, in order.

Push is a pull that the gateway makes for the recipient. One release is on its way at a time. A try is noted
before it is made; law and states are looked at once more when the connection stands, and nothing goes
where they moved. What a subscriber answers is noted after it. After a crash at any point the same release
goes again under the same id.
"""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from gateway.clock import Clock
from gateway.errors import LawRefuses, ReleaseHeld
from gateway.events import Event, emit
from gateway.keys import webhook
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from gateway.law.book import LawBook
from gateway.ledger.checkpoint import to_header
from gateway.ledger.leaf import stamp
from gateway.net.egress import Answer, EgressClient, Line, Withheld
from gateway.release.breaker import Breaker
from gateway.release.closed import Acknowledging
from gateway.release.endpoints import Endpoint, open_secret
from gateway.release.handed import COURIER, Delivered, Failed, NotTried, Replayed, Trying
from gateway.release.load import Load
from gateway.release.pull import Door, Pulled
from gateway.release.schedule import GIVE_UP_SECONDS, GONE, wait_seconds
from gateway.release.sent import PageForm, written
from gateway.store.delivering import ACTIVE, Deliveries
from gateway.store.leasing import Lease
from gateway.store.reading import Reader
from gateway.store.states import Delivery
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from schemas.subscriptions import DeliveryMode, Subscription

BATCH_RECORDS = 100
BATCH_BYTES = 256 * 1024
"""Records and bytes of one batch at most."""

SUCCESS = range(200, 300)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PostRoom:
    """What every courier of a process works with."""

    reader: Reader
    writer: Writer
    door: Door
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]
    deliveries: Deliveries
    client: EgressClient
    count: Callable[[str, str], None] = lambda _subscription, _code: None
    """Told of each attempt: whose, and what came of it."""

    def now(self) -> int:
        """Seconds since 1970, by the injected clock."""
        return int(self.clock.now().timestamp())


def webhook_id(key: bytes, subscription: str, number: int, content: bytes) -> str:
    """Return the id that a release keeps over all its tries, and that tells no number.

    Args:
        key: The gateway's cursor key.
        subscription: Whose release.
        number: Of the release.
        content: Its content hash: a gateway restored to the past makes other releases under the same
            numbers, and a receiver must not take them for those it has.
    """
    digest = keyed_hash(key, b"webhook-id", subscription.encode(), str(number).encode(), content)
    return "rel_" + base64.b32encode(digest[:16]).decode().rstrip("=").lower()


def signed(
    keys: KeyRing, deliveries: Deliveries, subscription: str, own_id: str, now: int, body: bytes
) -> dict[str, str]:
    """Return the Standard Webhooks headers of a body: id, time, and a signature by every key in use.

    Args:
        keys: The gateway's.
        deliveries: Says which secrets and keys sign now.
        subscription: Whose secrets.
        own_id: What the message keeps over all its tries.
        now: Seconds since 1970.
        body: All of it.
    """
    wrapped = deliveries.secrets(subscription, now)
    secrets = [open_secret(keys.wrapping, subscription, one) for one in wrapped]
    numbers = deliveries.key_numbers(now)
    own = [webhook.signing_key(keys.webhook, number) for number in numbers]
    signatures = webhook.signatures(own_id, now, body, secrets, own)
    return {webhook.ID: own_id, webhook.TIMESTAMP: str(now), webhook.SIGNATURE: signatures}


@dataclass(frozen=True, slots=True)
class Parcel:
    """One release, ready to be handed over."""

    subscription: Subscription
    number: int
    url: str
    headers: Mapping[str, str]
    body: bytes
    pulled: Pulled
    replay: bool
    failures: int
    failing_since: int | None


class Courier:
    """Carries the releases of one subscription; ``step`` does the next thing."""

    def __init__(
        self, room: PostRoom, subscription: str, lease: Lease | None, line: Line, breaker: Breaker
    ) -> None:
        self._room, self._id, self._line, self._breaker = room, subscription, line, breaker
        self.lease = lease

    async def step(self, *, settle: bool = False) -> float | None:
        """Do the next thing.

        Args:
            settle: Commit an empty stretch, however short.

        Returns:
            0 where there may be more to do at once; seconds until something is due; None where nothing is.

        Raises:
            LeaseLost: Another worker sends for this subscription.
            StoreUnavailable: The database does not answer.
        """
        try:
            prepared = await asyncio.to_thread(self._prepare, settle=settle)
        except ReleaseHeld:
            return None  # until an operator lifts the hold
        if not isinstance(prepared, Parcel):
            return prepared
        return await self._carry(prepared)

    # ------------------------------------------------------------------ before
    def _prepare(self, *, settle: bool) -> Parcel | float | None:
        room = self._room
        standing = room.deliveries.standing(self._id)
        if standing is None or standing["state"] != ACTIVE:
            return None
        subscription = Subscription.model_validate_json(standing["body"])
        if subscription.mode is not DeliveryMode.PUSH:
            return None
        now = room.now()
        if (standing["opens_at"] or 0) > now:
            return float(standing["opens_at"] - now)
        if standing["replay_next"] is not None:
            return self._again(standing, subscription)
        if standing["pending"] is not None and (standing["next_at"] or 0) > now:
            return float(standing["next_at"] - now)
        load = Load(COURIER, BATCH_RECORDS, BATCH_BYTES, settle)
        try:
            pulled = room.door.carry(self._id, subscription.partner, load)
        except LawRefuses:
            return None
        if pulled.page.is_empty and not self._is_pending(subscription, pulled.page.release):
            return None
        return self._parcel(standing, subscription, pulled, replay=False)

    def _is_pending(self, subscription: Subscription, number: int) -> bool:
        """Whether an empty page is a release all of whose records were taken back since."""
        row = self._room.reader.subscription(self._id, subscription.partner)
        return row is not None and row["pending"] == number

    def _again(self, standing: Mapping[str, Any], subscription: Subscription) -> Parcel | float:
        """Prepare the next page of a replay; what the law no longer lets go is left out."""
        room, number = self._room, standing["replay_next"] - 1
        pulled = room.door.again(self._id, subscription.partner, COURIER, number)
        if pulled is None or pulled.page.release > standing["replay_to"]:
            room.writer.run(Replayed(self._id, None, self.lease))
            return 0.0
        if pulled.page.is_empty:
            room.writer.run(Replayed(self._id, pulled.page.release, self.lease))
            return 0.0
        return self._parcel(standing, subscription, pulled, replay=True)

    def _parcel(
        self,
        standing: Mapping[str, Any],
        subscription: Subscription,
        pulled: Pulled,
        *,
        replay: bool,
    ) -> Parcel:
        room, page = self._room, pulled.page
        body = b"".join(
            written(page, PageForm.CLOUDEVENTS, lambda _index: True, lambda _sent: None)
        )
        content = room.deliveries.content_hash(self._id, page.release)
        own_id = webhook_id(room.keys.cursor, self._id, page.release, content)
        checkpoint = room.reader.newest_checkpoint()
        headers = {
            "Content-Type": PageForm.CLOUDEVENTS.value,
            "User-Agent": "charnwood-gateway",
            "Gateway-Subscription": self._id,
            "Gateway-Marking": page.marking,
            "Gateway-Cursor": page.cursor,
            **({} if checkpoint is None else {"Ledger-Checkpoint": to_header(checkpoint[1])}),
            **signed(room.keys, room.deliveries, self._id, own_id, room.now(), body),
        }
        return Parcel(
            subscription=subscription,
            number=page.release,
            url=Endpoint.model_validate_json(standing["endpoint"]).url,
            headers=headers,
            body=body,
            pulled=pulled,
            replay=replay,
            failures=standing["failures"],
            failing_since=standing["failing_since"],
        )

    # ------------------------------------------------------------------ the try
    async def _carry(self, parcel: Parcel) -> float:
        room, tried = self._room, parcel.failures + 1
        if not parcel.replay:
            noted = await self._run(Trying(self._id, parcel.number, room.now(), self.lease))
            if noted is None:
                return 0.0
            tried = noted

        async def body() -> AsyncIterator[bytes]:
            if not await asyncio.to_thread(parcel.pulled.look.whole):
                raise Withheld
            yield parcel.body

        try:
            answer = await self._line.post(parcel.url, parcel.headers, len(parcel.body), body)
        except Withheld:
            if not parcel.replay:
                await self._run(NotTried(self._id, parcel.number, self.lease))
            emit(Event.DELIVERY_WITHHELD, subscription=self._id, release=parcel.number)
            return 0.0
        room.count(self._id, answer.code)
        if answer.status in SUCCESS:
            await self._delivered(parcel, answer, tried)
            return 0.0
        return await self._failed(parcel, answer, tried)

    # ------------------------------------------------------------------ after
    async def _delivered(self, parcel: Parcel, answer: Answer, tried: int) -> None:
        self._breaker.succeeded()
        if parcel.replay:
            await self._run(Replayed(self._id, parcel.number, self.lease))
        else:
            room = self._room
            at, nonce = stamp(room.clock.now()), room.random(16).hex()
            said = Acknowledging(
                parcel.subscription, parcel.number, COURIER, at, nonce, method="push"
            )
            await self._run(Delivered(said, answer.code, self.lease))
        emit(
            Event.DELIVERED,
            subscription=self._id,
            release=parcel.number,
            attempts=tried,
            replay=parcel.replay,
        )

    async def _failed(self, parcel: Parcel, answer: Answer, tried: int) -> float:
        room, now = self._room, self._room.now()
        wait = wait_seconds(
            tried,
            status=answer.status,
            timed_out=answer.code == "timeout",
            retry_after=answer.retry_after,
            now=room.clock.now(),
            random=room.random,
        )
        opens = self._breaker.failed(parcel.failures + 1)
        given_up = self._gives_up(parcel, answer, now)
        job = Failed(
            subscription=parcel.subscription,
            number=parcel.number,
            replay=parcel.replay,
            code=answer.code,
            at=now,
            next_at=now + wait,
            opens_at=None if opens is None else now + opens,
            gives_up=given_up,
            stamp=stamp(room.clock.now()),
            nonce=room.random(16).hex(),
            lease=self.lease,
        )
        await self._run(job)
        emit(
            Event.DELIVERY_FAILED,
            subscription=self._id,
            release=parcel.number,
            attempts=tried,
            outcome=answer.code,
            wait=wait,
        )
        if given_up is not None:
            emit(Event.ENDPOINT_DISABLED, subscription=self._id, reason=given_up.value)
        elif opens is not None:
            emit(Event.BREAKER_OPENED, subscription=self._id, seconds=opens)
        return float(max(wait, opens or 0))

    def _gives_up(self, parcel: Parcel, answer: Answer, now: int) -> Delivery | None:
        if answer.status == GONE:
            return Delivery.REFUSED
        since = parcel.failing_since
        return Delivery.EXPIRED if since is not None and now - since > GIVE_UP_SECONDS else None

    async def _run(self, job: Callable[[Tx], T]) -> T:
        return await asyncio.wrap_future(self._room.writer.submit(job))
