"""Who sees which count: the audience rule of statistics, as a pure function of numbers.

A reader entitled to the records sees the count that he could make himself. A reader of statistics alone
sees totals of anti-social behaviour as data.police.uk publishes them, by month and LSOA, and everything
else by the rule of Hospital Episode Statistics: 1 to 7 hidden, other numbers rounded to the nearest 5,
zero kept, totals rounded by themselves and not added up (law.md §5; NHS Digital, September 2018). Every
number carries the id of the rule that it follows, so that no hiding goes without its reason (Information
Commissioner v Miller [2018] UKUT 229).

Within one place and period an exact total and rounded parts could give a hidden part away: where what
is shown leaves a hidden part only one value, the split of that place and period is left out whole.
Across places, levels and editions the same is asked of everything ever shown: ``policies.second_world``.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from enum import StrEnum
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)

HIDDEN_FROM, HIDDEN_TO, ROUNDED_TO = 1, 7, 5
REPUBLISHED_FROM = 8
"""A figure is shown anew where the true count moved by so much; the width of 1 to 7, and one."""
_HALF = ROUNDED_TO // 2


class CountRule(StrEnum):
    """Why a count is shown as it is."""

    OWN_COUNT = "own_count"
    """The reader may have the records, and could count them himself."""
    PUBLISHED_TOTAL = "published_total"
    """A total of anti-social behaviour, as data.police.uk publishes it."""
    ROUNDED = "rounded_to_5"
    HIDDEN = "hidden_1_to_7"
    LEFT_OUT = "split_left_out"
    """What else is shown would leave a hidden part only one value."""


class Shown(NamedTuple):
    """A count as it may be seen; None where it is hidden."""

    number: int | None
    rule: CountRule


def masked(count: int) -> Shown:
    """Return a count by the rule of Hospital Episode Statistics.

    Raises:
        ValueError: It is negative.
    """
    if count < 0:
        raise ValueError("a count is not negative")
    if HIDDEN_FROM <= count <= HIDDEN_TO:
        return Shown(None, CountRule.HIDDEN)
    return Shown((count + _HALF) // ROUNDED_TO * ROUNDED_TO, CountRule.ROUNDED)


def masked_split(parts: Mapping[K, int]) -> dict[K, Shown]:
    """Return the parts of an exactly known total, hidden whole where one could be worked out."""
    shown = {key: masked(count) for key, count in parts.items()}
    if any(low == high for low, high in _hidden_ranges(shown, sum(parts.values()))):
        return dict.fromkeys(parts, Shown(None, CountRule.LEFT_OUT))
    return shown


def _hidden_ranges(shown: Mapping[K, Shown], total: int) -> list[tuple[int, int]]:
    """What a reader who knows the total can say about each hidden part: least and most."""
    bounds = [_bounds(one) for one in shown.values()]
    least, most = sum(low for low, _ in bounds), sum(high for _, high in bounds)
    return [
        (max(low, total - (most - high)), min(high, total - (least - low)))
        for (low, high), one in zip(bounds, shown.values(), strict=True)
        if one.number is None
    ]


def _bounds(one: Shown) -> tuple[int, int]:
    """The true counts that a shown one may stand for: least and most."""
    if one.number is None:
        return HIDDEN_FROM, HIDDEN_TO
    if one.number == 0:
        return 0, 0
    return max(HIDDEN_TO + 1, one.number - _HALF), one.number + _HALF
