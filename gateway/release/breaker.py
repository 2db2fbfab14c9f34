"""The breaker: a subscriber that keeps failing is left alone for a while, then asked once.

The retry schedule waits per release; the breaker waits per endpoint, also where a new release takes the
place of a failed one. It opens after several failures in a row, or where most of the last attempts failed.
While it is open nothing is tried. Then one attempt decides: success closes it, failure opens it for longer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

IN_A_ROW = 5
"""Failures one after the other that open it."""

LAST, ENOUGH, RATIO = 20, 10, 0.7
"""It also opens where of at least ``ENOUGH`` of the ``LAST`` attempts this part failed."""

SHORTEST, LONGEST = 60, 3_600
"""Seconds for which it opens: doubled with each further failure, up to the longest."""


@dataclass(slots=True)
class Breaker:
    """What one process remembers of an endpoint's last attempts."""

    _last: deque[bool] = field(default_factory=lambda: deque(maxlen=LAST))

    def succeeded(self) -> None:
        """Count a success."""
        self._last.append(True)

    def failed(self, in_a_row: int) -> int | None:
        """Count a failure; return for how many seconds nothing is tried, or None.

        Args:
            in_a_row: Failures since the last success, this one included.
        """
        self._last.append(False)
        if in_a_row >= IN_A_ROW:
            return min(LONGEST, SHORTEST << min(in_a_row - IN_A_ROW, 16))
        failures = self._last.count(False)
        if len(self._last) >= ENOUGH and failures >= RATIO * len(self._last):
            return SHORTEST
        return None
