"""The two stages of depersonalising: once at recording, once at each release.

Recording applies the lane's table and keeps the open half: what the finest depersonalised reader may
see. Release reads the open half and the record class, and nothing else.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from policies.classes import is_sensitive
from policies.lists import packaged_lists
from policies.operations import Recording
from policies.pseudonym import LONDON
from policies.treatments import Treatments
from schemas.codes import LocationPrecision, TimePrecision
from schemas.incident import Incident
from schemas.open_half import MapPoint, OpenHalf
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident, Place, PlaceLevel

_HOUR = 3600
_TELLS_CATEGORY = (
    "source_category_label",
    "mapping_rule_id",
    "mapping_relation",
    "mapping_confidence",
)
"""Fields of a released record from which the source's category could be told, the code aside."""
_NOWHERE = Place(level=PlaceLevel.NONE)


def open_half(
    incident: Incident,
    point: MapPoint | None,
    treatments: Treatments,
    listed: Container[str] | None = None,
) -> OpenHalf:
    """Return what the log keeps readable of an incident version.

    Args:
        incident: As the adapter understood it.
        point: The map point that stands for its exact place, if there is one. A point that its
            controller published is kept as published and needs none. A sensitive incident gets none.
        treatments: The table of the depersonalised lane.
        listed: Codes that the scheme lists. Where absent, the codes count as listed if a rule of the
            crosswalk knew the row (``mapping_rule_id``).
    """
    published = incident.location_precision is LocationPrecision.PUBLISHED_POINT
    allowed = None if point is None or published or is_sensitive(incident) else point
    recording = Recording(
        time_precision=incident.time_precision,
        location_precision=incident.location_precision,
        point=allowed,
        mapped_by_rule=incident.mapping_rule_id is not None,
        listed=listed,
        scheme=incident.source_category_scheme,
    )
    plan = treatments.plan
    values = incident.__dict__
    columns: dict[str, Any] = {kept: values[name] for name, kept in plan.copies}
    detail: dict[str, Any] = {kept: values[name] for name, kept in plan.detail_copies}
    for name, kept, apply in plan.applied:
        columns[kept] = apply(values[name], recording)
    for name, kept, apply in plan.detail_applied:
        detail[kept] = apply(values[name], recording)
    if recording.unlisted:
        detail["unlisted_codes"] = tuple(dict.fromkeys(recording.unlisted))
    if allowed is not None:
        detail["point_edition"] = allowed.edition
    columns["detail"] = detail
    return OpenHalf.model_validate(columns)


def depersonalise(
    half: OpenHalf,
    record_class: RecordClass,
    released_id: str,
    version: int,
    treatments: Treatments,
) -> DepersonalisedIncident:
    """Return the incident as it leaves by the depersonalised lane.

    Args:
        half: What the log keeps readable.
        record_class: Says source, controller, and whether the place is coarsened.
        released_id: The recipient's own name for the incident (``pseudonym.released_id``).
        version: Number of the incident version.
        treatments: The table of the depersonalised lane.
    """
    plan = treatments.plan
    columns = half.__dict__
    details = half.detail.__dict__
    precision = half.time_precision
    leaves: dict[str, Any] = {
        "id": released_id,
        "version": version,
        "source": record_class.source,
        "controller": record_class.controller,
        "place": place_of(half, record_class),
        "repeat_at_place": half.repeat_at_place if treatments.counts_by else None,
    }
    for name, released in plan.columns:
        leaves[released] = columns[name]
    for name, released in plan.details:
        leaves[released] = details[name]
    joint = joint_category(half)
    if joint is not None:
        leaves.update(dict.fromkeys(_TELLS_CATEGORY), source_category_code=joint)
    for name, released in plan.times:
        seconds = columns[name]
        leaves[released] = None if seconds is None else iso(seconds, precision)
    return DepersonalisedIncident.model_validate(leaves)


def joint_category(half: OpenHalf) -> str | None:
    """Return the code that stands for a category which no record may show alone, such as ``B/C``."""
    detail = half.detail
    category = (detail.source_category_scheme, detail.source_category_code)
    return packaged_lists().sensitive.joint_categories.get(category)


def place_of(half: OpenHalf, record_class: RecordClass) -> Place:
    """Return the one place that leaves: a map point, else the finest area known, else none.

    A sensitive class gives no point, unless its controller published that very point; a published
    point keeps the LSOA that was published beside it.
    """
    if half.point_longitude is not None and half.point_latitude is not None:
        published = half.detail.location_precision is LocationPrecision.PUBLISHED_POINT
        point = half.point_longitude, half.point_latitude
        if record_class.open_data and published:
            # both are published side by side already, so the second narrows nothing down
            stated = _edition(PlaceLevel.LSOA, half.detail.geography_editions)
            return _map_point(*point, stated if half.lsoa_code else None, half.lsoa_code)
        if not record_class.sensitive:
            return _map_point(*point, half.detail.point_edition)
    editions = half.detail.geography_editions
    if half.lsoa_code is not None:
        return area_of(PlaceLevel.LSOA, half.lsoa_code, editions)
    if half.msoa_code is not None:
        return area_of(PlaceLevel.MSOA, half.msoa_code, editions)
    if half.ward_code is not None:
        return area_of(PlaceLevel.WARD, half.ward_code, editions)
    if half.district_code is not None:
        return area_of(PlaceLevel.DISTRICT, half.district_code, editions)
    return _NOWHERE


@lru_cache(maxsize=8_192)
def _map_point(
    longitude: float, latitude: float, edition: str | None, code: str | None = None
) -> Place:
    return Place(
        level=PlaceLevel.MAP_POINT,
        longitude=longitude,
        latitude=latitude,
        code=code,
        edition=edition,
    )


@lru_cache(maxsize=8_192)
def area_of(level: PlaceLevel, code: str | None, editions: tuple[str, ...]) -> Place:
    """Return an area with the edition that it was stated by; none where there is no code."""
    return Place(level=level, code=code, edition=_edition(level, editions))


def _edition(level: PlaceLevel, editions: tuple[str, ...]) -> str | None:
    return dict(edition.partition(":")[::2] for edition in editions).get(level.value)


@lru_cache(maxsize=16_384)
def iso(seconds: int, precision: TimePrecision) -> str:
    """Return an epoch time as ISO 8601 text at its precision, never finer than the hour.

    Hours are told in UTC; days, months and quarters by the calendar of Europe/London.
    """
    if precision in {TimePrecision.MINUTE, TimePrecision.HOUR}:
        hour = datetime.fromtimestamp(seconds // _HOUR * _HOUR, UTC)
        return hour.isoformat(timespec="minutes")
    local = datetime.fromtimestamp(seconds, LONDON)
    if precision is TimePrecision.DAY:
        return f"{local:%Y-%m-%d}"
    if precision is TimePrecision.MONTH:
        return f"{local:%Y-%m}"
    return f"{local.year}Q{(local.month + 2) // 3}"
