"""Step 2, mapped: the feed's adapter makes an incident of each row. Pure; no row is kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from adapters.source import (
    CannotMap,
    Excluded,
    Identity,
    Mapped,
    Mapper,
    Outcome,
    OutOfScope,
    Reference,
    Row,
)
from gateway.intake.received import Received
from policies.marking import higher
from schemas.codes import Marking
from schemas.feeds import Feed
from schemas.incident import Incident
from schemas.receipts import RowProblem


@dataclass(slots=True)
class MappedPush:
    """What the adapter made of a push: incidents, and every other row in exactly one bucket."""

    received: int
    incidents: list[tuple[int, Incident, Identity]] = field(default_factory=list)
    refused: list[tuple[RowProblem, Reference | None]] = field(default_factory=list)
    excluded: Counter[str] = field(default_factory=Counter)
    withdrawn: list[tuple[int, Identity, str]] = field(default_factory=list)
    """Identities of excluded rows, and of what a row replaces: what was recorded so is retracted."""
    out_of_scope: int = 0
    dropped_fields: Counter[str] = field(default_factory=Counter)


INTELLIGENCE = "intelligence"
"""Why a row with a grading is excluded from a feed that does not take intelligence."""


def map_row(row: Row, mapper: Mapper, feed: Feed) -> Outcome:
    """Map one row; one with a grading is excluded from a feed that takes no intelligence."""
    outcome = mapper.map(row)
    if (
        isinstance(outcome, Mapped)
        and outcome.incident.grading is not None
        and not feed.accepts_intelligence
    ):
        return Excluded(INTELLIGENCE, outcome.identity)
    return outcome


def map_rows(
    received: Received, mapper: Mapper, feed: Feed, marking: Marking | None = None
) -> MappedPush:
    """Map every row of a push of a feed; no row is marked lower than the push says it is."""
    push = MappedPush(received.count)
    push.refused.extend((problem, None) for problem in received.refused)
    dropped: Counter[tuple[str, ...]] = Counter()
    lowest = higher(marking or Marking.OFFICIAL, received.marking or Marking.OFFICIAL)
    for number, row in received.rows:
        outcome = map_row(row, mapper, feed)
        if isinstance(outcome, Mapped):
            incident = outcome.incident
            if lowest is not incident.marking and higher(lowest, incident.marking) is lowest:
                incident = incident.model_copy(update={"marking": lowest})
            push.incidents.append((number, incident, outcome.identity))
            if outcome.replaces is not None:
                push.withdrawn.append((number, outcome.replaces, "replaced"))
            dropped[outcome.dropped] += 1
        else:
            _set_aside(push, number, outcome)
    for names, rows in dropped.items():
        push.dropped_fields.update(dict.fromkeys(names, rows))
    return push


def _set_aside(push: MappedPush, number: int, outcome: object) -> None:
    match outcome:
        case Excluded(reason, identity):
            push.excluded[reason] += 1
            if identity is not None:
                push.withdrawn.append((number, identity, reason))
        case OutOfScope(_, identity):
            push.out_of_scope += 1
            if identity is not None:
                push.withdrawn.append((number, identity, "out_of_scope"))
        case CannotMap(faults, reference):
            push.refused.append((RowProblem(row=number, faults=faults), reference))
        case _:
            raise TypeError
