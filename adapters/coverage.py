"""What a feed's settings make of a file, counted: for trying a source before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from adapters.crosswalk import rule_rows_csv
from adapters.source import Excluded, Mapped, Mapper, Outcome, OutOfScope, Row


@dataclass(slots=True)
class Coverage:
    """Counts of rows. ``outcomes`` adds up to ``received``; nothing here repeats a row's content.

    The exceptions are codes that the scheme's list does not know: they are what a person has to see
    to extend the list, and are shown to the sender only.
    """

    received: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """``mapped``, ``excluded``, ``out_of_scope``, ``quarantined``."""
    mapping: Counter[str] = field(default_factory=Counter)
    """Mapping status of the mapped rows."""
    kinds: Counter[str] = field(default_factory=Counter)
    reasons: Counter[str] = field(default_factory=Counter)
    """Why rows are excluded or out of scope."""
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Pointer and rule of each fault of the quarantined rows."""
    unlisted: Counter[str] = field(default_factory=Counter)
    """Codes of the mapped rows that the list does not know."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Values that were not taken, by column."""

    @property
    def unlisted_csv(self) -> str:
        """The unlisted codes as crosswalk rows to fill in, the most frequent first."""
        return rule_rows_csv(
            (code, f"seen {count} times") for code, count in self.unlisted.most_common()
        )

    def count(self, outcome: Outcome) -> None:
        """Count the outcome of one row."""
        self.received += 1
        match outcome:
            case Mapped(incident, _, dropped, unlisted):
                self.outcomes["mapped"] += 1
                self.mapping[incident.mapping_status.value] += 1
                self.kinds[incident.kind.value] += 1
                self.dropped.update(dropped)
                self.unlisted.update(unlisted)
            case Excluded(reason, _):
                self.outcomes["excluded"] += 1
                self.reasons[reason] += 1
            case OutOfScope(reason, _):
                self.outcomes["out_of_scope"] += 1
                self.reasons[reason] += 1
            case _:
                self.outcomes["quarantined"] += 1
                self.faults.update((one.pointer, one.rule) for one in outcome.faults)


def coverage(mapper: Mapper, rows: Iterable[Row]) -> Coverage:
    """Map every row and count what became of it; nothing is kept."""
    covered = Coverage()
    for row in rows:
        covered.count(mapper.map(row))
    return covered
