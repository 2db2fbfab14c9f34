"""One prepared line: its id, its codes placed again, its coarse times and its one place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from adapters.cells import LIST_SEPARATOR
from adapters.crosswalk import ForceTable, OwnTable, crosswalk, local_crosswalk, schemes
from adapters.faults import UnreadableError, fault
from adapters.london_time import ISO, month_start, time_reader
from adapters.placing import Placement
from adapters.readers import area_code, listed
from adapters.rules import EXCLUDED
from adapters.source import (
    UNLISTED_COLUMNS,
    CannotMap,
    Excluded,
    Kept,
    Mapped,
    Outcome,
    OutOfScope,
    Reference,
    Row,
)
from adapters.tabular import Column, Delimiter, Encoding
from adapters.wordlists import word_list
from schemas.base import Word
from schemas.codes import (
    Kind,
    LocationPrecision,
    MappingStatus,
    NsirClass,
    ResponseGrade,
    Status,
    TimePrecision,
)
from schemas.incident import Incident
from schemas.receipts import FieldFault
from schemas.typology import TYPOLOGY

_ID: Final = re.compile(r"r1\.[0-9]{4}Q[1-4]\.([A-Za-z0-9_-]{22})")
_QUARTER: Final = re.compile(r"([0-9]{4})Q([1-4])")
_EDITION: Final = re.compile(r"(?:lsoa|msoa|ward|district|lad):[0-9A-Za-z.-]{1,24}")
_DEGREES: Final = re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{1,15})?")
_MANY: Final = ("candidate_behaviours", "other_behaviours", "closing_codes", "qualifier_codes")
_NESTED: Final = {
    "place": ("level", "longitude", "latitude", "code", "edition"),
    "fly_tip": ("land_type", "waste_type", "size"),
}
_FLAT: Final = (
    "id",
    "kind",
    "occurred",
    "occurred_to",
    "reported",
    "time_precision",
    "mapping_status",
    "typology_area",
    "typology_behaviour",
    "typology_sub_behaviour",
    "source_category_scheme",
    "source_category_code",
    "opening_code",
    "nsir_class",
    "response_grade",
    "status",
    *_MANY,
    *(f"{name}_{part}" for name, parts in _NESTED.items() for part in parts),
)
COLUMNS: Final = tuple(
    Column(name, needed=name in {"id", "kind", "time_precision"}, many=name in _MANY)
    for name in _FLAT
)
"""A line, flat: ``place`` and ``fly_tip`` stand under the names of their parts."""

_AREAS: Final = {
    "lsoa": ("lsoa_code", LocationPrecision.LSOA),
    "msoa": ("msoa_code", LocationPrecision.MSOA),
    "ward": ("ward_code", LocationPrecision.WARD),
    "district": ("district_code", LocationPrecision.DISTRICT),
}
_WORDS: Final = {
    "land_type": "wastedataflow_land",
    "waste_type": "wastedataflow_waste",
    "size": "wastedataflow_size",
}
_COARSE: Final = {one.value: one for one in TimePrecision if one is not TimePrecision.MINUTE}
_TAKEN_BACK: Final = frozenset({MappingStatus.OUT_OF_SCOPE, MappingStatus.WITHHELD})


class PreparedSettings(Word):
    """Settings of a feed of prepared records; they are the holder's, as ``gateway prepare`` was given."""

    delimiter: Delimiter = ","
    encoding: Encoding = "utf-8"
    force: ForceTable | None = None
    """A force's own list beside ``met_cad``."""
    own: ForceTable | None = None
    """A jurisdiction's own list of street management."""
    local: tuple[OwnTable, ...] = ()
    """A landlord's own lists."""


