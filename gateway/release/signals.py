"""Handing signals out, and deciding about them: existence only, and only while the law still lets it be told.

A partner is told that a household it knows has reached a threshold, and whom to ask; and which of the records
that it knows itself the signal is about, because without that it could not know the household. Whoever is
not named by a live clause is told nothing, not even that there was something. A signal whose reports were
taken back, restricted or erased below its threshold is told no more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.access.people import Person, Role
from gateway.clock import Clock, london_day
from gateway.errors import GatewayError, NotFound
from gateway.keys.derive import keyed_hash
from gateway.keys.ring import KeyRing
from gateway.law.book import Edition, LawBook
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.release.matching import personal_subscriptions
from gateway.store import signals as stored
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.matching import are_told, clauses
from schemas.signals import Signal, SignalState, SignalWhy, Step, StepKind, state_of

MOST = 200
"""Signals that one answer or page holds at most, the newest first."""
_REASON = b"signal/reason"


class SignalStopped(GatewayError):
    """409: what a signal rests on has stopped."""

    code, status = "signal.stopped", 409
    title = "The agreement that this signal rests on is not live, or its reports were taken back."
    remedy = "Dismiss it, saying so; nobody is told of it any more."


@dataclass(frozen=True, slots=True)
class Found:
    """A signal with its reports and what became of it, for those who may decide about it."""

    signal: Signal
    records: tuple[dict[str, Any], ...]
    """Position, incident, version and controller of each report."""
    steps: tuple[Step, ...]
    stands: bool
    """Whether the law of the day still lets it be told, and its reports still reach the threshold."""

    @property
    def state(self) -> SignalState:
        """Where it stands."""
        return state_of(self.steps)

    @property
    def controllers(self) -> tuple[str, ...]:
        """Holders of its reports."""
        return tuple(sorted({one["controller"] for one in self.records}))

    def own(self, partner: str) -> tuple[dict[str, Any], ...]:
        """Return the reports that are a partner's own."""
        return tuple(one for one in self.records if one["controller"] == partner)


@dataclass(frozen=True, slots=True)
class SignalDesk:
    """Reads signals for whom they are meant, and takes what people decide about them."""

    reader: Reader
    writer: Writer
    book: LawBook
    keys: KeyRing
    clock: Clock
    random: Callable[[int], bytes]

    # ------------------------------------------------------------------ a partner's system
    def hand_out(self, partner: str, actor: str) -> list[dict[str, Any]]:
        """Return what a partner is told, each signal noted in the ledger before it is handed out first.

        Raises:
            LawUnavailable: There is no valid law.
            ReleaseHeld: A hold stands.
            StoreUnavailable: The ledger entry could not be committed; nothing is told.
        """
        edition = self.book.for_release()
        found = [one for one in self._found(edition, partner, None) if one.stands]
        fresh = [
            one for one in found if all(step.kind is not StepKind.HANDED for step in one.steps)
        ]
        for one in fresh:
            self._take(one, StepKind.HANDED, actor, None, partner, None)
        return [self._told(one, partner) for one in found]

    def _told(self, found: Found, partner: str) -> dict[str, Any]:
        """Return a signal as its partner is told it: no count, no record of anybody else's."""
        signal = found.signal
        return {
            "id": signal.id,
            "why": signal.why.value,
            "says": says(signal),
            "state": found.state.value,
            "ask": list(signal.ask),
            "agreement": signal.agreement,
            "agreement_version": signal.agreement_version,
            "found_at": stamp(signal.at),
            "yours": self.known(found, partner),
        }

    def known(self, found: Found, partner: str) -> list[dict[str, Any]]:
        """Return under which names a partner knows reports of a signal: its own pushes, what it received."""
        own = [one["position"] for one in found.own(partner)]
        incidents = [one["incident"] for one in found.records]
        lanes = personal_subscriptions(self.reader, partner)
        with self.reader.connection() as connection:
            pushed = stored.pushed(connection, own)
            received = stored.received(connection, lanes, incidents)
        sent = {(one["feed"], one["receipt"]): one for one in pushed.values()}
        return [
            {"feed": feed, "receipt": receipt, "sent_at": one["at"]}
            for (feed, receipt), one in sorted(sent.items())
        ] + [
            {
                "subscription": one["subscription"],
                "release": one["number"],
                "id": one["released_id"],
            }
            for one in received
        ]

    # ------------------------------------------------------------------ people
    def listed(self, person: Person) -> list[Found]:
        """Return the signals that somebody may see, the newest first."""
        edition = self.book.current()
        if person.has(Role.IG_LEAD):
            return self._found(edition, None, None)
        if person.partner is None:
            return []
        if person.has(Role.NOMINATED_PERSON):
            return self._found(edition, person.partner, person.partner)
        return [one for one in self._found(edition, person.partner, None) if one.stands]

    def one(self, person: Person, name: str) -> Found:
        """Return a signal that somebody may see.

        Raises:
            NotFound: There is none such, or it is not theirs.
        """
        with self.reader.connection() as connection:
            row = stored.signal(connection, name)
        if row is None:
            raise NotFound
        (found,) = self._read(self.book.current(), [row])
        if not _may_see(person, found):
            raise NotFound
        return found

    def decide(self, person: Person, name: str, kind: StepKind, reason: str) -> Step:
        """Confirm or dismiss a signal; the last decision counts, and every one stays.

        Args:
            person: Who decides: the IG lead, or the nominated person of a report's holder.
            name: The signal's id.
            kind: ``CONFIRMED`` or ``DISMISSED``.
            reason: Why, in words; they stand in a table, their HMAC in the ledger.

        Raises:
            NotFound: There is none such, or it is not theirs to decide about.
            SignalStopped: It can only be dismissed any more.
        """
        found = self.one(person, name)
        if not may_decide(person, found):
            raise NotFound
        if kind is StepKind.CONFIRMED and not found.stands:
            raise SignalStopped
        role = Role.IG_LEAD if person.has(Role.IG_LEAD) else Role.NOMINATED_PERSON
        return self._take(found, kind, person.account, role, person.partner, reason)

    # ------------------------------------------------------------------ reading
    def _found(self, edition: Edition, partner: str | None, about: str | None) -> list[Found]:
        with self.reader.connection() as connection:
            rows = stored.signals(connection, partner, about, MOST)
        return self._read(edition, rows)

    def _read(self, edition: Edition, rows: Sequence[Mapping[str, Any]]) -> list[Found]:
        names = [str(row["id"]) for row in rows]
        told = clauses(edition.law, london_day(self.clock)) if rows else []
        with self.reader.connection() as connection:
            records, steps = (
                stored.records_of(connection, names),
                stored.steps_of(connection, names),
            )
            positions = {one["position"] for each in records.values() for one in each}
            live = stored.live_incidents(connection, sorted(positions))
        found = []
        for row in rows:
            signal = Signal.model_validate_json(row["body"])
            mine = tuple(records.get(signal.id, ()))
            reports = next(
                (
                    one.matching.reports
                    for one in told
                    if one.agreement.id == signal.agreement and one.partner == signal.partner
                ),
                None,
            )
            stands = (
                signal.partner in are_told(told, signal.agreement)
                and reports is not None
                and _is_reached(signal, [one for one in mine if one["incident"] in live], reports)
            )
            read = tuple(Step.model_validate_json(one["body"]) for one in steps.get(signal.id, ()))
            found.append(Found(signal, mine, read, stands))
        return found

    def _take(
        self,
        found: Found,
        kind: StepKind,
        actor: str,
        role: Role | None,
        partner: str | None,
        reason: str | None,
    ) -> Step:
        now, nonce, signal = self.clock.now(), self.random(16).hex(), found.signal
        hashed = None if reason is None else reason_hmac(self.keys, signal.id, reason)

        def job(tx: Tx) -> Step:
            rows = sorted(tx.every(t.SIGNAL_STEP, {"signal": signal.id}), key=_number_of)
            last = Step.model_validate_json(rows[-1]["body"]) if rows else None
            if last is not None and (last.kind, last.actor, last.reason) == (kind, actor, reason):
                return last  # a form that was sent twice
            number = len(rows) + 1
            step = Step(
                number=number,
                kind=kind,
                actor=actor,
                role=None if role is None else role.value,
                partner=partner,
                reason=reason,
                at=now,
            )
            index = tx.seal(
                leaf(
                    Operation.SIGNAL,
                    at=stamp(now),
                    actor=actor,
                    nonce=nonce,
                    signal=signal.id,
                    change=kind.value,
                    number=number,
                    recipient=signal.partner,
                    agreement=signal.agreement,
                    partner=partner,
                    role=step.role,
                    reason_hmac=hashed,
                )
            )
            tx.add(t.SIGNAL_STEP, [step_row(signal.id, step, index)])
            return step

        return self.writer.run(job)


