"""Matching: what was recorded is compared with what is held, and a household's threshold makes a signal.

On a clock, after recording, in the order of the log. Nothing is opened: keyed hashes are compared
(``gateway.log.subjects``), only where the law of the day lets a live agreement's clause compare them, and
each partner's households are found from the records that count for it alone. A part is one job of the writer:
its signals, a leaf each, and how far matching has come, together or not at all. So it may be broken off
anywhere and run by several processes; nothing is signalled twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from gateway.clock import LONDON, Clock, london_day
from gateway.errors import LawUnavailable, ReleaseHeld
from gateway.keys.derive import framed
from gateway.law.book import Edition, LawBook
from gateway.ledger.leaf import Operation, leaf, stamp
from gateway.ledger.tree import batch_root
from gateway.store import signals as stored
from gateway.store import tables as t
from gateway.store.reading import Reader
from gateway.store.subjects import keys_at
from gateway.store.tx import Tx
from gateway.store.writer import Writer
from policies.matching import Clause, Key, Neighbourhood, Report, clauses, reached
from policies.subject_keys import ROW, SubjectKind
from schemas.matching import MatchKey
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.signals import Signal, SignalWhy

PART = 200
"""Positions that one job looks at."""
HOPS = 3
"""How many times keys lead on to further reports: from an address to its UPRN to its other spelling."""
MOST = 100
"""The last reports that one key leads to: more share the number of a hostel or a landlord."""
_KINDS = frozenset(MatchKey)
ACTOR = "matching"


@dataclass(frozen=True, slots=True)
class Match:
    """One signal as it is to be made, and the reports that it rests on."""

    signal: Signal
    records: tuple[Report, ...]
    purpose: str
    epoch: int

    def row(self, index: int) -> dict[str, Any]:
        """Return the row of the table."""
        signal = self.signal
        return {
            "id": signal.id,
            "partner": signal.partner,
            "agreement": signal.agreement,
            "why": signal.why.value,
            "at": int(signal.at.timestamp()),
            "leaf": index,
            "body": signal.model_dump_json(),
        }

    def record_rows(self) -> list[dict[str, Any]]:
        """Return the rows of its reports."""
        return [
            {
                "signal": self.signal.id,
                "position": one.position,
                "incident": one.incident,
                "version": one.version,
                "controller": one.controller,
            }
            for one in self.records
        ]

    def leaf(self, nonce: str) -> bytes:
        """Return what the ledger says: a combination of so many reports, for whom, under which law."""
        signal = self.signal
        return leaf(
            Operation.MATCHING,
            at=stamp(signal.at),
            actor=ACTOR,
            nonce=nonce,
            signal=signal.id,
            agreement=signal.agreement,
            agreement_version=str(signal.agreement_version),
            recipient=signal.partner,
            power=Power.SECTION_115.value,
            purpose=self.purpose.replace("_", "-"),
            snapshot=signal.snapshot,
            law_epoch=self.epoch,
            day=signal.day.isoformat(),
            reason=signal.why.value,
            count=len(self.records),
            root=batch_root([record_entry(row) for row in self.record_rows()]).hex(),
            content_sha256=sha256(signal.model_dump_json().encode()).hexdigest(),
        )


def record_entry(row: Mapping[str, Any]) -> bytes:
    """Return the bytes of one report that go into the root of its signal's leaf."""
    said = [row[name] for name in ("position", "incident", "version", "controller")]
    return framed(*(str(value).encode() for value in said))


@dataclass(frozen=True, slots=True)
class Signalling:
    """The job that keeps signals and moves the mark. May be called again."""

    after: int
    to: int
    epoch: int
    matches: Sequence[tuple[Match, bytes]]

    def __call__(self, tx: Tx) -> int | None:
        """Keep them; return how many, or None where mark or law have moved: work it out anew."""
        if tx.head.law_epoch != self.epoch or stored.matched_to(tx.connection) != self.after:
            return None
        for match, made in self.matches:
            index = tx.seal(made)
            tx.add(t.SIGNAL, [match.row(index)])
            tx.add(t.SIGNAL_RECORD, match.record_rows())
        stored.move_mark(tx, self.to)
        return len(self.matches)


