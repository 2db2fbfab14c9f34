"""The open half of an incident version: the columns of the log that stay readable.

The depersonalised and statistics lanes read this and nothing else. It is made once, at recording, by
the treatment tables' operations (``policies.depersonalise``), and *has no* field for a name, a
reference, a text, an exact point or a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from schemas.base import Word
from schemas.codes import (
    Confidence,
    DistrictCode,
    Kind,
    LocationPrecision,
    LsoaCode,
    MappingRelation,
    MappingStatus,
    MsoaCode,
    NsirClass,
    RepeatAtPlace,
    ResponseGrade,
    SourceCode,
    Status,
    TimePrecision,
    WardCode,
)
from schemas.grading import Assertion
from schemas.incident import FlyTip, MopiGroup


class OpenDetail(Word):
    """What no query filters by: stored as one canonical JSON column."""

    candidate_behaviours: tuple[str, ...] = ()
    other_behaviours: tuple[str, ...] = ()
    mapping_relation: MappingRelation | None = None
    mapping_confidence: Confidence | None = None
    mapping_rule_id: SourceCode | None = None
    crosswalk_version: SourceCode | None = None
    source_category_scheme: SourceCode | None = None
    source_category_code: SourceCode | None = None
    source_category_label: str | None = None
    opening_code: SourceCode | None = None
    closing_codes: tuple[SourceCode, ...] = ()
    qualifier_codes: tuple[SourceCode, ...] = ()
    nsir_class: NsirClass | None = None
    response_grade: ResponseGrade | None = None
    status: Status | None = None
    fly_tip: FlyTip | None = None
    location_precision: LocationPrecision = LocationPrecision.NONE
    geography_editions: tuple[str, ...] = ()
    point_edition: str | None = None
    mopi_group: MopiGroup | None = None
    assertion: Assertion | None = None
    unlisted_codes: tuple[SourceCode, ...] = ()
    """Codes that the scheme's list does not know: kept so that a later crosswalk can place them,
    shown to the source and the crosswalk's owner, released to nobody."""


class OpenHalf(Word):
    """One version, coarsened to what its finest depersonalised reader may see.

    Times are seconds since 1970-01-01T00:00Z, floored to the hour (or to the start of the day, month
    or quarter in Europe/London where the source knew no better). Point in degrees, WGS 84.
    """

    kind: Kind
    occurred_from: int | None
    occurred_to: int | None
    reported: int | None
    time_precision: TimePrecision
    typology_area: str | None
    typology_behaviour: str | None
    typology_sub_behaviour: str | None
    mapping_status: MappingStatus
    point_longitude: Annotated[float | None, Field(ge=-180, le=180)]
    point_latitude: Annotated[float | None, Field(ge=-90, le=90)]
    lsoa_code: LsoaCode | None
    msoa_code: MsoaCode | None
    ward_code: WardCode | None
    district_code: DistrictCode | None
    detail: OpenDetail
    repeat_at_place: RepeatAtPlace | None = None
    """Counted in the recording transaction, so no operation fills it."""


@dataclass(frozen=True, slots=True)
class MapPoint:
    """The map point that stands for an exact place: ≥ 8 or 0 addresses, in the same district."""

    longitude: float
    latitude: float
    edition: str
