"""Settings of a command-and-control feed: what its columns, codes, flags and grades are called."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field, field_validator, model_validator

from adapters.cells import LIST_SEPARATOR
from adapters.crosswalk import ForceTable, schemes
from adapters.london_time import ISO, usable_format
from adapters.places import Bounds
from adapters.tabular import Column, Delimiter, Encoding, fold
from schemas.base import Word
from schemas.codes import ResponseGrade

ColumnName = Annotated[str, Field(min_length=1, max_length=100)]

_ALWAYS_NEEDED: Final = frozenset({"reference", "created"})
_MANY: Final = frozenset({"opening_codes", "closing_codes", "qualifiers"})


class NsirColumns(Word):
    """Names of the columns. ``None``, or an empty list, says that the feed has none.

    A file must have the columns for reference, creation time, first opening and first closing code, and
    every other one that the settings name themselves: a misspelt name is found at the first file.
    """

    reference: ColumnName = "URN"
    created: ColumnName | None = "CREATED"
    occurred: ColumnName | None = "INCIDENT_DATE"
    occurred_to: ColumnName | None = "INCIDENT_END"
    updated: ColumnName | None = "UPDATED"
    opening_codes: tuple[ColumnName, ...] = ("OPENING_CODE",)
    opening_label: ColumnName | None = "OPENING_DESC"
    """Read only where the opening code is empty, and only if it is a label of the scheme."""
    closing_codes: tuple[ColumnName, ...] = ("CLOSING_CODE_1", "CLOSING_CODE_2")
    qualifiers: ColumnName | None = "QUALIFIERS"
    nsir_class: ColumnName | None = "NSIR_CLASS"
    grade: ColumnName | None = "GRADE"
    address: ColumnName | None = "LOCATION"
    premises: ColumnName | None = "PREMISES"
    postcode: ColumnName | None = "POSTCODE"
    easting: ColumnName | None = "EASTING"
    northing: ColumnName | None = "NORTHING"
    beat: ColumnName | None = "BEAT"
    lsoa: ColumnName | None = "LSOA_CODE"
    ward: ColumnName | None = "WARD_CODE"
    caller_name: ColumnName | None = "CALLER_NAME"
    caller_telephone: ColumnName | None = "CALLER_TEL"
    repeat: ColumnName | None = "REPEAT"
    vulnerable: ColumnName | None = "VULNERABLE"
    description: ColumnName | None = "RESULT_TEXT"
    marking: ColumnName | None = "MARKING"
    handling: ColumnName | None = "HANDLING"

    @model_validator(mode="after")
    def _usable(self) -> Self:
        names = [fold(column.name) for _, column in self.listed()]
        if len(set(names)) < len(names):
            message = "one column cannot stand for two fields"
            raise ValueError(message)
        if self.created is None and self.occurred is None:
            message = "a feed needs a column for a time: created or occurred"
            raise ValueError(message)
        if not self.opening_codes and not self.closing_codes:
            message = "a feed needs a column for a code: opening_codes or closing_codes"
            raise ValueError(message)
        return self

    def listed(self) -> list[tuple[str, Column]]:
        """Every column with the setting it comes from, in the order of the settings."""
        listed: list[tuple[str, Column]] = []
        for setting in type(self).model_fields:
            named = getattr(self, setting)
            names = named if isinstance(named, tuple) else (named,) if named else ()
            for position, name in enumerate(names):
                first_code = setting in {"opening_codes", "closing_codes"} and position == 0
                needed = setting in _ALWAYS_NEEDED or first_code or setting in self.model_fields_set
                listed.append((setting, Column(name, needed=needed, many=setting in _MANY)))
        return listed


class NsirSettings(Word):
    """Settings of a command-and-control feed; the defaults fit a plain NSIR extract."""

    columns: NsirColumns = NsirColumns()
    delimiter: Delimiter = ","
    encoding: Encoding = "windows-1252"
    time_formats: tuple[str, ...] = Field(
        default=("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", ISO), min_length=1
    )
    """Tried in order; see ``adapters.london_time.time_reader``."""
    code_separator: str = Field(default=LIST_SEPARATOR, min_length=1, max_length=1)
    """Separates several codes in one cell."""
    scheme: str = "met_cad"
    force: ForceTable | None = None
    """The force's own code list."""
    yes: tuple[str, ...] = ("Y", "YES", "TRUE", "T", "1")
    no: tuple[str, ...] = ("N", "NO", "FALSE", "F", "0")
    grades: dict[str, ResponseGrade] = Field(
        default={
            **dict.fromkeys(("1", "E", "I", "EMERGENCY", "IMMEDIATE"), ResponseGrade.EMERGENCY),
            **dict.fromkeys(("2", "P", "S", "PRIORITY", "SIGNIFICANT"), ResponseGrade.PRIORITY),
            **dict.fromkeys(("3", "D", "SCHEDULED", "DIARY"), ResponseGrade.SCHEDULED),
            **dict.fromkeys(
                ("4", "R", "N", "RESOLUTION WITHOUT DEPLOYMENT"), ResponseGrade.NO_DEPLOYMENT
            ),
        }
    )
    """A grade that is not listed is dropped and counted."""
    nobody: tuple[str, ...] = ("ANON", "ANONYMOUS", "NOT GIVEN", "REFUSED", "UNKNOWN", "N/K", "NK")
    """What stands for a caller who gave no name."""
    bounds: Bounds | None = None
    """Given, a point that lies in this area only with its axes exchanged is refused."""
    lsoa_edition: str = Field(default="lsoa:unstated", pattern=r"^lsoa:[0-9A-Za-z.-]{1,24}$")
    ward_edition: str = Field(default="ward:unstated", pattern=r"^ward:[0-9A-Za-z.-]{1,24}$")

    @field_validator("scheme")
    @classmethod
    def _known_scheme(cls, scheme: str) -> str:
        if scheme not in schemes():
            message = "the scheme is none of the packaged ones"
            raise ValueError(message)
        return scheme

    @field_validator("time_formats")
    @classmethod
    def _known_formats(cls, formats: tuple[str, ...]) -> tuple[str, ...]:
        if not all(usable_format(one) for one in formats):
            message = "a time format needs %d, %Y and one of %m and %b; also %H %M %S, or iso"
            raise ValueError(message)
        return formats
