"""Anchors: where checkpoints are published, and what becomes of releases when that fails for too long.

A ledger that nobody outside has seen proves nothing. So publishing may fail for a while, as machines do,
and not for longer: then nothing is released on any way out until it works again (after X-Road's
``acceptable-timestamp-failure-period``, four hours). Recording goes on. That releases stop, and that they
go on, are leaves; both raise the law's epoch, so that what is being drafted is looked at again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from schemas.base import Word


class Kind(StrEnum):
    """Where a checkpoint may be published."""

    FILE = "file"
    POST = "post"


class Place(Word):
    """One folder or address, and what came of the last try."""

    shown: str
    """``checkpoints``, or scheme and host of an address."""
    code: str
    """``ok``, or why it failed."""
    size: int = 0
    """The largest checkpoint that it took."""


class Anchor(Word):
    """How publishing to one kind of anchor goes."""

    kind: Kind
    required: bool
    limit_seconds: int
    tried_at: int
    """Seconds since 1970, as the other instants."""
    anchored_at: int | None = None
    """When it last held all that there was to publish."""
    size: int = 0
    """Of the checkpoint published there last."""
    failing_since: int | None = None
    places: tuple[Place, ...] = ()
    stopped_entry: int | None = None
    """The ledger's entry that says that releases have stopped."""

    @property
    def stops_at(self) -> int | None:
        """From when on nothing is released; None while it works or is not required."""
        if not self.required or self.failing_since is None:
            return None
        return self.failing_since + self.limit_seconds


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one round of publishing to one kind of anchor."""

    kind: Kind
    required: bool
    limit_seconds: int
    size: int
    """Of the newest checkpoint; 0 where there was nothing to publish."""
    taken: bool
    """Whether it is held there now."""
    places: tuple[Place, ...]


def anchors(reader: Reader) -> list[Anchor]:
    """Return every kind of anchor that is configured, as it stands."""
    return [Anchor.model_validate_json(body) for body in reader.anchors()]


def stopping(reader: Reader, at: int) -> list[Anchor]:
    """Return the anchors that let nothing be released at an instant."""
    return [Anchor.model_validate_json(body) for body in reader.anchors_stopping(at)]


@dataclass(frozen=True, slots=True)
class Noting:
    """The job that notes what came of a round; it seals a leaf only where releases stop or go on."""

    outcomes: Sequence[Outcome]
    at: int
    act: Act

    def __call__(self, tx: Tx) -> None:
        """Note it."""
        for outcome in self.outcomes:
            row = tx.one(t.ANCHOR, {"kind": outcome.kind.value})
            before = None if row is None else Anchor.model_validate_json(row["body"])
            now = self._said(tx, before, self._followed(before, outcome))
            values = {"body": now.model_dump_json(), "stops_at": now.stops_at}
            if row is None:
                tx.add(t.ANCHOR, [{"kind": now.kind.value, **values}])
            else:
                tx.change(t.ANCHOR, {"kind": now.kind.value}, values)
        for kind in set(Kind) - {outcome.kind for outcome in self.outcomes}:
            self._let_go(tx, kind)

    def _followed(self, before: Anchor | None, outcome: Outcome) -> Anchor:
        since = None
        if not outcome.taken:
            since = self.at if before is None else (before.failing_since or self.at)
        return Anchor(
            kind=outcome.kind,
            required=outcome.required,
            limit_seconds=outcome.limit_seconds,
            tried_at=self.at,
            anchored_at=self.at if outcome.taken else (before.anchored_at if before else None),
            size=outcome.size if outcome.taken else (before.size if before else 0),
            failing_since=since,
            places=outcome.places,
            stopped_entry=None if before is None else before.stopped_entry,
        )

    def _said(self, tx: Tx, before: Anchor | None, now: Anchor) -> Anchor:
        """Say in the ledger that releases stop or go on, where that is new."""
        stops = now.stops_at is not None and now.stops_at <= self.at
        if stops and now.stopped_entry is None:
            entry = self._seal(tx, "stopped", now, now.failing_since or self.at)
            return now.model_copy(update={"stopped_entry": entry})
        if not stops and before is not None and now.stopped_entry is not None:
            self._seal(tx, "resumed", now, before.failing_since or self.at)
            return now.model_copy(update={"stopped_entry": None})
        return now

    def _let_go(self, tx: Tx, kind: Kind) -> None:
        """Forget an anchor that is configured no longer."""
        row = tx.one(t.ANCHOR, {"kind": kind.value})
        if row is None:
            return
        before = Anchor.model_validate_json(row["body"])
        if before.stopped_entry is not None:
            self._seal(tx, "let-go", before, before.failing_since or self.at)
        tx.remove(t.ANCHOR, {"kind": kind.value})

    def _seal(self, tx: Tx, change: str, anchor: Anchor, since: int) -> int:
        entry = tx.seal(
            leaf(
                Operation.ANCHOR,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=_nonce(self.act, anchor.kind),
                change=change,
                method=anchor.kind.value,
                as_of=stamp(datetime.fromtimestamp(since, tz=UTC)),
                size=anchor.size,
            )
        )
        tx.raise_law_epoch()
        return entry


def _nonce(act: Act, kind: Kind) -> str:
    """Two leaves of one act may not share a nonce."""
    return act.nonce if kind is Kind.FILE else act.nonce[::-1]


def fault_of(places: Iterable[Place]) -> str:
    """Say which places failed and how, in a line: codes and hosts only."""
    return ", ".join(f"{one.shown} ({one.code})" for one in places if one.code != "ok")
