"""Who was told of a correction and who has not answered: worked out from what recipients were given.

Everybody who was ever given a record counts, also where nobody knows whether it arrived; nobody else. What
they are told is the notice of the log entry that changed the record, or a later notice about the same record.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from gateway.store.casework import Told, is_closed
from gateway.store.states import Delivery
from policies.pseudonym import quarter_named

RECORD = "record"


class Answer(StrEnum):
    """How one notice to one recipient stands."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"
    """Its time at the recipient is over: the key of its ids was destroyed."""


@dataclass(frozen=True, slots=True)
class Informing:
    """A log entry about a record of which whoever holds it is told."""

    incident: int
    position: int
    kind: str
    """``recorded`` for a new version, else what happened."""
    at: int
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Answered:
    """One record at one recipient: what it holds, what it is told, and how that stands."""

    subscription: str
    recipient: str
    incident: int
    released_id: str
    version: int
    """The newest version that it was given before."""
    kind: str
    since: datetime
    state: Answer
    release: int | None
    """The release that tells it; None while none was made."""
    attempts: int
    next_at: datetime | None
    outcome: str | None

    @property
    def open(self) -> bool:
        """Whether an acknowledgement is owed."""
        return self.state in {Answer.WAITING, Answer.DELIVERED}


@dataclass(frozen=True, slots=True)
class RecipientStanding:
    """One subscription of one recipient over all records of a case."""

    subscription: str
    recipient: str
    answers: tuple[Answered, ...]
    overdue: int
    """Of them, not acknowledged for longer than the set time."""
    escalate: int
    """Of them, for so long that somebody is to be told."""

    def count(self, state: Answer) -> int:
        """How many records stand so."""
        return sum(one.state is state for one in self.answers)

    @property
    def open(self) -> int:
        """How many acknowledgements are owed."""
        return sum(one.open for one in self.answers)


def answers_of(
    informing: Iterable[Informing], told: Sequence[Told], destroyed: Collection[str] = ()
) -> list[Answered]:
    """Return how every notice that is owed stands.

    Args:
        informing: Entries of the log, at most one a record.
        told: What recipients were given of these records, in the order of the releases.
        destroyed: Quarters of which nothing can be named any more.
    """
    given: dict[tuple[str, int], list[Told]] = defaultdict(list)
    for row in told:
        given[row.subscription, row.incident].append(row)
    of = {one.incident: one for one in informing}
    found: list[Answered] = []
    for (_, incident), rows in given.items():
        if incident in of:
            answered = _answered(of[incident], rows, destroyed)
            if answered is not None:
                found.append(answered)
    return sorted(found, key=lambda one: (one.recipient, one.subscription, one.incident))


def _answered(
    entry: Informing, rows: Sequence[Told], destroyed: Collection[str]
) -> Answered | None:
    # what was given once the entry was known needs no notice of it
    had = [row for row in rows if row.what == RECORD and row.decided_to < entry.position]
    if not had:
        return None
    notices = [
        row
        for row in rows
        if row.what != RECORD and row.position >= entry.position and not is_closed(row.state)
    ]
    notice = notices[0] if notices else None
    last = max(had, key=lambda row: row.version)
    state = Answer.WAITING
    if notice is not None:
        done = notice.state == Delivery.ACKNOWLEDGED.value
        state = Answer.ACKNOWLEDGED if done else Answer.DELIVERED
    elif quarter_named(last.released_id) in destroyed:
        state = Answer.ENDED
    next_at = None if notice is None or notice.next_at is None else notice.next_at
    return Answered(
        subscription=last.subscription,
        recipient=last.recipient,
        incident=entry.incident,
        released_id=last.released_id,
        version=last.version,
        kind=entry.kind,
        since=datetime.fromtimestamp(entry.at, UTC),
        state=state,
        release=None if notice is None else notice.number,
        attempts=0 if notice is None else notice.attempts,
        next_at=None if next_at is None else datetime.fromtimestamp(next_at, UTC),
        outcome=None if notice is None else notice.outcome,
    )


def by_recipient(
    answers: Iterable[Answered], now: datetime, overdue: timedelta, escalation: timedelta
) -> list[RecipientStanding]:
    """Return answers by subscription, and how many are late."""
    grouped: Mapping[str, list[Answered]] = defaultdict(list)
    for one in answers:
        grouped[one.subscription].append(one)
    return [
        RecipientStanding(
            name,
            listed[0].recipient,
            tuple(listed),
            sum(one.open and now - one.since > overdue for one in listed),
            sum(one.open and now - one.since > escalation for one in listed),
        )
        for name, listed in sorted(grouped.items())
    ]
