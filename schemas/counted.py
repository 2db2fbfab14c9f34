"""What an analyst may have counted: levels and measures that are fixed, so that a question is one URL."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.analysis import AreaCode, BehaviourCode, Several, SubBehaviourCode
from schemas.areas import EditionName
from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, InterventionStage, Kind, MappingStatus, NsirClass, Slug

Month = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month, as ``2026-10``."""


class CountedPlace(StrEnum):
    """The levels of place that counts are split by; ``none`` counts the whole."""

    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    DISTRICT = "district"
    NONE = "none"


class CountedPeriod(StrEnum):
    """The lengths of time that counts are split by. All but the whole begin with a month of the calendar."""

    MONTH = "month"
    TWO_MONTHS = "two_months"
    """January and February, March and April, …: as a delivery group meets."""
    QUARTER = "quarter"
    SIX_MONTHS = "six_months"
    YEAR = "year"
    WHOLE = "whole"
    """Everything asked for, as one period."""

    @property
    def months(self) -> int:
        """How many months it has; 0 for the whole."""
        return _MONTHS[self]


_MONTHS = {
    CountedPeriod.MONTH: 1,
    CountedPeriod.TWO_MONTHS: 2,
    CountedPeriod.QUARTER: 3,
    CountedPeriod.SIX_MONTHS: 6,
    CountedPeriod.YEAR: 12,
    CountedPeriod.WHOLE: 0,
}


class CountedBehaviour(StrEnum):
    """Whether counts are split by what was reported."""

    NONE = "none"
    AREA = "area"
    BEHAVIOUR = "behaviour"
    SUB_BEHAVIOUR = "sub_behaviour"


class Split(StrEnum):
    """By what else counts are split."""

    NONE = "none"
    NSIR_CLASS = "nsir_class"
    SOURCE = "source"
    STAGE = "stage"
    """Stage of intervention; under section 17A it is not prescribed and refused."""
    MAPPING_STATUS = "mapping_status"
    HOUR = "hour"
    """Day of the week and hour, where the time is known so exactly; by quarter and district at the finest."""


class CountedMeasure(StrEnum):
    """What is said of each count beside it."""

    COUNT = "count"
    RATE = "rate"
    """Per 1,000 residents of the place, in the period; not made yearly."""
    CHANGE = "change"
    """Against the period before."""
    YEAR_CHANGE = "year_change"
    """Against the same period a year before."""
    ROLLING_12 = "rolling_12"
    """The twelve months that end with the month."""


class StatisticsQuestion(Word):
    """Which counts, by fixed levels. Kinds stand apart in every answer and are never added up.

    Filters take several values apart by commas. A reader of published tables may not filter: two answers
    could be subtracted.
    """

    subscription: Slug
    measure: CountedMeasure = CountedMeasure.COUNT
    place: CountedPlace = CountedPlace.LSOA
    period: CountedPeriod = CountedPeriod.MONTH
    by: CountedBehaviour = CountedBehaviour.NONE
    split: Split = Split.NONE
    first: Month
    last: Month
    kind: Several[Kind] = ()
    nsir_class: Several[NsirClass] = ()
    area: Several[AreaCode] = ()
    behaviour: Several[BehaviourCode] = ()
    sub_behaviour: Several[SubBehaviourCode] = ()
    source: Several[Slug] = ()
    stage: Several[InterventionStage] = ()
    mapping_status: Several[MappingStatus] = ()
    within: Several[GssCode] = ()
    """Areas at any level, in one of which the place lies: the wards of a district, an area set."""
    set: Slug | None = None
    """A named set of areas, by whose areas the figures of the level are added up."""
    on: EditionName | None = None
    """Another edition of the level's areas, on which figures are shown by best fit, with the share moved."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.first > self.last:
            message = "the period ends before it begins"
            raise DoesNotFit(message)
        if self.split is Split.HOUR and (
            self.place not in {CountedPlace.NONE, CountedPlace.DISTRICT}
            or self.period.months not in {0, 3, 6, 12}
        ):
            message = "hours are counted by quarter or longer, for a district or the whole"
            raise DoesNotFit(message)
        if self.split is Split.HOUR and self.measure is not CountedMeasure.COUNT:
            message = "hours are counted, and nothing else is made of them"
            raise DoesNotFit(message)
        if self.measure is CountedMeasure.ROLLING_12 and self.period is not CountedPeriod.MONTH:
            message = "twelve months roll by month"
            raise DoesNotFit(message)
        if self.measure is CountedMeasure.RATE and self.place is CountedPlace.NONE:
            message = "a rate needs a place whose residents are known"
            raise DoesNotFit(message)
        if self.place is CountedPlace.NONE and (self.set or self.on):
            message = "areas are made of those of a level: name it"
            raise DoesNotFit(message)
        if self.set and self.on:
            message = "a set says itself of which edition it is made; leave the other out"
            raise DoesNotFit(message)
        if self.period is CountedPeriod.WHOLE and self.measure in _COMPARED:
            message = "the whole has no period before it"
            raise DoesNotFit(message)
        return self

    @property
    def is_plain(self) -> bool:
        """Whether it asks for no more than a published table may hold: no filter but the kind."""
        return not (
            self.nsir_class
            or self.area
            or self.behaviour
            or self.sub_behaviour
            or self.source
            or self.stage
            or self.mapping_status
            or self.within
        )


_COMPARED = frozenset({CountedMeasure.CHANGE, CountedMeasure.YEAR_CHANGE})


def month_number(month: str) -> int:
    """Return a month as a number, so that months can be counted."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_named(number: int) -> str:
    """Return the month of a number."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def period_named(number: int, period: CountedPeriod, whole: tuple[str, str]) -> str:
    """Return the period in which a month lies, by the month's number.

    ``2026-10``, ``2026-09/2026-10``, ``2026Q4``, ``2026H2``, ``2026``; of the whole its two ends.
    """
    if period is CountedPeriod.WHOLE:
        return f"{whole[0]}/{whole[1]}"
    year, part = number // 12, number % 12 // period.months
    first = number - number % 12 % period.months
    return {
        CountedPeriod.MONTH: month_named(number),
        CountedPeriod.TWO_MONTHS: f"{month_named(first)}/{month_named(first + 1)}",
        CountedPeriod.QUARTER: f"{year:04d}Q{part + 1}",
        CountedPeriod.SIX_MONTHS: f"{year:04d}H{part + 1}",
        CountedPeriod.YEAR: f"{year:04d}",
    }[period]


def whole_periods(first: str, last: str, period: CountedPeriod) -> tuple[str, str] | None:
    """Return the months of the whole periods from one month to another; None where there is none."""
    begins, ends = month_number(first), month_number(last)
    length = period.months or 1
    begins += -begins % length
    ends -= (ends + 1) % length
    return None if ends < begins else (month_named(begins), month_named(ends))


def period_begins(period: str) -> date:
    """Return the first day of a period by its name (``period_named``)."""
    year = int(period[:4])
    if period[4:5] in _PARTS:
        return date(year, (int(period[5]) - 1) * _PARTS[period[4]] + 1, 1)
    return date(year, int(period[5:7] or 1), 1)


_PARTS = {"Q": 3, "H": 6}
"""Months of a quarter and of half a year."""
