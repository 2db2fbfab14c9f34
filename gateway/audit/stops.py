"""What stops releases, since when, in a sentence each: for readiness, the console and `gateway check`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.clock import Clock
from gateway.errors import (
    GatewayError,
    LawUnavailable,
    ReleaseHeld,
    ReleaseUnanchored,
    StoreUnavailable,
)
from gateway.law.anchors import Anchor, Kind, fault_of, stopping
from gateway.law.book import LawBook
from gateway.law.holds import holds
from gateway.store.reading import Reader
from gateway.store.writer import Writer

_KINDS = {Kind.FILE: "to a file", Kind.POST: "by post to another server"}


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing that lets nothing be released."""

    code: str
    """Of the refusal that a recipient gets."""
    says: str
    """One sentence; no personal value."""
    remedy: str
    """For the operator."""
    since: datetime | None
    """Aware; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks what stops releases."""

    reader: Reader
    writer: Writer
    book: LawBook
    clock: Clock

    def stops(self) -> list[Stop]:
        """Return everything that stops releases now; empty where they go."""
        return [*_store(self), *_law(self)]


def _store(watch: Watch) -> list[Stop]:
    """Whether the audit can be written: a release without its entry would be one that nobody can prove."""
    code, trouble = StoreUnavailable.code, watch.writer.trouble
    if not watch.writer.alive:
        says = "The process that records has ended, so nothing can be entered in the ledger."
        return [
            Stop(code, says, "Start `gateway serve` again; nothing acknowledged is lost.", None)
        ]
    if trouble is None:
        return []
    since = watch.clock.now() - timedelta(seconds=trouble.seconds())
    says = f"Nothing can be entered in the ledger, and nothing leaves without its entry. {trouble.fault.says}"
    return [Stop(code, says, "Mend it; releases go on by themselves, and nothing is lost.", since)]


def _law(watch: Watch) -> list[Stop]:
    found: list[Stop] = []
    try:
        standing = [hold for hold in holds(watch.reader) if hold.stands]
        failing = stopping(watch.reader, int(watch.clock.now().timestamp()))
    except StoreUnavailable as error:
        return [Stop(error.code, error.title, error.at_terminal or error.remedy, None)]
    for hold in standing:
        since = None if hold.placed_at is None else datetime.fromisoformat(hold.placed_at)
        remedy = f"Compare with the partners, then `gateway hold lift {hold.name}`."
        found.append(Stop(ReleaseHeld.code, ReleaseHeld.title, remedy, since))
    found += [unanchored(anchor) for anchor in failing]
    try:
        watch.book.current()
    except LawUnavailable as error:
        found.append(_of(error))
    return found


def unanchored(anchor: Anchor) -> Stop:
    """Say that an anchor has failed for too long, or will have."""
    hours = anchor.limit_seconds / 3_600
    says = (
        f"Checkpoints could not be published {_KINDS[anchor.kind]} for longer than {hours:g} hours: "
        f"{fault_of(anchor.places)}."
    )
    since = datetime.fromtimestamp(anchor.stops_at or anchor.tried_at, tz=UTC)
    remedy = "Mend what takes them; the next checkpoint that is published lets releases go on."
    return Stop(ReleaseUnanchored.code, says, remedy, since)


def _of(error: GatewayError) -> Stop:
    return Stop(error.code, error.title, error.at_terminal or error.remedy, None)
