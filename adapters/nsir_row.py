"""One row of a command-and-control feed: its cells, read in the order in which they can refuse it.

Marking first: a row above OFFICIAL-SENSITIVE is not looked at further. Then the codes: a row that is
excluded needs no readable time. Then everything else, with all faults of the row gathered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from adapters.cells import LIST_SEPARATOR
from adapters.faults import UnreadableError, fault
from adapters.london_time import time_reader
from adapters.nsir_settings import NsirSettings
from adapters.places import read_grid_point
from adapters.placing import Crosswalk, Placement
from adapters.readers import area_code, code, flag, listed, marking
from adapters.rules import EXCLUDED
from adapters.source import (
    UNLISTED_COLUMNS,
    CannotMap,
    Excluded,
    Mapped,
    Outcome,
    OutOfScope,
    Reference,
)
from schemas.codes import Handling, LocationPrecision, SubjectRole, TimePrecision
from schemas.incident import Incident
from schemas.receipts import FieldFault

_REFERENCE_LIMIT: Final = 64
"""Characters that ``Incident.source_reference`` takes."""

_TIMES: Final = (
    ("created", "reported_at"),
    ("occurred", "occurred_from"),
    ("occurred_to", "occurred_to"),
)
_AREAS: Final = (("lsoa_code", LocationPrecision.LSOA), ("ward_code", LocationPrecision.WARD))
_Read = Callable[[str], object]
"""A reader of one cell; ``None`` stands for one that takes the text as it is."""

_COLUMN_OF_POSITION: Final = {
    "opening": "opening_codes",
    "closing": "closing_codes",
    "qualifier": "qualifiers",
    "class": "nsir_class",
}


@dataclass(slots=True)
class _Draft:
    """A row half read."""

    values: list[str]
    fields: dict[str, Any] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    faults: list[FieldFault] = field(default_factory=list)


class NsirReader:
    """The settings of a feed, compiled: which cell is read by which reader into which field."""

    def __init__(self, settings: NsirSettings, codes: Crosswalk) -> None:
        named = settings.columns.listed()
        self.columns = [column for _, column in named]
        self._settings = settings
        self._codes = codes
        self._separator = settings.code_separator
        self._nobody = frozenset(word.casefold() for word in settings.nobody)
        self._names = {setting: column.name for setting, column in reversed(named)}
        self._at: dict[str, list[int]] = {}
        for position, (setting, _) in enumerate(named):
            self._at.setdefault(setting, []).append(position)
        self._read_time = time_reader(settings.time_formats)
        self._plain = self._plain_readers()
        self._one_cell = {name: self._one(name) for name in type(settings.columns).model_fields}
        self._editions = {"lsoa_code": settings.lsoa_edition, "ward_code": settings.ward_edition}
        self._times = [(name, target, self._one(name)) for name, target in _TIMES]

    def _one(self, setting: str) -> int:
        """Position of a setting's first cell; without a column, of the empty cell behind the last."""
        return self._at.get(setting, [len(self.columns)])[0]

    def _plain_readers(self) -> list[tuple[int, str, str, _Read | None]]:
        yes_or_no = flag(self._settings.yes, self._settings.no)
        handling = listed({one.value: one for one in Handling}, "handling.unreadable")
        readers: tuple[tuple[str, str, _Read | None], ...] = (
            ("handling", "handling", handling),
            ("grade", "response_grade", listed(self._settings.grades)),
            ("address", "address_text", None),
            ("premises", "premises_name", None),
            ("postcode", "postcode", None),
            ("beat", "beat_code", code),
            ("lsoa", "lsoa_code", area_code),
            ("ward", "ward_code", area_code),
            ("repeat", "repeat_flag", yes_or_no),
            ("vulnerable", "vulnerability_flag", yes_or_no),
            ("description", "description", None),
        )
        return [
            (self._at[setting][0], self._names[setting], target, reader)
            for setting, target, reader in readers
            if setting in self._at
        ]

    def read(self, values: list[str], others: bool) -> Outcome:  # noqa: FBT001 - ReadCells
        """Make the outcome of one row."""
        draft = _Draft([*values, ""])
        if not self._marked(draft):
            return CannotMap(tuple(draft.faults))
        reference = self._reference(draft)
        placement = self._placement(draft)
        if placement is not None and placement.left_out:
            left_out = Excluded if placement.left_out == EXCLUDED else OutOfScope
            return left_out(placement.reason, reference)
        self._read_times(draft)
        self._read_place(draft)
        self._read_plain(draft)
        self._read_caller(draft)
        if placement is None or reference is None or draft.faults:
            return CannotMap(tuple(draft.faults), reference)
        if others:
            draft.dropped.append(UNLISTED_COLUMNS)
        return self._incident(draft, placement, reference)

    def _incident(self, draft: _Draft, placement: Placement, reference: Reference) -> Outcome:
        try:
            incident = Incident(
                **{**placement.fields, **draft.fields, "source_reference": reference.text}
            )
        except ValidationError as refusal:
            return CannotMap(self._refused(refusal), reference)
        return Mapped(incident, reference, tuple(draft.dropped), placement.unlisted)

    def _refused(self, refusal: ValidationError) -> tuple[FieldFault, ...]:
        """The faults of fields that the common schema did not take, by our names of the columns."""
        columns = {target: name for _, name, target, _ in self._plain} | {
            "name": self._names.get("caller_name", ""),
            "telephone": self._names.get("caller_telephone", ""),
        }
        return tuple(
            fault(
                columns.get(str(error["loc"][-1]), ""),
                "text.too_long" if error["type"] == "string_too_long" else "field.not_accepted",
            )
            for error in refusal.errors(include_url=False, include_input=False)
        )

    def _fault(self, draft: _Draft, setting: str, rule: str) -> None:
        draft.faults.append(fault(self._names.get(setting, ""), rule))

    def _marked(self, draft: _Draft) -> bool:
        """Read the marking; whether the row may be read on."""
        cell = draft.values[self._one_cell["marking"]]
        if cell:
            try:
                draft.fields["marking"] = marking(cell)
            except UnreadableError as unreadable:
                self._fault(draft, "marking", unreadable.rule)
                return False
        return True

    def _reference(self, draft: _Draft) -> Reference | None:
        cell = draft.values[self._one_cell["reference"]]
        if 0 < len(cell) <= _REFERENCE_LIMIT:
            return Reference(cell)
        self._fault(draft, "reference", "reference.too_long" if cell else "reference.missing")
        return None

    def _placement(self, draft: _Draft) -> Placement | None:
        """Place the row by its codes; a row without any has a fault instead."""
        label = draft.values[self._one_cell["opening_label"]]
        opening = self._code_cells(draft, "opening_codes")
        if label and not opening and self._codes.read(label):
            opening = (label,)
        elif label:
            draft.dropped.append(self._names["opening_label"])
        closing = self._code_cells(draft, "closing_codes")
        qualifiers = self._code_cells(draft, "qualifiers")
        classes = self._code_cells(draft, "nsir_class")
        if not (opening or closing or qualifiers or classes):
            setting = "closing_codes" if "opening_codes" not in self._at else "opening_codes"
            self._fault(draft, setting, "code.missing")
            return None
        placement = self._codes.place(opening, closing, qualifiers, classes)
        for position in placement.unread:
            draft.dropped.append(self._names[_COLUMN_OF_POSITION[position]])
        return placement

    def _code_cells(self, draft: _Draft, setting: str) -> tuple[str, ...]:
        codes: list[str] = []
        for position in self._at.get(setting, ()):
            cell = draft.values[position]
            if not cell:
                continue
            if self._separator in cell or LIST_SEPARATOR in cell:
                split = cell.replace(LIST_SEPARATOR, self._separator).split(self._separator)
                codes.extend(part.strip() for part in split if part.strip())
            else:
                codes.append(cell)
        return tuple(codes)

    def _read_times(self, draft: _Draft) -> None:
        fields, exact = draft.fields, True
        for setting, target, position in self._times:
            cell = draft.values[position]
            if cell:
                try:
                    fields[target], precision = self._read_time(cell)
                except UnreadableError as unreadable:
                    self._fault(draft, setting, unreadable.rule)
                else:
                    exact = exact and precision is TimePrecision.MINUTE
        updated = draft.values[self._one_cell["updated"]]
        if updated:
            try:
                fields["source_updated_at"], _ = self._read_time(updated)
            except UnreadableError as unreadable:
                self._fault(draft, "updated", unreadable.rule)
        if not exact:
            fields["time_precision"] = TimePrecision.DAY
        self._check_times(draft, exact=exact)

    def _check_times(self, draft: _Draft, *, exact: bool) -> None:
        values, cell = draft.values, self._one_cell
        if not values[cell["created"]] and not values[cell["occurred"]]:
            setting = "created" if "created" in self._at else "occurred"
            self._fault(draft, setting, "time.missing")
        begins, ends = draft.fields.get("occurred_from"), draft.fields.get("occurred_to")
        if exact and begins and ends and ends < begins:
            self._fault(draft, "occurred_to", "time.ends_before_it_begins")

    def _read_place(self, draft: _Draft) -> None:
        east = draft.values[self._one_cell["easting"]]
        north = draft.values[self._one_cell["northing"]]
        try:
            draft.fields.update(read_grid_point(east, north, self._settings.bounds))
        except UnreadableError as unreadable:
            self._fault(draft, "easting", unreadable.rule)

    def _read_plain(self, draft: _Draft) -> None:
        values, fields = draft.values, draft.fields
        for position, column, target, read in self._plain:
            cell = values[position]
            if not cell:
                continue
            if read is None:
                fields[target] = cell
                continue
            try:
                value = read(cell)
            except UnreadableError as unreadable:
                draft.faults.append(fault(column, unreadable.rule))
                continue
            if value is None:
                draft.dropped.append(column)
            else:
                fields[target] = value
        areas = [(target, precision) for target, precision in _AREAS if target in fields]
        if areas:
            fields.setdefault("location_precision", areas[0][1])
            fields["geography_editions"] = tuple(self._editions[target] for target, _ in areas)

    def _read_caller(self, draft: _Draft) -> None:
        name = draft.values[self._one_cell["caller_name"]]
        telephone = draft.values[self._one_cell["caller_telephone"]]
        named = {
            part: cell
            for part, cell in (("name", name), ("telephone", telephone))
            if cell and cell.casefold() not in self._nobody
        }
        if named:
            draft.fields["people"] = ({"role": SubjectRole.CALLER, **named},)
