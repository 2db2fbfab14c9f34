"""Cases: rectification, contest, restriction, erasure, retraction and recall, in guided steps.

A step that changes records is one commit with the order that it gives: neither stands without the other.
Whoever holds one of the records is told by the notices that every order makes (UK GDPR art. 19).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from gateway.audit.casework import (
    CASE,
    WORDS_READ,
    CorrectionRefused,
    Item,
    Step,
    TakeStep,
    find_item,
    items,
    open_words,
)
from gateway.audit.reported import Reports
from gateway.audit.standing import Answered, Informing, RecipientStanding, answers_of, by_recipient
from gateway.clock import LONDON, Clock
from gateway.errors import NotFound
from gateway.intake.correct import Request, order_job
from gateway.intake.recorded import Desk, natural_key
from gateway.keys.ring import KeyRing, RandomSource
from gateway.law.book import Edition, LawBook
from gateway.law.register import Act
from gateway.ledger.leaf import Value, stamp
from gateway.log.erasure_list import ErasureList
from gateway.store.casework import entries_after, standing_of, steps_of, told_of
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.correction_steps import ORDERS, clock_of, next_steps
from policies.correction_steps import Clock as TimeLimit
from schemas.corrections import CaseKind, CaseOpening, CaseStep, Origin, RefusalReason, Wrong

_CHANGES = frozenset({CaseStep.RESTRICTED, CaseStep.LIFTED, CaseStep.RETRACTED, CaseStep.ERASED})
_BEFORE = 0


@dataclass(frozen=True)
class Case:
    """One case as it stands."""

    item: Item
    recipients: tuple[RecipientStanding, ...]
    """Everybody who was ever given one of its records and is told of the last change."""
    informing: tuple[Informing, ...]
    today: date

    @property
    def kind(self) -> CaseKind:
        """What is wanted."""
        return CaseKind(self.item.first.said["kind"])

    @property
    def origin(self) -> Origin:
        """Who asked."""
        return Origin(self.item.first.said["origin"])

    @property
    def incidents(self) -> list[int]:
        """Its records, by their numbers in the log."""
        return list(self.item.first.said["incidents"])

    @property
    def taken(self) -> list[CaseStep]:
        """The steps so far."""
        return [CaseStep(step.what) for step in self.item.steps]

    @property
    def following(self) -> tuple[CaseStep, ...]:
        """The steps that may follow."""
        return next_steps(self.kind, self.origin, self.taken)

    @cached_property
    def clock(self) -> TimeLimit | None:
        """The time limit of a request by a person concerned; None for any other case."""
        if self.origin is not Origin.SUBJECT:
            return None
        received = date.fromisoformat(self.item.first.said["received"])
        days = [
            (CaseStep(step.what), step.at.astimezone(LONDON).date()) for step in self.item.steps
        ]
        return clock_of(received, days, self.today)

    @property
    def closed(self) -> bool:
        """Whether it is closed."""
        return CaseStep.CLOSED in self.taken

    @property
    def late(self) -> bool:
        """Whether the person concerned is answered too late."""
        unanswered = CaseStep.SUBJECT_TOLD not in self.taken
        return self.clock is not None and unanswered and self.clock.due.due < self.today

    @property
    def open(self) -> int:
        """Acknowledgements that are owed."""
        return sum(one.open for one in self.recipients)

    @property
    def overdue(self) -> int:
        """Of them, those that are overdue."""
        return sum(one.overdue for one in self.recipients)

    @property
    def escalated(self) -> set[str]:
        """Subscriptions whose recipient's nominated person was told."""
        return {step.said["subscription"] for step in self.item.of(CaseStep.ESCALATED)}

    @property
    def state(self) -> str:
        """``done``, ``overdue`` or ``open``."""
        if self.closed and not self.open:
            return "done"
        return "overdue" if self.overdue or self.late else "open"


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What references name in a feed."""

    incidents: tuple[int, ...]
    unknown: int


@dataclass(frozen=True, slots=True)
class Cases:
    """Opens cases, takes their steps, and says how they stand."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: RandomSource
    new_id: Callable[[], str]
    desk_of: Callable[[str, Edition], Desk]
    erasures: ErasureList
    reports: Reports
    overdue: timedelta
    escalation: timedelta

    # ------------------------------------------------------------------ reading
    def look_up(self, feed: str, references: Sequence[str]) -> LookedUp:
        """Return the records that references of a feed name (raises ``NotFound``: no such feed)."""
        desk = self.desk_of(feed, self.book.refresh())
        found = [self.reader.incident(desk.feed_id, natural_key(desk, one)) for one in references]
        known = dict.fromkeys(row["id"] for row in found if row is not None)
        return LookedUp(tuple(known), sum(row is None for row in found))

    def all(self) -> list[Case]:
        """Return every case, the newest first."""
        with self.reader.connection() as connection:
            found = items(steps_of(connection, CASE))
        return [self._standing(item) for item in reversed(found)]

    def find(self, case: str) -> Case:
        """Return one case (raises ``NotFound``)."""
        item = find_item(self.reader, CASE, case)
        if item is None:
            raise NotFound
        return self._standing(item)

    def _standing(self, item: Item) -> Case:
        incidents = list(item.first.said["incidents"])
        now = self.clock.now()
        with self.reader.connection() as connection:
            entries = entries_after(connection, incidents, _BEFORE)
            told = told_of(connection, incidents)
        informing = _informing(item, entries)
        answers = answers_of(informing, told, self.keys.quarters.destroyed)
        listed = by_recipient(answers, now, self.overdue, self.escalation)
        return Case(item, tuple(listed), tuple(informing), now.astimezone(LONDON).date())

    def holders(self, case: Case) -> list[str]:
        """Return the partners that were ever given a record of a case, by their ids."""
        with self.reader.connection() as connection:
            told = told_of(connection, case.incidents)
        return sorted({row.recipient for row in told if row.what == "record"})

    def answers(self, case: Case) -> list[Answered]:
        """Return each record at each recipient."""
        return [answer for one in case.recipients for answer in one.answers]

    # ------------------------------------------------------------------ steps
    def open(
        self,
        actor: str,
        opening: CaseOpening,
        incidents: Sequence[int],
        case: str | None = None,
    ) -> Case:
        """Open a case about records of a feed.

        Args:
            actor: Who opens it.
            opening: What is wanted, by whom, since when, and what was said.
            incidents: The records, by their numbers in the log; at least one.
            case: Its id; a new one where absent.

        Raises:
            NotFound: There is no record.
            CorrectionRefused: There is a case of that id.
        """
        if not incidents:
            raise NotFound
        said = {
            "kind": opening.kind.value,
            "origin": opening.origin.value,
            "received": opening.received.isoformat(),
            "wrong": opening.wrong.value,
            "incidents": list(incidents),
            "log_size": self.reader.head().log_size,
        }
        told = {"kind": opening.kind.value, "reason": opening.wrong.value, "count": len(incidents)}
        case = case or self.new_id()
        step = self._step(
            case,
            CaseStep.OPENED.value,
            actor,
            lambda steps: not steps,
            said=said,
            told=told,
            words=opening.words,
            about=(opening.feed, None),
        )
        self.writer.run(step)
        return self.find(case)

    def take(
        self,
        case: Case,
        what: CaseStep,
        actor: str,
        words: str | None = None,
        reason: RefusalReason | None = None,
    ) -> Case:
        """Take a step that may follow, with the order that it gives.

        Args:
            case: As it was read.
            what: The step.
            actor: Who takes it.
            words: What is said of it; kept locked.
            reason: Of a refusal.

        Raises:
            CorrectionRefused: It may not follow how the case stands by now.
        """
        if what not in case.following or (what is CaseStep.REFUSED) != (reason is not None):
            raise CorrectionRefused
        said = {} if reason is None else {"reason": reason.value}
        told: dict[str, Value] = {"reason": None if reason is None else reason.value}
        step = self._step(
            case.item.id,
            what.value,
            actor,
            lambda steps: _may_follow(steps, what),
            said=said,
            told=told,
            words=words,
        )
        if what in _CHANGES:
            self._order(case, what, actor, step)
        else:
            self.writer.run(step)
        if what is CaseStep.SENT_TO_SOURCE:
            self._send(case, actor, words)
        return self.find(case.item.id)

    def _order(self, case: Case, what: CaseStep, actor: str, step: TakeStep) -> None:
        order = ORDERS[case.kind, what]
        edition = self.book.refresh()
        desk = self.desk_of(case.item.feed, edition)
        feed = edition.register.feeds[case.item.feed][1]
        request = Request(self.new_id(), actor, feed.sender or feed.controller, self.clock.now())
        job, weight = order_job(
            order.notice, case.incidents, order.reason, desk, request, self.erasures
        )

        def both(tx: Tx) -> None:
            step(tx)
            job(tx)

        self.writer.submit(both, weight=weight).result()

    def _send(self, case: Case, actor: str, words: str | None) -> None:
        with self.reader.connection() as connection:
            standing = standing_of(connection, case.incidents)
        wrong = Wrong(case.item.first.said["wrong"])
        for incident in case.incidents:
            self.reports.send_to_source(
                case.item.feed,
                case.item.id,
                incident,
                standing[incident].version,
                wrong,
                actor,
                words,
            )

    def escalate(self, case: Case, one: RecipientStanding) -> None:
        """Note that a recipient's nominated person and the IG lead are told of what is overdue."""
        said = {"subscription": one.subscription, "recipient": one.recipient}
        job = self._step(
            case.item.id,
            CaseStep.ESCALATED.value,
            "gateway",
            lambda steps: (
                bool(steps)
                and all(step.said.get("subscription") != one.subscription for step in steps)
            ),
            said=said,
            told={**said, "count": one.escalate},
        )
        self.writer.run(job)

    def read_words(self, case: Case, actor: str, reason: str) -> list[tuple[int, str]]:
        """Note that somebody reads what was said, for a reason (a code), and return it by step."""
        if not case.item.has_words:
            return []
        told = {"reason": reason}
        self.writer.run(self._step(case.item.id, WORDS_READ, actor, bool, said=told, told=told))
        return open_words(self.reader, self.keys, CASE, case.item.id)

    def _step(
        self,
        case: str,
        what: str,
        actor: str,
        fits: Callable[[tuple[Step, ...]], bool],
        *,
        said: Mapping[str, object],
        told: Mapping[str, Value],
        words: str | None = None,
        about: tuple[str, str | None] | None = None,
    ) -> TakeStep:
        act = Act(actor, stamp(self.clock.now()), self.random(16).hex())
        return TakeStep(
            self.keys, self.random, CASE, case, what, said, act, fits, about, words, told
        )


