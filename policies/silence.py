"""Whether a feed has gone silent, and whether its quarantine grows: from times and counts alone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

LEAST = timedelta(days=2)
"""A feed that was heard within so long is not silent, however often it sends."""
TIMES = 3
"""Silent is who was not heard for so many times its usual pause."""
ENOUGH = 3
"""Pushes from which a usual pause can be told."""
GROWING_FROM = 10
"""Rows newly quarantined in a week from which growth is worth telling."""


def silent_since(heard: Sequence[datetime], now: datetime) -> datetime | None:
    """Return when a feed should have been heard at the latest, where that is past; else None.

    Args:
        heard: When it was heard, in any order; its last pushes are enough.
        now: The present instant, aware.
    """
    times = sorted(heard)
    if len(times) < ENOUGH:
        return None
    usual = median((later - earlier).total_seconds() for earlier, later in pairwise(times))
    latest = times[-1] + max(LEAST, TIMES * timedelta(seconds=usual))
    return latest if latest < now else None


def grows(this_week: int, week_before: int) -> bool:
    """Whether so many rows newly quarantined in a week are more than the week before had, and enough."""
    return this_week >= GROWING_FROM and this_week > week_before
