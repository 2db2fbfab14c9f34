"""Step 1, decided: the law's word on every record class that a subscription asks for.

In the personal lane it says too what of each class's sealed half may leave; under an agreement, from
which day of recording on records are meant at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from gateway.clock import LONDON
from policies.allowance import Allowance, allowance
from policies.law import Law
from schemas.decisions import Decision
from schemas.record_class import RecordClass
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions by class id for one subscription on one day, under one snapshot."""

    day: date
    snapshot: str
    decisions: Mapping[int, Decision]
    classes: Mapping[int, RecordClass]
    since: int = 0
    """Only what was recorded from this second on is asked for (``recorded_since``)."""
    allowances: Mapping[int, Allowance] = field(default_factory=dict)
    """In the personal lane, what of the sealed half of each class that may go may leave."""

    @property
    def asked(self) -> list[int]:
        """Class ids that the subscription's filter asks for."""
        return list(self.decisions)

    @property
    def allowed(self) -> list[int]:
        """Class ids that the law lets go."""
        return [class_id for class_id, decision in self.decisions.items() if decision.releases]

    def reasons(self, current_by_class: Mapping[int, int]) -> Counter[str]:
        """Count every unmet condition once for each version that it withheld."""
        counted: Counter[str] = Counter()
        for class_id, number in current_by_class.items():
            decision = self.decisions[class_id]
            if not decision.releases:
                names = [condition.id for condition in decision.unmet] + list(decision.errors)
                counted.update(dict.fromkeys(names or ["no_basis"], number))
        return counted


def decide_classes(
    law: Law, subscription: Subscription, classes: Mapping[int, RecordClass], day: date
) -> Decided:
    """Decide about every class that the subscription asks for."""
    decisions = {
        class_id: law.decide(subscription, record_class, day)
        for class_id, record_class in classes.items()
        if subscription.filter.asks_for(record_class)
    }
    allowances = {
        class_id: found
        for class_id, decision in decisions.items()
        if decision.releases
        and (found := allowed_of(law, subscription, classes[class_id], day)) is not None
    }
    since = recorded_since(law, subscription, day)
    return Decided(day, law.sha256, decisions, dict(classes), since, allowances)


def allowed_of(
    law: Law, subscription: Subscription, record_class: RecordClass, day: date
) -> Allowance | None:
    """Return what of a class's sealed half may leave; None in every lane but the personal one."""
    if subscription.lane is not Lane.PERSONAL:
        return None
    return allowance(law, subscription, record_class, day)


def recorded_since(law: Law, subscription: Subscription, day: date) -> int:
    """Return the second from which records count: under an agreement as agreed, else from the first."""
    if not law.rests_on_agreement(subscription.power):
        return 0
    bound = law.bound(subscription.agreement, day)
    if bound is None:
        return 0
    first = bound.agreement.records_since(day)
    return int(datetime(first.year, first.month, first.day, tzinfo=LONDON).timestamp())


def same_form(one: Allowance | None, other: Allowance | None) -> bool:
    """Whether a record would look the same under both: every day moves the first day that counts."""
    if one is None or other is None:
        return one is other
    return replace(one, records_since=other.records_since) == other
