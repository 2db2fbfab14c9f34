"""What emerges, persists and fades over quarters.

A place is *hot in a quarter* where its Gi* stands out upwards after the false discovery rate of that quarter.
Its trend is Mann and Kendall's over its Gi* (with the correction for ties, two-sided, normal with a step of
one), which needs ``QUARTERS_FOR_TREND`` quarters: with four even a steady rise has a chance of 9 in 100.

| word | a place that |
|---|---|
| persistent | was hot in three of four quarters, the last among them, and does not fall |
| emerging | is hot in the last quarter, and rises or was hot in none before the last two |
| fading | was hot and is not any more, or is hot and falls |
| on and off | is hot in the last quarter and none of the above |
| quiet | was never hot |

Fewer than ``QUARTERS_FOR_WORDS`` quarters say none of this. Source of the trend: H. B. Mann, Econometrica 13
(1945); M. G. Kendall, Rank correlation methods (1975).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from gateway.analysis.hotspots.several_tests import LEVEL

QUARTERS_FOR_WORDS = 3
QUARTERS_FOR_TREND = 5
PERSISTENT = 0.75
RECENT = 2


class Course(StrEnum):
    """What became of a place over the quarters."""

    PERSISTENT = "persistent"
    EMERGING = "emerging"
    FADING = "fading"
    ON_AND_OFF = "on_and_off"
    QUIET = "quiet"
    TOO_FEW_QUARTERS = "too_few_quarters"


@dataclass(frozen=True, slots=True)
class Trend:
    """Mann and Kendall's test of one series."""

    s: int
    z: float
    p: float

    def rises(self, level: float = LEVEL) -> bool:
        """Whether it rises more than chance would have it."""
        return self.p <= level and self.z > 0

    def falls(self, level: float = LEVEL) -> bool:
        """Whether it falls more than chance would have it."""
        return self.p <= level and self.z < 0


def trend_of(series: Sequence[float]) -> Trend | None:
    """Return the trend of a series, oldest first; None where it is too short or a quarter is untested."""
    size = len(series)
    if size < QUARTERS_FOR_TREND or any(math.isnan(one) for one in series):
        return None
    s = sum(
        (series[later] > series[earlier]) - (series[later] < series[earlier])
        for earlier in range(size)
        for later in range(earlier + 1, size)
    )
    tied = sum(n * (n - 1) * (2 * n + 5) for n in Counter(series).values())
    variance = (size * (size - 1) * (2 * size + 5) - tied) / 18
    step = (s > 0) - (s < 0)
    z = (s - step) / math.sqrt(variance) if s else 0.0
    return Trend(s, z, math.erfc(abs(z) / math.sqrt(2)))


def course_of(hot: Sequence[bool], z: Sequence[float], level: float = LEVEL) -> Course:
    """Say what became of a place.

    Args:
        hot: Whether it stood out upwards in each quarter, oldest first.
        z: Its Gi* in each.
        level: Of the trend.
    """
    if len(hot) < QUARTERS_FOR_WORDS:
        return Course.TOO_FEW_QUARTERS
    if not any(hot):
        return Course.QUIET
    trend = trend_of(z)
    rises = trend is not None and trend.rises(level)
    falls = trend is not None and trend.falls(level)
    if not hot[-1] or falls:
        return Course.FADING
    if sum(hot) >= PERSISTENT * len(hot):
        return Course.PERSISTENT
    if rises or not any(hot[:-RECENT]):
        return Course.EMERGING
    return Course.ON_AND_OFF