@dataclass(frozen=True, slots=True)
class MatchingRound:
    """Compares what was recorded since it last did."""

    reader: Reader
    writer: Writer
    book: LawBook
    clock: Clock
    random: Callable[[int], bytes]
    new_id: Callable[[], str]

    def waiting(self) -> int:
        """Return how many keyed reports have not been looked at."""
        with self.reader.connection() as connection:
            return stored.count_of_keyed(connection, stored.matched_to(connection))

    def run_in_turn(self) -> None:
        """Do so now; called on a clock. Where nothing may leave, nothing is compared either."""
        try:
            self.run()
        except (LawUnavailable, ReleaseHeld):
            return

    def run(self) -> int:
        """Look at everything that was not looked at; return how many signals were made.

        Raises:
            LawUnavailable: There is no valid law.
            ReleaseHeld: A hold stands.
            StoreUnavailable: The database does not answer; what is done is done.
        """
        made = 0
        while True:
            edition, size = self.book.for_release(), self.reader.head().log_size
            with self.reader.connection() as connection:
                after = stored.matched_to(connection)
                if after >= size:
                    return made
                positions = stored.keyed_after(connection, after, PART)
            to = positions[-1] if len(positions) == PART else size
            matches = self._matches(edition, positions)
            signed = [(match, match.leaf(self.random(16).hex())) for match in matches]
            job = Signalling(after, to, edition.epoch, signed)
            made += self.writer.submit(job, weight=1 + len(signed)).result() or 0

    def _matches(self, edition: Edition, positions: Sequence[int]) -> list[Match]:
        day = london_day(self.clock)
        live = clauses(edition.law, day)
        if not live or not positions:
            return []
        around = self._around(positions, edition, day)
        made: list[Match] = []
        for clause in live:
            counted = [one for one in (self._counted(each, clause) for each in around) if one]
            hood = Neighbourhood(counted)
            new = {report.position: report for report in counted}
            for position in positions:
                if position in new:
                    made += self._signals(edition, clause, hood, new[position], made)
        return made

    def _around(self, positions: Sequence[int], edition: Edition, day: date) -> list[_Read]:
        """Read the new reports and those that their keys lead to, a few steps far."""
        known, frontier = set(positions), list(positions)
        digests: set[bytes] = set()
        with self.reader.connection() as connection:
            for _ in range(HOPS):
                keys = [one for one in keys_at(connection, frontier) if one.kind in _KINDS]
                fresh = {one.digest for one in keys} - digests
                if not fresh:
                    break
                digests |= fresh
                frontier = [
                    one for one in stored.most_recent(connection, fresh, MOST) if one not in known
                ]
                known.update(frontier)
            rows = stored.reports_at(connection, sorted(known))
            keys = keys_at(connection, sorted(rows))
        return _reports(rows.values(), keys, self.book.classes(), edition, day)

    def _counted(self, read: _Read, clause: Clause) -> Report | None:
        """Return a report with the keys by which it counts for a clause's partner, if it does."""
        kinds = clause.keys(read.record_class, read.report.controller, read.recorded)
        keys = tuple(key for key in read.report.keys if key.kind in kinds)
        if not keys:
            return None
        one = read.report
        doors = one.doors if MatchKey.ADDRESS in kinds else frozenset()
        return Report(one.position, one.incident, one.version, one.controller, one.day, keys, doors)

    def _signals(
        self,
        edition: Edition,
        clause: Clause,
        hood: Neighbourhood,
        newest: Report,
        made: Sequence[Match],
    ) -> Iterable[Match]:
        """Yield what a new report makes the clause's partner be told."""
        found: list[Match] = []
        for household in hood.households(newest):
            for threshold in reached(household, newest, clause.matching):
                reports = threshold.reports
                incidents = [one.incident for one in reports]
                match = self._match(edition, clause, threshold.why, reports)
                if not self._is_known(clause.partner, reports, incidents):
                    continue
                if not self._is_told(match, incidents, [*made, *found]):
                    found.append(match)
        return found

    def _match(
        self, edition: Edition, clause: Clause, why: SignalWhy, reports: tuple[Report, ...]
    ) -> Match:
        others = {one.controller for one in reports} - {clause.partner}
        reports = tuple(sorted(reports, key=lambda one: one.position))
        signal = Signal(
            id=self.new_id(),
            partner=clause.partner,
            agreement=clause.agreement.id,
            agreement_version=clause.agreement.version,
            why=why,
            reports=len(reports),
            months=clause.matching.months,
            ask=tuple(sorted(others)),
            at=self.clock.now(),
            snapshot=edition.law.sha256,
            day=clause.day,
        )
        return Match(signal, reports, clause.agreement.purpose.value, edition.epoch)

    def _is_known(self, partner: str, reports: Sequence[Report], incidents: Sequence[int]) -> bool:
        """Whether the partner knows the household: it holds one of the reports, or received one."""
        if any(one.controller == partner for one in reports):
            return True
        with self.reader.connection() as connection:
            lanes = personal_subscriptions(self.reader, partner)
            return bool(stored.received(connection, lanes, incidents))

    def _is_told(self, match: Match, incidents: Sequence[int], made: Iterable[Match]) -> bool:
        """Whether the partner was told of this household for this reason, or is about to be."""
        signal, mine = match.signal, set(incidents)
        about = (signal.partner, signal.agreement, signal.why)
        for one in made:
            other = one.signal
            if (other.partner, other.agreement, other.why) == about and not mine.isdisjoint(
                report.incident for report in one.records
            ):
                return True
        with self.reader.connection() as connection:
            return stored.told_before(
                connection, signal.partner, signal.agreement, signal.why.value, incidents
            )


@dataclass(frozen=True, slots=True)
class _Read:
    """A report as it was read."""

    report: Report
    record_class: RecordClass
    recorded: date


def _reports(
    rows: Iterable[stored.ReportRow],
    keys: Iterable[Any],
    classes: Mapping[int, RecordClass],
    edition: Edition,
    day: date,
) -> list[_Read]:
    by_position: dict[int, list[Key]] = {}
    doors: dict[int, set[bytes]] = {}
    for one in keys:
        if one.kind in _KINDS:
            key = Key(one.part, MatchKey(one.kind), one.digest)
            by_position.setdefault(one.position, []).append(key)
        elif one.kind == SubjectKind.DOOR and one.part == ROW:
            doors.setdefault(one.position, set()).add(one.digest)
    found = []
    for row in rows:
        record_class = classes[row.class_id]
        holder = edition.law.register.holder(record_class.controller, day)
        first = row.reported or row.occurred_from or row.recorded_at
        report = Report(
            row.position,
            row.incident,
            row.version,
            holder,
            _day(first),
            tuple(by_position.get(row.position, ())),
            frozenset(doors.get(row.position, ())),
        )
        found.append(_Read(report, record_class, _day(row.recorded_at)))
    return found


def _day(seconds: int) -> date:
    return datetime.fromtimestamp(seconds, LONDON).date()


def personal_subscriptions(reader: Reader, partner: str) -> list[str]:
    """Return the ids of a partner's requests in whose lane it learns whom a record concerns."""
    rows = reader.subscriptions_of(partner)
    return [str(row["id"]) for row in rows if '"lane":"personal"' in row["body"].replace(" ", "")]
