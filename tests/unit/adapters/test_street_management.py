from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters import source
from adapters.coverage import coverage
from adapters.source import (
    CannotMap,
    Excluded,
    Mapped,
    OutOfScope,
    Reference,
)
from schemas.codes import Kind, LocationPrecision, MappingStatus, Status, TimePrecision
from schemas.incident import Incident

STREET = source("street_management")
ROW, REPORT = (dict(one.given) for one in STREET.examples[:2])
EXPORT = """\
SRRef,RecType,RecTypeDesc,Received,HowReceived,MapEast,MapNorth,UPRN,USRN,Location,LandType,WasteType,Size,\
Status,ClosingAction,CustName,CustTel,Officer
26/04412/FLY,FLY,Fly-tipping,2026-10-26 08:55,FMS,453000,319000,,11000001,"LAYBY SYNTHETIC LN, QUORN",\
Highway,Black Bags - Household,Small Van Load,8_CLO,RESFIX,L Example,01632 960555,EHCALL
26/04415/NOI,NOI2,Noise - domestic music,2026-10-26 23:41,PHONE,452880,319240,100000000001,,\
"FLAT 2 EXAMPLE HSE LOUGHBOROUGH",,,,4_INV,,M Example,07700 900414,EHCUR
26/04420/LBO,BINOF,Litter bin overflowing,2026-10-27 07:30,WEB,453210,319480,,,MARKET PL,,,,8_CLO,RESFIX,,,
26/04421/ABV,ABV,Abandoned vehicle,27/10/2026,WEB,-1.2101,52.7712,,,\
"SYNTHETIC ST, SILEBY (silver hatchback AB12 CDE)",,,,8_CLO,DUPR,N Example,,
"""


def outcome(settings: Any = None, given_row: Any = None, **cells: Any) -> Any:
    return STREET.compile(settings or {}).map({**(given_row or ROW), **cells})


def mapped(settings: Any = None, given_row: Any = None, **cells: Any) -> Incident:
    made = outcome(settings, given_row, **cells)
    assert isinstance(made, Mapped), made
    return made.incident


def report(settings: Any = None, **cells: Any) -> Incident:
    return mapped(settings, REPORT, **cells)


def faults(settings: Any = None, given_row: Any = None, **cells: Any) -> list[tuple[str, str]]:
    made = outcome(settings, given_row, **cells)
    assert isinstance(made, CannotMap), made
    return [(one.pointer, one.rule) for one in made.faults]


# --- the back office's export


def test_an_export_is_taken_with_mixed_dates_and_degrees_in_the_columns_of_the_grid() -> None:
    mapper = STREET.compile({})
    rows = list(mapper.rows(EXPORT.encode(), "text/csv"))

    counted = coverage(mapper, rows)
    noise = mapper.map(rows[1])
    abandoned = mapper.map({**rows[3], "ClosingAction": ""})

    assert counted.outcomes == Counter(mapped=2, out_of_scope=1, excluded=1)
    assert counted.reasons == Counter(cleansing=1, duplicate=1)
    assert isinstance(noise, Mapped)
    assert noise.incident.typology_sub_behaviour == "loud_music"
    assert noise.incident.uprn == 100000000001
    assert isinstance(abandoned, Mapped)
    assert abandoned.incident.longitude == -1.2101
    assert abandoned.incident.time_precision is TimePrecision.DAY


@pytest.mark.parametrize(
    ("land", "waste", "size", "codes"),
    [
        ("Highway", "Black Bags – Household", "Small Van Load",
         ("highway", "black_bags_household", "small_van")),
        ("Private / Residential", "Constr/Demol/Excav", "Significant/Multi Loads",
         ("private_residential", "construction", "significant")),
        ("council land", ":", "", ("council_land", None, None)),
        ("behind Mr Example's", "Other (unidentified)", "big", (None, "other", None)),
    ],
)  # fmt: skip
def test_what_was_tipped_is_told_in_wastedataflows_words(
    land: str, waste: str, size: str, codes: tuple[str | None, ...]
) -> None:
    told = mapped(LandType=land, WasteType=waste, Size=size).fly_tip

    assert told is not None
    assert (told.land_type, told.waste_type, told.size) == codes


