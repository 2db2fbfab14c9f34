"""Settings of a street-management feed: two layouts of columns, and one set of words for both."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from adapters.columns import ColumnName
from adapters.crosswalk import ForceTable, SchemeName
from adapters.handling import HandlingColumns, HandlingSettings
from adapters.london_time import ISO, TimeFormats
from adapters.places import Bounds, Box
from adapters.tabular import Delimiter, Encoding
from adapters.wordlists import word_list
from schemas.codes import Status


class StreetColumns(HandlingColumns):
    """Names of the columns that a layout may have."""

    always_needed = frozenset({"reference", "reported"})
    lists = frozenset({"media"})

    reference: ColumnName
    reported: ColumnName
    occurred: ColumnName | None = None
    updated: ColumnName | None = None
    code: ColumnName | None = None
    label: ColumnName | None = None
    contravention: ColumnName | None = None
    """The contravention code of a penalty charge notice; it decides where it is given."""
    status: ColumnName | None = None
    closing: ColumnName | None = None
    channel: ColumnName | None = None
    easting: ColumnName | None = None
    """The easting, or the longitude: each is known by its range, in either order."""
    northing: ColumnName | None = None
    uprn: ColumnName | None = None
    usrn: ColumnName | None = None
    address: ColumnName | None = None
    postcode: ColumnName | None = None
    lsoa: ColumnName | None = None
    ward: ColumnName | None = None
    land_type: ColumnName | None = None
    waste_type: ColumnName | None = None
    size: ColumnName | None = None
    name: ColumnName | None = None
    first_name: ColumnName | None = None
    last_name: ColumnName | None = None
    telephone: ColumnName | None = None
    email: ColumnName | None = None
    vehicle: ColumnName | None = None
    officer: ColumnName | None = None
    description: ColumnName | None = None
    title: ColumnName | None = None
    """Read with ``detail`` only where there is no description: a description repeats both."""
    detail: ColumnName | None = None
    media: ColumnName | None = None
    marking: ColumnName | None = None
    handling: ColumnName | None = None

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if self.code is None and self.label is None and self.contravention is None:
            message = "a feed needs a column for what it is: code, label or contravention"
            raise ValueError(message)
        return self


class Open311Columns(StreetColumns):
    """A service request of Open311 GeoReport v2, with what FixMyStreet adds."""

    reference: ColumnName = "service_request_id"
    reported: ColumnName = "requested_datetime"
    updated: ColumnName | None = "updated_datetime"
    code: ColumnName | None = "service_code"
    label: ColumnName | None = "service_name"
    status: ColumnName | None = "status"
    channel: ColumnName | None = "interface_used"
    easting: ColumnName | None = "long"
    northing: ColumnName | None = "lat"
    address: ColumnName | None = "address"
    postcode: ColumnName | None = "zipcode"
    name: ColumnName | None = "requestor_name"
    first_name: ColumnName | None = "first_name"
    last_name: ColumnName | None = "last_name"
    telephone: ColumnName | None = "phone"
    email: ColumnName | None = "email"
    description: ColumnName | None = "description"
    title: ColumnName | None = "title"
    detail: ColumnName | None = "detail"
    media: ColumnName | None = "media_url"


class BackOfficeColumns(StreetColumns):
    """A service request as a council's back office exports it."""

    reference: ColumnName = "SRRef"
    reported: ColumnName = "Received"
    updated: ColumnName | None = "Updated"
    code: ColumnName | None = "RecType"
    label: ColumnName | None = "RecTypeDesc"
    contravention: ColumnName | None = "Contravention"
    status: ColumnName | None = "Status"
    closing: ColumnName | None = "ClosingAction"
    channel: ColumnName | None = "HowReceived"
    easting: ColumnName | None = "MapEast"
    northing: ColumnName | None = "MapNorth"
    uprn: ColumnName | None = "UPRN"
    usrn: ColumnName | None = "USRN"
    address: ColumnName | None = "Location"
    postcode: ColumnName | None = "Postcode"
    land_type: ColumnName | None = "LandType"
    waste_type: ColumnName | None = "WasteType"
    size: ColumnName | None = "Size"
    name: ColumnName | None = "CustName"
    telephone: ColumnName | None = "CustTel"
    email: ColumnName | None = "CustEmail"
    vehicle: ColumnName | None = "VRM"
    officer: ColumnName | None = "Officer"
    description: ColumnName | None = "Description"
    marking: ColumnName | None = "MARKING"
    handling: ColumnName | None = "HANDLING"


