"""What the analysts' pages take in their addresses: closed, as every question is, and one address each."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.analysis import AreaCode, BehaviourCode
from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, Slug
from schemas.counted import CountedPeriod, CountedPlace, Month

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


class MapQuestion(PageQuestion):
    """Where: every place of a level."""

    period: MonthOrQuarter = CountedPeriod.MONTH
    level: AreaLevel = CountedPlace.LSOA


class CompareQuestion(MapQuestion):
    """Places side by side, with the period before and the year before."""


class PlaceQuestion(PageQuestion):
    """One place."""

    level: AreaLevel = CountedPlace.LSOA
    place: GssCode | None = None
    months: Annotated[int, Field(ge=3, le=MOST_MONTHS)] = 24
