"""When a rule of the law last decided something here: read from the releases, which count each reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.store.reading import Reader


@dataclass(slots=True)
class Decided:
    """How often a rule withheld an incident version (a permit: let one go), and when last."""

    times: int = 0
    last: datetime | None = None

    def count(self, number: int, at: datetime) -> None:
        """Count a release in which it decided about so many."""
        self.times += number
        self.last = at if self.last is None else max(self.last, at)


def decided_by(reader: Reader, permit_of: Callable[[str], str | None]) -> dict[str, Decided]:
    """Return rule → what it decided, over every release there is.

    Args:
        reader: The store.
        permit_of: The permit that a subscription's power rests on; None for one that is not known.
    """
    found: dict[str, Decided] = {}
    for subscription, at, counts in reader.counts_of_releases():
        moment = datetime.fromtimestamp(at, UTC)
        for rule, number in _counted(counts, permit_of(subscription)):
            found.setdefault(rule, Decided()).count(number, moment)
    return found


def _counted(counts: str, permit: str | None) -> Iterable[tuple[str, int]]:
    told = json.loads(counts)  # noqa: TID251 - our own row
    if permit is not None and told["released"]:
        yield permit, told["released"]
    yield from told["reasons"].items()
