"""What a partnership asks again and again: each question has a name, and is one URL with its parameters."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.base import Word
from schemas.codes import GssCode, Slug
from schemas.counted import CountedPlace


class PartnershipName(StrEnum):
    """The questions, by their names in a URL."""

    COMMUNITIES = "communities"
    DISTRICTS = "districts"
    ASB_AND_CRIME = "asb-and-crime"
    CRIMINAL_DAMAGE = "criminal-damage"
    ARSON = "arson"
    SINCE_DELIVERY_GROUP = "since-delivery-group"
    SINCE_BOARD = "since-board"
    SINCE_STRATEGIC_ASSESSMENT = "since-strategic-assessment"


class PartnershipQuestion(Word):
    """One of the partnership's questions, under one of the caller's own subscriptions."""

    subscription: Slug
    today: date | None = None
    """The day by which periods are closed; without it, today. A later one means today."""
    months: Annotated[int, Field(ge=1, le=60)] = 12
    """How many closed months are counted, where the question has no periods of its own."""
    level: Literal[
        CountedPlace.LSOA, CountedPlace.MSOA, CountedPlace.WARD, CountedPlace.DISTRICT
    ] = CountedPlace.LSOA
    """The areas that are counted, and grouped where a set is named."""
    set: Slug | None = None
    """A named set of areas to group by: communities, districts, neighbourhoods, beats."""
    area: GssCode | Slug | None = None
    """The area that the question is about: a district's code, or an area of the set."""
    top: Annotated[int, Field(ge=1, le=50)] = 5
    """How many places are listed; those that share the last rank are all there."""
