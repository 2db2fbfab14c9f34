"""How each feed stands: heard when, placed how far, and what waits in quarantine. Never a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic_core import from_json

from gateway.clock import Clock
from gateway.law.book import LawBook
from gateway.store import feeding
from gateway.store.reading import Reader
from policies.silence import grows, silent_since
from schemas.feeds import Feed

PUSHES = 50
"""The last pushes of a feed that are looked at."""
ROWS = 2_000
"""Rows in quarantine whose faults are counted; more are said to be more."""
WEEK = timedelta(days=7)
_PARTS = ("received", "recorded", "revised", "duplicate", "out_of_scope", "excluded", "quarantined")


@dataclass(frozen=True, slots=True)
class FeedStanding:
    """How one feed stands."""

    feed: Feed
    heard_at: datetime | None
    """When a push of it was last taken."""
    silent_since: datetime | None
    """When it should have been heard at the latest, where that is past."""
    pushes: int
    """How many of its last pushes ``came_to`` counts."""
    came_to: Mapping[str, int]
    """What the rows of those pushes came to; the parts add up to ``received``."""
    placed: Mapping[str, int]
    """Of the records that are held: by mapping status."""
    waiting: int
    """Rows in quarantine that nobody put right."""
    this_week: int
    week_before: int
    faults: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Field and rule → how many of the rows counted have it."""
    dropped: Mapping[str, int] = field(default_factory=dict)
    """Values that the last pushes held and nobody uses, by field."""

    @property
    def grows(self) -> bool:
        """Whether its quarantine grows."""
        return grows(self.this_week, self.week_before)

    @property
    def held(self) -> int:
        """Records of it that are held."""
        return sum(self.placed.values())


def feed_standings(
    reader: Reader, book: LawBook, clock: Clock, partner: str | None = None
) -> list[FeedStanding]:
    """Return how the feeds stand, by name.

    Args:
        reader: The database.
        book: The register and the record classes.
        clock: Says now.
        partner: Only feeds that this partner controls or sends; None: every feed.
    """
    now = clock.now()
    found = []
    with reader.connection() as connection:
        held = feeding.held_by_class(connection)
        placed: dict[str, Counter[str]] = {}
        for class_id, one in book.classes().items():
            of_feed = placed.setdefault(one.source, Counter())
            of_feed[one.mapping_status.value] += held.get(class_id, 0)
        for name, (feed_id, feed) in sorted(book.current().register.feeds.items()):
            if partner is not None and partner not in {feed.controller, feed.sender}:
                continue
            heard = feeding.heard(connection, feed_id, PUSHES)
            week, before = int((now - WEEK).timestamp()), int((now - 2 * WEEK).timestamp())
            rows = feeding.open_faults(connection, feed_id, ROWS)
            came_to, dropped = _came_to(heard)
            times = [datetime.fromtimestamp(one.at, tz=UTC) for one in heard]
            found.append(
                FeedStanding(
                    feed=feed,
                    heard_at=times[0] if times else None,
                    silent_since=silent_since(times, now),
                    pushes=len(heard),
                    came_to=came_to,
                    placed=+placed.get(name, Counter()),
                    waiting=feeding.open_quarantine(connection, feed_id),
                    this_week=feeding.quarantined_between(
                        connection, feed_id, week, int(now.timestamp()) + 1
                    ),
                    week_before=feeding.quarantined_between(connection, feed_id, before, week),
                    faults=_faults(rows),
                    dropped=dropped,
                )
            )
    return found


def _came_to(heard: list[feeding.HeardRow]) -> tuple[Counter[str], Counter[str]]:
    came_to, dropped = Counter[str](), Counter[str]()
    for one in heard:
        receipt: dict[str, Any] = from_json(one.answer)["receipt"]
        came_to.update({part: int(receipt[part]) for part in _PARTS})
        dropped.update(receipt["dropped_fields"])
    return came_to, dropped


def _faults(rows: list[dict[str, Any]]) -> dict[tuple[str, str], int]:
    counted = Counter(
        (str(fault["pointer"]), str(fault["rule"]))
        for row in rows
        for fault in from_json(row["faults"])
    )
    return dict(counted.most_common())
