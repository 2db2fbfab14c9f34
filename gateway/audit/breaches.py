"""The breach register (DPA 2018 s.67; UK GDPR art. 33, 34): opened, facts, decisions, report, closed.

From the moment somebody becomes aware, 72 hours run until the Commissioner is told, unless a risk is
unlikely; a later report says why it is late. Controllers are told without undue delay (art. 33(2)), and every
breach stands in the register, reported or not (art. 33(5)). What went to the recipient meanwhile is counted
when the breach is opened and again whenever the report is written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from gateway.audit.exposed import Pack, Span, of_house
from gateway.audit.proceedings import BREACH, Proceeding, TakeStep, proceedings
from gateway.clock import LONDON, Clock
from gateway.errors import GatewayError, NotFound
from gateway.keys.ring import KeyRing
from gateway.law.book import LawBook
from gateway.law.register import Act
from gateway.ledger.leaf import Value, stamp
from gateway.store.reading import Reader
from gateway.store.writer import Writer
from schemas.problems import ProblemError

CLOCK = timedelta(hours=72)
OPENED, FACT, DECIDED, TOLD, REPORTED, CLOSED = (
    "opened",
    "fact",
    "decided",
    "controllers-told",
    "reported",
    "closed",
)
SAYS = {
    OPENED: "The breach was opened",
    FACT: "A fact was noted",
    DECIDED: "It was decided whether to report",
    TOLD: "The controllers were told",
    REPORTED: "It was reported to the Information Commissioner",
    CLOSED: "The breach was closed",
}


class Decision(StrEnum):
    """What is decided about a breach."""

    REPORT = "report"
    """To the Commissioner: a risk to people is likely."""
    REPORT_AND_TELL = "report-and-tell"
    """To the Commissioner, and to the people concerned: the risk is high (art. 34)."""
    REGISTER_ONLY = "register-only"
    """A risk is unlikely: it stands in the register alone."""


DECISIONS = {
    Decision.REPORT: "Report it to the Information Commissioner (a risk to people is likely)",
    Decision.REPORT_AND_TELL: "Report it, and tell the people concerned (the risk is high)",
    Decision.REGISTER_ONLY: "Keep it in the register only (a risk to people is unlikely)",
}


class BreachRefused(GatewayError):
    """422: a step of a breach that lacks what the law asks of it."""

    code, status = "breach.refused", 422
    title = "The step lacks what the law asks of it; nothing was changed."
    remedy = "Add what is named and send it again."


def refused(pointer: str, says: str) -> BreachRefused:
    """Return a refusal of one field."""
    return BreachRefused(errors=(ProblemError(pointer=pointer, rule="breach.step", says=says),))


@dataclass(frozen=True, slots=True)
class Breach:
    """One breach as it stands."""

    proceeding: Proceeding

    @property
    def id(self) -> str:
        """Its id."""
        return self.proceeding.id

    @property
    def recipient(self) -> str:
        """At whom it happened."""
        return str(self.proceeding.first.said["recipient"])

    @property
    def span(self) -> Span:
        """Between which instants."""
        said = self.proceeding.first.said
        return Span(datetime.fromisoformat(said["from"]), datetime.fromisoformat(said["to"]))

    @property
    def aware_at(self) -> datetime:
        """When somebody became aware: from then the clock runs."""
        return datetime.fromisoformat(self.proceeding.first.said["aware"])

    @property
    def due(self) -> datetime:
        """Until when the Commissioner is to be told."""
        return self.aware_at + CLOCK

    @property
    def decision(self) -> Decision | None:
        """The last decision."""
        taken = self.proceeding.of(DECIDED)
        return Decision(taken[-1].said["decision"]) if taken else None

    @property
    def is_closed(self) -> bool:
        """Whether it was closed."""
        return bool(self.proceeding.of(CLOSED))

    @property
    def reported_at(self) -> datetime | None:
        """When it was reported."""
        taken = self.proceeding.of(REPORTED)
        return datetime.fromisoformat(taken[0].said["at"]) if taken else None

    @property
    def clock_runs(self) -> bool:
        """Whether the 72 hours still count: neither reported nor found to need no report."""
        settled = self.decision is Decision.REGISTER_ONLY or self.reported_at is not None
        return not (settled or self.is_closed)

    def document(self, now: datetime) -> dict[str, Any]:
        """Return how it stands, as JSON."""
        left = self.due - now
        reported = self.reported_at
        return {
            "id": self.id,
            "recipient": self.recipient,
            "from": stamp(self.span.begins),
            "to": stamp(self.span.ends),
            "aware": stamp(self.aware_at),
            "due": stamp(self.due),
            "hours_left": round(left.total_seconds() / 3600, 1) if self.clock_runs else None,
            "decision": None if self.decision is None else self.decision.value,
            "reported": None if reported is None else stamp(reported),
            "late": reported is not None and reported > self.due,
            "controllers_told": bool(self.proceeding.of(TOLD)),
            "closed": self.is_closed,
        }


@dataclass(frozen=True, slots=True)
class Breaches:
    """Opens breaches, adds to them, closes them."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock

    def all(self) -> list[Breach]:
        """Return every breach, the newest first."""
        return [Breach(one) for one in reversed(proceedings(self.reader, BREACH))]

    def get(self, breach: str) -> Breach:
        """Return one breach (raises NotFound)."""
        found = next((one for one in self.all() if one.id == breach), None)
        if found is None:
            raise NotFound
        return found

    def pack(self, recipient: str, span: Span) -> Pack:
        """Count what went to a recipient."""
        with self.reader.connection() as connection:
            counting = of_house(
                connection,
                self.book.current(),
                self.book.classes(),
                self.reader.bodies("subscription"),
            )
            return counting.pack(recipient, span)

    def open(
        self, breach: str, recipient: str, span: Span, aware: datetime, words: str, act: Act
    ) -> Pack:
        """Open a breach at a recipient; return what was counted.

        Args:
            breach: A new id.
            recipient: The partner at whom it happened.
            span: Between which instants what was given is affected.
            aware: When somebody became aware.
            words: What is known.
            act: Who opens it.

        Raises:
            BreachRefused: Somebody became aware in the future, or nothing is known.
        """
        if aware > self.clock.now():
            raise refused("/aware", "Nobody becomes aware of a breach in the future.")
        _demand(words, "/words", "Say what is known about the breach.")
        pack = self.pack(recipient, span)
        said = {
            "recipient": recipient,
            "from": stamp(span.begins),
            "to": stamp(span.ends),
            "aware": stamp(aware),
            "words": words,
            "counted": pack.document(),
        }
        counts: dict[str, Value] = {
            "recipient": recipient,
            "valid_from_at": stamp(span.begins),
            "valid_to_at": stamp(span.ends),
            "count": pack.records,
            "incidents": pack.incidents,
        }
        step = TakeStep(self.keys, BREACH, breach, OPENED, said, act, lambda so: not so, counts)
        self.writer.run(step)
        return pack

    def note(self, breach: str, words: str, act: Act) -> None:
        """Add a fact."""
        _demand(words, "/words", "Say what was found.")
        self._take(breach, FACT, {"words": words}, act)

    def decide(self, breach: str, decision: Decision, words: str, act: Act) -> None:
        """Decide whether it is reported, with the reason."""
        _demand(words, "/words", "Say why: the register shows the reasons to the Commissioner.")
        said = {"decision": decision.value, "words": words}
        self._take(breach, DECIDED, said, act, state=decision.value)

    def tell_controllers(self, breach: str, words: str, act: Act) -> None:
        """Note that the controllers of the records were told, how and when."""
        _demand(words, "/words", "Say whom you told, and how.")
        self._take(breach, TOLD, {"words": words}, act)

    def report(self, breach: str, at: datetime, reference: str, why_late: str, act: Act) -> None:
        """Note that the Commissioner was told; after the 72 hours with the reason for the delay.

        Raises:
            BreachRefused: It is late and no reason is given, or it lies in the future or before.
        """
        found = self.get(breach)
        if not found.aware_at <= at <= self.clock.now():
            raise refused("/at", "It was reported between becoming aware and now.")
        _demand(reference, "/reference", "Give the reference that the Commissioner's office gave.")
        if at > found.due:
            _demand(
                why_late, "/why_late", "After 72 hours the report says why it is late (s.67(2))."
            )
        if found.decision not in {Decision.REPORT, Decision.REPORT_AND_TELL}:
            raise refused("/at", "First decide that it is reported, and why.")
        said = {
            "at": stamp(at),
            "reference": reference,
            "why_late": why_late,
            "text": self.report_text(breach),
        }
        self._take(breach, REPORTED, said, act, after=(DECIDED,))

    def close(self, breach: str, words: str, act: Act) -> None:
        """Close it: decided, reported where that was decided, controllers told, lessons in words.

        Raises:
            BreachRefused: One of these is missing.
        """
        found = self.get(breach)
        _demand(words, "/words", "Say what was done so that it does not happen again.")
        if found.decision is None:
            raise refused("/words", "First decide whether it is reported, and why.")
        if found.decision is not Decision.REGISTER_ONLY and found.reported_at is None:
            raise refused("/words", "It was decided to report it; first note that it was reported.")
        if not found.proceeding.of(TOLD):
            raise refused("/words", "First note that the controllers were told (art. 33(2)).")
        self._take(breach, CLOSED, {"words": words}, act)

    def _take(
        self,
        breach: str,
        what: str,
        said: dict[str, Any],
        act: Act,
        *,
        after: tuple[str, ...] = (),
        state: str | None = None,
    ) -> None:
        def fits(so: list[str]) -> bool:
            return bool(so) and CLOSED not in so and set(after) <= set(so)

        counts = {"recipient": self.get(breach).recipient, "state": state}
        self.writer.run(TakeStep(self.keys, BREACH, breach, what, said, act, fits, counts))

    def report_text(self, breach: str) -> str:
        """Return the report to the Commissioner as text (art. 33(3); s.67(4))."""
        found = self.get(breach)
        pack = self.pack(found.recipient, found.span)
        return _text(found, pack, self._names())

    def _names(self) -> Callable[[str], str]:
        partners = self.book.current().register.partners
        return lambda key: partners[key].name if key in partners else key


