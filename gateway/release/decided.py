"""Step 1, decided: the law's word on every record class that a subscription asks for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from policies.law import Law
from schemas.decisions import Decision
from schemas.record_class import RecordClass
from schemas.subscriptions import Filter, Subscription


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions by class id for one subscription on one day, under one snapshot."""

    day: date
    snapshot: str
    decisions: Mapping[int, Decision]
    classes: Mapping[int, RecordClass]

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
        if asks_for(subscription.filter, record_class)
    }
    return Decided(day, law.sha256, decisions, dict(classes))


def asks_for(wanted: Filter, record_class: RecordClass) -> bool:
    """Whether a class is among what a filter asks for; an empty list asks for all."""
    return (
        (not wanted.sources or record_class.source in wanted.sources)
        and (not wanted.kinds or record_class.kind in wanted.kinds)
        and (not wanted.behaviours or record_class.typology_behaviour in wanted.behaviours)
    )
