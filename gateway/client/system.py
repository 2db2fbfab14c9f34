"""One system of one partner, talking to one gateway: sends, receives, and checks what it is told."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import KW_ONLY, dataclass, field
from types import TracebackType
from typing import Any, Self

import httpx

from gateway.client.answers import Answer, PageBroken
from gateway.client.connection import Connection
from gateway.client.pages import NDJSON, Page, read_page
from gateway.client.proof import Proof
from gateway.client.receipts import ReceiptStore, kept_of
from gateway.client.retries import Retries
from gateway.client.state import MemoryState, StateStore
from gateway.client.witness import LedgerNotBelieved, Witness
from gateway.clock import Clock, SystemClock
from gateway.ledger.receipt import ReceiptRefused
from schemas.receipts import (
    ErasureResult,
    LiftingResult,
    PushResult,
    RestrictionResult,
    RetractionResult,
)

_BROKEN_TRIES = 5
"""How often a page that does not arrive whole is asked for before the system gives up."""


@dataclass(slots=True)
class PartnerSystem:
    """A client of one gateway. Use it as a context; for one thread at a time.

    Args:
        url: The gateway's address, scheme and host; no other is dialled.
        proof: How the system proves itself.
        state: Where cursors and the ledger's checkpoint outlive a run.
        receipts: Where receipts are kept; an answer without one is refused then. Absent: those that come
            are checked, and not kept.
        ledger_key: The ledger's verifier key as handed over; absent: the first one shown is kept.
        witnessing: Demand that every checkpoint extends the one kept; needs the scope ``ledger:read``.
    """

    url: str
    proof: Proof
    state: StateStore = field(default_factory=MemoryState)
    _: KW_ONLY
    receipts: ReceiptStore | None = None
    ledger_key: str | None = None
    witnessing: bool = True
    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[int], bytes] = os.urandom
    retries: Retries = field(default_factory=Retries)
    scope: str | None = None
    transport: httpx.BaseTransport | None = None
    connection: Connection = field(init=False)
    witness: Witness = field(init=False)

    def __post_init__(self) -> None:
        self.connection = Connection(
            self.url, self.proof, self.clock, self.random, self.retries, self.scope, self.transport
        )
        self.witness = Witness(self.ledger, self.state, self.ledger_key)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Hang up."""
        self.connection.close()

    def call(self, method: str, path: str, **more: Any) -> Answer:  # noqa: ANN401 - as it takes them
        """Send any request (as ``Connection.call``); check the checkpoint and the receipt that come with it.

        Raises:
            Unreachable: No answer came.
            LedgerNotBelieved: The answer came with a checkpoint or a receipt that does not hold, or with
                no receipt where they are kept.
        """
        answer = self.connection.call(method, path, **more)
        if self.witnessing:
            if not answer.is_error:
                self.witness.look(answer)
            self._take_receipt(answer)
        return answer

    def _take_receipt(self, answer: Answer) -> None:
        """Check the receipt of an answer, and keep it."""
        try:
            kept = kept_of(answer)
            # the receipt of a page that was broken off names the whole page, which comes again
            if kept is not None and not kept.is_cut:
                receipt = kept.verify(self.witness.verifier_key())
                if self.receipts is not None:
                    self.receipts.keep(kept, receipt)
        except ReceiptRefused as refused:
            raise LedgerNotBelieved(f"the receipt of an answer does not hold: {refused}") from None
        if kept is None and self.receipts is not None and not answer.is_error:
            raise LedgerNotBelieved("an answer came without a receipt")

    # ------------------------------------------------------------------ sending
    def send(
        self,
        feed: str,
        body: bytes,
        media_type: str,
        *,
        key: str | None = None,
        unit: str | None = None,
        complete: bool = False,
    ) -> Answer:
        """Push records and return the answer as it came; ``push`` reads it.

        Without a key one is drawn, so that a lost answer can be asked for again.
        """
        headers = {"Content-Type": media_type, "Idempotency-Key": key or self.random(16).hex()}
        if unit is not None:
            headers["Gateway-Unit"] = unit
        if complete:
            headers["Gateway-Full"] = "complete"
        return self.call("POST", f"/v1/feeds/{feed}/records", headers=headers, content=body)

    def push(
        self,
        feed: str,
        body: bytes,
        media_type: str,
        *,
        key: str | None = None,
        unit: str | None = None,
        complete: bool = False,
    ) -> PushResult:
        """Push records; when this returns, what the receipt counts is on the gateway's disk.

        Args:
            feed: Name of the feed.
            body: CSV, JSON or NDJSON.
            media_type: ``text/csv``, ``application/json``, ``application/x-ndjson``.
            key: The same key and body get the same answer; drawn where absent.
            unit: One run of sending a file in several pushes.
            complete: Whether a full extract ends with this push: what it did not hold is asked after.

        Raises:
            Unexpected: An error answer; one where every row was refused has the receipt in its problem.
            Unreachable: No answer came.
        """
        answer = self.send(feed, body, media_type, key=key, unit=unit, complete=complete)
        return PushResult.model_validate(answer.wanted().document)

    def push_parcels(
        self, feed: str, bodies: Iterable[bytes], media_type: str, *, unit: str, full: bool = False
    ) -> Iterator[PushResult]:
        """Push one file in several parcels, as one unit; yields each receipt (raises as ``push``).

        Run again with the same unit after a break: what is in already is answered, not doubled. Say ``full``
        where the file is a full extract: it ends with the last parcel.
        """
        waiting: bytes | None = None
        number = 0

        def pushed(body: bytes, *, is_last: bool) -> PushResult:
            key = f"{unit}-{number}"
            return self.push(feed, body, media_type, key=key, unit=unit, complete=full and is_last)

        for body in bodies:
            if waiting is not None:
                yield pushed(waiting, is_last=False)
                number += 1
            waiting = body
        if waiting is not None:
            yield pushed(waiting, is_last=True)

    def retract(self, feed: str, references: list[str], reason: str) -> RetractionResult:
        """Take records back by the source's own references: there was no such incident (as ``push``)."""
        return RetractionResult.model_validate(self._order(feed, "retractions", references, reason))

    def restrict(self, feed: str, references: list[str], reason: str) -> RestrictionResult:
        """Have records kept and used no longer, until the restriction is lifted (raises as ``push``)."""
        return RestrictionResult.model_validate(
            self._order(feed, "restrictions", references, reason)
        )

    def lift(self, feed: str, references: list[str], reason: str) -> LiftingResult:
        """Lift restrictions (raises as ``push``)."""
        return LiftingResult.model_validate(self._order(feed, "liftings", references, reason))

    def erase(self, feed: str, references: list[str], reason: str) -> ErasureResult:
        """Have the content of records destroyed, for good (raises as ``push``)."""
        return ErasureResult.model_validate(self._order(feed, "erasures", references, reason))

    def explain(self, feed: str, reference: str, subscription: str) -> Answer:
        """Ask why a record may go to a subscription, or not."""
        wanted = {"feed": feed, "reference": reference, "subscription": subscription}
        return self.call("POST", "/v1/decisions/explain", json=wanted)

    # ------------------------------------------------------------------ receiving
    def pages(self, subscription: str, *, limit: int = 1_000, wait: float = 0.0) -> Iterator[Page]:
        """Yield every page there is, beginning behind the last one that was kept.

        A page counts as kept when the next one is asked for: store it before you go on. After a crash it
        comes again. A page that was broken off is yielded as far as it came; it comes again, decided anew.

        Args:
            subscription: Id of your subscription.
            limit: Records in a page at most.
            wait: Seconds that the gateway may wait for news before it says that there is none.

        Raises:
            Unexpected: An error answer; ``conditions`` names every reason where the law refuses.
            PageBroken: No page arrived whole, several times.
            LedgerNotBelieved: The checkpoint that came with a page does not hold; the page is not yielded.
        """
        broken = 0
        while broken < _BROKEN_TRIES:
            page = self._page(subscription, limit, wait)
            if page is None or not page.complete:
                broken += 1
                if page is not None:
                    yield page
                continue
            broken = 0
            if not page.is_empty:
                yield page
            self.state.save(_cursor(subscription), page.cursor)
            if page.is_empty:
                return
        raise PageBroken

    def pull(
        self,
        subscription: str,
        *,
        after: str | None = None,
        limit: int = 1_000,
        wait: float = 0.0,
        media_type: str = NDJSON,
    ) -> Answer:
        """Ask for one page, and acknowledge all up to a cursor; ``pages`` does the whole."""
        params: dict[str, str | int] = {"limit": limit}
        if wait:
            params["wait"] = str(wait)
        if after is not None:
            params["after"] = after
        path = f"/v1/subscriptions/{subscription}/records"
        return self.call("GET", path, params=params, headers={"Accept": media_type})

    def cursor(self, subscription: str) -> str | None:
        """Return the cursor of the last page that was kept."""
        return self.state.load(_cursor(subscription))

    def acknowledge(self, subscription: str) -> bool:
        """Say that the last page kept has arrived, without asking for the next; whether it was news."""
        cursor = self.cursor(subscription)
        if cursor is None:
            return False
        path = f"/v1/subscriptions/{subscription}/acknowledgements"
        answer = self.call("POST", path, json={"cursor": cursor})
        return bool(answer.wanted().document["acknowledged"])

    def subscriptions(self) -> list[dict[str, Any]]:
        """List this partner's subscriptions, and how far each has got."""
        listed: list[dict[str, Any]] = (
            self.call("GET", "/v1/subscriptions").wanted().document["subscriptions"]
        )
        return listed

    # ------------------------------------------------------------------ asking
    def statistics(self, subscription: str, first: str, last: str, **levels: str) -> dict[str, Any]:
        """Ask for counts of closed periods, by the audience rule.

        Args:
            subscription: Id of your subscription.
            first: The first month, as ``2026-10``.
            last: The last month.
            levels: ``place`` (lsoa, msoa, ward, district), ``period`` (month, quarter), ``by`` (none,
                behaviour, sub_behaviour).

        Raises:
            Unexpected: An error answer.
        """
        asked: dict[str, str | int] = {"subscription": subscription, "first": first, "last": last}
        answer = self.call("GET", "/v1/statistics", params={**asked, **levels})
        counted: dict[str, Any] = answer.wanted().document
        return counted

    def incidents(self, subscription: str, **filters: str) -> Iterator[dict[str, Any]]:
        """Yield the depersonalised records that you may have, page after page (raises as ``statistics``).

        Args:
            subscription: Id of your subscription.
            filters: ``kind``, ``area``, ``behaviour``, ``place``, ``first``, ``last`` and so on.
        """
        asked: dict[str, str | int] = {"subscription": subscription, **filters}
        while True:
            page = self.call("GET", "/v1/incidents", params=asked).wanted().document
            yield from page["records"]
            if page["after"] is None:
                return
            asked["after"] = page["after"]

    # ------------------------------------------------------------------ witnessing
    def ledger(self, what: str, **params: int) -> Answer:
        """Ask the ledger: ``checkpoint``, ``proof``, ``consistency``, ``entries/{index}``."""
        return self.connection.call("GET", f"/v1/ledger/{what}", params=dict(params))

    # ------------------------------------------------------------------ steps
    def _order(self, feed: str, what: str, references: list[str], reason: str) -> object:
        wanted = {"references": references, "reason": reason}
        return self.call("POST", f"/v1/feeds/{feed}/{what}", json=wanted).wanted().document

    def _page(self, subscription: str, limit: int, wait: float) -> Page | None:
        """Return the next page, or None where it did not arrive whole."""
        after = self.cursor(subscription)
        answer = self.pull(subscription, after=after, limit=limit, wait=wait).wanted()
        try:
            page = read_page(answer.content, answer.headers.get("content-type", ""))
        except PageBroken:
            return None
        return page if page.subscription == subscription else None


def _cursor(subscription: str) -> str:
    return f"cursor.{subscription}"