Reason = Literal["cancelled", "duplicate", "error", "mirrored", "test"]


class StreetSettings(HandlingSettings):
    """Settings of a street-management feed; the defaults fit FixMyStreet and a Uniform-like export."""

    open311: Open311Columns = Open311Columns()
    back_office: BackOfficeColumns = BackOfficeColumns()
    delimiter: Delimiter = ","
    encoding: Encoding = "utf-8"
    time_formats: TimeFormats = (ISO, "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y")
    scheme: SchemeName = "street"
    own: ForceTable | None = None
    """The jurisdiction's own codes or labels; the scheme becomes ``open311:<name>``."""
    unlisted: Literal["unclassified", "out_of_scope"] = "unclassified"
    """What a category that no list knows is. Set the second once the feed's list has been gone through."""
    statuses: dict[str, Status] = Field(
        default={
            **dict.fromkeys(("open", "confirmed", "for_triage", "1_REC"), Status.OPEN),
            **dict.fromkeys(
                (
                    "investigating",
                    "in_progress",
                    "in progress",
                    "planned",
                    "action_scheduled",
                    "pending",
                    "assigned",
                    "intervention",
                    "4_INV",
                ),
                Status.IN_PROGRESS,
            ),
            **dict.fromkeys(
                (
                    "closed",
                    "fixed",
                    "no_further_action",
                    "not_councils_responsibility",
                    "internal_referral",
                    "unable to complete",
                    "unable_to_fix",
                    "8_CLO",
                ),
                Status.CLOSED,
            ),
        }
    )
    excluded: dict[str, Reason] = Field(
        default={
            "duplicate": "duplicate",
            "DUPR": "duplicate",
            "cancelled": "cancelled",
            "canceled": "cancelled",
        }
    )
    """Words of the status or closing column for what is not counted → the reason that is."""
    mirrored: tuple[str, ...] = ()
    """Words of the channel column for one's own reports that come back by this feed."""
    land_types: dict[str, str] = Field(default_factory=dict)
    """Own words → codes of ``adapters/data/wastedataflow_land.csv``; the next two likewise."""
    waste_types: dict[str, str] = Field(default_factory=dict)
    sizes: dict[str, str] = Field(default_factory=dict)
    nulls: tuple[str, ...] = (":", "-", "NULL", "N/A", "None")
    """Cells that stand for nothing."""
    nobody: tuple[str, ...] = ("ANON", "ANONYMOUS", "NOT GIVEN", "REFUSED", "UNKNOWN", "N/K", "NK")
    """What stands for a person who is not named."""
    area_metres: Bounds | None = None
    """Given, a point outside goes to quarantine; the next likewise for points in degrees."""
    area_degrees: Box | None = None
    lsoa_edition: str = Field(default="lsoa:unstated", pattern=r"^lsoa:[0-9A-Za-z.-]{1,24}$")
    ward_edition: str = Field(default="ward:unstated", pattern=r"^ward:[0-9A-Za-z.-]{1,24}$")

    @model_validator(mode="after")
    def _known(self) -> Self:
        for own, packaged in (
            (self.land_types, "wastedataflow_land"),
            (self.waste_types, "wastedataflow_waste"),
            (self.sizes, "wastedataflow_size"),
        ):
            if not set(own.values()) <= word_list(packaged).codes:
                message = "a word of a fly-tip means a code that the packaged list does not have"
                raise ValueError(message)
        return self
