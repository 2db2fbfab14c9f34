"""What a draft of the law would newly let go and newly stop, before anybody signs or approves it.

Two laws are asked about the same record classes for the same subscriptions on the same day; how many
recorded versions each class has comes from outside. A class is told in words: no record is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from policies.allowance import allowance
from policies.law import Law
from schemas.agreements import PEOPLE, Agreement, AgreementSignature
from schemas.incident import SENSITIVITY
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.simulations import (
    Change,
    ClassChange,
    Comparison,
    Rule,
    SubscriptionChange,
    TreatmentChange,
)
from schemas.subscriptions import Subscription

RECORDED_EARLIER = "recorded_before_agreed"
"""Not a condition of Cedar: the agreement reaches back only to the day that it names."""
_EARLIER = Rule(
    id=RECORDED_EARLIER,
    says="The record was recorded on or after the first day that the agreement reaches back to.",
    cites="Data Protection Act 2018 s.39(1); UK GDPR art. 5(1)(e)",
)
_ERRS = "The policy can be evaluated: one that cannot withholds."


@dataclass(frozen=True, slots=True)
class ClassCount:
    """How many current, live versions of one record class were recorded from one day on."""

    record_class: RecordClass
    recorded: date
    """The day of recording, in Europe/London, or the first of a band of days that count alike."""
    number: int


def compared(
    before: Law,
    after: Law,
    subscriptions: Iterable[Subscription],
    counts: Iterable[ClassCount],
    day: date,
    *,
    would_be: Iterable[Subscription] = (),
) -> Comparison:
    """Say what would newly leave, newly stop, or leave with other fields.

    Args:
        before: The law in force.
        after: The draft.
        subscriptions: Standing requests.
        counts: Recorded versions by class, each class in as many bands of days as make a difference.
        day: The day that both are judged by.
        would_be: Requests that nobody makes yet and the draft would allow.
    """
    known = tuple(counts)
    asked = [(one, True) for one in subscriptions] + [(one, False) for one in would_be]
    rules: dict[str, Rule] = {}
    told = tuple(
        _subscription(_Pair(before, after, one, day, rules), known, standing=standing)
        for one, standing in sorted(asked, key=lambda pair: pair[0].id)
    )
    return Comparison(
        day=day,
        before=before.sha256,
        after=after.sha256,
        records=sum(one.number for one in known),
        classes=len({one.record_class for one in known}),
        newly_leaves=sum(one.newly_leaves for one in told),
        newly_stops=sum(one.newly_stops for one in told),
        other_fields=sum(one.other_fields for one in told),
        rules=tuple(rules[name] for name in sorted(rules) if name in _that_matter(told)),
        treatments=_treatments(before, after),
        subscriptions=told,
    )


def as_signed(law: Law, draft: Agreement, day: date) -> Law:
    """Return the law as it would be with a version of an agreement signed by every party on a day.

    The version takes the place of one with its number; signatures that it has count as they are.
    """
    signed_by = {one.party for one in draft.signed_by(day)}
    more = tuple(
        AgreementSignature(
            party=party,
            office=f"for {party}, as if signed",
            signed_on=day,
            terms_sha256=draft.terms_sha256,
        )
        for party in draft.parties
        if party not in signed_by
    )
    made = draft.model_copy(update={"signatures": (*draft.signatures, *more)})
    others = [one for one in law.agreements if (one.id, one.version) != (draft.id, draft.version)]
    return Law(
        law.bundle,
        law.treatments,
        law.register.partners,
        law.protocols,
        law.lists,
        (*others, made),
    )


def judged_on(draft: Agreement, day: date) -> date:
    """Return the day to judge a draft by: its first day, where that is still to come."""
    return day if draft.valid_from is None else max(day, draft.valid_from)


def requests_under(
    draft: Agreement, subscriptions: Iterable[Subscription]
) -> tuple[Subscription, ...]:
    """Return the requests that recipients could make under a draft and have not made yet."""
    asking = {one.partner for one in subscriptions if one.agreement == draft.id}
    return tuple(
        Subscription(
            id=f"would-be-{recipient}"[:63].rstrip("-"),
            partner=recipient,
            power=draft.power,
            purpose=draft.purpose,
            lane=Lane.PERSONAL,
            agreement=draft.id,
        )
        for recipient in draft.recipients
        if recipient not in asking
    )


def days_that_matter(laws: Iterable[Law], day: date) -> tuple[date, ...]:
    """Return the first days of recording that agreements name under any of the laws, in order."""
    found = {
        bound.agreement.records_since(day)
        for law in laws
        for name in {one.id for one in law.agreements}
        if (bound := law.bound(name, day)) is not None
    }
    return tuple(sorted(found))


def in_words(record_class: RecordClass) -> str:
    """Return a record class in words: all that the law looks at, but for the hash of its case."""
    said = [
        f"{record_class.kind} of {record_class.source}, held by {record_class.controller}",
        record_class.typology_behaviour
        or record_class.typology_area
        or record_class.mapping_status,
        f"regime {record_class.regime}",
        str(record_class.marking),
    ]
    said += ["sensitive"] if record_class.sensitive else []
    said += [f"handling {record_class.handling}"] if record_class.handling else []
    said += ["open data"] if record_class.open_data else []
    said += ["a child is concerned"] if record_class.child else []
    said += ["of a listed case"] if record_class.case else []
    under = record_class.received_under
    said += [f"received under {under}"] if under else []
    for words, named in (
        ("people", record_class.roles),
        ("grounds", record_class.grounds),
        ("held", record_class.field_groups),
    ):
        said += [f"{words}: {' '.join(named)}"] if named else []
    said += [f"SI 2007/1831 para {number}" for number in record_class.si_paragraphs]
    return ", ".join(said)


# ---------------------------------------------------------------------- inside


@dataclass(slots=True)
class _Pair:
    """Two laws asked about one subscription on one day; collects the rules that were met with."""

    before: Law
    after: Law
    subscription: Subscription
    day: date
    rules: dict[str, Rule]

    def against(self, law: Law, one: ClassCount) -> frozenset[str] | None:
        """Return what stands against records under a law, or None where they leave."""
        decision = law.decide(self.subscription, one.record_class, self.day)
        found = {condition.id for condition in decision.unmet} | set(decision.errors)
        for condition in decision.unmet:
            rule = Rule(id=condition.id, says=condition.says, cites=condition.cites)
            self.rules.setdefault(condition.id, rule)
        for name in decision.errors:
            self.rules.setdefault(name, Rule(id=name, says=_ERRS, cites=""))
        since = _counts_from(law, self.subscription, self.day)
        if since is not None and one.recorded < since:
            found.add(RECORDED_EARLIER)
            self.rules[RECORDED_EARLIER] = _EARLIER
        elif decision.releases:
            return None
        return frozenset(found)

    def fields(self, law: Law, record_class: RecordClass) -> frozenset[str]:
        """Return the fields with which records of a class leave under a law."""
        if self.subscription.lane is Lane.PERSONAL:
            return _sealed_fields(law, self.subscription, record_class, self.day)
        table = law.treatments.get(self.subscription.lane)
        lines = () if table is None else table.lines.values()
        return frozenset(line.releases for line in lines if line.releases is not None)

    def difference(self, one: ClassCount) -> _Difference | None:
        """Return what becomes of records of a class, or None where nothing changes."""
        was, then = self.against(self.before, one), self.against(self.after, one)
        had = frozenset() if was is not None else self.fields(self.before, one.record_class)
        has = frozenset() if then is not None else self.fields(self.after, one.record_class)
        if was is None and then is None:
            change, made = Change.FIELDS, frozenset[str]()
        elif then is None:
            change, made = Change.LEAVES, was or frozenset()
        elif was is None:
            change, made = Change.STOPS, then
        else:
            return None
        if change is Change.FIELDS and had == has:
            return None
        return _Difference(change, one.record_class, made, has - had, had - has)


class _Difference(NamedTuple):
    """What becomes of records of one class."""

    change: Change
    record_class: RecordClass
    conditions: frozenset[str]
    leaving: frozenset[str]
    stopping: frozenset[str]


@dataclass(slots=True)
class _Tally:
    """Counts of one subscription."""

    considered: int = 0
    leave_now: int = 0
    changed: Counter[_Difference] = field(default_factory=Counter)

    def of(self, change: Change) -> int:
        return sum(number for one, number in self.changed.items() if one.change is change)

    def by(self, names: Callable[[_Difference], frozenset[str]]) -> dict[str, int]:
        """Count names over the differences, the most first."""
        counted: Counter[str] = Counter()
        for one, number in self.changed.items():
            counted.update(dict.fromkeys(names(one), number))
        return dict(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _that_matter(told: Iterable[SubscriptionChange]) -> set[str]:
    """Ids of the rules that make a difference anywhere."""
    return {name for one in told for name in (*one.let_go_by, *one.stopped_by)}


def _subscription(
    pair: _Pair, counts: tuple[ClassCount, ...], *, standing: bool
) -> SubscriptionChange:
    asked, tally = pair.subscription, _Tally()
    for one in counts:
        if not asked.filter.asks_for(one.record_class):
            continue
        tally.considered += one.number
        tally.leave_now += one.number if pair.against(pair.before, one) is None else 0
        difference = pair.difference(one)
        if difference is not None:
            tally.changed[difference] += one.number
    leaves, stops = tally.of(Change.LEAVES), tally.of(Change.STOPS)
    return SubscriptionChange(
        subscription=asked.id,
        recipient=asked.partner,
        power=asked.power,
        lane=asked.lane,
        agreement=asked.agreement,
        standing=standing,
        considered=tally.considered,
        leave_now=tally.leave_now,
        would_leave=tally.leave_now + leaves - stops,
        newly_leaves=leaves,
        newly_stops=stops,
        other_fields=tally.of(Change.FIELDS),
        let_go_by=tally.by(lambda one: _if(one, Change.LEAVES)),
        stopped_by=tally.by(lambda one: _if(one, Change.STOPS)),
        fields_leaving=tally.by(lambda one: one.leaving),
        fields_stopping=tally.by(lambda one: one.stopping),
        classes=tuple(_told(one, number) for one, number in tally.changed.most_common()),
    )


def _if(one: _Difference, change: Change) -> frozenset[str]:
    return one.conditions if one.change is change else frozenset()


def _told(one: _Difference, number: int) -> ClassChange:
    return ClassChange(
        change=one.change,
        number=number,
        record_class=in_words(one.record_class),
        conditions=tuple(sorted(one.conditions)),
        fields_leaving=tuple(sorted(one.leaving)),
        fields_stopping=tuple(sorted(one.stopping)),
    )


def _counts_from(law: Law, subscription: Subscription, day: date) -> date | None:
    """Return the first day of recording that counts, under an agreement; None where none is agreed."""
    named = subscription.agreement if law.rests_on_agreement(subscription.power) else None
    bound = law.bound(named, day)
    return None if bound is None else bound.agreement.records_since(day)


def _sealed_fields(
    law: Law, subscription: Subscription, record_class: RecordClass, day: date
) -> frozenset[str]:
    """Return the sealed fields that leave and are held; of people each part with each role.

    A class does not say which parts of its people are held, so every part that may leave is told.
    """
    allowed = allowance(law, subscription, record_class, day)
    if allowed is None:
        return frozenset()
    held = set(record_class.field_groups)
    found = {name for name in allowed.fields if SENSITIVITY[name].group in held}
    if SENSITIVITY[PEOPLE].group in held:
        roles = allowed.roles & set(record_class.roles)
        found |= {f"{PEOPLE}.{part}:{role}" for part in allowed.person_parts for role in roles}
    return frozenset(found)


def _treatments(before: Law, after: Law) -> tuple[TreatmentChange, ...]:
    changed = []
    for lane in Lane:
        was, then = _lines(before, lane), _lines(after, lane)
        changed += [
            TreatmentChange(
                lane=lane, field=name, before=was.get(name, ""), after=then.get(name, "")
            )
            for name in sorted(was.keys() | then.keys())
            if was.get(name) != then.get(name)
        ]
    return tuple(changed)


def _lines(law: Law, lane: Lane) -> dict[str, str]:
    table = law.treatments.get(lane)
    if table is None:
        return {}
    return {
        name: ", ".join(f"{key} {value}" for key, value in line.model_dump().items() if value)
        for name, line in table.lines.items()
    }
