"""Settings of a command-and-control feed: what its columns, codes, flags and grades are called."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from adapters.cells import LIST_SEPARATOR
from adapters.columns import ColumnName
from adapters.crosswalk import ForceTable, SchemeName
from adapters.handling import HandlingSettings
from adapters.london_time import ISO, TimeFormats
from adapters.people import PersonColumns
from adapters.places import Bounds
from adapters.tabular import Delimiter, Encoding
from schemas.codes import ResponseGrade


class NsirColumns(PersonColumns):
    """Names of the columns. A file has at least reference, creation time, an opening and a closing code."""

    always_needed = frozenset({"reference", "created", "opening_codes", "closing_codes"})
    lists = frozenset({"opening_codes", "closing_codes", "qualifiers"})

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

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.created is None and self.occurred is None:
            message = "a feed needs a column for a time: created or occurred"
            raise ValueError(message)
        if not self.opening_codes and not self.closing_codes:
            message = "a feed needs a column for a code: opening_codes or closing_codes"
            raise ValueError(message)
        return self


class NsirSettings(HandlingSettings):
    """Settings of a command-and-control feed; the defaults fit a plain NSIR extract."""

    columns: NsirColumns = NsirColumns()
    delimiter: Delimiter = ","
    encoding: Encoding = "windows-1252"
    time_formats: TimeFormats = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", ISO)
    code_separator: str = Field(default=LIST_SEPARATOR, min_length=1, max_length=1)
    """Separates several codes in one cell."""
    scheme: SchemeName = "met_cad"
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
