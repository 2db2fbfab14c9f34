"""A reader's own counts, from the roll-ups held in memory: one pass of arrays over each month.

Every number is the count that he could make himself from records that he may have (rule ``own_count``).
Only record classes that the law lets him have today are added up, each into its kind alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from gateway.analysis.entitled import Entitled
from gateway.analysis.places.wards import ward_counted
from gateway.errors import LawRefuses, TooManyCells
from gateway.store.held_counts import Block, HeldCounts, Ints, What, Where
from gateway.store.rollups import UNKNOWN_SLOT
from policies.audience import CountRule
from policies.stages import NOT_PRESCRIBED
from schemas.codes import Kind, MappingStatus
from schemas.counted import (
    CountedBehaviour,
    CountedPeriod,
    CountedPlace,
    Split,
    StatisticsQuestion,
    month_number,
    period_named,
)
from schemas.powers import Power
from schemas.record_class import RecordClass

MOST_CELLS = 25_000
"""Cells of one answer at most; measured at decision 0038."""
WHOLE = "all"
"""Stands for the place where counts are not split by place."""
CLASS_ONLY = "class_only"
COVERED = (MappingStatus.MAPPED.value, "ambiguous", "unclassified", CLASS_ONLY)
"""Into one of which every counted row falls: by its mapping status, and what is unclassified by whether its
NSIR class is known. ``unclassified`` and ``class_only`` together are what records call unclassified."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SLOTS = (*(f"{day} {hour:02d}" for day in _DAYS for hour in range(24)), "unknown")


class Cell(NamedTuple):
    """One count as it may be seen, with what is said of it."""

    kind: str
    period: str
    """``2026-10``, ``2026Q4`` and so on (``schemas.counted.period_named``)."""
    place: str | None
    """Code of the area, ``all`` for the whole; None where it is not known at this level."""
    behaviour: str | None
    """None where counts are not split, or none is known."""
    count: int | None  # type: ignore[assignment] # nobody counts values in it
    rule: str
    """Id of the rule that shows or hides it (``policies.audience.CountRule``)."""
    edition: str | None = None
    """The published edition in which it was last shown anew; none where it is the reader's own count."""
    split: str | None = None
    """The part, where counts are split by something else too; None where the source states none."""
    value: float | None = None
    """What the measure makes of it."""
    percent: float | None = None
    """The same in percent, for changes."""
    says: str | None = None
    """Why there is no value, or with what it was made."""


class Coverage(NamedTuple):
    """How far a figure can be trusted: what the rows behind it could be mapped to; shares add to 1."""

    kind: str
    period: str
    place: str | None
    rows: int
    mapped: int
    ambiguous: int
    unclassified: int
    class_only: int


@dataclass(frozen=True, slots=True)
class Counted:
    """A reader's own counts, and which record classes are in them."""

    cells: list[Cell]
    coverage: list[Coverage]
    classes: frozenset[int]


class Into(NamedTuple):
    """In which areas a reader's own counts are given, where they are not those of his records."""

    wards: Mapping[str, str]
    """The ward of each LSOA (``places.wards.wards_of_lsoas``)."""
    area_of: Mapping[str, str] | None = None
    """Into which other area each of the level goes whole; what is in none is not counted."""


class _Group(NamedTuple):
    kind: str
    behaviour: str
    split: str


def own_counts(
    held: HeldCounts,
    blocks: Mapping[str, Block],
    question: StatisticsQuestion,
    entitled: Entitled,
    months: tuple[str, str],
    first: str,
    into: Into,
) -> Counted:
    """Count what a reader may have, over whole periods.

    Args:
        held: The roll-ups of this database.
        blocks: Its cells of these months, or of their quarters by hour (``HeldCounts.blocks``).
        question: What is asked.
        entitled: Whose classes are counted.
        months: First and last, those that a comparison looks back at with them.
        first: The first month that was asked for itself.
        into: In which areas it is counted.

    Raises:
        LawRefuses: It asks by stages of intervention under section 17A.
        TooManyCells: The answer would be too large.
    """
    stages = question.split is Split.STAGE or question.stage
    if stages and entitled.subscription.power is Power.SECTION_17A:
        raise LawRefuses(extra={"conditions": [NOT_PRESCRIBED]})
    if not question.within:
        # who asks within areas may ask by others than those that he counts by
        years = question.period in {CountedPeriod.YEAR, CountedPeriod.WHOLE}
        blocks = held.at_level(blocks, question.place.value, years=years)
    known = tuple(held.wheres)  # others may add to it meanwhile
    fitted = [one._replace(ward=ward_counted(*one[:3], into.wards)) for one in known]
    places = _placed(question, [*known, *fitted], into.area_of)
    sums = _Sums(question, _allowed(question, entitled), held.whats, places, len(known))
    for period, parts in _periods(question, blocks, months).items():
        sums.add(period, parts)
    classes = frozenset(
        held.whats[number].class_id
        for part in blocks.values()
        for number in np.unique(part.what)
        if sums.group[number] >= 0
    )
    begins = period_named(month_number(first), question.period, months)
    return Counted(sums.cells(), sums.coverage(begins), classes)