def _may_follow(steps: tuple[Step, ...], what: CaseStep) -> bool:
    if not steps:
        return False
    said = steps[0].said
    taken = [CaseStep(step.what) for step in steps]
    return what in next_steps(CaseKind(said["kind"]), Origin(said["origin"]), taken)


def _informing(item: Item, entries: Sequence[tuple[int, int, str, int]]) -> list[Informing]:
    """Return the last entry by which each record of a case was changed for it, if any was."""
    begun, kind = item.first.said["log_size"], CaseKind(item.first.said["kind"])
    ordered = {step.what for step in item.steps if step.what in set(_CHANGES)}
    revised = kind in {CaseKind.RECTIFICATION, CaseKind.CONTEST}
    found: dict[int, Informing] = {}
    restricted: set[int] = set()
    unheard: set[int] = set()
    for position, incident, entry, at in entries:
        new = revised and entry == "recorded" and position > begun
        if new and incident in restricted:
            # a new version of what is restricted goes to nobody until the restriction is lifted
            unheard.add(incident)
            continue
        if entry in ordered or new or (entry == "lifted" and incident in unheard):
            found[incident] = Informing(incident, position, entry, at)
        if entry == "restricted":
            restricted.add(incident)
        elif entry != "recorded":
            restricted.discard(incident)
            unheard.discard(incident)
    return list(found.values())


def day_of(instant: datetime) -> date:
    """Return the day of an instant in Europe/London."""
    return instant.astimezone(LONDON).date()
