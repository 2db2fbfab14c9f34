"""What may be done to a field on its way out. An operation is a name, who may use it, and a function.

Recording applies an operation once, to the value as it came, and keeps its result in the open half;
release only ever reads the open half. ``drop``, ``class_only``, ``pseudonym`` and ``count_place`` keep
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from policies.lists import packaged_lists
from policies.pseudonym import LONDON
from policies.repeats import PLACE_FIELDS
from schemas.codes import LocationPrecision, TimePrecision
from schemas.incident import FlyTip
from schemas.open_half import MapPoint
from schemas.released import AgreedDetail
from schemas.sensitivity import Half, Lane, Mark
from schemas.typology import TYPOLOGY

LONGEST_LABEL = 120
"""Characters that a label of a scheme has at most; what is longer is no label."""
CODED_DIMENSIONS = frozenset({
    "kind", "mapping_status", "area", "behaviour",
    "sub_behaviour", "confidence", "nsir_class", "response_grade",
})  # fmt: skip
"""What a statistics table may be split by, time and place apart."""
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_./:-]{0,31}")
_EDITION = re.compile(r"(lsoa|msoa|ward|district):[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
_KNOWN = frozenset(TYPOLOGY.names)
_FINE = frozenset({TimePrecision.MINUTE, TimePrecision.HOUR})
_HOUR = 3600


@dataclass(slots=True)
class Recording:
    """What an operation may know about the incident it works on."""

    time_precision: TimePrecision
    location_precision: LocationPrecision
    point: MapPoint | None
    """The map point that stands for the exact place, if there is one and the class may have it."""
    mapped_by_rule: bool
    """Whether a rule of the crosswalk knew the row's codes."""
    listed: Container[str] | None
    """Codes that the scheme lists, where the caller has the list."""
    scheme: str | None = None
    """The scheme that the row's codes belong to."""
    unlisted: list[str] = field(default_factory=list)
    """Codes set aside so far."""

    def knows(self, code: str) -> bool:
        """Whether a code is one of the scheme's."""
        if not _CODE.fullmatch(code):
            return False
        known = self.mapped_by_rule if self.listed is None else code in self.listed
        if not known:
            self.unlisted.append(code)
        return known