def test_a_word_that_wastedataflow_does_not_have_is_dropped_and_counted() -> None:
    made = outcome(LandType="the moon", WasteType=":", Size="")

    assert isinstance(made, Mapped)
    assert made.incident.fly_tip is None
    assert "LandType" in made.dropped
    assert "WasteType" not in made.dropped  # the colon is their word for «not available»


@pytest.mark.parametrize("code", ["27", "27j", "PCN 27", "27 jk", "26", "47", "99"])
def test_an_obstructive_contravention_is_illegal_parking_whatever_its_suffix(code: str) -> None:
    incident = mapped(RecType="PCN", RecTypeDesc="", Contravention=code, VRM="AB12 CDE")

    assert incident.typology_sub_behaviour == "illegal_parking"
    assert incident.source_category_scheme == "pcn"
    assert incident.vehicle_registration == "AB12 CDE"


@pytest.mark.parametrize("code", ["01", "01a", "1", "12r", "98"])
def test_any_other_contravention_is_out_of_scope(code: str) -> None:
    assert outcome(Contravention=code) == OutOfScope("parking", Reference("26/04501/FLY"))


def test_a_contravention_that_is_none_is_unclassified_and_not_kept() -> None:
    made = outcome(Contravention="Mr Example's car", RecType="")

    assert isinstance(made, Mapped)
    assert made.incident.mapping_status is MappingStatus.UNCLASSIFIED
    assert "Contravention" in made.dropped


# --- what a category means


@pytest.mark.parametrize(
    ("label", "behaviour", "sub"),
    [
        ("Flytipping", "litter_rubbish", "fly_tipping"),
        ("Fly Tipping", "litter_rubbish", "fly_tipping"),
        ("Flyposting", "litter_rubbish", "fly_posting"),
        ("Graffiti", "criminal_damage_vandalism", "graffiti"),
        ("Offensive graffiti", "criminal_damage_vandalism", None),
        ("Drug related litter", "drug_substance_misuse", "discarding_needles"),
        ("Dog fouling", "animal_related_problems", None),
        ("A vehicle burnt out on the road", "vehicle_related_nuisance", "setting_vehicles_alight"),
        ("Abandoned vehicles", "abandoned_cars", None),
        ("Noise - intruder alarm", "noise", "alarms"),
        ("Noise - construction", "noise", "business_and_industry"),
        ("Bonfire", None, None),
        ("Street furniture damaged", None, None),
        ("Other", None, None),
    ],
)
def test_a_label_is_placed_by_the_crosswalk(
    label: str, behaviour: str | None, sub: str | None
) -> None:
    incident = report(service_code=label, service_name=label)

    assert (incident.typology_behaviour, incident.typology_sub_behaviour) == (behaviour, sub)
    assert incident.grounds == ()


@pytest.mark.parametrize("label", ["Unauthorised encampment", "Rough sleeping"])
def test_protected_groups_are_counted_and_never_kept(label: str) -> None:
    made = outcome(given_row=REPORT, service_code=label, service_name=label)

    assert isinstance(made, Excluded)
    assert made.identity == Reference("9000101")


def test_a_code_of_a_jurisdictions_own_comes_before_any_label() -> None:
    rows = [
        {"code": "CSROWR-12", "label": "Hole", "status": "out_of_scope", "reason": "highways"},
        {
            "code": "CSDUMP-01",
            "label": "Dumping",
            "default": "litter_rubbish",
            "sub_behaviour": "dumping_rubbish",
        },
    ]
    settings = {"own": {"name": "sample", "version": "1", "rows": rows}}

    dumped = report(settings, service_code="CSDUMP-01", service_name="Graffiti")
    hole = outcome(settings, REPORT, service_code="CSROWR-12", service_name="Graffiti")
    unknown = report(settings, service_code="CSNEWR-77", service_name="Wobbly manhole")

    assert dumped.typology_sub_behaviour == "dumping_rubbish"
    assert dumped.source_category_scheme == "open311:sample"
    assert hole == OutOfScope("highways", Reference("9000101"))
    assert unknown.mapping_status is MappingStatus.UNCLASSIFIED
    assert unknown.source_category_code == "CSNEWR-77"  # it looks like a code of the list


