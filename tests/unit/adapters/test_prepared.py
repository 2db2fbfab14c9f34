from __future__ import annotations

from typing import Any

import pytest

from adapters import source
from adapters.source import CannotMap, Excluded, Kept, Mapped, OutOfScope, Reference
from schemas.codes import MappingStatus, Status, TimePrecision
from schemas.incident import Incident

PREPARED = source("prepared")
LINE, NESTED = (dict(one.given) for one in PREPARED.examples[:2])


def outcome(settings: Any = None, **cells: Any) -> Any:
    return PREPARED.compile(settings or {}).map({**LINE, **cells})


def mapped(settings: Any = None, **cells: Any) -> Incident:
    made = outcome(settings, **cells)
    assert isinstance(made, Mapped), made
    return made.incident


def faults(**cells: Any) -> list[tuple[str, str]]:
    made = outcome(**cells)
    assert isinstance(made, CannotMap), made
    return [(one.pointer, one.rule) for one in made.faults]


@pytest.mark.parametrize("status", ["out_of_scope", "withheld"])
def test_a_line_may_take_back_what_was_sent(status: str) -> None:
    made = outcome(mapping_status=status, occurred="", time_precision="quarter")

    assert made == OutOfScope("withdrawn", Reference("A" * 22))


def test_a_record_is_known_by_the_keyed_part_of_its_id_whatever_its_quarter() -> None:
    assert outcome().identity == outcome(id=f"r1.2000Q1.{'A' * 22}").identity


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"id": ""}, ("/id", "reference.missing")),
        ({"id": "26-0000101-20261031"}, ("/id", "id.unreadable")),
        ({"kind": "other"}, ("/kind", "code.not_in_list")),
        ({"typology_behaviour": "Mr Example"}, ("/typology_behaviour", "code.not_in_list")),
        ({"other_behaviours": ["Mr Example"]}, ("/other_behaviours", "code.not_in_list")),
        ({"time_precision": "minute"}, ("/time_precision", "time.too_fine")),
        ({"occurred": "soon"}, ("/occurred", "time.unreadable")),
        ({"occurred": "", "reported": ""}, ("/occurred", "time.missing")),
        ({"place_level": "house"}, ("/place_level", "code.not_in_list")),
        ({"place_code": "LE11"}, ("/place_code", "area.unreadable")),
        ({"place_level": "ward"}, ("", "field.not_accepted")),
        ({"place_level": "map_point"}, ("/place_longitude", "place.unreadable")),
        ({"time_precision": "quarter"}, ("/occurred", "time.unreadable")),
    ],
)
def test_a_line_that_gateway_prepare_did_not_make_is_refused(
    cells: dict[str, Any], fault: tuple[str, str]
) -> None:
    assert faults(**cells) == [fault]


@pytest.mark.parametrize(
    ("precision", "text", "instant"),
    [
        ("hour", "2026-07-01T21:00+01:00", "2026-07-01T20:00:00+00:00"),
        ("day", "2026-07-01", "2026-06-30T23:00:00+00:00"),
        ("month", "2026-07", "2026-06-30T23:00:00+00:00"),
        ("quarter", "2026Q3", "2026-06-30T23:00:00+00:00"),
    ],
)
def test_times_are_read_at_the_precision_that_is_stated(
    precision: str, text: str, instant: str
) -> None:
    incident = mapped(time_precision=precision, occurred=text)

    assert incident.time_precision is TimePrecision(precision)
    assert incident.occurred_from is not None
    assert incident.occurred_from.isoformat() == instant


def test_the_codes_are_placed_again_and_an_excluded_one_is_never_kept() -> None:
    assert mapped(typology_behaviour="noise").typology_behaviour == "nuisance_behaviour"
    assert outcome(closing_codes="506") == Excluded("duplicate", Reference("A" * 22))
    assert outcome(closing_codes="501") == OutOfScope("administration", Reference("A" * 22))
    hm = mapped(
        source_category_scheme="housemark_asb",
        opening_code="",
        closing_codes="",
        nsir_class="",
        source_category_code="A",
        qualifier_codes=["loud_music"],
    )
    assert hm.typology_sub_behaviour == "loud_music"


def test_without_a_known_list_the_lines_own_word_stands_and_its_codes_do_not() -> None:
    incident = mapped(source_category_scheme="local:elsewhere", typology_behaviour="noise")

    assert incident.typology_behaviour == "noise"
    assert incident.mapping_status is MappingStatus.MAPPED
    assert incident.closing_codes == ()
    assert incident.source_category_scheme is None


def test_the_holders_own_lists_are_settings() -> None:
    rows = [{"code": "B", "label": "Noise", "default": "noise"}]
    local = {"local": [{"name": "cnh", "version": "1", "rows": rows}]}
    one = {"opening_code": "", "closing_codes": "", "nsir_class": "", "source_category_code": "B"}

    incident = mapped(local, source_category_scheme="local:cnh", **one)

    assert incident.source_category_scheme == "local:cnh"
    assert incident.typology_behaviour == "noise"


def test_what_was_tipped_and_how_far_it_got_is_kept_and_other_words_are_not() -> None:
    made = outcome(
        fly_tip_land_type="highway",
        fly_tip_size="Mr Example",
        status="closed",
        response_grade="Mr Example",
    )

    assert made.incident.fly_tip.land_type == "highway"
    assert made.incident.status is Status.CLOSED
    assert {"fly_tip_size", "response_grade"} <= set(made.dropped)


def test_an_area_keeps_its_edition_where_it_looks_like_one() -> None:
    assert mapped(place_edition="lsoa:2021").geography_editions == ("lsoa:2021",)
    assert mapped(place_edition="Mr Example").geography_editions == ()
    assert mapped(place_level="none", place_code="").lsoa_code is None


def test_a_part_that_is_no_object_is_refused_as_it_stands() -> None:
    made = PREPARED.compile({}).map({**NESTED, "fly_tip": "sofa"})

    assert isinstance(made, Mapped)
    assert "fly_tip_land_type" in made.dropped


def test_a_recorded_line_is_placed_again() -> None:
    mapper = PREPARED.compile({})

    police = mapper.place_again(Kept("met_cad", "213", ("215",), ("213",), (), "nuisance"))
    street = mapper.place_again(Kept("street", "graffiti"))

    assert police is not None
    assert police.fields["typology_sub_behaviour"] == "fireworks"
    assert street is not None
    assert street.fields["typology_sub_behaviour"] == "graffiti"
    assert mapper.place_again(Kept("local:gone", "B")) is None
