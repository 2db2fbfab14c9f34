from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from adapters import source
from adapters.source import (
    UNLISTED_COLUMNS,
    CannotMap,
    Excluded,
    Kept,
    Mapped,
    Mapper,
    OutOfScope,
    Reference,
    SettingsRefused,
)
from schemas.codes import LocationPrecision, Marking, TimePrecision
from schemas.grading import GradingScheme
from schemas.incident import Incident

NSIR = source("police_nsir")
ROW = dict(NSIR.examples[0].given)


def mapped(settings: dict[str, Any] | None = None, **cells: Any) -> Incident:
    outcome = NSIR.compile(settings or {}).map({**ROW, **cells})
    assert isinstance(outcome, Mapped), outcome
    return outcome.incident


def dropped(**cells: Any) -> set[str]:
    outcome = NSIR.compile({}).map({**ROW, **cells})
    assert isinstance(outcome, Mapped)
    return set(outcome.dropped) - {"OPENING_DESC"}


def faults(settings: dict[str, Any] | None = None, **cells: Any) -> list[tuple[str, str]]:
    outcome = NSIR.compile(settings or {}).map({**ROW, **cells})
    assert isinstance(outcome, CannotMap), outcome
    return [(one.pointer, one.rule) for one in outcome.faults]


def refused(settings: dict[str, Any]) -> list[str]:
    with pytest.raises(SettingsRefused) as refusal:
        NSIR.compile(settings)
    return [one.pointer for one in refusal.value.faults]


# --- rows


def test_a_row_above_official_sensitive_is_not_read_at_all() -> None:
    outcome = NSIR.compile({}).map({**ROW, "MARKING": "secret", "CLOSING_CODE_1": "506"})

    assert isinstance(outcome, CannotMap)
    assert outcome.reference is None
    assert [one.rule for one in outcome.faults] == ["marking.above_official_sensitive"]


def test_marking_and_handling_are_kept() -> None:
    settings = {"grading_scheme": "3x5x2"}
    outcome = NSIR.compile(settings).map({**ROW, "MARKING": "OFFICIAL-SENSITIVE", "HANDLING": "c"})

    assert isinstance(outcome, Mapped)
    assert outcome.incident.marking is Marking.OFFICIAL_SENSITIVE
    grading = outcome.incident.grading
    assert grading is not None
    assert (grading.scheme, grading.handling) == (GradingScheme.THREE_FIVE_TWO, "C")


def test_an_excluded_row_needs_no_readable_time() -> None:
    outcome = NSIR.compile({}).map({**ROW, "CREATED": "?", "CLOSING_CODE_1": "506", "URN": ""})

    assert outcome == Excluded("duplicate")


def test_a_row_out_of_scope_carries_its_reference() -> None:
    outcome = NSIR.compile({}).map({**ROW, "CLOSING_CODE_1": "501"})

    assert outcome == OutOfScope("administration", Reference(str(ROW["URN"])))