def test_an_unknown_label_is_unclassified_told_to_its_sender_and_no_antisocial_behaviour() -> None:
    made = outcome(given_row=REPORT, service_code="Wobbly manhole", service_name="Wobbly manhole")

    assert isinstance(made, Mapped)
    assert made.incident.mapping_status is MappingStatus.UNCLASSIFIED
    assert made.incident.kind is Kind.OTHER_PRESCRIBED
    assert made.incident.source_category_code is None
    assert set(made.unlisted) == {"wobbly_manhole"}
    assert {"service_code", "service_name"} <= set(made.dropped)


def test_a_feed_whose_list_was_gone_through_may_put_the_unlisted_out_of_scope() -> None:
    settings = {"unlisted": "out_of_scope"}
    made = outcome(settings, REPORT, service_code="Wobbly manhole", service_name="")

    assert made == OutOfScope("not_listed", Reference("9000101"))
    assert report(settings).typology_sub_behaviour == "fly_tipping"


def test_a_row_that_says_nothing_of_what_it_is_has_a_fault() -> None:
    assert faults(RecType="", RecTypeDesc="-") == [("/RecTypeDesc", "code.missing")]


# --- the cheap path


@given(
    code=st.sampled_from(["", "Potholes", "Pothole ", "FLY", "Flytipping", "no such", "-"]),
    label=st.sampled_from(["", "Street lighting", "Graffiti", "no such", "N/A"]),
    reference=st.sampled_from(["1", " 1 ", "", "é\ud800", "x" * 65]) | st.integers(0, 9),
    reading=st.booleans(),
)
def test_the_quick_look_says_what_the_whole_reading_says(
    code: str, label: str, reference: Any, reading: bool
) -> None:
    mapper: Any = STREET.compile({})
    row = {**REPORT, "service_code": code, "service_name": label, "service_request_id": reference}

    quick = mapper.map(row)

    assert quick == mapper._open311.table.map(row)


def test_what_is_out_of_scope_is_not_read_any_further() -> None:
    broken = {"requested_datetime": "soon", "lat": "nowhere", "description": ["a", {"b": 1}]}

    made = outcome(given_row=REPORT, service_code="Potholes", service_name="Potholes", **broken)

    assert made == OutOfScope("highways", Reference("9000101"))


def test_no_more_spellings_are_remembered_than_a_few_thousand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("adapters.street_row._REMEMBERED", 0)
    mapper: Any = STREET.compile({})

    for _ in range(2):
        made = mapper.map({**REPORT, "service_code": "Pot-holes", "service_name": ""})
        assert made == OutOfScope("highways", Reference("9000101"))

    assert mapper._open311.reader._reasons == {}


# --- rows that are not counted, times, places


@pytest.mark.parametrize(
    ("status", "reason"), [("duplicate", "duplicate"), ("Cancelled", "cancelled")]
)
def test_extended_statuses_for_what_is_no_incident_are_excluded(status: str, reason: str) -> None:
    made = outcome(given_row=REPORT, status=status)

    assert made == Excluded(reason, Reference("9000101"))


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("open", Status.OPEN),
        ("for_triage", Status.OPEN),
        ("investigating", Status.IN_PROGRESS),
        ("action_scheduled", Status.IN_PROGRESS),
        ("not_councils_responsibility", Status.CLOSED),
        ("fixed", Status.CLOSED),
        ("lost", None),
    ],
)
def test_extended_statuses_are_read(word: str, status: Status | None) -> None:
    assert report(status=word).status is status


