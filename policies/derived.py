"""Measures from counts as they may be seen: rates, changes, sums, ranks and best fits of ``Shown``.

Nothing here sees a true count. For a reader of statistics alone every measure is worked out from what is
published, so that it tells him no more than the published table does (post-processing); for a reader of
records the same functions take his own counts. A measure one of whose parts is hidden is hidden, and says
by which rule (Information Commissioner v Miller [2018] UKUT 229).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple, TypeVar

from policies.audience import HIDDEN_FROM, HIDDEN_TO, REPUBLISHED_FROM, ROUNDED_TO, CountRule, Shown

K = TypeVar("K", bound=Hashable)

PER = 1_000
"""Rates are per so many residents."""


class Measure(NamedTuple):
    """A measure as it may be seen; None where a part of it is hidden, or where it has no meaning."""

    value: float | None
    rule: CountRule


class Range(NamedTuple):
    """What anybody can say of a true count: least, and most or None where there is no bound."""

    least: int
    most: int | None


_CLOSED = (CountRule.LEFT_OUT, CountRule.HIDDEN)
"""Rules that hide, the one that is told first."""
_OPEN = (CountRule.ROUNDED, CountRule.PUBLISHED_TOTAL, CountRule.OWN_COUNT)
"""Rules that show, the least exact first."""


def rule_of(parts: Iterable[Shown]) -> CountRule:
    """Return the rule of what is made from several counts: one that hides, else the least exact.

    Raises:
        ValueError: There are no parts.
    """
    rules = {one.rule for one in parts}
    for rule in (*_CLOSED, *_OPEN):
        if rule in rules:
            return rule
    raise ValueError("a measure is made from something")


def total(parts: Iterable[Shown]) -> Shown:
    """Return the sum of counts: a rolling twelve months, an area set. Hidden where one of them is."""
    listed = list(parts)
    numbers = [one.number for one in listed if one.number is not None]
    return Shown(sum(numbers) if len(numbers) == len(listed) else None, rule_of(listed))


def rate(count: Shown, residents: float | None) -> Measure:
    """Return a count per 1,000 residents; no value where nobody lives there or it is not known."""
    if count.number is None or not residents:
        return Measure(None, count.rule)
    return Measure(count.number / residents * PER, count.rule)


def change(now: Shown, before: Shown) -> Measure:
    """Return by how much a count differs from one before it."""
    rule = rule_of((now, before))
    if now.number is None or before.number is None:
        return Measure(None, rule)
    return Measure(now.number - before.number, rule)


def relative_change(now: Shown, before: Shown) -> Measure:
    """Return a change as a share of what was before; no value where that was nothing."""
    moved = change(now, before)
    if moved.value is None or not before.number:
        return Measure(None, moved.rule)
    return Measure(moved.value / before.number, moved.rule)


def share(part: Shown, whole: Shown) -> Measure:
    """Return a part of a whole, such as coverage; no value where the whole is nothing."""
    rule = rule_of((part, whole))
    if part.number is None or not whole.number:
        return Measure(None, rule)
    return Measure(part.number / whole.number, rule)


def ranks(measures: Mapping[K, Measure | Shown]) -> dict[K, Measure]:
    """Return each one's rank, the highest first, among those that have a value; equals share a rank."""
    values = {key: one[0] for key, one in measures.items() if one[0] is not None}
    ordered = sorted(values.values(), reverse=True)
    place = {value: len(ordered) - number for number, value in enumerate(reversed(ordered))}
    return {
        key: Measure(None if one[0] is None else place[values[key]], one.rule)
        for key, one in measures.items()
    }


def best_fit(counts: Mapping[K, Shown], shares: Mapping[K, float]) -> Measure:
    """Return what areas give to another one, each by its share; hidden where one with a share is.

    Args:
        counts: Count of each area.
        shares: Share of each area that lies in the other one, from 0 to 1. An area without a count that
            has a share is a zero, as published tables leave it unsaid.
    """
    used = {key: counts[key] for key, part in shares.items() if part and key in counts}
    if not used:
        return Measure(0.0, CountRule.ROUNDED)
    rule = rule_of(used.values())
    numbers = {key: one.number for key, one in used.items() if one.number is not None}
    if len(numbers) < len(used):
        return Measure(None, rule)
    return Measure(sum(number * shares[key] for key, number in numbers.items()), rule)


def known_of(count: Shown, *, fresh: bool = True) -> Range:
    """Return what a shown count says of the true one, for whoever knows the rules.

    Args:
        count: As it is shown.
        fresh: Whether it was shown anew in the edition that it is read from; else the true count may
            have moved by up to 7 since.
    """
    if count.rule is CountRule.OWN_COUNT or (fresh and count.rule is CountRule.PUBLISHED_TOTAL):
        return Range(count.number or 0, count.number or 0)
    if count.rule is CountRule.LEFT_OUT:
        return Range(0, None)
    drift = 0 if fresh else REPUBLISHED_FROM - 1
    if count.number is None:
        return Range(max(0, HIDDEN_FROM - drift), HIDDEN_TO + drift)
    half = 0 if count.rule is CountRule.PUBLISHED_TOTAL or count.number == 0 else ROUNDED_TO // 2
    least = max(HIDDEN_TO + 1, count.number - half) if half else count.number
    return Range(max(0, least - drift), count.number + half + drift)


def known_of_total(parts: Iterable[Range]) -> Range:
    """Return what ranges of parts say of their sum."""
    listed = list(parts)
    tops = [one.most for one in listed if one.most is not None]
    most = sum(tops) if len(tops) == len(listed) else None
    return Range(sum(one.least for one in listed), most)
