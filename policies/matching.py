"""Which reports are of one household, and when somebody is told: pure, over keyed hashes alone.

A home is known by UPRN and address; two homes with different UPRNs are never one, whatever else they share.
A telephone number joins only reports that name no home at all, and only where every other report with that
number is of the one home: the number of a landlord, a school or a busy neighbour joins nothing, nor does
that of an office which told of several doors without their postcodes. People in a
row are homes of their own (``part``): whoever complains of number 3 does not live there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from policies.keeping import request_under
from policies.law import Law
from schemas.agreements import Agreement, AgreementState
from schemas.matching import Matching, MatchKey
from schemas.record_class import RecordClass
from schemas.signals import SignalWhy
from schemas.subscriptions import Subscription

_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY, _YEAR = 2, 12


class Key(NamedTuple):
    """One keyed hash of a sealed half, and of which part of the row."""

    part: int
    kind: MatchKey
    digest: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """One report as matching sees it: where it stands, whose it is, when it was made, by what it is found."""

    position: int
    incident: int
    version: int
    controller: str
    """Its holder on the day."""
    day: date
    """When it was first reported, else when it happened, else when it was recorded."""
    keys: tuple[Key, ...]
    doors: frozenset[bytes] = frozenset()
    """Hashes of its place where that is told without a postcode: they keep reports apart, and join none."""

    def homes(self) -> list[Home]:
        """Return the homes that the row names, the place of the incident first."""
        parts: dict[int, list[Key]] = defaultdict(list)
        for key in self.keys:
            if key.kind is not MatchKey.PHONE:
                parts[key.part].append(key)
        return [
            Home(
                self,
                frozenset(key.digest for key in keys if key.kind is MatchKey.UPRN),
                frozenset(key.digest for key in keys if key.kind is MatchKey.ADDRESS),
            )
            for _, keys in sorted(parts.items())
        ]

    @property
    def phones(self) -> frozenset[bytes]:
        """Hashes of every telephone number in the row."""
        return frozenset(key.digest for key in self.keys if key.kind is MatchKey.PHONE)


@dataclass(frozen=True, slots=True)
class Home:
    """One home in one report."""

    report: Report
    uprns: frozenset[bytes]
    addresses: frozenset[bytes]


@dataclass(slots=True)
class Neighbourhood:
    """Reports that share keys, ready to be asked which of them are of one household."""

    reports: Sequence[Report]
    _homes: dict[bytes, list[Home]] = field(default_factory=lambda: defaultdict(list))
    _placed: dict[bytes, list[Report]] = field(default_factory=lambda: defaultdict(list))
    _unplaced: dict[bytes, list[Report]] = field(default_factory=lambda: defaultdict(list))
    _shared: frozenset[bytes] = frozenset()
    _offices: frozenset[bytes] = frozenset()

    def __post_init__(self) -> None:
        for report in self.reports:
            homes = report.homes()
            for home in homes:
                for digest in home.uprns | home.addresses:
                    self._homes[digest].append(home)
            for digest in report.phones:
                (self._placed if homes else self._unplaced)[digest].append(report)
        self._shared = frozenset(
            digest
            for digest, homes in self._homes.items()
            if len({uprn for home in homes if digest in home.addresses for uprn in home.uprns}) > 1
        )
        """Addresses at which there are several UPRNs: a house told without its flat."""
        self._offices = frozenset(
            digest
            for digest, reports in self._unplaced.items()
            if len({door for report in reports for door in report.doors}) > 1
        )
        """Telephone numbers from which several doors were told of."""

    def households(self, report: Report) -> list[tuple[Report, ...]]:
        """Return the reports of each household that a report is of, itself among them, by position.

        One household for each home that it names; where it names none, that of its telephone number.
        """
        found = [self._grown(home) for home in report.homes()]
        if not found:
            found = [self._by_phone(digest) for digest in sorted(report.phones)]
        listed = [tuple(sorted(one, key=lambda each: each.position)) for one in found if one]
        return list(dict.fromkeys(listed))

    def _grown(self, home: Home) -> set[Report]:
        """Return the reports of a home, and those that name no home and only its telephone number."""
        members, uprns, addresses = {home.report}, set(home.uprns), set(home.addresses)
        waiting = [*uprns, *addresses]
        while waiting:
            digest = waiting.pop()
            for other in self._homes[digest]:
                if other.report in members or not self._is_of(other, uprns, addresses):
                    continue
                members.add(other.report)
                waiting += (other.uprns | other.addresses) - uprns - addresses
                # an address alone may be a flat's or its house's: a UPRN, once known, decides what follows
                uprns |= other.uprns
                addresses |= other.addresses
        return members | self._callers(members)

    def _is_of(self, home: Home, uprns: set[bytes], addresses: set[bytes]) -> bool:
        if uprns and home.uprns:
            return not uprns.isdisjoint(home.uprns)
        return bool((addresses & home.addresses) - self._shared)

    def _callers(self, members: set[Report]) -> set[Report]:
        phones = {digest for report in members for digest in report.phones}
        own = {digest for digest in phones if members.issuperset(self._placed[digest])}
        own -= self._offices
        return {report for digest in own for report in self._unplaced[digest]}

    def _by_phone(self, digest: bytes) -> set[Report]:
        placed = self._placed[digest]
        if digest in self._offices:
            return set()
        if not placed:
            return set(self._unplaced[digest])
        for home in placed[0].homes():
            grown = self._grown(home)
            if grown.issuperset(placed):
                return grown
        return set()


class Reached(NamedTuple):
    """A threshold that a household has reached, and the reports within its time."""

    why: SignalWhy
    reports: tuple[Report, ...]


def reached(household: Iterable[Report], newest: Report, clause: Matching) -> list[Reached]:
    """Return the thresholds of a clause that a household reaches by a report.

    Counted are reports within the clause's months of each other, this one among them; several versions of
    one incident are one report.
    """
    reports = sorted(household, key=lambda one: (one.day, one.position))
    best: tuple[Report, ...] = ()
    for last in reports:
        begins = months_before(last.day, clause.months)
        if not begins < newest.day <= last.day:
            continue
        within = tuple(one for one in reports if begins < one.day <= last.day)
        best = max(best, within, key=len)
    found = [Reached(SignalWhy.REPORTS, best)] if len(best) >= clause.reports else []
    if clause.second_partner and len({one.controller for one in best}) > 1:
        found.append(Reached(SignalWhy.SECOND_PARTNER, best))
    return found


def months_before(day: date, months: int) -> date:
    """Return the same day of a month so many months earlier, or that month's last."""
    year, month = divmod(day.year * _YEAR + day.month - 1 - months, _YEAR)
    month += 1
    leap = month == _FEBRUARY and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return date(year, month, min(day.day, _DAYS[month - 1] + leap))