def test_ones_own_reports_that_come_back_are_not_counted_twice() -> None:
    made = outcome({"mirrored": ["fms"]}, HowReceived="FMS")

    assert made == Excluded("mirrored", Reference("26/04501/FLY"))
    assert isinstance(outcome(HowReceived="FMS"), Mapped)


def test_an_update_before_the_request_is_not_believed() -> None:
    made = outcome(given_row=REPORT, updated_datetime="2026-10-24T17:05:10Z")

    assert isinstance(made, Mapped)
    assert made.incident.source_updated_at is None
    assert "updated_datetime" in made.dropped


def test_offsets_that_change_are_read_as_the_same_instant() -> None:
    summer, winter = "2026-10-24T18:05:11+01:00", "2026-10-24T17:05:11+00:00"

    assert (
        report(requested_datetime=summer).reported_at
        == report(requested_datetime=winter).reported_at
    )


@pytest.mark.parametrize("nothing", ["0001-01-01T00:00:00", None, ""])
def test_the_year_one_is_no_date(nothing: str | None) -> None:
    assert report(updated_datetime=nothing).source_updated_at is None
    assert faults(Received=nothing) == [("/Received", "time.missing")]


@pytest.mark.parametrize(
    ("lat", "long", "precision"),
    [
        ("52.766026", "-1.215938", LocationPrecision.POINT),
        (-1.215938, 52.766026, LocationPrecision.POINT),
        ("319000", "453000", LocationPrecision.POINT),
        (None, None, LocationPrecision.NONE),
        ("0", "0", LocationPrecision.NONE),
    ],
)
def test_a_place_is_read_however_its_two_numbers_stand(
    lat: Any, long: Any, precision: LocationPrecision
) -> None:
    assert report(lat=lat, long=long).location_precision is precision


@pytest.mark.parametrize(
    ("lat", "long"), [(43.69, -79.27), (41.85, -87.66), (52.5, 13.4), (50.58, 8.67), (-33.9, 151.2)]
)
def test_another_country_is_quarantined(lat: float, long: float) -> None:
    assert faults(None, REPORT, lat=lat, long=long) == [("/long", "place.outside_great_britain")]


def test_a_row_outside_the_feeds_area_is_quarantined() -> None:
    degrees = {"area_degrees": {"west": -1.4, "east": -1.0, "south": 52.6, "north": 52.9}}
    metres = {
        "area_metres": {
            "east_from": 444_000,
            "east_to": 472_000,
            "north_from": 306_000,
            "north_to": 326_500,
        }
    }

    assert faults(degrees, REPORT, lat=51.5, long=-0.12) == [("/long", "place.outside_area")]
    assert faults(metres, MapEast="530000", MapNorth="180000") == [
        ("/MapEast", "place.outside_area")
    ]
    assert report(degrees).longitude == -1.215938
    assert mapped(metres).easting == 453_000


def test_title_and_detail_are_read_only_without_a_description() -> None:
    assert report(description=None).description == (
        "SYNTHETIC sofa: SYNTHETIC: left outside, ring 07700 900331"
    )
    assert report(description="", title="Sofa", detail=None).description == "Sofa"
    assert report(description="", title="", detail=None).description is None


def test_a_reporter_may_be_named_in_two_parts_or_not_at_all() -> None:
    both = report(requestor_name="", first_name="K", last_name="Example", email="k@example.org")

    assert both.people[0].name == "K Example"
    assert report(requestor_name="Anonymous").people == ()
    assert report(media_url=["https://example.org/1", "https://example.org/2"]).media_url == (
        "https://example.org/1",
        "https://example.org/2",
    )
    assert report(media_url=None).media_url == ()


def test_a_street_row_may_be_marked_and_may_carry_areas() -> None:
    assert mapped(MARKING="OFFICIAL-SENSITIVE").marking.value == "OFFICIAL-SENSITIVE"
    assert faults(MARKING="SECRET") == [("/MARKING", "marking.above_official_sensitive")]
    assert faults(CustName="x" * 501) == [("/CustName", "text.too_long")]
