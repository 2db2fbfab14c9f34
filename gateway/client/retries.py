"""When to try again: after a lost answer, 429, 502, 503 and 504; later each time, never all at once."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime

from gateway.clock import Clock

AGAIN = frozenset({429, 502, 503, 504})
"""Statuses of which the gateway promises that nothing was done, or that a key makes a repeat safe."""

_FRACTION = 4
"""Bytes drawn for one fraction."""


@dataclass(frozen=True, slots=True)
class Retries:
    """How often and how long. Times in seconds."""

    tries: int = 6
    first: float = 0.5
    """Before the second try at most; doubled from try to try."""
    longest: float = 30.0
    """Between two tries at most, where the gateway does not ask for longer."""
    patience: float = 120.0
    """A Retry-After beyond this is not waited for: the answer is given back."""
    sleep: Callable[[float], None] = time.sleep

    def pause(self, number: int, random: Callable[[int], bytes]) -> float:
        """Return how long to wait after failed try ``number`` (from 1): full jitter."""
        whole = min(self.longest, self.first * 2.0 ** (number - 1))
        drawn = int.from_bytes(random(_FRACTION), "big") / 256**_FRACTION
        return float(whole * drawn)


def retry_after(value: str | None, clock: Clock) -> float:
    """Return the seconds that a Retry-After header asks for (RFC 9110 §10.2.3); 0 where it is none."""
    if value is None:
        return 0.0
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    until = until if until.tzinfo is not None else until.replace(tzinfo=UTC)
    return max(0.0, (until - clock.now()).total_seconds())
