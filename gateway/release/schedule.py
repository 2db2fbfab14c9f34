"""When a failed delivery is tried again. Pure: instants and chance are arguments.

Source of the waits: the Standard Webhooks specification, 2026-08 («5 s … 24 h»), as its best servers keep it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

WAITS = (5, 300, 1_800, 7_200, 18_000, 36_000)
"""Seconds after the first, second … failed try; the last one repeats."""

JITTER = 0.2
"""Each wait is longer or shorter by up to this part, so that many do not come back at once."""

SHORTEST_AFTER_PRESSURE = 60
"""Seconds at least after a time-out or 429: the subscriber has more than it can do."""

LONGEST = 86_400
"""Seconds at most that a subscriber may put us off for by Retry-After."""

GIVE_UP_SECONDS = 120 * 3_600
"""An endpoint that has failed for longer than this is no longer sent to."""

GONE = 410
_TOO_MANY = 429
_FAIR_DRAW = 4


def wait_seconds(
    tried: int,
    *,
    status: int | None,
    timed_out: bool,
    retry_after: str | None,
    now: datetime,
    random: Callable[[int], bytes],
) -> int:
    """Return how long to wait before the next try, in seconds.

    Args:
        tried: How often this release was tried, this time included; at least 1.
        status: The answer's status, if one came whole.
        timed_out: Whether the attempt ran out of time.
        retry_after: The answer's Retry-After header as it came.
        now: The present instant.
        random: Source of random bytes.
    """
    shortest = SHORTEST_AFTER_PRESSURE if timed_out or status == _TOO_MANY else WAITS[0]
    asked = retry_after_seconds(retry_after, now)
    if asked is not None:
        return min(max(asked, shortest), LONGEST)
    wait = WAITS[min(tried, len(WAITS)) - 1]
    part = int.from_bytes(random(_FAIR_DRAW), "big") / (1 << 8 * _FAIR_DRAW)
    return max(shortest, round(wait * (1 - JITTER + 2 * JITTER * part)))


def retry_after_seconds(text: str | None, now: datetime) -> int | None:
    """Read a Retry-After header (RFC 9110 §10.2.3), or None where it says nothing that we can read."""
    if text is None:
        return None
    told = text.strip()
    if told.isascii() and told.isdecimal():
        return int(told[:12])
    try:
        at = parsedate_to_datetime(told)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0, int((at - now).total_seconds()))
