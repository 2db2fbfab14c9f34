"""The third step of intake: where was it? Coordinates both ways, area codes, the map point.

What the source said is never changed: a supplied area code stays, a published point stays where its
publisher put it, and a coordinate that cannot be right sends the row to quarantine, by field and rule,
instead of being mended. The exact place stays in the incident, which recording seals; the map point
is what the open half gets in its stead.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from gateway.intake.geography import (
    EAST,
    NORTH,
    SOUTH,
    WEST,
    Inside,
)
from gateway.intake.listed import normal_postcode
from gateway.intake.places import NOWHERE, Places
from gateway.intake.standing_in import (
    EXACT,
    PUBLISHED,
    Spot,
    areas_round,
    point_for,
    told_instead,
)
from schemas.codes import LocationPrecision
from schemas.incident import Incident
from schemas.open_half import MapPoint
from schemas.receipts import FieldFault

__all__ = ["NOWHERE", "PUBLISHED", "RULES", "Located", "Places", "located", "located_batch"]

MAX_EASTING, MAX_NORTHING = 700_000, 1_250_000
"""Metres: the extent of OSTN15 and so of the national grid."""

RULES = {
    "place.half_a_point": "One coordinate of the pair is missing.",
    "place.outside_great_britain": "The point lies outside Great Britain.",
    "place.axes_swapped": "The pair lies in Great Britain only if exchanged.",
    "place.degrees_for_metres": "Easting and northing are metres; these are degrees.",
    "place.coordinates_disagree": "The two pairs of coordinates lie more than a kilometre apart.",
}
"""What a place can get wrong, with the sentence that the sender reads."""

Pair: TypeAlias = tuple[float, float]

_DISAGREE = 0.01
"""Degrees: a kilometre northwards, more than any datum mistaken for another can explain."""
# tuples, because a set would hash the word, in Python, for every row
_PLACED = (*EXACT, LocationPrecision.PUBLISHED_POINT)
_CLAIMS_A_POINT = (LocationPrecision.POINT, LocationPrecision.PUBLISHED_POINT)
_COARSER = {
    "postcode": LocationPrecision.POSTCODE,
    "lsoa_code": LocationPrecision.LSOA,
    "msoa_code": LocationPrecision.MSOA,
    "ward_code": LocationPrecision.WARD,
    "district_code": LocationPrecision.DISTRICT,
}


_FINER_BY_POSTCODE = (
    LocationPrecision.LSOA,
    LocationPrecision.MSOA,
    LocationPrecision.WARD,
    LocationPrecision.DISTRICT,
    LocationPrecision.NONE,
)
_POSTCODE_AT_END = re.compile(r"\b([A-Z]{1,2}[0-9][A-Z0-9]?) ?([0-9][A-Z]{2})\W*", re.IGNORECASE)
_CELL = 1_000
"""Metres."""


class Located(NamedTuple):
    """An incident with its place worked out, and the map point that may stand for it outside.

    With ``faults`` the row belongs in quarantine: the incident is then as it came, without a point.
    Pointers name the incident's fields, since columns are the adapter's business.
    """

    incident: Incident
    point: MapPoint | None
    faults: tuple[FieldFault, ...] = ()


# -------------------------------------------------------------------------------- the step
def located(
    incident: Incident, places: Places = NOWHERE, default_district: str | None = None
) -> Located:
    """Locate one incident; see ``located_batch``."""
    return located_batch((incident,), places, default_district)[0]


def located_batch(
    incidents: Sequence[Incident], places: Places = NOWHERE, default_district: str | None = None
) -> list[Located]:
    """Locate the incidents of a push, in their order. Never raises on any incident.

    Args:
        incidents: As their adapter made them.
        places: The geography loaded.
        default_district: GSS code or name of the district in which rows without any area code lie.
    """
    answers: list[Located | None] = [None] * len(incidents)
    placed: list[int] = []
    posted: dict[int, str] = {}
    for number, incident in enumerate(incidents):
        fault = _fault_in(incident)
        if fault is not None:
            answers[number] = Located(incident, None, fault)
        elif incident.easting is None and incident.longitude is None:
            answers[number] = Located(_without_coordinates(incident), None)
            code = None if places.postcodes is None else _postcode_of(incident)
            if code is not None:
                posted[number] = code
        else:
            placed.append(number)
    if placed and places.is_empty:
        for number in placed:
            answers[number] = _unplaced(incidents[number])
    elif placed:
        chosen = [incidents[number] for number in placed]
        spots = _spots(chosen)
        insides = _insides(chosen, spots, places)
        for number, incident, spot, inside in zip(placed, chosen, spots, insides, strict=True):
            answers[number] = _answer(incident, spot, inside, places, default_district)
    if posted:
        bare = {number: answer.incident for number in posted if (answer := answers[number])}
        for number, answer in _by_postcode(bare, posted, places, default_district):
            answers[number] = answer
    return [answer for answer in answers if answer is not None]


def _postcode_of(incident: Incident) -> str | None:
    """Return the postcode that a row gives: in its own field, or at the end of its address."""
    if incident.postcode is not None:
        return normal_postcode(incident.postcode)
    if incident.address_text is None:
        return None
    found = [*_POSTCODE_AT_END.finditer(incident.address_text)]
    at_end = found and found[-1].end() == len(incident.address_text)
    return f"{found[-1][1]}{found[-1][2]}".upper() if at_end else None


def _by_postcode(
    bare: dict[int, Incident], posted: dict[int, str], places: Places, default: str | None
) -> Iterator[tuple[int, Located]]:
    """Locate what came without coordinates by its postcode, where a loaded list knows it.

    The incident is given areas, never the postcode's coordinates: nobody said that it was there.
    """
    known = places.postcodes([*dict.fromkeys(posted.values())]) if places.postcodes else {}
    spots = {code: place.degrees for code, place in known.items() if place.degrees is not None}
    insides: dict[str, Inside] = {}
    metres: dict[str, Pair | None] = {}
    if spots and places.areas is not None:
        insides = dict(zip(spots, places.areas.at([*spots.values()]), strict=True))
    if spots and places.points:
        # numpy and convertbng take 0.3 s to import, which a gateway of published points need not spend
        from gateway.intake.outlines import to_metres  # noqa: PLC0415

        metres = dict(zip(spots, to_metres([*spots.values()]), strict=True))
    for number, code in posted.items():
        place = known.get(code)
        if place is None:
            continue
        inside = places.inside_of(place, insides.get(code))
        incident = bare[number]
        values = _missing_codes(incident, inside)
        if incident.location_precision in _FINER_BY_POSTCODE:
            values["location_precision"] = LocationPrecision.POSTCODE
        district = places.points.get(places.district_of(incident, inside, default) or "")
        spot = metres.get(code)
        if values:
            incident = _changed(incident, values)
        point = None
        if district is not None and spot is not None:
            point = district.nearest(*spot)
            incident = _changed(incident, areas_round(incident, spot, district))
        yield number, Located(incident, point)


def _unplaced(incident: Incident) -> Located:
    """Answer where no geography is loaded: nothing reads degrees then, so only coverage is checked."""
    published = incident.location_precision is LocationPrecision.PUBLISHED_POINT
    easting, northing = incident.easting, incident.northing
    if published or incident.longitude is not None or easting is None or northing is None:
        spot = _spots([incident])[0]
        return _answer(incident, spot, None, NOWHERE, None)
    if _covered(easting // _CELL, northing // _CELL):
        return Located(incident, None)
    return Located(incident, None, _fault("easting", "place.outside_great_britain"))


@lru_cache(maxsize=262_144)
def _covered(column: int, row: int) -> bool:
    """Whether OSTN15 covers a square kilometre of the grid (its own cells are of that size)."""
    # numpy and convertbng take 0.3 s to import, which a gateway of published points need not spend
    from gateway.intake.outlines import to_degrees  # noqa: PLC0415

    middle = (column * _CELL + _CELL // 2, row * _CELL + _CELL // 2)
    place = to_degrees([middle])[0]
    return place is not None and _in_degrees(*place)


def _fault(name: str, rule: str) -> tuple[FieldFault, ...]:
    return (FieldFault(pointer=f"/{name}", rule=rule, says=RULES[rule]),)


def _fault_in(incident: Incident) -> tuple[FieldFault, ...] | None:
    """Find what is wrong by range alone; whether a place in range is covered, conversion tells."""
    x, y = incident.easting, incident.northing
    if x is None or y is None:
        if x is not y:
            return _fault("easting" if x is None else "northing", "place.half_a_point")
    elif _in_degrees(x, y) or _in_degrees(y, x):
        return _fault("easting", "place.degrees_for_metres")
    elif not _on_grid(x, y):
        return _fault("easting", _range_rule(swapped=_on_grid(y, x)))
    longitude, latitude = incident.longitude, incident.latitude
    if longitude is None or latitude is None:
        if longitude is not latitude:
            return _fault("latitude" if latitude is None else "longitude", "place.half_a_point")
    elif not _in_degrees(longitude, latitude):
        return _fault("longitude", _range_rule(swapped=_in_degrees(latitude, longitude)))
    return None


def _range_rule(*, swapped: bool) -> str:
    return "place.axes_swapped" if swapped else "place.outside_great_britain"


def _on_grid(x: float, y: float) -> bool:
    return 0 <= x <= MAX_EASTING and 0 <= y <= MAX_NORTHING


def _in_degrees(x: float, y: float) -> bool:
    return WEST <= x <= EAST and SOUTH <= y <= NORTH


def _without_coordinates(incident: Incident) -> Incident:
    """Keep the precision true: what has no coordinates is no point."""
    if incident.location_precision not in _CLAIMS_A_POINT:
        return incident
    known = (level for name, level in _COARSER.items() if getattr(incident, name) is not None)
    return _changed(incident, {"location_precision": next(known, LocationPrecision.NONE)})


def _changed(incident: Incident, values: dict[str, Any]) -> Incident:
    # model_copy takes 5 µs, this 2; every value is of its field's type, so nothing needs validation
    changed = copy.copy(incident)
    changed.__dict__.update(values)
    changed.__pydantic_fields_set__.update(values)
    return changed


def _spots(incidents: Sequence[Incident]) -> list[Spot | None]:
    """Put all places into both systems, one conversion call each way; None outside coverage."""
    spots: list[Spot | None] = [None] * len(incidents)
    grid: dict[int, Pair] = {}
    degrees: dict[int, Pair] = {}
    for number, incident in enumerate(incidents):
        easting, northing = incident.easting, incident.northing
        longitude, latitude = incident.longitude, incident.latitude
        if easting is not None and northing is not None:
            grid[number] = (easting, northing)
        elif longitude is not None and latitude is not None:
            if incident.location_precision is LocationPrecision.PUBLISHED_POINT:
                spots[number] = Spot(longitude, latitude, None, None)
            else:
                degrees[number] = (longitude, latitude)
    if not grid and not degrees:
        return spots
    # numpy and convertbng take 0.3 s to import, which a gateway of published points need not spend
    from gateway.intake.outlines import to_degrees, to_metres  # noqa: PLC0415

    for number, metres, place in zip(
        grid, grid.values(), to_degrees([*grid.values()]), strict=True
    ):
        # the grid's rectangle reaches far into the Atlantic
        if place is not None and _in_degrees(*place):
            spots[number] = Spot(*place, *metres)
    for number, place, on_grid in zip(
        degrees, degrees.values(), to_metres([*degrees.values()]), strict=True
    ):
        if on_grid is not None:
            spots[number] = Spot(*place, *on_grid)
    return spots


def _insides(
    incidents: Sequence[Incident], spots: Sequence[Spot | None], places: Places
) -> list[Inside | None]:
    """Return the areas round each place that is known finely enough to say."""
    insides: list[Inside | None] = [None] * len(incidents)
    if places.areas is None:
        return insides
    asked = {
        number: (spot.longitude, spot.latitude)
        for number, (incident, spot) in enumerate(zip(incidents, spots, strict=True))
        if spot is not None and incident.location_precision in _PLACED
    }
    for number, inside in zip(asked, places.areas.at([*asked.values()]), strict=True):
        insides[number] = inside
    return insides


def _answer(
    incident: Incident,
    spot: Spot | None,
    inside: Inside | None,
    places: Places,
    default: str | None,
) -> Located:
    """Put the answer for one place together."""
    if spot is None:
        name = "longitude" if incident.easting is None else "easting"
        return Located(incident, None, _fault(name, "place.outside_great_britain"))
    if incident.longitude is not None and incident.latitude is not None:
        apart = abs(incident.longitude - spot.longitude), abs(incident.latitude - spot.latitude)
        if max(apart) > _DISAGREE:
            return Located(incident, None, _fault("longitude", "place.coordinates_disagree"))
    values = _missing_codes(incident, inside)
    if incident.longitude is None:
        values["longitude"], values["latitude"] = spot.longitude, spot.latitude
    elif incident.easting is None and spot.easting is not None and spot.northing is not None:
        values["easting"], values["northing"] = round(spot.easting), round(spot.northing)
    point = point_for(incident, spot, inside, places, default)
    values |= told_instead(incident, spot, inside, places, default)
    return Located(_changed(incident, values) if values else incident, point)


def _missing_codes(incident: Incident, inside: Inside | None) -> dict[str, Any]:
    """Return the area codes that the source did not supply, with the editions they come from."""
    if inside is None:
        return {}
    if not (
        incident.lsoa_code
        or incident.msoa_code
        or incident.ward_code
        or incident.district_code
        or incident.geography_editions
    ):
        return inside.filled.copy()
    values: dict[str, Any] = {
        name: code for name, code in inside.codes.items() if getattr(incident, name) is None
    }
    if values:
        notes = [inside.notes[name] for name in values]
        values["geography_editions"] = (*incident.geography_editions, *notes)
    return values