class PreparedReader:
    """Reads the cells of a line, in the order of ``COLUMNS``."""

    def __init__(self, settings: PreparedSettings) -> None:
        lists = [
            crosswalk("met_cad", settings.force),
            crosswalk("street", settings.own, "open311"),
            *(crosswalk(name) for name in schemes() if name not in {"met_cad", "street"}),
            *(local_crosswalk(one, Kind.ASB_INCIDENT) for one in settings.local),
        ]
        self.main = lists[0]
        self._lists = lists
        self._read_time = time_reader((ISO,))
        self._words = {part: word_list(name) for part, name in _WORDS.items()}
        self._kinds = listed({one.value: one for one in Kind}, "code.not_in_list")
        self._statuses = listed({one.value: one for one in MappingStatus}, "code.not_in_list")
        self._plain = (
            ("nsir_class", listed({one.value: one for one in NsirClass})),
            ("response_grade", listed({one.value: one for one in ResponseGrade})),
            ("status", listed({one.value: one for one in Status})),
        )

    @property
    def listed(self) -> frozenset[str]:
        """Every code of every list, and WasteDataFlow's."""
        words = (words.codes for words in self._words.values())
        return frozenset().union(*(one.codes for one in self._lists), *words)

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        """Make the outcome of one line."""
        cells = dict(zip(_FLAT, values, strict=True))
        known = _ID.fullmatch(cells["id"])
        if known is None:
            rule = "id.unreadable" if cells["id"] else "reference.missing"
            return CannotMap((fault("id", rule),))
        reference = Reference(known[1])
        faults: list[FieldFault] = []
        stated = self._stated(cells, faults)
        if stated.get("mapping_status") in _TAKEN_BACK:
            return OutOfScope("withdrawn", reference)
        placement = self._placement(cells, stated)
        if placement.left_out:
            left_out = Excluded if placement.left_out == EXCLUDED else OutOfScope
            return left_out(placement.reason, reference)
        dropped = ["source_category_code"] if placement.unread else []
        fields = {**self._times(cells, faults), **self._place(cells, faults)}
        fields |= self._rest(cells, dropped)
        if faults:
            return CannotMap(tuple(faults), reference)
        if others:
            dropped.append(UNLISTED_COLUMNS)
        try:
            incident = Incident(**{**fields, **placement.fields}, source_reference=reference.text)
        except ValidationError:
            return CannotMap((fault("", "field.not_accepted"),), reference)
        return Mapped(incident, reference, tuple(dropped), placement.unlisted)

    def _stated(self, cells: dict[str, str], faults: list[FieldFault]) -> dict[str, Any]:
        """What the line itself says it is; every behaviour must be one of the typology."""
        stated: dict[str, Any] = {}
        for name, read in (("kind", self._kinds), ("mapping_status", self._statuses)):
            try:
                stated[name] = read(cells[name])
            except UnreadableError as unreadable:
                faults.append(fault(name, unreadable.rule))
        for name in ("typology_area", "typology_behaviour", "typology_sub_behaviour"):
            if cells[name] and cells[name] not in TYPOLOGY.names:
                faults.append(fault(name, "code.not_in_list"))
            stated[name] = cells[name] or None
        for name in _MANY[:2]:
            stated[name] = _parts(cells[name])
            if not set(stated[name]) <= TYPOLOGY.names.keys():
                faults.append(fault(name, "code.not_in_list"))
        return stated

    def _placement(self, cells: dict[str, str], stated: dict[str, Any]) -> Placement:
        """Place the codes by their list; without a list the line's own word stands, without its codes."""
        codes = next(
            (one for one in self._lists if one.reads(cells["source_category_scheme"])), None
        )
        opening = _parts(cells["opening_code"])
        closing, qualifiers = _parts(cells["closing_codes"]), _parts(cells["qualifier_codes"])
        one = _parts(cells["source_category_code"])
        if codes is None or not (opening or closing or qualifiers or one):
            return Placement(stated)
        if opening or closing:
            return codes.place(opening, closing, qualifiers, _parts(cells["nsir_class"]))
        return codes.place((), (), qualifiers, one or _parts(cells["nsir_class"]))

    def place_again(self, kept: Kept) -> Placement | None:
        """Place a recorded incident by the list of today; ``None`` where it is not known here."""
        codes = next((one for one in self._lists if one.reads(kept.scheme)), None)
        if codes is None:
            return None
        if kept.opening or kept.closing:
            nsir = (kept.nsir_class,) if kept.nsir_class else ()
            return codes.place(kept.opening, kept.closing, kept.qualifiers, nsir)
        return codes.place((), (), kept.qualifiers, kept.one_code)

    def _times(self, cells: dict[str, str], faults: list[FieldFault]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        precision = _COARSE.get(cells["time_precision"])
        if precision is None:
            faults.append(fault("time_precision", "time.too_fine"))
            return fields
        fields["time_precision"] = precision
        for name, target in (
            ("occurred", "occurred_from"),
            ("occurred_to", "occurred_to"),
            ("reported", "reported_at"),
        ):
            if cells[name]:
                try:
                    fields[target] = self._time(cells[name], precision)
                except UnreadableError as unreadable:
                    faults.append(fault(name, unreadable.rule))
        if not (cells["occurred"] or cells["reported"]):
            faults.append(fault("occurred", "time.missing"))
        return fields

    def _time(self, cell: str, precision: TimePrecision) -> datetime:
        if precision is TimePrecision.QUARTER:
            quarter = _QUARTER.fullmatch(cell)
            if quarter is None:
                raise UnreadableError("time.unreadable")
            return month_start(f"{quarter[1]}-{int(quarter[2]) * 3 - 2:02d}")
        if precision is TimePrecision.MONTH:
            return month_start(cell)
        return self._read_time(cell)[0]

    @staticmethod
    def _place(cells: dict[str, str], faults: list[FieldFault]) -> dict[str, Any]:
        level, code = cells["place_level"], cells["place_code"]
        fields: dict[str, Any] = {}
        pair = cells["place_longitude"], cells["place_latitude"]
        if level == "map_point":
            if not all(map(_DEGREES.fullmatch, pair)):
                faults.append(fault("place_longitude", "place.unreadable"))
                return {}
            longitude, latitude = map(float, pair)
            fields = {
                "longitude": longitude,
                "latitude": latitude,
                "location_precision": LocationPrecision.PUBLISHED_POINT,
            }
        elif level in _AREAS:
            target, precision = _AREAS[level]
            edition = _EDITION.fullmatch(cells["place_edition"])
            try:
                fields = {target: area_code(code), "location_precision": precision}
                fields["geography_editions"] = (edition[0],) if edition else ()
            except UnreadableError as unreadable:
                faults.append(fault("place_code", unreadable.rule))
        elif level not in {"", "none"}:
            faults.append(fault("place_level", "code.not_in_list"))
        return fields

    def _rest(self, cells: dict[str, str], dropped: list[str]) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, read in self._plain:
            if cells[name]:
                fields[name] = read(cells[name])
                if fields[name] is None:
                    dropped.append(name)
        tipped = {part: words.read(cells[f"fly_tip_{part}"]) for part, words in self._words.items()}
        told = {part: code for part, code in tipped.items() if code}
        if told:
            fields["fly_tip"] = told
        dropped += [
            f"fly_tip_{part}" for part in _WORDS if cells[f"fly_tip_{part}"] and part not in told
        ]
        return fields


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(LIST_SEPARATOR) if part.strip())


def flat(row: Row) -> Row:
    """A line with its parts under flat names; what is no object stays, and is refused as it stands."""
    if not any(isinstance(row.get(name), Mapping) for name in _NESTED):
        return {name: value for name, value in row.items() if name not in _NOT_READ}
    flat = {name: value for name, value in row.items() if name not in _NOT_READ}
    for name, parts in _NESTED.items():
        inside = flat.pop(name, None)
        if isinstance(inside, Mapping):
            flat |= {f"{name}_{part}": inside.get(part) for part in parts}
        elif inside is not None:
            flat[f"{name}_{parts[0]}"] = inside
    return flat


_NOT_READ: Final = frozenset(
    {
        "version",
        "source",
        "controller",
        "crosswalk_version",
        "mapping_rule_id",
        "mapping_relation",
        "mapping_confidence",
        "source_category_label",
        "repeat_at_place",
    }
)
"""What the gateway says itself of a record."""
