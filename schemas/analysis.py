"""What an analyst may ask. Closed: an unknown parameter is refused, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field

from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, NsirClass, Slug
from schemas.typology import TYPOLOGY

Month = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month, as ``2026-10``."""


def _listed(codes: Iterable[str]) -> AfterValidator:
    """A check that a word is one of the typology's: a slip of the pen must not look like «none»."""
    known = frozenset(codes)

    def check(code: str) -> str:
        if code not in known:
            message = "the typology has no such code"
            raise DoesNotFit(message)
        return code

    return AfterValidator(check)


_Code = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
AreaCode = Annotated[_Code, _listed(area.code for area in TYPOLOGY.area)]
BehaviourCode = Annotated[_Code, _listed(TYPOLOGY.area_of)]


class IncidentQuestion(Word):
    """Which incidents, under which of the caller's own subscriptions."""

    subscription: Slug
    kind: Kind | None = None
    nsir_class: NsirClass | None = None
    area: AreaCode | None = None
    behaviour: BehaviourCode | None = None
    place: GssCode | None = None
    """An area at any level: LSOA, MSOA, ward or district."""
    first: date | None = None
    last: date | None = None
    """Days of the period in Europe/London, both in it; by when it occurred, else was reported."""
    after: Annotated[str, Field(max_length=128)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500


class CountedPlace(StrEnum):
    """The levels of place that counts are split by."""

    LSOA = "lsoa"
    MSOA = "msoa"
    WARD = "ward"
    DISTRICT = "district"


class CountedPeriod(StrEnum):
    """The lengths of time that counts are split by."""

    MONTH = "month"
    QUARTER = "quarter"


class CountedBehaviour(StrEnum):
    """Whether counts are split by what was reported."""

    NONE = "none"
    AREA = "area"
    BEHAVIOUR = "behaviour"
    SUB_BEHAVIOUR = "sub_behaviour"


class StatisticsQuestion(Word):
    """Which counts. Levels are fixed and nothing is filtered: two answers cannot be subtracted."""

    subscription: Slug
    place: CountedPlace = CountedPlace.LSOA
    period: CountedPeriod = CountedPeriod.MONTH
    by: CountedBehaviour = CountedBehaviour.NONE
    first: Month
    last: Month
