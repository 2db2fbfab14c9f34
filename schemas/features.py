"""What a client of OGC API – Features may ask: a box, a time, a page (OGC 17-069r3, 7.15 and 7.16).

Closed as every form: the standard wants 400 where a parameter is unknown or does not fit.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from schemas.analysis import AreaCode, BehaviourCode, IncidentQuestion, Several, SubBehaviourCode
from schemas.base import DoesNotFit, Word
from schemas.codes import GssCode, Kind, MappingStatus, NsirClass, Slug

MOST_FEATURES = 1_000
"""The most features of one page; a larger ``limit`` means this one (17-069r3, 7.15.2)."""
_FLAT, _SOLID = 4, 6
_WORLD = (-180.0, -90.0, 180.0, 90.0)
_OPEN = frozenset({"", ".."})
_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?", re.ASCII
)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class Form(StrEnum):
    """The encodings that ``f`` may name."""

    JSON = "json"


class Box(NamedTuple):
    """A box in degrees WGS 84, its edges part of it; it crosses 180° where west lies east of east."""

    west: float
    south: float
    east: float
    north: float

    def holds(self, longitude: float, latitude: float) -> bool:
        """Whether a point lies in it."""
        if not self.south <= latitude <= self.north:
            return False
        if self.west <= self.east:
            return self.west <= longitude <= self.east
        return longitude >= self.west or longitude <= self.east


class Span(NamedTuple):
    """A stretch of time in UTC, both ends part of it; None where it is open."""

    begins: datetime | None
    ends: datetime | None

    def meets(self, begins: datetime, before: datetime) -> bool:
        """Whether it has an instant in common with one that begins then and ends before then."""
        starts_in_time = self.ends is None or begins <= self.ends
        return starts_in_time and (self.begins is None or before > self.begins)


def read_box(text: str) -> Box:
    """Read ``bbox``: four numbers, or six, of which the heights say nothing here.

    Raises:
        DoesNotFit: It is neither, or no box in degrees.
    """
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        message = "it is no box: write west,south,east,north in degrees"
        raise DoesNotFit(message) from None
    if len(numbers) == _SOLID:
        numbers = [*numbers[:2], *numbers[3:5]]
    if len(numbers) != _FLAT:
        message = "it is no box: write west,south,east,north in degrees"
        raise DoesNotFit(message)
    box = Box(*numbers)
    west, south, east, north = _WORLD
    across = west <= box.west <= east and west <= box.east <= east
    if not (across and south <= box.south <= box.north <= north):
        message = "it is no box of the world: longitude first, south before north"
        raise DoesNotFit(message)
    return box


def read_span(text: str) -> Span:
    """Read ``datetime``: an instant of RFC 3339, a day, or two of them with a stroke between.

    A day is the whole of it in UTC. An end that is empty or ``..`` is open.

    Raises:
        DoesNotFit: It is none of these, both ends are open, or the end comes before the beginning.
    """
    first, stroke, last = text.partition("/")
    if not stroke:
        return Span(_begin(text), _end(text))
    if first in _OPEN and last in _OPEN:
        message = "one end at least must be given"
        raise DoesNotFit(message)
    begins = None if first in _OPEN else _begin(first)
    ends = None if last in _OPEN else _end(last)
    if begins is not None and ends is not None and ends < begins:
        message = "it ends before it begins"
        raise DoesNotFit(message)
    return Span(begins, ends)


def _begin(text: str) -> datetime:
    try:
        if _DAY.fullmatch(text):
            return datetime.combine(date.fromisoformat(text), time(), UTC)
        if _INSTANT.fullmatch(text):
            at = datetime.fromisoformat(text)
            return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    message = "it is no time: write 2026-10-31T21:00:00Z, 2026-10-31 or two with / between"
    raise DoesNotFit(message)


def _end(text: str) -> datetime:
    begins = _begin(text)
    if not _DAY.fullmatch(text):
        return begins
    # the last second of the day: adding a whole one would leave the calendar on its last
    return begins + timedelta(hours=23, minutes=59, seconds=59, microseconds=999_999)


def _boxed(text: str) -> str:
    read_box(text)
    return text


def _timed(text: str) -> str:
    read_span(text)
    return text


class FeatureQuestion(Word):
    """A page of a collection's features. The filters are those of ``IncidentQuestion``."""

    f: Form | None = None
    limit: Annotated[int, Field(ge=1)] = 500
    bbox: Annotated[str, Field(max_length=200), AfterValidator(_boxed)] | None = None
    datetime: Annotated[str, Field(max_length=80), AfterValidator(_timed)] | None = None
    kind: Several[Kind] = ()
    nsir_class: Several[NsirClass] = ()
    area: Several[AreaCode] = ()
    behaviour: Several[BehaviourCode] = ()
    sub_behaviour: Several[SubBehaviourCode] = ()
    source: Several[Slug] = ()
    mapping_status: Several[MappingStatus] = ()
    place: Several[GssCode] = ()
    """Areas at any level: LSOA, MSOA, ward or district; matched against the place that leaves."""
    after: Annotated[str, Field(max_length=256)] | None = None
    """Where the last page ended, as its link ``next`` says."""

    @property
    def page(self) -> int:
        """The most features that the page may have."""
        return min(self.limit, MOST_FEATURES)

    @property
    def box(self) -> Box | None:
        """The box."""
        return None if self.bbox is None else read_box(self.bbox)

    @property
    def span(self) -> Span | None:
        """The time."""
        return None if self.datetime is None else read_span(self.datetime)

    def of(self, subscription: str) -> IncidentQuestion:
        """Return the same filters as a question about a subscription's incidents.

        The time is left aside, and a box that crosses 180°, which that question does not know.
        """
        filters = self.model_dump(include=FILTERS, exclude_defaults=True)
        box = self.box
        if box is not None and box.west <= box.east:
            filters["bbox"] = tuple(box)
        return IncidentQuestion(subscription=subscription, **filters)


FILTERS = {
    *("kind", "nsir_class", "area", "behaviour", "sub_behaviour", "source", "mapping_status"),
    "place",
}
"""The filters that both forms have."""


class AreaQuestion(Word):
    """A page of an edition's areas."""

    f: Form | None = None
    limit: Annotated[int, Field(ge=1)] = 500
    bbox: Annotated[str, Field(max_length=200), AfterValidator(_boxed)] | None = None
    datetime: Annotated[str, Field(max_length=80), AfterValidator(_timed)] | None = None
    """Areas have no time, so that none is asked for in vain: it must fit its form and narrows nothing."""
    after: Annotated[str, Field(max_length=256)] | None = None


class FormQuestion(Word):
    """What every other page of the interface takes: the encoding."""

    f: Form | None = None
