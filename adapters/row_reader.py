"""What the readers of rows have in common: a draft, its cells, and the steps that fill it.

A source's own reader calls the steps in the order in which they can refuse a row: marking first (a row
above OFFICIAL-SENSITIVE is not looked at further), then what is excluded or out of scope, which needs no
readable time, then everything else, with all faults of the row gathered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import ValidationError

from adapters.columns import ColumnNames
from adapters.faults import UnreadableError, fault
from adapters.handling import GRADING, HandlingSettings, assertion, mopi_group, read_grading
from adapters.london_time import time_reader
from adapters.people import PARTS, read_person
from adapters.places import Bounds, read_grid_point
from adapters.placing import Placement
from adapters.readers import marking
from adapters.source import UNLISTED_COLUMNS, CannotMap, Mapped, Outcome, Reference
from schemas.codes import LocationPrecision, TimePrecision
from schemas.incident import Incident
from schemas.receipts import FieldFault

REFERENCE_LIMIT: Final = 64
"""Characters that ``Incident.source_reference`` takes."""

_AREAS: Final = (("lsoa_code", LocationPrecision.LSOA), ("ward_code", LocationPrecision.WARD))

CellReader = Callable[[str], object]
"""A reader of one cell; ``None`` as its answer drops the value and counts it."""

Plain = tuple[str, str, CellReader | None]
"""A setting, the field of ``Incident`` it fills, and the reader of its cell (``None``: as it is)."""


@dataclass(slots=True)
class Draft:
    """A row half read."""

    values: list[str]
    """The cells in the order of the feed's columns, and one empty cell behind the last."""
    fields: dict[str, Any] = field(default_factory=dict)
    dropped: list[str] = field(default_factory=list)
    faults: list[FieldFault] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a source reads the cells that every source has."""

    times: tuple[tuple[str, str], ...]
    """Settings of times, with the field that each fills; the first two are the report and the start."""
    time_formats: tuple[str, ...]
    plain: tuple[Plain, ...]
    bounds: Bounds | None = None
    editions: Mapping[str, str] = field(default_factory=dict)
    """Edition of each supplied area code, by the field it stands in."""
    easting: str = "easting"
    northing: str = "northing"


class RowReader:
    """The settings of a feed, compiled: which cell is read by which reader into which field."""

    def __init__(self, columns: ColumnNames, reading: Reading) -> None:
        named = columns.listed()
        self.columns = [column for _, column in named]
        self.names = {setting: column.name for setting, column in reversed(named)}
        self.at: dict[str, list[int]] = {}
        for position, (setting, _) in enumerate(named):
            self.at.setdefault(setting, []).append(position)
        self.one_cell = {name: self._one(name) for name in type(columns).model_fields}
        self.read_time = time_reader(reading.time_formats)
        self._reading = reading
        self._plain = [
            (self.at[setting][0], self.names[setting], target, reader)
            for setting, target, reader in reading.plain
            if setting in self.at
        ]
        self._times = [(name, target, self.one_cell[name]) for name, target in reading.times]
        self._reported, self._started = (name for name, _ in reading.times[:2])

    def _one(self, setting: str) -> int:
        """Position of a setting's first cell; without a column, of the empty cell behind the last."""
        return self.at.get(setting, [len(self.columns)])[0]

    def cell(self, draft: Draft, setting: str) -> str:
        """The text of a setting's first cell."""
        return draft.values[self.one_cell[setting]]

    def fault(self, draft: Draft, setting: str, rule: str) -> None:
        """Note that the column of a setting broke a rule."""
        draft.faults.append(fault(self.names.get(setting, ""), rule))

    def drop(self, draft: Draft, setting: str) -> None:
        """Count a value that is not taken."""
        draft.dropped.append(self.names[setting])

    def marked(self, draft: Draft) -> bool:
        """Read the marking; whether the row may be read on."""
        cell = draft.values[self.one_cell["marking"]]
        if cell:
            try:
                draft.fields["marking"] = marking(cell)
            except UnreadableError as unreadable:
                self.fault(draft, "marking", unreadable.rule)
                return False
        return True

    def read_handling(self, draft: Draft, said: HandlingSettings) -> None:
        """Read the grading, the MoPI group, and whether the narratives are fact or opinion."""
        cells = {name: self.cell(draft, name) for name in (*GRADING, "handling_conditions")}
        fields = draft.fields
        try:
            fields["grading"] = read_grading(cells, said.grading_scheme)
        except UnreadableError as unreadable:
            named = next((name for name in reversed(GRADING) if cells[name]), "handling_conditions")
            self.fault(draft, named, unreadable.rule)
        fields["assertion"] = said.assertion if "description" in fields else None
        for name, read in (("mopi_group", mopi_group), ("assertion", assertion)):
            cell = self.cell(draft, name)
            if cell:
                try:
                    fields[name] = read(cell)
                except UnreadableError as unreadable:
                    self.fault(draft, name, unreadable.rule)

    def read_person(self, draft: Draft) -> None:
        """Add the person that the row names with a role to its people."""
        cells = {name: self.cell(draft, name) for name in ("person_role", *PARTS)}
        try:
            person = read_person(cells)
        except UnreadableError as unreadable:
            born = unreadable.rule == "person.born_unreadable"
            self.fault(draft, "person_born" if born else "person_role", unreadable.rule)
            return
        if person is not None:
            draft.fields["people"] = (*draft.fields.get("people", ()), person)

    def reference(self, draft: Draft, setting: str = "reference") -> Reference | None:
        """The row's own reference; a row without one, or with one too long, has a fault."""
        cell = draft.values[self.one_cell[setting]]
        if 0 < len(cell) <= REFERENCE_LIMIT:
            return Reference(cell)
        self.fault(draft, setting, "reference.too_long" if cell else "reference.missing")
        return None

    def read_times(self, draft: Draft) -> None:
        """Read the times of the reading, and ``updated``; the coarsest of the former gives precision."""
        fields, exact = draft.fields, True
        for setting, target, position in self._times:
            cell = draft.values[position]
            if cell:
                try:
                    fields[target], precision = self.read_time(cell)
                except UnreadableError as unreadable:
                    self.fault(draft, setting, unreadable.rule)
                else:
                    exact = exact and precision is TimePrecision.MINUTE
        updated = draft.values[self.one_cell["updated"]]
        if updated:
            try:
                fields["source_updated_at"], _ = self.read_time(updated)
            except UnreadableError as unreadable:
                self.fault(draft, "updated", unreadable.rule)
        if not exact:
            fields["time_precision"] = TimePrecision.DAY
        self._check_times(draft, exact=exact)

    def _check_times(self, draft: Draft, *, exact: bool) -> None:
        if not (self.cell(draft, self._reported) or self.cell(draft, self._started)):
            named = self._reported if self._reported in self.at else self._started
            self.fault(draft, named, "time.missing")
        begins, ends = draft.fields.get("occurred_from"), draft.fields.get("occurred_to")
        if exact and begins and ends and ends < begins:
            self.fault(draft, "occurred_to", "time.ends_before_it_begins")

    def read_place(self, draft: Draft) -> None:
        """Read the point, whichever way it is written."""
        reading = self._reading
        east = draft.values[self.one_cell[reading.easting]]
        north = draft.values[self.one_cell[reading.northing]]
        try:
            draft.fields.update(read_grid_point(east, north, reading.bounds))
        except UnreadableError as unreadable:
            self.fault(draft, reading.easting, unreadable.rule)

    def read_plain(self, draft: Draft) -> None:
        """Read every cell that is one field, then say how exactly the place is known."""
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
            editions = self._reading.editions
            fields["geography_editions"] = tuple(editions[target] for target, _ in areas)

    def finish(
        self, draft: Draft, placement: Placement, reference: Reference, *, others: bool
    ) -> Outcome:
        """Make the incident of a draft without a fault, or say what the common schema did not take."""
        if others:
            draft.dropped.append(UNLISTED_COLUMNS)
        fields = {**placement.fields, **draft.fields, "source_reference": reference.text}
        try:
            incident = Incident(**fields)
        except ValidationError as refusal:
            return CannotMap(self._refused(refusal), reference)
        return Mapped(incident, reference, tuple(draft.dropped), placement.unlisted)

    named_parts: Mapping[str, str] = {}
    """Parts of a person, by the setting whose column holds them."""

    def _refused(self, refusal: ValidationError) -> tuple[FieldFault, ...]:
        """The faults of fields that the common schema did not take, by our names of the columns."""
        columns = {target: name for _, name, target, _ in self._plain} | {
            part: self.names.get(setting, "") for part, setting in self.named_parts.items()
        }
        return tuple(
            fault(
                columns.get(str(error["loc"][-1]), ""),
                "text.too_long" if error["type"] == "string_too_long" else "field.not_accepted",
            )
            for error in refusal.errors(include_url=False, include_input=False)
        )
