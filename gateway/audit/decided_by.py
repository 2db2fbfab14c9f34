"""When a rule of the law last decided something here: read from the releases, which count each reason.

A condition that was met lets a record through as surely as one that was not keeps it back, so both are
told. A condition about a group of fields was asked wherever a record left by the personal lane.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.store.reading import Reader
from policies.bundle import Bundle
from schemas.sensitivity import Lane
from schemas.subscriptions import Subscription


@dataclass(slots=True)
class Decided:
    """How many incident versions a rule kept back and how many it let go, and when it last did either."""

    withheld: int = 0
    let_go: int = 0
    last: datetime | None = None

    def count(self, at: datetime, *, withheld: int = 0, let_go: int = 0) -> None:
        """Count a release in which it decided about so many."""
        self.withheld += withheld
        self.let_go += let_go
        self.last = at if self.last is None else max(self.last, at)


def decided_by(reader: Reader, asked_of: Callable[[str], Collection[str]]) -> dict[str, Decided]:
    """Return rule → what it decided, over every release there is.

    Args:
        reader: The store.
        asked_of: The ids of the rules that are asked about each record of a subscription.
    """
    found: dict[str, Decided] = {}
    for subscription, at, counts in reader.counts_of_releases():
        told = json.loads(counts)  # noqa: TID251 - our own row
        moment = datetime.fromtimestamp(at, UTC)
        for rule, number in told["reasons"].items():
            found.setdefault(rule, Decided()).count(moment, withheld=number)
        for rule in asked_of(subscription) if told["released"] else ():
            found.setdefault(rule, Decided()).count(moment, let_go=told["released"])
    return found


def decisions(reader: Reader, bundle: Bundle) -> Mapping[str, Decided]:
    """Return rule → what it decided here, for the rules of a bundle and the requests on the register."""
    stored = reader.bodies("subscription")
    asked = {
        name: rules_asked(Subscription.model_validate_json(body), bundle)
        for name, body in stored.items()
    }
    return decided_by(reader, lambda subscription: asked.get(subscription, ()))


def rules_asked(subscription: Subscription, bundle: Bundle) -> tuple[str, ...]:
    """Return the rules that are asked about each record of a subscription."""
    power = subscription.power
    rules = [one.id for one in bundle.conditions(power)]
    rules += [bundle.permits[power].id] if power in bundle.permits else []
    if subscription.lane is Lane.PERSONAL:
        rules += [one.id for one in bundle.conditions_to_see(power)]
    return tuple(rules)
