from __future__ import annotations

from collections import Counter
from datetime import date
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
from adapters.wordlists import word_list
from schemas.codes import Ground, Kind, LocationPrecision, MappingStatus, Status, TimePrecision
from schemas.incident import Incident

HOUSING = source("cnh_housing")
ROW = dict(HOUSING.examples[0].given)
LOCAL = HOUSING.examples[3].settings
EXTRACT = """\
CaseRef;DateReported;DateOfIncident;CatScheme;Category;SubCategory;HateStrand;PropertyRef;UPRN;Address;Postcode;\
TenancyRef;Complainant;ComplainantTel;Subject;RiskScore;Stage;DateClosed;Outcome;Notes
ASB/2026/0117;02/11/2026;01/11/2026 23:30;HM;A;Loud music;;CNH004410;;3 Example Court Loughborough;LE11 9ZZ;\
T0099123;Ms D Example;07700 900277;E Example;14;Warning Letter;;;"Diary sheets returned x3"
ASB/2026/0118;02/11/2026;;HM;C;;Race;CNH004411;;5 Example Court Loughborough;LE11 9ZZ;T0099124;F Example;;\
unknown youths;26;ABC;;;"Slogans on door"
ASB/2026/0119;03/11/2026;03/11/2026;HM;I;;;CNH001002;;9 Synthetic Walk;LE12 9ZZ;T0071200;G Example;;;31;\
Referral to Police;04/11/2026;Not a L'lord Issue;
ASB/2026/0102;12/10/2026;10/10/2026;LOCAL;B;Verbal abuse;;CNH003300;;Blk 2 Example Hse;LE11 9ZZ;T0054001;\
H Example;01632 960902;J Example;19;NOSP/Demotion;30/10/2026;Comp Refused Actio;
"""


def outcome(settings: Any = None, **cells: Any) -> Any:
    return HOUSING.compile(settings or {}).map({**ROW, **cells})


def mapped(settings: Any = None, **cells: Any) -> Incident:
    made = outcome(settings, **cells)
    assert isinstance(made, Mapped), made
    return made.incident


def faults(settings: Any = None, **cells: Any) -> list[tuple[str, str]]:
    made = outcome(settings, **cells)
    assert isinstance(made, CannotMap), made
    return [(one.pointer, one.rule) for one in made.faults]


# --- the extract as a housing system writes it


def test_an_extract_with_a_byte_order_mark_and_semicolons_is_read_as_it_comes() -> None:
    mapper = HOUSING.compile({})
    rows = list(mapper.rows(b"\xef\xbb\xbf" + EXTRACT.encode(), "text/csv"))
    counted = coverage(mapper, rows)

    assert counted.outcomes == Counter(mapped=3, excluded=1)
    assert counted.reasons == Counter(domestic=1)
    assert counted.mapping == Counter(mapped=2, unclassified=1)
    assert counted.unlisted == Counter(B=1)
    assert counted.dropped == Counter(
        PropertyRef=3, RiskScore=3, CatScheme=1
    )  # of the local letter nothing but its count is left


# --- categories and their schemes


def test_the_same_letter_means_what_its_scheme_says() -> None:
    hm = mapped(LOCAL, CatScheme="HM", Category="B", SubCategory="")
    local = mapped(LOCAL, CatScheme="local", Category="B", SubCategory="")

    assert hm.typology_behaviour == "intimidation_harassment"
    assert (local.typology_behaviour, local.source_category_scheme) == ("noise", "local:cnh")


@pytest.mark.parametrize("scheme", ["LOCAL", "OTHER", ""])
def test_a_letter_without_a_known_scheme_is_unclassified_and_counted(scheme: str) -> None:
    made = outcome(CatScheme=scheme)

    assert isinstance(made, Mapped)
    assert made.incident.mapping_status is MappingStatus.UNCLASSIFIED
    assert made.incident.source_category_code is None
    assert made.unlisted == ("A",)
    assert {"CatScheme", "Category"} & set(made.dropped)


def test_text_in_the_category_of_an_unknown_scheme_is_not_even_told() -> None:
    made = outcome(CatScheme="OTHER", Category="Mr P Example")

    assert isinstance(made, Mapped)
    assert made.unlisted == ()


def test_a_feed_may_say_which_scheme_its_letters_are_of() -> None:
    settings = {"scheme": "housemark_asb", "columns": {"scheme": None}}

    assert mapped(settings).typology_sub_behaviour == "loud_music"