def test_all_faults_of_a_row_are_named_at_once_by_column() -> None:
    assert faults(
        CREATED="soon",
        INCIDENT_DATE="29/03/2026 01:30",
        EASTING="nowhere",
        HANDLING="X",
        REPEAT="often",
        LSOA_CODE="Charnwood",
        UPDATED="later",
    ) == [
        ("/CREATED", "time.unreadable"),
        ("/INCIDENT_DATE", "time.does_not_exist"),
        ("/UPDATED", "time.unreadable"),
        ("/EASTING", "place.unreadable"),
        ("/LSOA_CODE", "area.unreadable"),
        ("/REPEAT", "flag.not_in_list"),
        ("/HANDLING", "grading.scheme_missing"),
    ]


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"URN": ""}, ("/URN", "reference.missing")),
        ({"URN": "9" * 65}, ("/URN", "reference.too_long")),
        (
            {"OPENING_CODE": "", "CLOSING_CODE_1": "", "OPENING_DESC": "", "QUALIFIERS": ""},
            ("/OPENING_CODE", "code.missing"),
        ),
        ({"CREATED": "", "INCIDENT_DATE": None}, ("/CREATED", "time.missing")),
        ({"INCIDENT_END": "31/10/2026 20:04"}, ("/INCIDENT_END", "time.ends_before_it_begins")),
        ({"LOCATION": "A" * 501}, ("/LOCATION", "text.too_long")),
        ({"CALLER_NAME": "A" * 501}, ("/CALLER_NAME", "text.too_long")),
        ({"CALLER_TEL": "0" * 501}, ("/CALLER_TEL", "text.too_long")),
        ({"MARKING": "RESTRICTED"}, ("/MARKING", "marking.unreadable")),
        ({"GRADE": {"a": 1}}, ("/GRADE", "value.not_a_scalar")),
    ],
)
def test_a_row_that_cannot_be_used_names_column_and_rule(
    cells: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert faults(**cells) == [fault]


def test_a_faulty_row_keeps_its_reference_for_the_sender() -> None:
    outcome = NSIR.compile({}).map({**ROW, "CREATED": "soon"})

    assert isinstance(outcome, CannotMap)
    assert outcome.reference == Reference(str(ROW["URN"]))


def test_the_time_is_as_exact_as_the_coarsest_that_is_given() -> None:
    assert mapped(INCIDENT_DATE="31/10/2026").time_precision is TimePrecision.DAY
    assert mapped(CREATED="31/10/2026").time_precision is TimePrecision.DAY
    assert mapped(INCIDENT_DATE="").time_precision is TimePrecision.MINUTE
    assert mapped(INCIDENT_DATE="", CREATED="31/10/2026").occurred_from is None


def test_an_end_on_the_day_of_the_beginning_is_no_fault() -> None:
    incident = mapped(INCIDENT_END="31/10/2026", UPDATED="01/11/2026 10:00")

    assert incident.occurred_to is not None
    assert incident.source_updated_at is not None


def test_a_place_is_known_by_its_point_else_by_its_area() -> None:
    areas = {"LSOA_CODE": "E01000000", "WARD_CODE": "E05000000"}
    nowhere = {"EASTING": 0, "NORTHING": 0}

    assert mapped(**areas).location_precision is LocationPrecision.POINT
    assert mapped(**areas, **nowhere).location_precision is LocationPrecision.LSOA
    assert mapped(WARD_CODE="E05000000", **nowhere).geography_editions == ("ward:unstated",)
    assert mapped(**nowhere).location_precision is LocationPrecision.NONE
    assert mapped({"lsoa_edition": "lsoa:2021"}, **areas).geography_editions == (
        "lsoa:2021",
        "ward:unstated",
    )


def test_exchanged_axes_are_noticed_where_the_feeds_area_is_known() -> None:
    bounds = {"east_from": 444000, "east_to": 472000, "north_from": 306000, "north_to": 326500}

    assert faults({"bounds": bounds}, EASTING="319700", NORTHING="453500") == [
        ("/EASTING", "place.axes_swapped")
    ]


def test_a_caller_who_gave_no_name_is_nobody() -> None:
    assert mapped(CALLER_NAME="Anonymous", CALLER_TEL="").people == ()
    assert mapped(CALLER_NAME="ANON").people[0].name is None
    assert mapped(CALLER_TEL="").people[0].telephone is None


def test_values_that_are_left_out_are_counted_by_column() -> None:
    assert dropped(GRADE="9", BEAT="NO SUCH BEAT") == {"GRADE", "BEAT"}
    assert dropped(CLOSING_CODE_1="see log", QUALIFIERS="not a code") == {
        "CLOSING_CODE_1",
        "QUALIFIERS",
    }
    assert dropped(NSIR_CLASS="no such class") == {"NSIR_CLASS"}
    assert dropped(COMMENTS="more") == {UNLISTED_COLUMNS}


def test_the_description_of_a_code_stands_for_it_only_where_the_code_is_missing() -> None:
    incident = mapped(OPENING_CODE="", CLOSING_CODE_1="", OPENING_DESC="ENVIRONMENTAL")

    assert incident.opening_code == "216"
    assert mapped(OPENING_DESC="Environmental").nsir_class == "nuisance"
    assert dropped(OPENING_CODE="", OPENING_DESC="Needles near swings") == set()


def test_several_codes_may_stand_in_one_cell_or_list() -> None:
    assert mapped(CLOSING_CODE_1="213; 211;").closing_codes == ("213", "211")
    assert mapped(QUALIFIERS=["610", 635]).qualifier_codes == ("610", "635")
    assert mapped({"code_separator": ","}, QUALIFIERS="610, 635").qualifier_codes == ("610", "635")


def test_a_number_for_a_code_gets_its_zeros_back() -> None:
    assert mapped(CLOSING_CODE_1=10).closing_codes == ("010",)
    assert mapped(CLOSING_CODE_1=213.0).typology_sub_behaviour == "fireworks"


def test_a_class_may_have_a_column_of_its_own() -> None:
    incident = mapped(OPENING_CODE="", OPENING_DESC="", CLOSING_CODE_1="", NSIR_CLASS="Personal")

    assert incident.nsir_class == "personal"
    assert incident.opening_code is None


# --- settings


def another_force() -> Mapper:
    readme = Path(__file__).parents[3] / "adapters" / "README.md"
    example = readme.read_text(encoding="utf-8").partition("```toml")[2].partition("```")[0]
    return NSIR.compile(tomllib.loads(example)["settings"])


def test_another_forces_feed_needs_settings_only() -> None:
    header = "incident no|CREATED|OPENING_CODE|Result 1|Result 2|Result 3|INCIDENT_DATE"
    body = f"{header}\n7|01/11/2026 10:00|N|L07||L19|\n8|01/11/2026 10:00|N|L77|||\n".encode()
    mapper = another_force()

    first, second = (mapper.map(row) for row in mapper.rows(body, "text/csv"))

    assert isinstance(first, Mapped)
    assert first.incident.typology_sub_behaviour == "fly_tipping"
    assert first.incident.other_behaviours == ("drug_substance_misuse",)
    assert first.incident.nsir_class == "nuisance"
    assert first.incident.source_category_scheme == "force:example"
    assert second == OutOfScope("highways", Reference("8"))


def test_a_feed_may_have_no_opening_codes_or_no_creation_time() -> None:
    closing_only = {"columns": {"opening_codes": [], "opening_label": None}}
    occurred_only = {"columns": {"created": None}}

    assert mapped(closing_only).opening_code is None
    assert faults(closing_only, CLOSING_CODE_1="", QUALIFIERS="") == [
        ("/CLOSING_CODE_1", "code.missing")
    ]
    assert faults(occurred_only, INCIDENT_DATE="") == [("/INCIDENT_DATE", "time.missing")]


def test_a_feed_may_write_its_times_in_its_own_way() -> None:
    incident = mapped(
        {"time_formats": ["%d %b %Y %H%M"]}, CREATED="31 Oct 2026 2147", INCIDENT_DATE=""
    )

    assert incident.reported_at is not None
    assert incident.reported_at.isoformat() == "2026-10-31T21:47:00+00:00"


def test_a_feed_without_a_column_leaves_its_field_empty() -> None:
    incident = mapped({"columns": {"address": None, "grade": None}})

    assert (incident.address_text, incident.response_grade) == (None, None)


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"no_such": 1}, "/no_such"),
        ({"columns": {"no_such": "A"}}, "/columns/no_such"),
        ({"columns": {"beat": "URN"}}, "/columns"),
        ({"columns": {"created": None, "occurred": None}}, "/columns"),
        ({"columns": {"opening_codes": [], "closing_codes": []}}, "/columns"),
        ({"scheme": "no_such"}, "/scheme"),
        ({"time_formats": ["%q"]}, "/time_formats"),
        ({"encoding": "utf-7"}, "/encoding"),
        (
            {
                "force": {
                    "name": "x",
                    "version": "1",
                    "rows": [{"code": "1", "label": "x", "default": "y"}],
                }
            },
            "/force/rows",
        ),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, Any], pointer: str) -> None:
    assert refused(settings) == [pointer]


