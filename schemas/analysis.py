"""What an analyst may ask. Closed: an unknown parameter is refused, so that none is taken for another."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, InterventionStage, Kind, MappingStatus, NsirClass, Slug
from schemas.incident import FlyTip
from schemas.released import DepersonalisedIncident, Place
from schemas.typology import TYPOLOGY


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
SubBehaviourCode = Annotated[_Code, _listed(TYPOLOGY.behaviour_of)]

MOST_VALUES = 200
"""Values that one parameter takes at most: an area set of a county fits."""


def _apart(given: object) -> object:
    """Take a list as a URL writes it: its values apart by commas."""
    return tuple(given.split(",")) if isinstance(given, str) else given


_One = TypeVar("_One")
Several = Annotated[tuple[_One, ...], BeforeValidator(_apart), Field(max_length=MOST_VALUES)]
"""Several values of one parameter, any of which may fit; none: every one fits. Written apart by commas."""


def _four(given: object) -> object:
    numbers = _apart(given)
    if isinstance(numbers, tuple) and len(numbers) != _CORNERS:
        message = "a box is four numbers: west,south,east,north in degrees"
        raise DoesNotFit(message)
    return numbers


_CORNERS = 4
_Longitude = Annotated[float, Field(ge=-180, le=180)]
_Latitude = Annotated[float, Field(ge=-90, le=90)]


def _box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = box
    if west > east or south > north:
        message = "a box is west, south, east, north, in degrees"
        raise DoesNotFit(message)
    return box


Box = Annotated[
    tuple[_Longitude, _Latitude, _Longitude, _Latitude],
    BeforeValidator(_four),
    AfterValidator(_box),
]
"""West, south, east and north in degrees WGS 84, borders in it (RFC 7946 §5, without the antimeridian)."""


RECORD_FIELDS = frozenset(
    {
        *DepersonalisedIncident.model_fields,
        *(f"place_{name}" for name in Place.model_fields),
        *(f"fly_tip_{name}" for name in FlyTip.model_fields),
    }
)
"""Fields of a record that may be chosen; a part of one as tables call its column."""


def _chosen(name: str) -> str:
    if name not in RECORD_FIELDS:
        message = "a record has no such field; see /v1/incidents/dictionary"
        raise DoesNotFit(message)
    return name


class Sort(StrEnum):
    """The order of records. Those of one moment follow in the order in which they were recorded.

    A time is the first instant of what the record says of it; an unknown one comes before all others.
    """

    RECORDED = "recorded"
    RECORDED_LAST = "-recorded"
    OCCURRED = "occurred"
    """By when it occurred, else was reported."""
    OCCURRED_LAST = "-occurred"
    REPORTED = "reported"
    REPORTED_LAST = "-reported"


class IncidentQuestion(Word):
    """Which incidents, under which of the caller's own subscriptions.

    Every filter takes several values apart by commas, and a record fits where it fits one of them.
    """

    subscription: Slug
    kind: Several[Kind] = ()
    nsir_class: Several[NsirClass] = ()
    area: Several[AreaCode] = ()
    behaviour: Several[BehaviourCode] = ()
    sub_behaviour: Several[SubBehaviourCode] = ()
    source: Several[Slug] = ()
    mapping_status: Several[MappingStatus] = ()
    stage: Several[InterventionStage] = ()
    """How far intervention had gone, where the law lets its reader have that."""
    place: Several[GssCode] = ()
    """Areas at any level: LSOA, MSOA, ward or district; matched against the place that leaves."""
    bbox: Box | None = None
    """West, south, east, north in degrees; matched against the point or area that leaves."""
    first: date | None = None
    last: date | None = None
    """Days of the period in Europe/London, both in it; by when it occurred, else was reported."""
    sort: Sort | None = None
    """As asked; else in the order recorded, which alone shows every change made while paging."""
    fields: Several[Annotated[str, AfterValidator(_chosen)]] = ()
    """Fields of the record to send; all where none is named."""
    after: Annotated[str, Field(max_length=128)] | None = None
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            message = "the period ends before it begins"
            raise DoesNotFit(message)
        return self
