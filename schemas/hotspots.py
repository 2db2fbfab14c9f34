"""What an analyst may ask about places that stand out, and about events that were probably reported twice."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Self

from pydantic import Field, model_validator

from schemas.analysis import AreaCode, BehaviourCode, Several, SubBehaviourCode
from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, Slug
from schemas.counted import Month


class Nearness(StrEnum):
    """The weights that a Gi* rests on; stated beside every answer."""

    QUEEN = "queen"
    """Squares or areas that touch at a side or a corner, and itself."""
    BAND = "band"
    """Squares whose centres lie within two sides, and itself."""


class SquareSide(StrEnum):
    """Metres of a side; finer squares hold too few incidents of a quarter to test."""

    HALF_KILOMETRE = "500"
    KILOMETRE = "1000"


class HotspotQuestion(Word):
    """Where incidents of one kind stand out. Kinds are never added up.

    A subscription of records has squares, of its own records; one of statistics has areas, of what was
    published, and no filter but the kind: two answers could be subtracted.
    """

    subscription: Slug
    first: Month
    last: Month
    kind: Kind = Kind.ASB_INCIDENT
    area: Several[AreaCode] = ()
    behaviour: Several[BehaviourCode] = ()
    sub_behaviour: Several[SubBehaviourCode] = ()
    source: Several[Slug] = ()
    place: GssCode | None = None
    """The district that is looked at."""
    square: SquareSide = SquareSide.KILOMETRE
    near: Nearness = Nearness.QUEEN
    top: Annotated[int, Field(ge=1, le=100)] = 5

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            message = "the period ends before it begins"
            raise DoesNotFit(message)
        return self

    @property
    def is_plain(self) -> bool:
        """Whether it asks for no more than a published table may hold."""
        return not (
            self.area
            or self.behaviour
            or self.sub_behaviour
            or self.source
            or self.place is not None
        )


class LinkQuestion(Word):
    """Which of a reader's own records are probably the same event, told of by two sources."""

    subscription: Slug
    first: date
    last: date
    """Days of the period in Europe/London, both in it; by when it occurred, else was reported."""
    place: GssCode | None = None
    kind: Several[Kind] = ()
    least: Annotated[float, Field(ge=0.05, le=1)] = 0.9
    """Pairs from this probability on are listed; the estimate counts all."""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 200

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first > self.last:
            message = "the period ends before it begins"
            raise DoesNotFit(message)
        return self