def _demand(words: str, pointer: str, says: str) -> None:
    if not words.strip():
        raise refused(pointer, says)


def _text(breach: Breach, pack: Pack, name: Callable[[str], str]) -> str:
    facts = [breach.proceeding.first, *breach.proceeding.of(FACT)]
    decisions = breach.proceeding.of(DECIDED)
    told = breach.proceeding.of(TOLD)
    controllers = ", ".join(
        f"{name(key)} ({number:,})" for key, number in pack.by_controller.items()
    )
    behaviours = ", ".join(
        f"{key.replace('_', ' ')} ({number:,})" for key, number in pack.by_behaviour.items()
    )
    tagged = ", ".join(f"{one.group.replace('_', ' ')} ({one.records:,})" for one in pack.tagged)
    lines = [
        "Report of a personal data breach (DPA 2018 s.67; UK GDPR art. 33)",
        "",
        f"Register number: {breach.id}",
        f"Where: {name(breach.recipient)}",
        f"Affected: what it was given from {_when(breach.span.begins)} to {_when(breach.span.ends)}",
        f"We became aware: {_when(breach.aware_at)}; 72 hours end {_when(breach.due)}",
        "",
        "What happened",
        *(f"- {_when(one.at)}: {one.said['words']}" for one in facts),
        "",
        "Records and people",
        f"- Records disclosed: {pack.records:,}, about {pack.incidents:,} incidents.",
        f"- Incidents that concern at least one person: {pack.concern_somebody:,}.",
        f"- Records about children: {pack.children:,}.",
        f"- Special category and offence data: {tagged or 'none'}.",
        f"- Controllers, with incidents of each: {controllers or 'none'}.",
        f"- Kinds: {behaviours or 'none'}.",
        "- Who the people are is sealed; it is found by subject access with a stated reason.",
        "",
        "Likely consequences and what was decided",
        *(
            f"- {_when(one.at)}: {DECISIONS[Decision(one.said['decision'])]}. {one.said['words']}"
            for one in decisions
        ),
        "",
        "Who was told",
        *(f"- {_when(one.at)}: {one.said['words']}" for one in told),
    ]
    return "\n".join(lines) + "\n"


def _when(at: datetime) -> str:
    there = at.astimezone(LONDON)
    return f"{there.day} {there:%B %Y, %H:%M}"
