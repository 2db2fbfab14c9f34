"""What the analysts' pages take in their addresses: closed, as every question is, and one address each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from schemas.analysis import AreaCode, BehaviourCode, Several, SubBehaviourCode
from schemas.areas import EditionName
from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, Slug
from schemas.counted import CountedPeriod, CountedPlace, Month
from schemas.hotspots import Nearness, SquareSide

MOST_MONTHS = 60
"""Of a trend at most: five years."""


def _an_area(level: CountedPlace) -> CountedPlace:
    if level is CountedPlace.NONE:
        message = "name a level of areas"
        raise DoesNotFit(message)
    return level


AreaLevel = Annotated[CountedPlace, AfterValidator(_an_area)]
"""A level of place that has areas."""


def _published(period: CountedPeriod) -> CountedPeriod:
    if period not in {CountedPeriod.MONTH, CountedPeriod.QUARTER}:
        message = "a page shows a month or a quarter"
        raise DoesNotFit(message)
    return period


MonthOrQuarter = Annotated[CountedPeriod, AfterValidator(_published)]
"""The periods that every reader may have, whether he counts for himself or reads editions."""


class PageQuestion(Word):
    """What every page takes: whose figures, of which kind, up to which month."""

    subscription: Slug | None = None
    """One of the reader's own; without it the widest that he has."""
    kind: Kind = Kind.ASB_INCIDENT
    last: Month | None = None
    """The last month counted; without it the last that is over."""


class OverviewQuestion(PageQuestion):
    """The figures of a month or a quarter."""

    period: MonthOrQuarter = CountedPeriod.MONTH


class BehaviourQuestion(PageQuestion):
    """What was reported: the parts of everything, of an area of the typology, or of a behaviour."""

    area: AreaCode | None = None
    behaviour: BehaviourCode | None = None
    months: Annotated[int, Field(ge=3, le=MOST_MONTHS)] = 24


class QualityQuestion(PageQuestion):
    """How far the figures can be trusted, month by month."""

    months: Annotated[int, Field(ge=1, le=MOST_MONTHS)] = 12


class AreasQuestion(PageQuestion):
    """The areas of a level, or others that are made of them."""

    level: AreaLevel = CountedPlace.LSOA
    set: Slug | None = None
    """A named set of areas, made of those of the level."""
    on: EditionName | None = None
    """Another edition of the level's areas, on which figures are shown by best fit."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.set and self.on:
            message = "a set says itself of which edition it is made; leave the other out"
            raise DoesNotFit(message)
        return self


class PeriodAndAreas(AreasQuestion):
    """Every place of a level, in one period."""

    period: MonthOrQuarter = CountedPeriod.MONTH


class MapDrawing(StrEnum):
    """What a map is drawn of."""

    AREAS = "areas"
    SQUARES_1_KM = "squares_1_km"
    SQUARES_500_M = "squares_500_m"
    POINTS = "points"


class MapQuestion(PeriodAndAreas):
    """Where: every place of a level, or squares and points for a reader of records."""

    drawn: MapDrawing | None = None
    """Without it areas; where theirs were replaced, squares for whoever may have the records."""


class CompareQuestion(PeriodAndAreas):
    """Places side by side, with the period before and the year before."""


class PlaceQuestion(AreasQuestion):
    """One place."""

    place: GssCode | Slug | None = None
    """Its code; of an area of a set the set's own. One of other areas than are asked for is left aside."""
    months: Annotated[int, Field(ge=3, le=MOST_MONTHS)] = 24


class HotspotsQuestion(PageQuestion):
    """Where incidents stand out, and how that went on over the quarters."""

    months: Annotated[int, Field(ge=3, le=MOST_MONTHS)] = 24
    behaviour: Several[BehaviourCode] = ()
    sub_behaviour: Several[SubBehaviourCode] = ()
    place: GssCode | None = None
    """The district that is looked at."""
    square: SquareSide = SquareSide.KILOMETRE
    near: Nearness = Nearness.QUEEN
    top: Annotated[int, Field(ge=1, le=50)] = 10


class LinksQuestion(PageQuestion):
    """Which records are probably one event, told of by two sources."""

    months: Annotated[int, Field(ge=1, le=24)] = 3
    place: GssCode | None = None
    least: Annotated[float, Field(ge=0.05, le=1)] = 0.9
    """Pairs from this probability on are listed; the estimate counts all."""