Apply = Callable[[Any, Recording], Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: what it does, and for what it may be used."""

    name: str
    says: str
    lanes: frozenset[Lane]
    marks: frozenset[Mark]
    halves: frozenset[Half]
    apply: Apply | None = None
    """Makes the value that the open half keeps; None where nothing is kept."""
    releases: bool = True
    """Whether its result may leave."""
    keeps_as: frozenset[str] = frozenset()
    """Fields of the open half that it may fill; the field's own name where empty."""
    leaves_as: frozenset[str] = frozenset()
    """What it may leave as; the field's own name where empty."""
    reads_at_rest: bool = False
    """Whether release needs the field as it came, so that it must be held sealed."""
    only: frozenset[str] = frozenset()
    """The fields that may use it; any where empty."""


def keep(value: object, _: Recording) -> object:
    """Keep as it came."""
    return value


def typology_code(value: str | None, _: Recording) -> str | None:
    """Keep a code of the typology."""
    return value if value in _KNOWN else None


def typology_codes(value: tuple[str, ...], _: Recording) -> tuple[str, ...]:
    """Keep the codes of the typology."""
    return tuple(code for code in value if code in _KNOWN) if value else ()


def listed_code(value: str | None, recording: Recording) -> str | None:
    """Keep a code that the scheme lists."""
    return value if value is not None and recording.knows(value) else None


def listed_codes(value: tuple[str, ...], recording: Recording) -> tuple[str, ...]:
    """Keep the codes that the scheme lists."""
    return tuple(code for code in value if recording.knows(code)) if value else ()


def released_qualifiers(value: tuple[str, ...], recording: Recording) -> tuple[str, ...]:
    """Keep the qualifiers that say nothing about a person; every other one is kept nowhere."""
    if not value:
        return ()
    released = packaged_lists().sensitive.released_qualifiers
    return tuple(code for code in value if (recording.scheme, code) in released)


def listed_label(value: str | None, recording: Recording) -> str | None:
    """Keep the scheme's own label of a code that a rule of the crosswalk knew."""
    fits = value is not None and len(value) <= LONGEST_LABEL and value.isprintable()
    return value if fits and recording.mapped_by_rule else None


def listed_parts(value: FlyTip | None, recording: Recording) -> FlyTip | None:
    """Keep land, waste and size where they are codes of the scheme."""
    if value is None:
        return None
    return FlyTip(
        land_type=listed_code(value.land_type, recording),
        waste_type=listed_code(value.waste_type, recording),
        size=listed_code(value.size, recording),
    )


@lru_cache(maxsize=4096)
def _london_start(day: datetime, precision: TimePrecision) -> int:
    month = {TimePrecision.DAY: day.month, TimePrecision.MONTH: day.month}.get(
        precision, (day.month + 2) // 3 * 3 - 2
    )
    number = day.day if precision is TimePrecision.DAY else 1
    return int(datetime(day.year, month, number, tzinfo=LONDON).timestamp())


def hour(value: datetime | None, recording: Recording) -> int | None:
    """Floor to the hour, or to the start of the day, month or quarter in London; epoch seconds."""
    if value is None:
        return None
    if recording.time_precision in _FINE:
        return int(value.timestamp() // _HOUR) * _HOUR
    return _london_start(value.astimezone(LONDON), recording.time_precision)


def hour_precision(value: TimePrecision, _: Recording) -> TimePrecision:
    """Say the hour where the source said the minute."""
    return TimePrecision.HOUR if value is TimePrecision.MINUTE else value


def map_point(value: float | None, recording: Recording) -> float | None:
    """Keep a point as published; an exact place never passes ."""
    return value if recording.location_precision is LocationPrecision.PUBLISHED_POINT else None


def longitude(value: float | None, recording: Recording) -> float | None:
    """Keep the longitude of the map point, or as published."""
    return map_point(value, recording) if recording.point is None else recording.point.longitude


def latitude(value: float | None, recording: Recording) -> float | None:
    """Keep the latitude of the map point, or as published."""
    return map_point(value, recording) if recording.point is None else recording.point.latitude


def editions(value: tuple[str, ...], _: Recording) -> tuple[str, ...]:
    """Keep what reads as an edition of an area code."""
    return tuple(text for text in value if _EDITION.fullmatch(text)) if value else ()


_D = frozenset({Lane.DEPERSONALISED})
_S = frozenset({Lane.STATISTICS})
_P = frozenset({Lane.PERSONAL})
_ALL = frozenset(Lane)
_MARKS = frozenset(Mark)
_HALVES = frozenset(Half)
_CODED = frozenset({Mark.ADMINISTRATIVE, Mark.CLASSIFICATION})
_OPEN = frozenset({Half.OPEN})
_SEALED = frozenset({Half.SEALED})
_CLASS = frozenset(
    {"marking", "grading", "grounds", "hate_incident", "vulnerability_flag", "child_flag"}
)
_NARRATIVES = frozenset({"description", "log_entries"})
_NOT_AS_THEY_CAME = _NARRATIVES | {"people", "time_precision", "assertion", "description_withheld"}
_PLACE = frozenset({"place"})
_COORDINATES = frozenset({"longitude", "latitude"})


_LISTED = (
    Operation("drop", "never kept, never leaves", _ALL, _MARKS, _HALVES, releases=False),
    Operation(
        "class_only",
        "read once for the record class; the value itself never leaves in a record",
        _ALL,
        _CODED | {Mark.SPECIAL},
        _HALVES,
        releases=False,
        only=_CLASS,
    ),
    Operation("keep", "leaves as it came", _D, _CODED, _OPEN, apply=keep),
    Operation(
        "typology_code", "leaves if the typology knows it", _D, _CODED, _OPEN, apply=typology_code
    ),
    Operation(
        "typology_codes", "those the typology knows leave", _D, _CODED, _OPEN, apply=typology_codes
    ),
    Operation("listed_code", "leaves if the scheme lists it", _D, _CODED, _OPEN, apply=listed_code),
    Operation(
        "listed_codes", "those the scheme lists leave", _D, _CODED, _OPEN, apply=listed_codes
    ),
    Operation(
        "released_qualifiers",
        "those that say nothing about a person leave; the others are kept nowhere",
        _D,
        _CODED,
        _OPEN,
        apply=released_qualifiers,
        only=frozenset({"qualifier_codes"}),
    ),
    Operation(
        "listed_label",
        "the scheme's own label leaves if a rule of the crosswalk knew the code",
        _D,
        _CODED,
        _OPEN,
        apply=listed_label,
    ),
    Operation(
        "listed_parts", "those the scheme lists leave", _D, _CODED, _OPEN, apply=listed_parts
    ),
    Operation(
        "hour",
        "floored to the hour, or to the day, month or quarter that the source knew",
        _D,
        frozenset({Mark.TIME}),
        _SEALED,
        apply=hour,
        keeps_as=frozenset({"occurred_from", "occurred_to", "reported"}),
        leaves_as=frozenset({"occurred", "occurred_to", "reported"}),
    ),
    Operation(
        "hour_precision",
        "never finer than the hour",
        _D,
        frozenset({Mark.TIME}),
        _OPEN,
        apply=hour_precision,
    ),
    Operation(
        "map_point",
        "the map point that stands for it, or the point that its controller published",
        _D,
        frozenset({Mark.LOCATION}),
        _SEALED,
        apply=map_point,
        keeps_as=frozenset({"point_longitude", "point_latitude"}),
        leaves_as=_PLACE,
        only=_COORDINATES,
    ),
    Operation(
        "area",
        "leaves if no map point does and no finer area",
        _D,
        frozenset({Mark.LOCATION}),
        _OPEN,
        apply=keep,
        leaves_as=_PLACE,
        only=frozenset({"lsoa_code", "msoa_code", "ward_code", "district_code"}),
    ),
    Operation(
        "editions",
        "the edition of the area code that leaves",
        _D,
        frozenset({Mark.LOCATION}),
        _OPEN,
        apply=editions,
        leaves_as=_PLACE,
        only=frozenset({"geography_editions"}),
    ),
    Operation(
        "stay",
        "kept in the log, leaves with nothing",
        _D,
        frozenset({Mark.LOCATION, Mark.ADMINISTRATIVE}),
        _OPEN,
        apply=keep,
        releases=False,
        only=frozenset({"location_precision", "mopi_group", "assertion"}),
    ),
    Operation(
        "pseudonym",
        "a keyed name of the incident instead, one a recipient and quarter",
        _D,
        frozenset({Mark.PERSONAL}),
        _SEALED,
        leaves_as=frozenset({"id"}),
        only=frozenset({"source_reference"}),
    ),
    Operation(
        "count_place",
        "which incident it is at this place, in four bands, counted under a keyed name before it goes",
        _D,
        frozenset({Mark.LOCATION}),
        _SEALED,
        leaves_as=frozenset({"repeat_at_place"}),
        only=PLACE_FIELDS,
    ),
    Operation("count_by", "counted by", _S, _CODED, _OPEN, leaves_as=CODED_DIMENSIONS),
    Operation(
        "month",
        "counted by month",
        _S,
        frozenset({Mark.TIME}),
        _SEALED,
        leaves_as=frozenset({"month", "month_reported"}),
    ),
    Operation(
        "area_total",
        "counted by area",
        _S,
        frozenset({Mark.LOCATION}),
        _OPEN,
        leaves_as=frozenset({"lsoa", "msoa", "ward", "district"}),
    ),
    Operation(
        "sealed",
        "held under the version's own secret; leaves as it came where an agreement lists it",
        _P,
        _MARKS - {Mark.FREE_TEXT},
        _SEALED,
        reads_at_rest=True,
        only=frozenset(AgreedDetail.model_fields) - _NOT_AS_THEY_CAME,
    ),
    Operation(
        "persons",
        "people in the roles that the agreement names leave, each with the parts that it lists",
        _P,
        frozenset({Mark.PERSONAL}),
        _SEALED,
        reads_at_rest=True,
        only=frozenset({"people"}),
    ),
    Operation(
        "masked",
        "leaves where an agreement lists it, everybody in it masked but the parties that leave beside it",
        _P,
        frozenset({Mark.FREE_TEXT}),
        _SEALED,
        reads_at_rest=True,
        only=_NARRATIVES,
    ),
    Operation(
        "masked_later",
        "withheld until third parties in it can be masked",
        _P,
        frozenset({Mark.FREE_TEXT, Mark.PERSONAL}),
        _SEALED,
        releases=False,
        only=frozenset({"description", "log_entries", "media_url"}),
    ),
    Operation(
        "beside",
        "stands beside the record as the source gave it; never converted",
        _P,
        frozenset({Mark.ADMINISTRATIVE}),
        _OPEN,
        releases=False,
        only=frozenset({"grading", "mopi_group", "assertion"}),
    ),
    Operation(
        "as_depersonalised",
        "leaves as it does in the depersonalised lane",
        _P,
        _MARKS,
        _OPEN,
        releases=False,
    ),
)
OPERATIONS = MappingProxyType({operation.name: operation for operation in _LISTED})
"""Every operation by name. There is no other way to treat a field."""
APPLY_BY_FIELD = MappingProxyType({"longitude": longitude, "latitude": latitude})
"""``map_point`` is one operation on two fields, each of which takes its own coordinate."""
