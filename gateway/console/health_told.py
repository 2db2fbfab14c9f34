"""How the gateway does, in words: what stops releases, store, clock, anchors, feeds, deliveries, keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.stops import Stop, Watch
from gateway.clock import Clock, SystemClock
from gateway.console.words import when
from gateway.keys.ring import KeyRing
from gateway.law.anchors import Anchor, Kind, anchors, fault_of
from gateway.store.states import EndpointState
from gateway.store.watching import endpoints, last_pushes

FULL = 0.5
"""Part of the writer's queue from which on it is worth a word."""


class How(Enum):
    """How one thing is; the value is the colour of its tag."""

    WELL = "green"
    SOON = "orange"
    STOPPED = "red"
    QUIET = "grey"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing, and how it is."""

    what: str
    how: How
    word: str
    """In the tag."""
    says: str


@dataclass(frozen=True, slots=True)
class Health:
    """Everything that the page shows."""

    stops: tuple[Stop, ...]
    sections: tuple[tuple[str, tuple[Line, ...]], ...]


@dataclass(frozen=True, slots=True)
class Examination:
    """Looks at one house."""

    watch: Watch
    keys: KeyRing
    database: str
    """Name of the engine."""
    queue_limit: int
    skew_limit: float
    """Seconds that the machine's clock may be apart from the database's."""
    silent_days: float = 7.0
    """A feed that was heard before and then for so long not is worth a word."""
    machine: Clock = field(default_factory=SystemClock)

    def health(self) -> Health:
        """Look at everything (raises ``StoreUnavailable`` where the database cannot be read)."""
        sections = (
            ("Recording", (*self._store(), self._clock(), self._queue())),
            ("Publishing checkpoints", tuple(map(self._anchor, anchors(self.watch.reader)))),
            ("Feeds", tuple(self._feeds())),
            ("Deliveries by push", tuple(self._deliveries())),
            ("Law and keys", (self._law(), *self._keys())),
        )
        return Health(tuple(self.watch.stops()), sections)

    # ------------------------------------------------------------------ recording
    def _store(self) -> list[Line]:
        writer, reader = self.watch.writer, self.watch.reader
        head = reader.head()
        size = reader.size_bytes() / 1e6
        held = (
            f"{head.log_size:,} entries in the log, {head.ledger_size:,} operations in the ledger, "
            f"{size:,.1f} MB in all."
        )
        lines = [Line("Database", How.WELL, "Read", f"{self.database}. {held}")]
        if not writer.alive:
            says = "The thread that records has ended: start `gateway serve` again."
            return [*lines, Line("Writing", How.STOPPED, "Stopped", says)]
        trouble = writer.trouble
        if trouble is None:
            last = "Every commit since the start succeeded, or has been made good since."
            return [*lines, Line("Writing", How.WELL, "Works", last)]
        since = self.watch.clock.now() - timedelta(seconds=trouble.seconds())
        says = f"{trouble.fault.says} Since {when(since)} nothing was entered in the ledger."
        return [*lines, Line("Writing", How.STOPPED, "Refused", says)]

    def _clock(self) -> Line:
        ahead = self.watch.reader.seconds_ahead(self.machine.now())
        says = (
            f"{abs(ahead):.1f} seconds {'ahead of' if ahead > 0 else 'behind'} the database’s clock; "
            f"up to {self.skew_limit:g} are allowed."
        )
        if abs(ahead) > self.skew_limit:
            return Line("Clock", How.STOPPED, "Apart", f"{says} Set both by NTP.")
        return Line("Clock", How.WELL, "Agrees", says)

    def _queue(self) -> Line:
        waiting = self.watch.writer.waiting
        says = f"{waiting:,} of {self.queue_limit:,} places taken by what waits to be recorded."
        if waiting > FULL * self.queue_limit:
            return Line("Queue", How.SOON, "Filling", f"{says} When it is full, senders get 503.")
        return Line("Queue", How.WELL, "Short", says)

    # ------------------------------------------------------------------ anchors
    def _anchor(self, anchor: Anchor) -> Line:
        what = "Files" if anchor.kind is Kind.FILE else "Posts to other servers"
        if anchor.failing_since is None:
            held = f"Everything up to operation {anchor.size:,} was published"
            tried = _at(anchor.tried_at)
            return Line(what, How.WELL, "Published", f"{held}; last looked at {tried}.")
        says = f"Failing since {_at(anchor.failing_since)}: {fault_of(anchor.places)}."
        if anchor.stops_at is None:
            return Line(what, How.SOON, "Failing", f"{says} It is not required; releases go on.")
        if anchor.stops_at <= int(self.watch.clock.now().timestamp()):
            return Line(what, How.STOPPED, "Stops releases", says)
        return Line(what, How.SOON, "Failing", f"{says} Releases stop at {_at(anchor.stops_at)}.")

    # ------------------------------------------------------------------ in and out
    def _feeds(self) -> list[Line]:
        now = self.watch.clock.now()
        lines = []
        for name, at in last_pushes(self.watch.reader).items():
            if at is None:
                lines.append(Line(name, How.QUIET, "Not heard", "No push of it has come yet."))
                continue
            says = f"Last heard {_at(at)}."
            if now - datetime.fromtimestamp(at, tz=UTC) > timedelta(days=self.silent_days):
                says += f" That is more than {self.silent_days:g} days ago: ask its sender."
                lines.append(Line(name, How.SOON, "Silent", says))
            else:
                lines.append(Line(name, How.WELL, "Heard", says))
        return lines

    def _deliveries(self) -> list[Line]:
        lines = []
        for one in endpoints(self.watch.reader):
            name = one["subscription"]
            if one["state"] != EndpointState.ACTIVE.value:
                says = "Nothing is sent to it until it is set active again; nothing is lost."
                how = How.STOPPED if one["state"] == EndpointState.DISABLED.value else How.QUIET
                lines.append(Line(name, how, str(one["state"]).capitalize(), says))
            elif one["failing_since"] is not None:
                says = f"{one['failures']:,} attempts in a row have failed since {_at(one['failing_since'])}."
                lines.append(Line(name, How.SOON, "Failing", says))
            else:
                lines.append(Line(name, How.WELL, "Reached", "The last attempt was taken."))
        return lines

    # ------------------------------------------------------------------ law and keys
    def _law(self) -> Line:
        edition = self.watch.book.current()
        if edition.refused:
            says = "A stored policy bundle cannot be used; the last good one is in force."
            return Line("Policies", How.STOPPED, "Refused", says)
        return Line("Policies", How.WELL, "In force", f"Snapshot {edition.law.sha256[:16]}.")

    def _keys(self) -> list[Line]:
        key = ledger_verifier_key(self.keys)
        destroyed = len(self.keys.quarters.destroyed)
        return [
            Line("Ledger key", How.WELL, "Present", f"{key.name}, {key.key_hash.hex()}."),
            Line("Token key", How.WELL, "Present", f"{self.keys.token_kid[:16]}."),
            Line(
                "Keys of quarters",
                How.WELL,
                "Present",
                f"{destroyed:,} destroyed, as their time at the recipients was over.",
            ),
        ]


def _at(seconds: int) -> str:
    return when(datetime.fromtimestamp(seconds, tz=UTC))