def _number_of(row: Mapping[str, Any]) -> int:
    return int(row["number"])


def step_row(name: str, step: Step, index: int) -> dict[str, Any]:
    """Return the row of one step."""
    return {
        "signal": name,
        "number": step.number,
        "body": step.model_dump_json(),
        "at": int(step.at.timestamp()),
        "leaf": index,
    }


def reason_hmac(keys: KeyRing, name: str, reason: str) -> str:
    """Return the HMAC of a decision's words, as its leaf has it."""
    return keyed_hash(keys.content, _REASON, name.encode(), reason.encode()).hex()


def may_decide(person: Person, found: Found) -> bool:
    """Whether somebody may confirm or dismiss: the IG lead, or the nominated person of a report's holder."""
    if person.has(Role.IG_LEAD):
        return True
    return person.has(Role.NOMINATED_PERSON) and person.partner in found.controllers


def _may_see(person: Person, found: Found) -> bool:
    if may_decide(person, found):
        return True
    told = person.partner == found.signal.partner
    if person.has(Role.NOMINATED_PERSON):
        return told
    return told and found.stands and person.has(Role.PARTNER_AUDITOR)


def _is_reached(signal: Signal, live: Iterable[Mapping[str, Any]], reports: int) -> bool:
    """Whether what is left of a signal's reports still reaches its threshold."""
    left = list(live)
    if signal.why is SignalWhy.SECOND_PARTNER:
        return len({one["controller"] for one in left}) > 1
    return len({one["incident"] for one in left}) >= reports


def says(signal: Signal) -> str:
    """Return the one sentence that a partner is told."""
    about = (
        f"A household that you know has reached the agreed number of reports in {signal.months} months"
        if signal.why is SignalWhy.REPORTS
        else f"A second partner has reported about a household that you know, within {signal.months} months"
    )
    whom = f"; ask {' and '.join(signal.ask)}" if signal.ask else ""
    return f"{about}{whom}. Nobody has been merged: look before you act on it."


def waits_for(person: Person, found: Iterable[Found]) -> list[Found]:
    """Return the signals that wait for somebody's decision, the oldest first."""
    waiting = [
        one
        for one in found
        if one.state is SignalState.WAITING and one.stands and may_decide(person, one)
    ]
    return sorted(waiting, key=_found_at)


def _found_at(found: Found) -> datetime:
    return found.signal.at
