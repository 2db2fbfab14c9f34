"""data.police.uk: street-level crime and ASB as every force publishes it, month by month.

Two forms: the street CSV, one file a force and month, and the JSON of the API. The month is all that is
known of the time; the point is one that the publisher moved to a street or public place. ASB rows have
no reference at all. Source: https://data.police.uk/about/ and https://data.police.uk/docs/.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import Field

from adapters.crosswalk import crosswalk
from adapters.faults import UnreadableError, fault
from adapters.london_time import month_start
from adapters.places import read_published_point
from adapters.placing import Crosswalk
from adapters.readers import area_code
from adapters.source import (
    JSON,
    NOT_SUPPLIED,
    UNLISTED_COLUMNS,
    CannotMap,
    Content,
    Example,
    Identity,
    Mapped,
    Outcome,
    Reference,
    Row,
    Source,
)
from adapters.tabular import Column, Delimiter, Dialect, Encoding, TabularMapper
from schemas.base import Word
from schemas.codes import TimePrecision
from schemas.incident import SENSITIVITY, Incident
from schemas.receipts import FieldFault

COLUMNS: Final = (
    Column("Crime ID", needed=True),
    Column("Month", needed=True),
    Column("Reported by"),
    Column("Falls within"),
    Column("Longitude", needed=True),
    Column("Latitude", needed=True),
    Column("Location"),
    Column("LSOA code"),
    Column("LSOA name"),
    Column("Crime type", needed=True),
    Column("Last outcome category"),
    Column("Context"),
)
"""The header of the street CSV."""

_NAMES: Final = tuple(column.name for column in COLUMNS)
_NEVER_TAKEN: Final = tuple(
    (_NAMES.index(name), name)
    for name in (
        "Reported by",
        "Falls within",
        "Location",
        "LSOA name",
        "Last outcome category",
        "Context",
    )
)
_REFERENCE_LIMIT: Final = 64
"""Characters that ``Incident.source_reference`` takes; the publisher's identifiers have just these."""


class PoliceUkSettings(Word):
    """Settings of a data.police.uk feed; each has the publisher's own value."""

    delimiter: Delimiter = ","
    encoding: Encoding = "utf-8"
    lsoa_edition: str = Field(default="lsoa:police.uk", pattern=r"^lsoa:[0-9A-Za-z.-]{1,24}$")
    """Edition of the LSOA codes, such as ``lsoa:2021``. The publisher does not state it."""


class _Reader:
    """Reads the cells of a row, in the order of ``COLUMNS``."""

    def __init__(self, codes: Crosswalk, lsoa_edition: str) -> None:
        self._codes = codes
        self._editions = (lsoa_edition,)

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        crime_id, month, _, _, longitude, latitude, _, lsoa, _, crime_type, _, _ = values
        faults: list[FieldFault] = []
        fields: dict[str, Any] = {"time_precision": TimePrecision.MONTH}
        try:
            fields["occurred_from"] = month_start(month)
        except UnreadableError as unreadable:
            faults.append(fault("Month", unreadable.rule))
        try:
            fields.update(read_published_point(longitude, latitude))
        except UnreadableError as unreadable:
            faults.append(fault("Longitude", unreadable.rule))
        if lsoa:
            try:
                fields["lsoa_code"] = area_code(lsoa)
                fields["geography_editions"] = self._editions
            except UnreadableError as unreadable:
                faults.append(fault("LSOA code", unreadable.rule))
        if not crime_type:
            faults.append(fault("Crime type", "code.missing"))
        if len(crime_id) > _REFERENCE_LIMIT:
            return CannotMap((fault("Crime ID", "reference.too_long"), *faults))
        if faults:
            return CannotMap(tuple(faults), Reference(crime_id) if crime_id else None)
        return self._mapped(values, fields, others=others)

    def _mapped(self, values: list[str], fields: dict[str, Any], *, others: bool) -> Mapped:
        placement = self._codes.place((), (), (), (values[9],))
        dropped = [name for at, name in _NEVER_TAKEN if values[at]]
        if placement.unread:
            dropped.append("Crime type")
        if others:
            dropped.append(UNLISTED_COLUMNS)
        incident = Incident(**placement.fields, **fields, source_reference=values[0] or None)
        return Mapped(incident, _identity(values), tuple(dropped), placement.unlisted)


def _identity(values: list[str]) -> Identity:
    """The publisher's reference, else what stays the same when the month is published again.

    Not the outcome: it is filled in later and would make another incident of the row.
    """
    if values[0]:
        return Reference(values[0])
    return Content(json.dumps([*values[1:8], values[9]], separators=(",", ":")))


def _flat(row: Row) -> Row:
    """An object of the API under the names of the CSV's columns; any other row as it is."""
    if "category" not in row:
        return row
    others = {name: value for name, value in row.items() if name not in _API_NAMES}
    place = row.get("location")
    inside = place if isinstance(place, Mapping) else {"longitude": place}
    return {
        **others,
        "Crime ID": row.get("persistent_id"),
        "Month": row.get("month"),
        "Reported by": row.get("location_type"),
        "Longitude": inside.get("longitude"),
        "Latitude": inside.get("latitude"),
        "Location": _member(inside.get("street"), "name"),
        "Crime type": row.get("category"),
        "Last outcome category": _member(row.get("outcome_status"), "category"),
        "Context": row.get("context"),
    }