def _allowed(question: StatisticsQuestion, entitled: Entitled) -> dict[int, RecordClass]:
    classes = entitled.decided.classes
    return {
        number: one
        for number in entitled.decided.allowed
        if _is_asked(question, one := classes[number])
    }


def _is_asked(question: StatisticsQuestion, one: RecordClass) -> bool:
    return (
        (not question.kind or one.kind in question.kind)
        and (not question.area or one.typology_area in question.area)
        and (not question.behaviour or one.typology_behaviour in question.behaviour)
        and (not question.source or one.source in question.source)
        and (not question.stage or one.stage in question.stage)
        and (not question.mapping_status or one.mapping_status in question.mapping_status)
    )


def _periods(
    question: StatisticsQuestion, blocks: Mapping[str, Block], months: tuple[str, str]
) -> dict[str, list[Block]]:
    found: dict[str, list[Block]] = {}
    for name, block in blocks.items():
        first = f"{name[:4]}-{int(name[5]) * 3:02d}" if "Q" in name else f"{name}-12"[:7]
        period = period_named(month_number(first), question.period, months)
        found.setdefault(period, []).append(block)
    return found


class _Sums:
    """Adds up blocks, by place and by what is counted."""

    def __init__(
        self,
        question: StatisticsQuestion,
        allowed: Mapping[int, RecordClass],
        whats: Sequence[What],
        placed: tuple[NDArray[np.int64], list[str]],
        fitted_from: int,
    ) -> None:
        self._hours = len(_SLOTS) if question.split is Split.HOUR else 1
        kept = [_is_kept(question, one) and one.class_id in allowed for one in whats]
        names = [
            _group(question, allowed[one.class_id], one) if keep else None
            for one, keep in zip(whats, kept, strict=True)
        ]
        self._groups = sorted({one for one in names if one is not None})
        self.group = _numbered(names, self._groups)
        self._kinds = sorted({one.kind for one in self._groups})
        covered = [
            None if name is None else (name.kind, covered_as(allowed[one.class_id], one.nsir_class))
            for name, one in zip(names, whats, strict=True)
        ]
        self._covers = [(kind, part) for kind in self._kinds for part in COVERED]
        self._cover = _numbered(covered, self._covers)
        self._place, self._places = placed
        # a published point is everybody's to look up; what leaves otherwise is in the ward of its LSOA
        opened = [one.class_id in allowed and allowed[one.class_id].open_data for one in whats]
        self._shift = np.where(np.array(opened, bool), 0, fitted_from)
        self._found: list[tuple[str, Ints, Ints]] = []
        self._total = 0

    def add(self, period: str, blocks: Iterable[Block]) -> None:
        """Add the blocks of one period, which no other call names."""
        groups, covers = len(self._groups), len(self._covers)
        width = groups * self._hours
        sums = np.zeros(len(self._places) * width)
        covered = np.zeros(len(self._places) * covers)
        for block in blocks:
            group = self.group[block.what]
            place = self._place[block.where + self._shift[block.what]]
            keep = (group >= 0) & (place >= 0)
            if not keep.all():
                group, place = group[keep], place[keep]
            number = block.number[keep]
            key = place * groups + group
            if block.slot is not None:
                key = key * self._hours + block.slot[keep]
            sums += np.bincount(key, number, len(sums))
            cover = self._cover[block.what][keep]
            covered += np.bincount(place * covers + cover, number, len(covered))
        self._found.append((period, sums.astype(np.int64), covered.astype(np.int64)))
        self._total += int(np.count_nonzero(sums))
        if self._total > MOST_CELLS:
            raise TooManyCells

    def cells(self) -> list[Cell]:
        """Return every cell that is not zero, by kind, period, place and part."""
        width = len(self._groups) * self._hours
        rule = CountRule.OWN_COUNT.value
        parts = [
            (kind, behaviour or None, (split if self._hours == 1 else slot) or None)
            for kind, behaviour, split in self._groups
            for slot in (_SLOTS if self._hours > 1 else ("",))
        ]
        places = [name or None for name in self._places]
        cells: list[Cell] = []
        for period, sums, _ in self._found:
            at = np.flatnonzero(sums)
            place, part = np.divmod(at, max(width, 1))
            for where, what, number in zip(
                place.tolist(), part.tolist(), sums[at].tolist(), strict=True
            ):
                kind, behaviour, split = parts[what]
                cells.append(
                    Cell(kind, period, places[where], behaviour, number, rule, None, split)
                )
        cells.sort(key=lambda one: one.kind)  # stable: periods, places and parts stay in order
        return cells

    def coverage(self, first: str) -> list[Coverage]:
        """Return what the rows of each kind and place could be mapped to, from a period on."""
        kinds = len(self._kinds)
        found: list[Coverage] = []
        for period, _, covered in self._found:
            if period < first or not kinds:
                continue
            table = covered.reshape(-1, len(COVERED))
            rows = table.sum(axis=1)
            at = np.flatnonzero(rows)
            for key, number, parts in zip(
                at.tolist(), rows[at].tolist(), table[at].tolist(), strict=True
            ):
                place, kind = divmod(key, kinds)
                name = self._places[place] or None
                found.append(Coverage(self._kinds[kind], period, name, number, *parts))
        return found