def test_a_refusal_of_settings_says_what_is_wrong() -> None:
    with pytest.raises(SettingsRefused, match=r"/scheme: setting\.value_error") as refusal:
        NSIR.compile({"scheme": "no_such"})

    assert refusal.value.faults[0].says == "the scheme is none of the packaged ones"


def test_a_recorded_incident_is_placed_again_as_its_row_was() -> None:
    mapper = NSIR.compile({})
    again = mapper.place_again(Kept("met_cad", "213", ("215",), ("213",), ("638",), "nuisance"))

    assert again is not None
    incident = mapped()
    for name, value in again.fields.items():
        assert getattr(incident, name) == value
    assert mapper.place_again(Kept("force:gone", "215", ("215",))) is None


def test_a_code_that_a_force_names_later_is_placed_again_wherever_it_stood() -> None:
    rows = [{"code": "698", "label": "Fly tipping", "default": "litter_rubbish"}]
    later = NSIR.compile({"force": {"name": "example", "version": "2", "rows": rows}})

    decided = later.place_again(Kept("met_cad", None, ("215",), (), (), "nuisance", ("698",)))
    beside = later.place_again(Kept("met_cad", "213", ("215",), ("213",), (), None, ("698",)))

    assert decided is not None
    assert decided.fields["typology_behaviour"] == "litter_rubbish"
    assert beside is not None
    assert beside.fields["typology_sub_behaviour"] == "fireworks"
