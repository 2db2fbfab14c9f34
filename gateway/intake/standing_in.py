"""What stands for an exact place outside: a map point, or the area of one where no point may be told."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gateway.intake.geography import Inside
from gateway.intake.places import Places
from schemas.codes import LocationPrecision
from schemas.incident import Incident
from schemas.open_half import MapPoint

if TYPE_CHECKING:
    from gateway.intake.geometry import DistrictPoints

PUBLISHED = "published"
"""The edition of a map point that came with the row, as data.police.uk's do."""

EXACT = (LocationPrecision.POINT, LocationPrecision.STREET, LocationPrecision.POSTCODE)
"""Precisions for which a map point stands in."""


class Spot(NamedTuple):
    """One place in both systems; a published point that came in degrees has no metres."""

    longitude: float
    latitude: float
    easting: float | None
    northing: float | None


def point_for(
    incident: Incident, spot: Spot, inside: Inside | None, places: Places, default: str | None
) -> MapPoint | None:
    """Return the published point itself, or the map point nearest to an exact place."""
    if incident.location_precision is LocationPrecision.PUBLISHED_POINT:
        return MapPoint(
            spot.longitude if incident.longitude is None else incident.longitude,
            spot.latitude if incident.latitude is None else incident.latitude,
            PUBLISHED,
        )
    metres, district = _catchments(incident, spot, inside, places, default)
    return None if district is None else district.nearest(*metres)


def _catchments(
    incident: Incident, spot: Spot, inside: Inside | None, places: Places, default: str | None
) -> tuple[tuple[float, float], DistrictPoints | None]:
    """Return the metres of an exact place, and the map points of its district, where there are any."""
    if incident.location_precision not in EXACT or spot.easting is None or spot.northing is None:
        return (0, 0), None
    named = places.district_of(incident, inside, default) if places.points else None
    return (spot.easting, spot.northing), places.points.get(named or "")


def told_instead(
    incident: Incident, spot: Spot, inside: Inside | None, places: Places, default: str | None
) -> dict[str, Any]:
    """Return the areas of the map point round an exact place, in place of its own.

    Its own area, laid over the catchment, could leave one to seven addresses (``DistrictPoints``).
    """
    metres, district = _catchments(incident, spot, inside, places, default)
    return {} if district is None else areas_round(incident, metres, district)


def areas_round(
    incident: Incident, metres: tuple[float, float], district: DistrictPoints
) -> dict[str, Any]:
    """Return the areas of the map point in whose catchment a place lies; none where no LSOA is known.

    Args:
        incident: With the district's code and the editions that it came with, or was given.
        metres: Of its place.
        district: The map points of its district.
    """
    told = district.told(*metres)
    if told is None:
        return {}
    kept = tuple(one for one in incident.geography_editions if one.startswith("district:"))
    notes = tuple(note for note in told.notes.values() if not (kept and "district:" in note))
    own = incident.district_code or told.codes.get("district_code")
    areas = {name: told.codes.get(name) for name in ("lsoa_code", "msoa_code", "ward_code")}
    return {**areas, "district_code": own, "geography_editions": (*kept, *notes)}