def _is_kept(question: StatisticsQuestion, one: What) -> bool:
    return (not question.nsir_class or one.nsir_class in question.nsir_class) and (
        not question.sub_behaviour or one.sub_behaviour in question.sub_behaviour
    )


def _group(question: StatisticsQuestion, record_class: RecordClass, one: What) -> _Group:
    behaviour = {
        CountedBehaviour.NONE: "",
        CountedBehaviour.AREA: record_class.typology_area or "",
        CountedBehaviour.BEHAVIOUR: record_class.typology_behaviour or "",
        CountedBehaviour.SUB_BEHAVIOUR: one.sub_behaviour,
    }[question.by]
    split = {
        Split.NONE: "",
        Split.HOUR: "",
        Split.NSIR_CLASS: one.nsir_class,
        Split.SOURCE: record_class.source,
        Split.STAGE: record_class.stage or "",
        Split.MAPPING_STATUS: record_class.mapping_status.value,
    }[question.split]
    return _Group(record_class.kind.value, behaviour, split)


def covered_as(record_class: RecordClass, nsir_class: str) -> str:
    """Return into which of ``COVERED`` a row falls, by its record class and its NSIR class."""
    status = record_class.mapping_status.value
    is_asb = record_class.kind is Kind.ASB_INCIDENT
    if is_asb and nsir_class and status == MappingStatus.UNCLASSIFIED.value:
        return CLASS_ONLY
    return status if status in COVERED else MappingStatus.UNCLASSIFIED.value


def _numbered(names: Sequence[Any], among: Sequence[Any]) -> NDArray[np.int64]:
    numbers = {name: number for number, name in enumerate(among)}
    return np.array([-1 if name is None else numbers[name] for name in names], np.int64)


def _placed(
    question: StatisticsQuestion, wheres: Sequence[Where], area_of: Mapping[str, str] | None
) -> tuple[NDArray[np.int64], list[str]]:
    within = frozenset(question.within)
    level = question.place
    names = [
        None
        if within and within.isdisjoint(one)
        else WHOLE
        if level is CountedPlace.NONE
        else str(getattr(one, level.value))
        for one in wheres
    ]
    if area_of is not None:
        # a place that is not known at this level stays so
        names = [name and area_of.get(name) for name in names]
    places = sorted({name for name in names if name is not None})
    return _numbered(names, places), places


UNKNOWN_HOUR = _SLOTS[UNKNOWN_SLOT]
