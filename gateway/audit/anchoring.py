"""Publishing on a clock: sign, write to files, post elsewhere, and note what came of it.

The two kinds of anchor are folders (``GATEWAY_HOME/checkpoints`` and, where set, one more) and addresses.
Every folder must take a checkpoint; of several addresses one is enough, for any of them is a witness. What
may have gone wrong before a checkpoint was there to publish counts as failing too.
"""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from gateway.audit.checkpoints import Publisher
from gateway.clock import Clock
from gateway.errors import StoreUnavailable
from gateway.events import Event, emit
from gateway.law.anchors import Kind, Noting, Outcome, Place, anchors
from gateway.law.register import Act
from gateway.net.egress import EgressClient
from gateway.net.target import TargetRefused, read_target
from gateway.settings import AnchorRequired

OK = "ok"
_TAKEN = range(200, 300)
_MEDIA_TYPE = "text/plain; charset=utf-8"
Published = tuple[int, str]
"""Size and note."""


@dataclass(frozen=True, slots=True)
class Anchoring:
    """Publishes in turn with other processes."""

    publisher: Publisher
    clock: Clock
    act: Callable[[str], Act]
    client: EgressClient | None = None
    """Dials the addresses; None where there are none."""
    urls: Sequence[str] = ()
    required: AnchorRequired = AnchorRequired.FILE
    limit_seconds: int = 4 * 3_600

    def publish(
        self, every: float = 0.0, before: Callable[[], object] = lambda: None
    ) -> Published | None:
        """Publish the ledger as it stands; return (size, note), or None where it is empty.

        Args:
            every: As ``Publisher.publish``.
            before: Done first; where it fails nothing is published.

        Raises:
            StoreUnavailable: The database does not answer; then nothing is released either.
            Exception: Whatever made signing fail; it counts as failing to publish.
        """
        at = int(self.clock.now().timestamp())
        try:
            before()
            published, code = self._signed(at, every)
        except StoreUnavailable:
            raise
        except Exception:
            self._note([self._failed(Kind.FILE, "not-signed"), *self._posts_failed()], at)
            raise
        self._note([self._filed(published, code), *self._posted(published)], at)
        return published

    def _signed(self, at: int, every: float) -> tuple[Published | None, str]:
        """Sign and write; what cannot be written is signed all the same, and can still be posted."""
        try:
            return self.publisher.publish(at, every), OK
        except OSError as error:
            newest = self.publisher.reader.newest_checkpoint()
            return (None if newest is None else newest[:2]), _code(error)

    def _note(self, outcomes: list[Outcome], at: int) -> None:
        known = {one.kind: one for one in anchors(self.publisher.reader)}
        for outcome in outcomes:
            before = known.get(outcome.kind)
            if not outcome.taken and (before is None or before.failing_since is None):
                emit(Event.ANCHOR_FAILED, kind=outcome.kind.value, required=outcome.required)
        self.publisher.writer.run(Noting(outcomes, at, self.act("gateway")))

    # ------------------------------------------------------------------ files
    def _filed(self, published: Published | None, code: str) -> Outcome:
        size = 0 if published is None else published[0]
        names = [folder.name for folder in self.publisher.folders]
        places = tuple(
            Place(shown=name, code=code, size=size if code == OK else 0) for name in names
        )
        return self._outcome(Kind.FILE, size, places, taken=code == OK)

    # ------------------------------------------------------------------ addresses
    def _posted(self, published: Published | None) -> list[Outcome]:
        if not self.urls:
            return []
        if published is None:
            places = tuple(Place(shown=shown(url), code=OK) for url in self.urls)
            return [self._outcome(Kind.POST, 0, places, taken=True)]
        size, note = published
        places = asyncio.run(self._post_all(size, note))
        taken = any(one.size >= size for one in places)
        return [self._outcome(Kind.POST, size, places, taken=taken)]

    async def _post_all(self, size: int, note: str) -> tuple[Place, ...]:
        known = {
            place.shown: place
            for one in anchors(self.publisher.reader)
            if one.kind is Kind.POST
            for place in one.places
        }
        posted = (self._post(url, known.get(shown(url)), size, note) for url in self.urls)
        return tuple(await asyncio.gather(*posted))

    async def _post(self, url: str, before: Place | None, size: int, note: str) -> Place:
        """Post to one address what it has not taken yet, by whichever process."""
        if before is not None and before.code == OK and before.size == size:
            return before
        if self.client is None:
            return Place(shown=shown(url), code="no-client")
        raw = note.encode()

        async def body() -> AsyncIterator[bytes]:
            yield raw

        line = self.client.line()
        headers = {"Content-Type": _MEDIA_TYPE, "User-Agent": "charnwood-gateway"}
        try:
            answer = await line.post(url, headers, len(raw), body)
        finally:
            await line.close()
        if answer.status in _TAKEN:
            return Place(shown=shown(url), code=OK, size=size)
        kept = 0 if before is None else before.size
        # a ledger that was put back is shorter than what the address took of the future that was lost
        return Place(shown=shown(url), code=answer.code, size=min(kept, max(size - 1, 0)))

    # ------------------------------------------------------------------ both
    def _posts_failed(self) -> list[Outcome]:
        return [self._failed(Kind.POST, "not-signed")] if self.urls else []

    def _failed(self, kind: Kind, code: str) -> Outcome:
        names = (
            [folder.name for folder in self.publisher.folders]
            if kind is Kind.FILE
            else [shown(url) for url in self.urls]
        )
        places = tuple(Place(shown=name, code=code) for name in names)
        return self._outcome(kind, 0, places, taken=False)

    def _outcome(self, kind: Kind, size: int, places: tuple[Place, ...], *, taken: bool) -> Outcome:
        required = self.required in {AnchorRequired.BOTH, kind.value}
        return Outcome(kind, required, self.limit_seconds, size, taken, places)


def shown(url: str) -> str:
    """Return what may be shown of an address: scheme and host; its path may be a secret."""
    try:
        target = read_target(url)
    except TargetRefused:
        return "an address that cannot be read"
    return f"{target.scheme}://{target.authority}"


def _code(error: OSError) -> str:
    named = errno.errorcode.get(error.errno or 0, "EIO")
    return {"ENOSPC": "disk-full", "EACCES": "not-allowed", "EROFS": "read-only"}.get(
        named, "input-output-error"
    )