_API_NAMES: Final = frozenset(
    {
        "category",
        "context",
        "id",
        "location",
        "location_subtype",
        "location_type",
        "month",
        "outcome_status",
        "persistent_id",
    }
)
"""``id`` belongs to the API only («not a police identifier»), so no row is known by it."""


def _member(value: JSON, name: str) -> JSON:
    return value.get(name) if isinstance(value, Mapping) else value


def _build(settings: PoliceUkSettings) -> TabularMapper:
    codes = crosswalk("police_uk")
    dialect = Dialect(settings.delimiter, settings.encoding)
    return TabularMapper(COLUMNS, dialect, codes, _Reader(codes, settings.lsoa_edition).read, _flat)


_TYPE = "Crime type, by the crosswalk police_uk"
_SUPPLIED: Final = {
    "kind": _TYPE,
    "mapping_status": _TYPE,
    "candidate_behaviours": _TYPE,
    "mapping_relation": _TYPE,
    "mapping_rule_id": _TYPE,
    "crosswalk_version": _TYPE,
    "source_category_scheme": _TYPE,
    "source_category_code": _TYPE,
    "source_category_label": _TYPE,
    "occurred_from": "Month: its first instant in England",
    "time_precision": "always month",
    "longitude": "Longitude, as published",
    "latitude": "Latitude, as published",
    "location_precision": "published_point, or none where both coordinates are empty",
    "lsoa_code": "LSOA code",
    "geography_editions": "setting lsoa_edition",
    "source_reference": "Crime ID, where there is one",
}
_ASB: Final = {
    "kind": "asb_incident",
    "mapping_status": "unclassified",
    "mapping_relation": "none",
    "mapping_rule_id": "uk.anti-social-behaviour",
    "crosswalk_version": "police_uk/1",
    "source_category_scheme": "police_uk",
    "source_category_code": "anti-social-behaviour",
    "source_category_label": "Anti-social behaviour",
    "time_precision": "month",
}
_CSV_ROW: Final = {
    "Crime ID": "",
    "Month": "2025-06",
    "Reported by": "Example Police",
    "Falls within": "Example Police",
    "Longitude": "-1.201000",
    "Latitude": "52.771000",
    "Location": "On or near Example Street",
    "LSOA code": "E01000000",
    "LSOA name": "Example 001A",
    "Crime type": "Anti-social behaviour",
    "Last outcome category": "",
    "Context": "",
}

SOURCE = Source(
    name="police_uk",
    title="data.police.uk: street-level crime and ASB",
    settings_model=PoliceUkSettings,
    build=_build,
    fields={name: _SUPPLIED.get(name, NOT_SUPPLIED) for name in SENSITIVITY},
    examples=(
        Example(
            "an ASB row of the street CSV: no reference, a month, a published point",
            given=_CSV_ROW,
            gives={
                **_ASB,
                "occurred_from": "2025-05-31T23:00:00Z",
                "longitude": -1.201,
                "latitude": 52.771,
                "location_precision": "published_point",
                "lsoa_code": "E01000000",
                "geography_editions": ["lsoa:2021"],
            },
            settings={"lsoa_edition": "lsoa:2021"},
        ),
        Example(
            "a crime without a location, in winter time",
            given={
                **_CSV_ROW,
                "Crime ID": "0" * 63 + "1",
                "Month": "2025-01",
                "Longitude": "",
                "Latitude": "",
                "Location": "No Location",
                "LSOA code": "",
                "LSOA name": "",
                "Crime type": "Criminal damage and arson",
                "Last outcome category": "Under investigation",
            },
            gives={
                "kind": "crime",
                "mapping_status": "unclassified",
                "candidate_behaviours": [
                    "criminal_damage_vandalism",
                    "vehicle_related_nuisance",
                    "nuisance_behaviour",
                ],
                "mapping_relation": "broad",
                "mapping_rule_id": "uk.criminal-damage-arson",
                "crosswalk_version": "police_uk/1",
                "source_category_scheme": "police_uk",
                "source_category_code": "criminal-damage-arson",
                "source_category_label": "Criminal damage and arson",
                "occurred_from": "2025-01-01T00:00:00Z",
                "time_precision": "month",
                "source_reference": "0" * 63 + "1",
            },
        ),
        Example(
            "an object of the API: slugs for categories, coordinates as strings",
            given={
                "category": "anti-social-behaviour",
                "persistent_id": "",
                "id": 120000001,
                "month": "2025-04",
                "location_type": "Force",
                "location_subtype": "",
                "location": {
                    "latitude": "52.772000",
                    "longitude": "-1.202000",
                    "street": {"id": 1700001, "name": "On or near Example Avenue"},
                },
                "context": "",
                "outcome_status": None,
            },
            gives={
                **_ASB,
                "occurred_from": "2025-03-31T23:00:00Z",
                "longitude": -1.202,
                "latitude": 52.772,
                "location_precision": "published_point",
            },
        ),
        Example(
            "a month that is none",
            given={**_CSV_ROW, "Month": "June 2025"},
            gives=CannotMap((fault("Month", "month.unreadable"),)),
        ),
    ),
)