@pytest.mark.parametrize(
    ("category", "sub", "status", "behaviour", "also"),
    [
        ("A", "Loud music", "mapped", "noise", ()),
        ("A", "Verbal abuse", "mapped", "noise", ("intimidation_harassment",)),
        ("C", "Graffiti", "mapped", "intimidation_harassment", ("criminal_damage_vandalism",)),
        ("E", "Barking dog", "mapped", "noise", ()),
        ("E", "", "mapped", "animal_related_problems", ()),
        ("H", "", "ambiguous", None, ()),
        ("H", "Public place", "mapped", "street_drinking", ()),
        ("H", "Home", "mapped", "rowdy_behaviour", ()),
        ("J", "", "unclassified", None, ()),
        ("J", "punched in the street, fighting", "unclassified", None, ()),
        ("J", "Fighting", "mapped", "rowdy_behaviour", ()),
        ("L", "", "unclassified", None, ()),
        ("L", "Dumped waste", "mapped", "litter_rubbish", ()),
        ("N", "", "ambiguous", None, ()),
        ("O", "", "unclassified", None, ()),
        ("Noise", "", "mapped", "noise", ()),
        ("Z", "", "unclassified", None, ()),
    ],
)
def test_only_coded_categories_and_sub_categories_decide(
    category: str, sub: str, status: str, behaviour: str | None, also: tuple[str, ...]
) -> None:
    incident = mapped(Category=category, SubCategory=sub)

    assert incident.mapping_status.value == status
    assert incident.typology_behaviour == behaviour
    assert incident.other_behaviours == also


def test_an_uncertain_behaviour_of_one_area_keeps_the_area() -> None:
    incident = mapped(Category="N", SubCategory="")

    assert incident.typology_area == "misuse_of_public_space"


def test_violence_and_crime_are_not_counted_as_antisocial_behaviour() -> None:
    assert mapped(Category="J", SubCategory="").kind is Kind.CRIME
    assert mapped(Category="O", SubCategory="").kind is Kind.CRIME


def test_a_local_list_may_put_a_category_out_of_scope() -> None:
    rows = [{"code": "R", "label": "Repairs", "status": "out_of_scope", "reason": "repairs"}]
    settings = {
        "schemes": {"HM": "housemark_asb", "L": "own"},
        "local": [{"name": "own", "version": "1", "rows": rows}],
    }

    made = outcome(settings, CatScheme="L", Category="R", SubCategory="")

    assert isinstance(made, OutOfScope)
    assert made.reason == "repairs"


# --- cases and incidents


def test_incidents_of_one_case_have_keys_of_their_own_that_a_later_extract_repeats() -> None:
    first = outcome(DateOfIncident="01/11/2026 23:30")
    second = outcome(DateOfIncident="02/11/2026")
    again = outcome(DateOfIncident="2026-11-01T23:30", Category="D", Notes="other", Stage="CPW")

    assert first.identity == Reference("ASB/2026/0201@2026-11-01T23:30") == again.identity
    assert second.identity == Reference("ASB/2026/0201@2026-11-02")
    assert {one.incident.case_reference for one in (first, second)} == {"ASB/2026/0201"}


def test_a_case_without_a_dated_incident_is_one_incident_of_the_day_it_was_opened() -> None:
    made = outcome(DateOfIncident="", DateReported="02/11/2026 09:15")

    assert made.identity == Reference("ASB/2026/0201")
    assert made.replaces is None
    assert made.incident.time_precision is TimePrecision.DAY
    assert made.incident.occurred_from is None


def test_a_dated_incident_takes_the_place_of_its_undated_case() -> None:
    assert outcome().replaces == Reference("ASB/2026/0201")


def test_an_incident_number_is_a_better_key_than_its_date() -> None:
    assert outcome(IncidentRef="2").identity == Reference("ASB/2026/0201#2")


def test_the_settings_say_what_tells_incidents_apart() -> None:
    by_category = outcome({"key": ["occurred", "category"]}, IncidentRef="2")
    by_case = outcome({"key": []})

    assert by_category.identity == Reference("ASB/2026/0201@2026-11-01T23:10/A")
    assert by_case.identity == Reference("ASB/2026/0201")


def test_a_day_of_summer_is_named_as_it_is_called_in_england() -> None:
    assert outcome(DateOfIncident="10/07/2026").identity == Reference("ASB/2026/0201@2026-07-10")


@given(day=st.dates(min_value=date(1996, 1, 1), max_value=date(2099, 12, 31)))
def test_any_day_keeps_its_name_in_the_key(day: date) -> None:
    made = outcome(DateOfIncident=f"{day:%d/%m/}{day.year:04}")

    assert made.identity == Reference(f"ASB/2026/0201@{day.isoformat()}")


def test_a_case_reference_too_long_for_its_key_is_named() -> None:
    assert faults(CaseRef="C" * 60) == [("/CaseRef", "reference.too_long")]
    assert faults(CaseRef="") == [("/CaseRef", "reference.missing")]


