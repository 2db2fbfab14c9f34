"""Council street management: Open311 GeoReport v2 in JSON or XML, and a back office's delimited export.

One feed takes both layouts; a row is of the one whose reference column it has. About 88 % of such a feed is
no anti-social behaviour (of 3,796 FixMyStreet reports, 12 % were): those rows are counted by reason after two
look-ups, and nothing else of them is read (``python -m tests.benchmarks.street_rows`` measures it). Fields
are an allow-list: what a server adds to its requests is not taken. Source: Open311 GeoReport v2; the real
deviations from it are those of FixMyStreet and of 311 servers in North America.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from adapters.cells import cell_text
from adapters.faults import fault
from adapters.open311_xml import XML, read_requests, unwrapped
from adapters.placing import Placement
from adapters.source import (
    DELIMITED,
    JSON,
    NOT_SUPPLIED,
    BodyUnreadable,
    CannotMap,
    Example,
    Excluded,
    Kept,
    Outcome,
    OutOfScope,
    Reference,
    Row,
    Source,
)
from adapters.street_row import StreetReader, usable
from adapters.street_settings import StreetColumns, StreetSettings
from adapters.tabular import BrokenRow, CsvRow, Dialect, TabularMapper
from schemas.incident import SENSITIVITY


class _Layout:
    """One layout of columns with its own reader."""

    def __init__(self, columns: StreetColumns, settings: StreetSettings) -> None:
        self.reader = StreetReader(columns, settings)
        self.table = TabularMapper(
            self.reader.columns,
            Dialect(settings.delimiter, settings.encoding),
            self.reader.codes,
            self.reader.read,
        )
        self.reference = columns.reference
        wanted = (
            columns.contravention,
            columns.code,
            columns.label,
            columns.marking,
            columns.reference,
        )
        names = [column.name for column in self.reader.columns]
        self._at = [(name, names.index(name)) for name in wanted if name is not None]
        self._has_penalties = columns.contravention is not None
        self._has_marking = columns.marking is not None

    def map(self, row: Row) -> Outcome:
        """Make the outcome of one row; of what is known to be out of scope only the reference is read."""
        if type(row) is CsvRow:
            positions, cells = row.header.positions, row.cells
            looked_at: list[JSON] = [cells[positions[at]] for _, at in self._at]
        else:
            looked_at = [row.get(name) for name, _ in self._at]
        reference = cell_text(looked_at.pop())
        if self._has_marking and looked_at.pop():
            return self.table.map(row)  # it may be marked above what is read at all
        if self._has_penalties and looked_at.pop(0):
            return self.table.map(row)  # a penalty charge notice
        reason = "" if reference.rule else self.reader.out_of_scope(looked_at)
        return OutOfScope(reason, usable(reference.text)) if reason else self.table.map(row)


class StreetMapper:
    """A mapper of both layouts."""

    media_types = DELIMITED | XML

    def __init__(self, settings: StreetSettings) -> None:
        self._open311 = _Layout(settings.open311, settings)
        self._back_office = _Layout(settings.back_office, settings)
        self._own = frozenset({self._open311.reference, self._back_office.reference})
        self.crosswalk = self._back_office.reader.codes
        self.listed = self._back_office.reader.listed

    def rows(self, body: bytes, media_type: str) -> Iterator[Row]:
        """Read a delimited body, in the layout whose columns its header has, or XML.

        Raises:
            BodyUnreadable: At the call, before the first row.
        """
        if media_type.partition(";")[0].strip().lower() in XML:
            return iter(read_requests(body, media_type))
        try:
            return self._back_office.table.rows(body, media_type)
        except BodyUnreadable as refusal:
            try:
                return self._open311.table.rows(body, media_type)
            except BodyUnreadable:
                raise refusal from None

    def rows_of(self, document: JSON) -> list[Row]:
        """The requests of a document, bare or wrapped; refuses a list of services (``BodyUnreadable``)."""
        return [
            row if isinstance(row, Mapping) else BrokenRow("row.not_an_object")
            for row in unwrapped(document, self._own)
        ]

    def map(self, row: Row) -> Outcome:
        """Make one incident of one row. Never raises on any row, and never repeats its content."""
        if type(row) is CsvRow:
            is_open311 = row.header.columns is self._open311.table.columns
        else:
            is_open311 = self._open311.reference in row
        layout = self._open311 if is_open311 else self._back_office
        return layout.map(row)

    def place_again(self, kept: Kept) -> Placement | None:
        """Place a recorded incident by its scheme of today; ``None`` where the feed has it no more."""
        return self._back_office.reader.place_again(kept)


_CODES = "the code or label that the list knows, else the contravention code of a penalty notice"
_SUPPLIED: Final = {
    "kind": _CODES,
    "mapping_status": _CODES,
    "typology_area": _CODES,
    "typology_behaviour": _CODES,
    "typology_sub_behaviour": _CODES,
    "candidate_behaviours": _CODES,
    "mapping_relation": _CODES,
    "mapping_confidence": _CODES,
    "mapping_rule_id": _CODES,
    "crosswalk_version": _CODES,
    "source_category_scheme": "street, pcn, or open311:<name> for the feed's own table",
    "source_category_code": "the code that decided",
    "source_category_label": "the scheme's label of that code, never the row's",
    "status": "status, by setting statuses",
    "fly_tip": "land, waste and size in the words of WasteDataFlow",
    "occurred_from": "column occurred, where a feed has one",
    "reported_at": "requested_datetime, or Received",
    "time_precision": "the coarser of the times given",
    "source_updated_at": "updated_datetime, where it is not before the request",
    "easting": "MapEast, or long and lat where they hold metres",
    "northing": "MapNorth, likewise",
    "longitude": "long, or MapEast and MapNorth where they hold degrees",
    "latitude": "lat, likewise",
    "location_precision": "point, else the finest area code given, else none",
    "uprn": "UPRN",
    "usrn": "USRN",
    "address_text": "address, or Location",
    "postcode": "zipcode, or Postcode",
    "lsoa_code": "column lsoa, where a feed has one",
    "ward_code": "column ward, where a feed has one",
    "geography_editions": "settings lsoa_edition and ward_edition",
    "marking": "MARKING",
    "grading": "columns grading_scheme, source_grading, intelligence_grading, handling",
    "mopi_group": "column mopi_group",
    "assertion": "column assertion, else the setting of that name",
    "source_reference": "service_request_id, or SRRef",
    "people": "whoever reported it, as the caller",
    "vehicle_registration": "VRM",
    "officer": "Officer",
    "description": "description, else title and detail",
    "media_url": "media_url",
}

_TIPPED: Final[dict[str, JSON]] = {
    "SRRef": "26/04501/FLY",
    "RecType": "FLY",
    "RecTypeDesc": "Fly-tipping",
    "Received": "2026-10-26 08:55",
    "HowReceived": "WEB",
    "MapEast": "453000",
    "MapNorth": "319000",
    "UPRN": "",
    "USRN": "11000001",
    "Location": "LAYBY SYNTHETIC LN, QUORN",
    "LandType": "Highway",
    "WasteType": "Black Bags - Household",
    "Size": "Small Van Load",
    "Status": "8_CLO",
    "ClosingAction": "RESFIX",
    "CustName": "L Example",
    "CustTel": "01632 960551",
    "Officer": "EHCALL",
}
_REPORT: Final[dict[str, JSON]] = {
    "service_request_id": 9000101,
    "service_code": "Flytipping",
    "service_name": "Flytipping",
    "title": "SYNTHETIC sofa",
    "detail": "SYNTHETIC: left outside, ring 07700 900331",
    "description": "SYNTHETIC sofa: SYNTHETIC: left outside, ring 07700 900331",
    "lat": "52.766026",
    "long": "-1.215938",
    "status": "open",
    "requested_datetime": "2026-10-24T18:05:11+01:00",
    "updated_datetime": "2026-10-26T09:00:02+00:00",
    "agency_responsible": {"recipient": ["Charnwood Borough Council"]},
    "interface_used": "mobile",
    "comment_count": 1,
    "requestor_name": "K Example",
    "media_url": "https://example.org/photo/1.jpeg",
}
_FLY_TIPPING: Final = {
    "kind": "asb_incident",
    "mapping_status": "mapped",
    "typology_area": "environmental_damage",
    "typology_behaviour": "litter_rubbish",
    "typology_sub_behaviour": "fly_tipping",
    "mapping_relation": "narrow",
    "mapping_confidence": "high",
    "mapping_rule_id": "street.fly_tipping",
    "crosswalk_version": "street/1",
    "source_category_scheme": "street",
    "source_category_code": "fly_tipping",
    "source_category_label": "Fly-tipping",
    "location_precision": "point",
}

SOURCE = Source(
    name="street_management",
    title="Council street management: Open311 and back office",
    settings_model=StreetSettings,
    build=StreetMapper,
    fields={name: _SUPPLIED.get(name, NOT_SUPPLIED) for name in SENSITIVITY},
    examples=(
        Example(
            "fly-tipping from the back office, in the words of WasteDataFlow",
            given=_TIPPED,
            gives={
                **_FLY_TIPPING,
                "status": "closed",
                "fly_tip": {
                    "land_type": "highway",
                    "waste_type": "black_bags_household",
                    "size": "small_van",
                },
                "reported_at": "2026-10-26T08:55:00Z",
                "easting": 453000,
                "northing": 319000,
                "usrn": 11000001,
                "address_text": "LAYBY SYNTHETIC LN, QUORN",
                "source_reference": "26/04501/FLY",
                "people": [{"role": "caller", "name": "L Example", "telephone": "01632 960551"}],
                "officer": "EHCALL",
            },
        ),
        Example(
            "the same from FixMyStreet, which is not quite Open311",
            given=_REPORT,
            gives={
                **_FLY_TIPPING,
                "status": "open",
                "reported_at": "2026-10-24T17:05:11Z",
                "source_updated_at": "2026-10-26T09:00:02Z",
                "longitude": -1.215938,
                "latitude": 52.766026,
                "source_reference": "9000101",
                "people": [{"role": "caller", "name": "K Example"}],
                "description": "SYNTHETIC sofa: SYNTHETIC: left outside, ring 07700 900331",
                "media_url": ["https://example.org/photo/1.jpeg"],
            },
        ),
        Example(
            "a litter bin: a failure of a service, counted and not read further",
            given={**_TIPPED, "SRRef": "26/04502/LBO", "RecTypeDesc": "Litter bin overflowing"},
            gives=OutOfScope("cleansing", Reference("26/04502/LBO")),
        ),
        Example(
            "closed as a duplicate: not counted again",
            given={**_TIPPED, "ClosingAction": "DUPR"},
            gives=Excluded("duplicate", Reference("26/04501/FLY")),
        ),
        Example(
            "a point in Toronto",
            given={**_REPORT, "lat": 43.691104288, "long": -79.272306875},
            gives=CannotMap((fault("long", "place.outside_great_britain"),), Reference("9000101")),
        ),
    ),
)
