"""One record before and after, field by field, with what the treatment table did to each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from adapters.nsir_settings import NsirColumns
from policies.kept import Kept
from policies.treatments import Treatments
from schemas.agreements import PEOPLE
from schemas.incident import Incident

_FIELD_OF: Final = {
    "reference": "source_reference",
    "created": "reported_at",
    "occurred": "occurred_from",
    "occurred_to": "occurred_to",
    "updated": "source_updated_at",
    "opening_codes": "opening_code",
    "opening_label": "source_category_label",
    "closing_codes": "closing_codes",
    "qualifiers": "qualifier_codes",
    "nsir_class": "nsir_class",
    "grade": "response_grade",
    "address": "address_text",
    "premises": "premises_name",
    "postcode": "postcode",
    "easting": "longitude",
    "northing": "latitude",
    "beat": "beat_code",
    "lsoa": "lsoa_code",
    "ward": "ward_code",
    "caller_name": "people",
    "caller_telephone": "people",
    "repeat": "repeat_flag",
    "vulnerable": "vulnerability_flag",
    "description": "description",
    "marking": "marking",
    "handling": "grading",
}
"""Setting of a column → field of the incident."""

_HAPPENED: Final = {
    "drop": "dropped, stored nowhere",
    "class_only": "for the law alone",
    "pseudonym": "replaced: fire's own id",
    "hour": "coarsened to the hour, UTC",
    "map_point": "coarsened to one place",
    "area": "coarsened to one place",
    "keep": "kept, in common words",
    "count_place": "how often at this place",
    "listed_code": "kept: a listed code",
    "listed_codes": "kept: listed codes",
    "listed_label": "replaced: the list's label",
}
_WORKED_OUT: Final = (
    "kind",
    "mapping_status",
    "typology_area",
    "typology_behaviour",
    "typology_sub_behaviour",
    "mapping_rule_id",
)


_PART: Final = {"caller_name": "name", "caller_telephone": "telephone"}
"""Setting of a column → part of a person."""


@dataclass(frozen=True, slots=True)
class Line:
    """One field."""

    column: str
    before: str
    council: str
    """What the council's team got under section 115."""
    fire: str
    """What the fire authority got under section 17A."""
    happened: str
    """What was done to it on the way to the fire authority."""


def compared(
    row: Mapping[str, str],
    fire: Mapping[str, Any],
    council: Mapping[str, Any] | None,
    treatments: Treatments,
    sealed: frozenset[str],
) -> list[Line]:
    """Set a row as the police hold it beside the records that two recipients got.

    Args:
        row: Column → text, as sent.
        fire: The record in the depersonalised lane.
        council: The record in the personal lane, where the agreement covers it.
        treatments: The table of the depersonalised lane that was in force.
        sealed: Settings of the columns that are kept sealed, because an agreement lists them.
    """
    lines = []
    for setting, column in NsirColumns().listed():
        if not row.get(column.name):
            continue
        treatment = treatments.lines[_FIELD_OF[setting]]
        value = fire.get(treatment.releases) if treatment.releases else None
        happened = _HAPPENED.get(treatment.op, treatment.op.replace("_", " "))
        if value is None and treatment.releases:
            happened = "not given"
        elif value is None and setting in sealed:
            happened = "sealed, for section 115 alone"
        given = None if council is None else _agreed(setting, council, treatment.releases)
        lines.append(Line(column.name, row[column.name], _shown(given), _shown(value), happened))
    for name in _WORKED_OUT:
        if fire.get(name):
            given = None if council is None else council.get(name)
            said = f"added: {name.replace('_', ' ')}"
            lines.append(Line("", "", _shown(given), str(fire[name]), said))
    return lines


def _agreed(setting: str, council: Mapping[str, Any], releases: str | None) -> object:
    """Return what the council got of a column: as agreed, else as in the other lane."""
    agreed, field = council["agreed"], _FIELD_OF[setting]
    if field == PEOPLE:
        people = agreed.get(PEOPLE, [])
        named = [person.get(_PART[setting]) for person in people if person.get(_PART[setting])]
        return ", ".join(named) or None
    if agreed.get(field) is not None:
        return agreed[field]
    return council.get(releases) if releases else None


def sealed_columns(incident: Incident, kept: Kept) -> frozenset[str]:
    """Return the settings of the columns of which something is kept sealed.

    Args:
        incident: What the row became.
        kept: What the agreements in force let be kept of it.
    """
    fields = kept.present(incident)
    parts = {part for _, named in kept.persons for part in named}
    return frozenset(
        setting
        for setting, field in _FIELD_OF.items()
        if field in fields and (field != PEOPLE or _PART[setting] in parts)
    )


def _shown(value: object) -> str:
    if value is None or value in ([], ""):
        return "–"
    if isinstance(value, dict):
        return _place(value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def _place(place: Mapping[str, Any]) -> str:
    level = str(place["level"]).replace("_", " ")
    if place.get("code") is not None:
        return f"{level} {place['code']}"
    if place.get("longitude") is not None:
        return f"{level} {place['latitude']:.4f}, {place['longitude']:.4f}"
    return level