def test_an_unreadable_date_leaves_the_case_as_reference() -> None:
    made = outcome(DateOfIncident="soon")

    assert isinstance(made, CannotMap)
    assert made.reference == Reference("ASB/2026/0201")
    assert [one.rule for one in made.faults] == ["time.unreadable"]


def test_a_row_that_cannot_be_used_names_its_columns() -> None:
    assert faults(Category="") == [("/Category", "code.missing")]
    assert faults(Address="A" * 501) == [("/Address", "text.too_long")]
    assert faults(Complainant="A" * 501) == [("/Complainant", "text.too_long")]
    assert faults(MARKING="SECRET") == [("/MARKING", "marking.above_official_sensitive")]


# --- how far the case has got


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Warning Letter", "warning_letter"),
        ("Acceptable Behaviour", "abc"),  # as cut at 20 characters
        ("NOSP/Demotion", "demotion"),
        ("Community Protection", None),  # cut so far that it could be warning or notice
        ("Comp", None),
        ("Talked to Mr Example", None),
    ],
)
def test_a_stage_is_known_by_its_words_also_cut_off(cell: str, code: str | None) -> None:
    made = outcome(Stage=cell)

    assert made.incident.intervention == code
    assert ("Stage" in made.dropped) == (code is None)


def test_every_step_of_the_incremental_approach_is_on_the_list() -> None:
    assert {
        "advice",
        "warning_letter",
        "mediation",
        "abc",
        "community_protection_warning",
        "community_protection_notice",
        "civil_injunction",
        "notice_seeking_possession",
        "demotion",
        "possession",
        "eviction",
        "closure_order",
    } <= word_list("housing_stages").codes


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("Comp Refused Actio", "complainant_refused_action"),
        ("Complainant Refused A", "complainant_refused_action"),
        ("Not a L'lord Issue", "not_a_landlord_issue"),
        ("No Breech of Tenancy", "no_breach"),
    ],
)
def test_an_outcome_is_known_cut_off_and_misspelt(cell: str, code: str) -> None:
    assert mapped(Outcome=cell).outcome_code == code


@pytest.mark.parametrize(
    ("cell", "reason"), [("Entered In Eror", "error"), ("Duplicate Case", "duplicate")]
)
def test_a_case_that_was_none_is_excluded(cell: str, reason: str) -> None:
    assert outcome(Outcome=cell) == Excluded(reason, Reference("ASB/2026/0201@2026-11-01T23:10"))


@pytest.mark.parametrize(
    ("cells", "status"),
    [
        ({"DateClosed": "03/11/2026"}, Status.CLOSED),
        ({"Stage": ""}, None),
        ({"Status": "On Hold"}, Status.IN_PROGRESS),
        ({"Status": "open"}, Status.OPEN),
        ({"Status": "Parked with Mr Example"}, Status.IN_PROGRESS),
    ],
)
def test_the_status_is_the_cases(cells: dict[str, str], status: Status | None) -> None:
    assert mapped(**cells).status is status


# --- people, hate, places


def test_hate_comes_from_coded_fields_and_stays_sealed() -> None:
    by_category = mapped(Category="C", SubCategory="", HateStrand="")
    by_strand = mapped(HateStrand=["Race", "Disability", "Race"])
    unknown = outcome(HateStrand="because of the football")

    assert (by_category.hate_incident, by_category.grounds) == (True, ())
    assert by_strand.grounds == (Ground.RACE, Ground.DISABILITY)
    assert (unknown.incident.hate_incident, unknown.incident.grounds) == (True, ())
    assert "HateStrand" in unknown.dropped
    assert mapped(HateIncident="N").hate_incident is False


def test_nobody_is_named_who_is_not_named() -> None:
    assert (
        mapped(Complainant="Anonymous", ComplainantTel="", TenancyRef="", Subject="").people == ()
    )
    assert [one.role.value for one in mapped(Subject="unknown").people] == ["complainant"]


def test_a_property_reference_is_no_uprn_and_a_uprn_is_digits() -> None:
    assert mapped(UPRN="100000000001").uprn == 100000000001
    assert mapped(UPRN="CNH004410").uprn is None
    assert mapped(PropertyRef="100000000001").uprn is None


def test_a_housing_row_may_carry_a_point_and_areas() -> None:
    incident = mapped(Easting="453000", Northing="319000", LSOA="E01000000", Ward="E05000000")

    assert incident.location_precision is LocationPrecision.POINT
    assert incident.geography_editions == ("lsoa:unstated", "ward:unstated")
    assert mapped(LSOA="E01000000").location_precision is LocationPrecision.LSOA
