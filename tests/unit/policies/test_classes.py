"""The record class: everything the law looks at, nothing that names the record."""

from __future__ import annotations

from typing import Any

import pytest

from policies.classes import classify, is_sensitive
from policies.kept import EVERYTHING, NOTHING, Kept
from policies.readme import BEGIN, END, tables
from schemas.codes import Marking, SubjectRole
from schemas.incident import SENSITIVITY, Person
from schemas.packaged import packaged_text
from schemas.partners import PartnerKind
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup
from tests.support.law import feed, incident
from tests.support.requirements import law

BY_ROLE = EVERYTHING.persons


def classed(
    holder: PartnerKind | None = PartnerKind.CHIEF_OFFICER_OF_POLICE,
    kept: Kept = NOTHING,
    **more: Any,
) -> RecordClass:
    return classify(incident(**more), feed(), holder, kept)


@law("L11")
@pytest.mark.parametrize(
    ("holder", "kind", "grounds", "paragraphs"),
    [
        ("chief_officer_of_police", "asb_incident", (), (1,)),
        ("chief_officer_of_police", "other_prescribed", (), (1,)),
        ("chief_officer_of_police", "crime", (), (2,)),
        ("chief_officer_of_police", "asb_incident", ("race",), (1,)),
        ("district_council", "asb_incident", (), (8,)),
        ("district_council", "asb_incident", ("race", "age"), (7, 8)),
        ("district_council", "other_prescribed", (), ()),
        ("district_council", "crime", ("race",), (7,)),
        ("parish_council", "asb_incident", (), ()),
        ("non_profit_registered_provider", "asb_incident", (), ()),
        ("combined_fire_authority", "asb_incident", (), ()),
        ("local_health_board", "asb_incident", (), ()),
    ],
)
def test_what_is_prescribed_follows_from_the_holder_and_the_kind(
    holder: str, kind: str, grounds: tuple[str, ...], paragraphs: tuple[int, ...]
) -> None:
    found = classed(PartnerKind(holder), kind=kind, grounds=grounds)

    assert found.si_paragraphs == paragraphs
    assert found.grounds == tuple(sorted(grounds))


def test_a_holder_off_the_register_and_what_is_out_of_scope_are_prescribed_nothing() -> None:
    assert classed(None).si_paragraphs == ()
    assert classed(mapping_status="out_of_scope").si_paragraphs == ()


def test_the_class_takes_source_controller_regime_and_licence_from_the_feed() -> None:
    published = feed(open_data_licence="OGL-3.0", name="police-uk")
    found = classify(incident(), published, PartnerKind.CHIEF_OFFICER_OF_POLICE, NOTHING)

    assert (found.source, found.controller) == ("police-uk", published.controller)
    assert found.regime is published.regime
    assert found.open_data
    assert not classed().open_data


@pytest.mark.parametrize("of_feed", list(Marking))
@pytest.mark.parametrize("of_row", list(Marking))
def test_the_higher_marking_stands(of_feed: Marking, of_row: Marking) -> None:
    found = classify(incident(marking=of_row), feed(marking=of_feed), None, NOTHING)

    highest = Marking.OFFICIAL_SENSITIVE in {of_feed, of_row}
    assert (found.marking is Marking.OFFICIAL_SENSITIVE) == highest


@pytest.mark.parametrize(
    ("fact", "sensitive"),
    [
        ({}, False),
        ({"grounds": ("age",)}, False),
        ({"hate_incident": True}, False),
        ({"hate_incident": False}, False),
        ({"vulnerability_flag": True}, False),
        ({"child_flag": True}, False),
        ({"typology_behaviour": "prostitution"}, True),
        ({"typology_behaviour": "drug_substance_misuse"}, True),
        (
            {
                "typology_behaviour": "drug_substance_misuse",
                "typology_sub_behaviour": "discarding_needles",
            },
            False,
        ),
        ({"typology_sub_behaviour": "offensive_letters"}, True),
        ({"typology_behaviour": None, "candidate_behaviours": ("sexual_acts",)}, True),
        ({"other_behaviours": ("kerb_crawling", "noise")}, True),
        ({"closing_codes": ("304",)}, True),
        ({"opening_code": "017"}, True),
        ({"source_category_scheme": "housemark_asb", "source_category_code": "C"}, True),
        ({"source_category_scheme": "met_cad", "closing_codes": ("304",)}, False),
    ],
)
def test_what_is_sensitive_for_its_place(fact: dict[str, Any], sensitive: bool) -> None:
    assert is_sensitive(incident(**fact)) == sensitive
    assert classed(**fact).sensitive == sensitive


def test_groups_and_roles_are_those_of_fields_that_are_held_and_have_a_value() -> None:
    facts = {
        "people": (Person(role="victim", name="A"), Person(role="caller")),
        "description": "text",
        "uprn": 7,
    }

    assert classed(**facts).field_groups == ()
    assert classed(**facts).roles == ()
    held = classed(kept=Kept(frozenset({"people", "description", "officer"}), BY_ROLE), **facts)
    assert held.field_groups == (FieldGroup.IDENTITY, FieldGroup.NARRATIVE)
    assert held.roles == (SubjectRole.CALLER, SubjectRole.VICTIM)
    assert FieldGroup.EXACT_PLACE in classed(kept=EVERYTHING, **facts).field_groups


def test_a_word_that_is_not_the_typologys_stays_out_of_the_class() -> None:
    found = classed(typology_behaviour="Mrs Canary", typology_area="Mrs Canary")

    assert (found.typology_area, found.typology_behaviour) == (None, None)


def test_equal_rows_share_one_class() -> None:
    assert classed(description="one") is classed(description="two", source_reference="7")


def test_the_page_is_current_and_names_every_rule_and_field() -> None:
    page = packaged_text("policies", "README.md")
    made = page[page.index(BEGIN) + len(BEGIN) : page.index(END)]

    assert made.strip() == tables().strip()
    assert all(f"`{name}`" in made for name in SENSITIVITY)
    assert "section_17a.recipient_is_relevant_authority" in made
