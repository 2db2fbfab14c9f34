"""What an analyst may have counted: levels and measures that are fixed, so that a question is one URL."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.base import Word
from schemas.codes import Slug

Month = Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}-(0[1-9]|1[0-2])$")]
"""A month, as ``2026-10``."""


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
