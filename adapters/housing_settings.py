"""Settings of a housing feed: what its columns, category schemes, strands, stages and outcomes are called."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from adapters.columns import ColumnName
from adapters.crosswalk import OwnTable, schemes
from adapters.handling import HandlingSettings
from adapters.london_time import ISO, TimeFormats
from adapters.people import PersonColumns
from adapters.places import Bounds
from adapters.tabular import Delimiter, Encoding
from adapters.wordlists import word_list
from schemas.codes import Ground, Status


class HousingColumns(PersonColumns):
    """Names of the columns. A file has at least the case, when it was reported, and its category."""

    always_needed = frozenset({"case", "reported", "category"})
    lists = frozenset({"sub_category", "strand"})

    case: ColumnName = "CaseRef"
    incident: ColumnName | None = "IncidentRef"
    """The number of an incident, alone or within its case."""
    reported: ColumnName | None = "DateReported"
    """When the case was opened."""
    occurred: ColumnName | None = "DateOfIncident"
    occurred_to: ColumnName | None = "DateOfIncidentEnd"
    updated: ColumnName | None = "Updated"
    scheme: ColumnName | None = "CatScheme"
    category: ColumnName = "Category"
    sub_category: ColumnName | None = "SubCategory"
    hate: ColumnName | None = "HateIncident"
    strand: ColumnName | None = "HateStrand"
    uprn: ColumnName | None = "UPRN"
    """The national UPRN. A landlord's own property number stands in ``property_reference``."""
    address: ColumnName | None = "Address"
    postcode: ColumnName | None = "Postcode"
    easting: ColumnName | None = "Easting"
    northing: ColumnName | None = "Northing"
    lsoa: ColumnName | None = "LSOA"
    ward: ColumnName | None = "Ward"
    tenancy: ColumnName | None = "TenancyRef"
    complainant: ColumnName | None = "Complainant"
    complainant_telephone: ColumnName | None = "ComplainantTel"
    complainant_email: ColumnName | None = "ComplainantEmail"
    subject: ColumnName | None = "Subject"
    vulnerable: ColumnName | None = "Vulnerable"
    officer: ColumnName | None = "Officer"
    stage: ColumnName | None = "Stage"
    status: ColumnName | None = "Status"
    closed: ColumnName | None = "DateClosed"
    outcome: ColumnName | None = "Outcome"
    notes: ColumnName | None = "Notes"
    marking: ColumnName | None = "MARKING"
    property_reference: ColumnName | None = "PropertyRef"
    """Never taken: it is no UPRN, however often a column is called one."""
    risk: ColumnName | None = "RiskScore"
    """Never taken: no lane uses it."""

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.reported is None and self.occurred is None:
            message = "a feed needs a column for a time: reported or occurred"
            raise ValueError(message)
        return self


_HOUSEMARK = "housemark_asb"
_WORDS = dict.fromkeys(("HM", "HOUSEMARK", "HouseMark ASB"), _HOUSEMARK)


class HousingSettings(HandlingSettings):
    """Settings of a housing feed; the defaults fit the extract of Charnwood Neighbourhood Housing."""

    columns: HousingColumns = HousingColumns()
    delimiter: Delimiter = ";"
    encoding: Encoding = "utf-8"
    time_formats: TimeFormats = ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", ISO)
    schemes: dict[str, str] = Field(default=_WORDS)
    """What the scheme column says → a packaged scheme, or the name of one of the ``local`` tables."""
    scheme: str | None = None
    """The scheme of rows that name none; without it such a row is unclassified."""
    local: tuple[OwnTable, ...] = ()
    """Local code lists. Their letters mean what they say, not what HouseMark's do."""
    key: tuple[Literal["incident", "occurred", "category"], ...] = ("incident", "occurred")
    """What tells the incidents of one case apart, beside the case; see ``adapters/README.md``."""
    yes: tuple[str, ...] = ("Y", "YES", "TRUE", "T", "1")
    no: tuple[str, ...] = ("N", "NO", "FALSE", "F", "0")
    strands: dict[str, Ground] = Field(
        default={
            **dict.fromkeys(("Race", "Racial", "Racist", "Ethnicity"), Ground.RACE),
            **dict.fromkeys(("Religion", "Faith", "Religion/Belief"), Ground.RELIGION),
            **dict.fromkeys(
                ("Sexual Orientation", "Homophobic", "LGB", "LGBT"), Ground.SEXUAL_ORIENTATION
            ),
            **dict.fromkeys(
                ("Transgender", "Transphobic", "Gender Identity"), Ground.GENDER_IDENTITY
            ),
            **dict.fromkeys(("Disability", "Disabled"), Ground.DISABILITY),
            **dict.fromkeys(("Gender", "Sex"), Ground.GENDER),
            "Age": Ground.AGE,
        }
    )
    """A strand that is not listed is dropped and counted; the hate flag stays."""
    hate_categories: tuple[str, ...] = ("housemark_asb:C",)
    """``scheme:code`` of the categories that make an incident a hate incident by themselves."""
    statuses: dict[str, Status] = Field(
        default={
            "Open": Status.OPEN,
            **dict.fromkeys(("InProgress", "In Progress", "OnHold", "On Hold"), Status.IN_PROGRESS),
            "Closed": Status.CLOSED,
        }
    )
    stages: dict[str, str] = Field(default_factory=dict)
    """Own words → codes of ``adapters/data/housing_stages.csv``."""
    outcomes: dict[str, str] = Field(default_factory=dict)
    """Own words → codes of ``adapters/data/housing_outcomes.csv``."""
    excluded_outcomes: dict[str, Literal["error", "duplicate", "test"]] = Field(
        default={"entered_in_error": "error", "duplicate": "duplicate"}
    )
    """Codes of outcomes that say that there was no incident → the reason that is counted."""
    nobody: tuple[str, ...] = ("ANON", "ANONYMOUS", "NOT GIVEN", "REFUSED", "UNKNOWN", "N/K", "NK")
    """What stands for a person who is not named."""
    bounds: Bounds | None = None
    """Given, a point that lies in this area only with its axes exchanged is refused."""
    lsoa_edition: str = Field(default="lsoa:unstated", pattern=r"^lsoa:[0-9A-Za-z.-]{1,24}$")
    ward_edition: str = Field(default="ward:unstated", pattern=r"^ward:[0-9A-Za-z.-]{1,24}$")

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = {*schemes(), *(table.name for table in self.local)}
        if len({table.name for table in self.local}) < len(self.local):
            message = "two local tables have the same name"
            raise ValueError(message)
        if not {*self.schemes.values(), *((self.scheme,) if self.scheme else ())} <= known:
            message = "a scheme is neither a packaged one nor one of the local tables"
            raise ValueError(message)
        for own, packaged in ((self.stages, "housing_stages"), (self.outcomes, "housing_outcomes")):
            if not set(own.values()) <= word_list(packaged).codes:
                message = "a stage or outcome means a code that the packaged list does not have"
                raise ValueError(message)
        return self