@dataclass(frozen=True, slots=True)
class Clause:
    """A matching clause as it binds one partner that is told: which records count for it, by what."""

    law: Law
    agreement: Agreement
    matching: Matching
    partner: str
    asked: Subscription
    day: date

    def keys(self, record_class: RecordClass, holder: str, recorded: date) -> frozenset[MatchKey]:
        """Return by what a record may be compared for the partner; nothing where it does not count.

        Of others' records only those count that the partner could receive under the agreement.

        Args:
            record_class: Its class.
            holder: Its holder on the day.
            recorded: The day on which the gateway recorded it.
        """
        if holder != self.partner:
            goes = self.law.decide(self.asked, record_class, self.day).releases
            if not goes or recorded < self.agreement.records_since(self.day):
                return frozenset()
        return frozenset(
            key
            for key in self.matching.keys
            if self.law.match(self.asked, record_class, key, self.day).matches
        )


def clauses(law: Law, day: date) -> list[Clause]:
    """Return the matching clauses that are live on a day, one for each partner that is told.

    Nothing may stand against the partner or its request: who could receive no record is told nothing.
    """
    found = []
    for name in sorted({one.id for one in law.agreements if one.matching is not None}):
        bound = law.bound(name, day)
        if bound is None or bound.state is not AgreementState.LIVE:
            continue
        agreement, matching = bound.agreement, bound.agreement.matching
        for partner in () if matching is None else matching.signalled:
            asked = request_under(agreement, partner)
            if matching is not None and not law.standing(asked, day):
                found.append(Clause(law, agreement, matching, partner, asked, day))
    return found


def are_told(clauses_of_day: Iterable[Clause], agreement: str) -> Collection[str]:
    """Return the partners that an agreement lets be told on the day of these clauses."""
    return {one.partner for one in clauses_of_day if one.agreement.id == agreement}
