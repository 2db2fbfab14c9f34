"""What leaves by the depersonalised lane, and the canary that shows what would turn this red."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from policies.depersonalise import depersonalise, iso, open_half
from policies.pseudonym import quarter_of, released_id
from policies.refusals import PolicyRefused
from policies.treatments import Treatments, packaged_treatments
from schemas.codes import TimePrecision
from schemas.incident import SENSITIVITY, FlyTip, Incident, LogEntry, Person
from schemas.open_half import MapPoint, OpenHalf
from schemas.record_class import RecordClass
from schemas.released import DepersonalisedIncident, PlaceLevel
from schemas.sensitivity import Half, Lane
from tests.support.law import NOON, incident, open_class, record_class

TABLE = packaged_treatments()[Lane.DEPERSONALISED]
POINT = MapPoint(-1.2, 52.77, "points-2026")
ID = released_id(b"k" * 32, "2026Q4", b"incident")
AREAS = {
    "lsoa_code": "E01025700",
    "msoa_code": "E02005350",
    "ward_code": "E05005445",
    "district_code": "E07000130",
}
EDITIONS = ("lsoa:2021", "district:2023")
CANARY = "Zyxcanary77"


def leaves(
    one: Incident,
    point: MapPoint | None = None,
    cls: RecordClass | None = None,
    table: Treatments = TABLE,
) -> DepersonalisedIncident:
    half = open_half(one, point, table)
    return depersonalise(half, cls or record_class(), ID, 3, table)


def test_a_record_leaves_with_its_class_and_the_recipients_own_id() -> None:
    left = leaves(incident())

    assert (left.id, left.version, left.source, left.controller) == (
        ID,
        3,
        "police-nsir",
        "leicestershire-police",
    )
    assert (left.typology_behaviour, left.source_category_code) == ("noise", "211")
    assert left.source_category_label == "Noise"
    assert left.place.level is PlaceLevel.NONE


@pytest.mark.parametrize(
    ("precision", "told", "says"),
    [
        ("minute", "hour", "2026-10-31T12:00+00:00"),
        ("hour", "hour", "2026-10-31T12:00+00:00"),
        ("day", "day", "2026-10-31"),
        ("month", "month", "2026-10"),
        ("quarter", "quarter", "2026Q4"),
    ],
)
def test_time_is_told_to_the_hour_or_as_the_source_knew_it(
    precision: str, told: str, says: str
) -> None:
    left = leaves(incident(time_precision=precision, occurred_to=NOON))

    assert left.time_precision == told
    assert {left.occurred, left.occurred_to, left.reported} == {says}


@pytest.mark.parametrize(
    ("instant", "precision", "says"),
    [
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "day", "2026-07-01"),
        (datetime(2026, 6, 30, 23, 30, tzinfo=UTC), "quarter", "2026Q3"),
        (datetime(2025, 6, 1, tzinfo=UTC), "month", "2025-06"),
        (datetime(2025, 5, 31, 23, tzinfo=UTC), "month", "2025-06"),
        (datetime(2026, 10, 25, 1, 59, tzinfo=UTC), "hour", "2026-10-25T01:00+00:00"),
        (datetime(1969, 12, 31, 23, 59, tzinfo=UTC), "hour", "1969-12-31T23:00+00:00"),
    ],
)
def test_days_months_and_quarters_are_those_of_london(
    instant: datetime, precision: str, says: str
) -> None:
    half = open_half(incident(occurred_from=instant, time_precision=precision), None, TABLE)

    assert half.occurred_from is not None
    assert half.occurred_from <= instant.timestamp()
    assert iso(half.occurred_from, half.time_precision) == says


def test_no_minute_is_kept_at_rest() -> None:
    half = open_half(incident(occurred_to=NOON), None, TABLE)

    hour = int(datetime(2026, 10, 31, 12, tzinfo=UTC).timestamp())
    assert (half.occurred_from, half.occurred_to, half.reported) == (hour, hour, hour)
    assert half.time_precision is TimePrecision.HOUR


def test_a_minute_cannot_be_told_even_if_it_were_kept() -> None:
    assert iso(1_793_450_096, TimePrecision.MINUTE).endswith(":00+00:00")


def test_an_unknown_time_stays_unknown() -> None:
    left = leaves(incident(occurred_from=None, reported_at=None))

    assert (left.occurred, left.reported) == (None, None)


# ------------------------------------------------------------------ place


def place(cls: RecordClass | None = None, point: MapPoint | None = None, **more: Any) -> Any:
    one = incident(geography_editions=EDITIONS, **more)
    return leaves(one, point, cls).place


def test_an_exact_point_leaves_as_its_map_point_and_never_itself() -> None:
    exact = {"longitude": -1.234567, "latitude": 52.345678, "location_precision": "point"}

    found = place(point=POINT, **exact, **AREAS)

    assert (found.level, found.longitude, found.latitude, found.edition) == (
        "map_point",
        -1.2,
        52.77,
        "points-2026",
    )
    assert found.code is None
    assert place(**exact).level is PlaceLevel.NONE


def test_a_point_that_its_controller_published_is_kept_as_published() -> None:
    published = {"longitude": -1.2, "latitude": 52.7, "location_precision": "published_point"}

    found = place(point=POINT, **published)

    assert (found.longitude, found.latitude, found.edition) == (-1.2, 52.7, None)


def test_without_a_point_the_finest_area_leaves_and_only_that() -> None:
    known = dict(AREAS)
    for level, edition in (("lsoa", "2021"), ("msoa", None), ("ward", None), ("district", "2023")):
        found = place(**known)
        assert (found.level, found.code, found.edition) == (
            level,
            AREAS[f"{level}_code"],
            edition,
        )
        assert found.longitude is None
        known.pop(f"{level}_code")
    assert place(**known).level is PlaceLevel.NONE


@pytest.mark.parametrize(
    "fact",
    [
        {"typology_behaviour": "prostitution"},
        {"typology_behaviour": "kerb_crawling"},
        {"source_category_code": "304"},
    ],
)
def test_a_sensitive_incident_never_keeps_a_point(fact: dict[str, Any]) -> None:
    half = open_half(incident(location_precision="point", **AREAS, **fact), POINT, TABLE)

    assert half.point_longitude is None
    assert half.detail.point_edition is None


@pytest.mark.parametrize(
    "hidden",
    [
        {"hate_incident": True},
        {"vulnerability_flag": True},
        {"child_flag": True},
        {"grounds": ("race",)},
        {"qualifier_codes": ("635", "609", "610", "642")},
    ],
)
def test_nothing_that_leaves_or_is_kept_tells_a_hidden_flag(hidden: dict[str, Any]) -> None:
    met = {"source_category_scheme": "met_cad", "mapping_rule_id": "met.211"}
    plain = open_half(incident(location_precision="point", **AREAS, **met), POINT, TABLE)
    flagged = open_half(
        incident(location_precision="point", **AREAS, **met, **hidden), POINT, TABLE
    )

    assert flagged == plain


def test_qualifiers_about_the_incident_are_kept() -> None:
    met = {"source_category_scheme": "met_cad", "mapping_rule_id": "met.211"}
    half = open_half(incident(qualifier_codes=("638", "635"), **met), None, TABLE)

    assert half.detail.qualifier_codes == ("638",)


def test_a_sensitive_class_leaves_with_an_lsoa_even_where_a_point_was_kept() -> None:
    half = open_half(incident(location_precision="point", **AREAS), POINT, TABLE)
    assert half.point_longitude is not None

    found = depersonalise(half, record_class(sensitive=True), ID, 1, TABLE).place

    assert found.level is PlaceLevel.LSOA


def test_a_sensitive_class_keeps_only_the_point_that_is_open_data_already() -> None:
    published = {"longitude": -1.2, "latitude": 52.7, "location_precision": "published_point"}

    assert place(open_class(sensitive=True), **published).level is PlaceLevel.MAP_POINT
    assert place(record_class(sensitive=True), **published).level is PlaceLevel.NONE


def test_an_edition_that_is_none_is_not_kept() -> None:
    half = open_half(incident(geography_editions=("lsoa:2021", CANARY)), None, TABLE)

    assert half.detail.geography_editions == ("lsoa:2021",)


# ------------------------------------------------------------------ codes


def test_codes_that_no_rule_knew_are_set_aside_and_not_released() -> None:
    one = incident(
        mapping_rule_id=None,
        mapping_status="unclassified",
        opening_code="214",
        closing_codes=("211", "X9"),
        qualifier_codes=("211",),
        fly_tip=FlyTip(land_type="L1", size="S2"),
    )
    half = open_half(one, None, TABLE)
    left = depersonalise(half, record_class(), ID, 1, TABLE)

    assert half.detail.unlisted_codes == ("211", "214", "X9", "L1", "S2")
    assert (left.source_category_code, left.source_category_label) == (None, None)
    assert (left.opening_code, left.closing_codes, left.qualifier_codes) == (None, (), ())
    assert left.fly_tip == FlyTip()


def test_with_the_schemes_list_at_hand_each_code_is_looked_up() -> None:
    one = incident(closing_codes=("211", "X9"), fly_tip=FlyTip(waste_type="W1"))
    half = open_half(one, None, TABLE, listed={"211", "W1"})

    assert half.detail.source_category_code == "211"
    assert half.detail.closing_codes == ("211",)
    assert half.detail.fly_tip == FlyTip(waste_type="W1")
    assert half.detail.unlisted_codes == ("X9",)


def test_what_is_no_code_passes_nowhere() -> None:
    odd = incident().model_copy(
        update={
            "opening_code": "Mrs Canary, 12 High Street",
            "typology_behaviour": CANARY,
            "candidate_behaviours": ("noise", CANARY),
            "source_category_label": "x" * 121,
        }
    )
    half = open_half(odd, None, TABLE)

    assert half.detail.opening_code is None
    assert half.detail.unlisted_codes == ()
    assert half.typology_behaviour is None
    assert half.detail.candidate_behaviours == ("noise",)
    assert half.detail.source_category_label is None


def test_a_label_with_control_characters_is_no_label() -> None:
    half = open_half(incident(source_category_label="Noise\n12 High Street"), None, TABLE)

    assert half.detail.source_category_label is None


# ------------------------------------------------------------------ canaries


def with_canaries() -> Incident:
    """An incident with a canary in every field that can hold one and must not show it."""
    texts = [
        *("source_reference", "case_reference", "outcome_code", "intervention", "contact"),
        *("address_text", "premises_name", "postcode", "beat_code", "vehicle_registration"),
        *("officer", "description"),
    ]
    person = Person(role="victim", name=CANARY, address=CANARY, telephone=CANARY, email=CANARY)
    return incident(
        **dict.fromkeys(texts, CANARY),
        people=(person,),
        log_entries=(LogEntry(text=CANARY, operator=CANARY),),
        media_url=(CANARY,),
        uprn=770077007700,
        usrn=77007700,
        easting=457_707,
        northing=307_707,
        longitude=-1.1770077,
        latitude=52.6770077,
        location_precision="point",
        **AREAS,
    )


def planted_in(text: str) -> bool:
    needles = (CANARY, "77007700", "457707", "307707", "1770077", "6770077", ":34", ":56")
    return any(needle.lower() in text.lower() for needle in needles)


def test_no_canary_is_kept_open_or_leaves() -> None:
    half = open_half(with_canaries(), POINT, TABLE)
    left = depersonalise(half, record_class(), ID, 1, TABLE)

    assert not planted_in(half.model_dump_json())
    assert not planted_in(left.model_dump_json())


@pytest.mark.parametrize("field", ["address_text", "description", "contact", "source_reference"])
def test_a_broken_table_is_refused_and_would_have_turned_the_canary_test_red(field: str) -> None:
    broken = "\n".join(
        f'{field} = {{ op = "keep", keeps = "source_category_label", '
        'releases = "source_category_label" }'
        if row.startswith(f"{field} = ")
        else 'source_category_label = { op = "drop" }'
        if row.startswith("source_category_label = ")
        else row
        for row in TABLE.text.splitlines()
    )

    with pytest.raises(PolicyRefused) as refused:
        Treatments.load(Lane.DEPERSONALISED, broken)
    assert refused.value.rule == field

    left = leaves(with_canaries(), table=Treatments.unchecked(Lane.DEPERSONALISED, broken))
    assert planted_in(left.model_dump_json())


def test_the_released_shape_has_no_room_for_a_sealed_field() -> None:
    sealed = {name for name, one in SENSITIVITY.items() if one.half is Half.SEALED}
    renamed = {"occurred_to"}  # told to the hour under the same name

    assert sealed & set(DepersonalisedIncident.model_fields) == renamed
    assert sealed & set(OpenHalf.model_fields) == {"occurred_from", "occurred_to"}
    with pytest.raises(ValidationError):
        DepersonalisedIncident.model_validate({**leaves(incident()).model_dump(), "name": "x"})


# ------------------------------------------------------------------ pseudonyms


def test_quarters_turn_at_midnight_in_london() -> None:
    assert quarter_of(datetime(2026, 9, 30, 22, 59, 59, tzinfo=UTC)) == "2026Q3"
    assert quarter_of(datetime(2026, 9, 30, 23, 0, 0, tzinfo=UTC)) == "2026Q4"
    assert quarter_of(datetime(2026, 12, 31, 23, 59, tzinfo=UTC)) == "2026Q4"
    assert quarter_of(datetime(2007, 7, 1, tzinfo=UTC)) == "2007Q3"


def test_an_instant_without_a_zone_has_no_quarter() -> None:
    with pytest.raises(ValueError, match="aware"):
        quarter_of(datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_an_id_is_the_recipients_own_and_changes_with_key_and_quarter() -> None:
    ids = {
        released_id(key, quarter, number)
        for key in (b"a" * 32, b"b" * 32)
        for quarter in ("2026Q3", "2026Q4")
        for number in (b"1", b"2")
    }

    assert len(ids) == 8
    assert released_id(b"a" * 32, "2026Q4", b"1") in ids
    assert all(len(one) == len("r1.2026Q4.") + 22 for one in ids)


@pytest.mark.parametrize("edition", ["lsoa:police.uk", "lsoa:unstated", "lsoa:2021"])
def test_the_edition_that_a_feeds_settings_state_leaves_with_its_area(edition: str) -> None:
    one = incident(lsoa_code="E01025700", geography_editions=(edition,))

    assert leaves(one).place.edition == edition.removeprefix("lsoa:")
