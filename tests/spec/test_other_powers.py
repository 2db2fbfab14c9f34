"""Open data, a power that the bundle does not speak for, and what a refused recipient is told."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.decisions import About, Decision, Outcome
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from tests.support.law import (
    DAY,
    UNIVERSITY,
    bundle_without,
    law,
    open_class,
    record_class,
    subscription,
)


def open_request(**more: Any) -> Decision:
    request = subscription(
        **{
            "partner": UNIVERSITY,
            "power": Power.NON_PERSONAL,
            "purpose": Purpose.PUBLIC_INFORMATION,
            **more,
        }
    )
    return law().decide(request, open_class(), DAY)


def of_open_class(**more: Any) -> set[str]:
    request = subscription(power=Power.NON_PERSONAL, purpose=Purpose.PUBLIC_INFORMATION)
    decision = law().decide(request, open_class(**more), DAY)
    return {condition.id.removeprefix("non_personal.") for condition in decision.unmet}


def test_anyone_on_the_register_may_have_open_data() -> None:
    decision = open_request()

    assert decision.outcome is Outcome.RELEASE
    assert decision.basis == "non_personal"
    assert decision.flags == ()


def test_open_data_needs_a_register_entry_too() -> None:
    assert {one.id for one in open_request(partner="nobody-knows").unmet} == {
        "everywhere.recipient_on_register"
    }


def test_what_is_not_published_is_not_open_data() -> None:
    assert of_open_class(open_data=False) == {"published_as_open_data"}


def test_open_data_holds_nothing_sealed() -> None:
    assert of_open_class(field_groups=("narrative",)) == {"nothing_sealed_is_held"}


def test_open_data_is_marked_official() -> None:
    assert of_open_class(marking="OFFICIAL-SENSITIVE") == {"marking_is_official"}


def test_open_data_carries_no_handling_code() -> None:
    assert of_open_class(handling="P") == {"no_handling_code"}
    graded = of_open_class(grading_scheme="3x5x2", intelligence_grading="A")
    assert graded == {"everywhere.handling_permits"}


def test_open_data_withheld_by_the_crosswalk_stays() -> None:
    assert of_open_class(mapping_status="withheld") == {"not_withheld_by_crosswalk"}


def test_open_data_has_no_personal_lane_and_no_cells_there() -> None:
    assert {one.id for one in open_request(lane=Lane.PERSONAL, minimum_cell=5).unmet} == {
        "non_personal.lane_is_not_personal",
        "everywhere.personal_only_under_a_power_for_it",
        "everywhere.cells_are_of_records",
    }


@pytest.mark.parametrize("lane", list(Lane))
def test_a_power_without_a_file_is_refused_and_says_so(lane: Lane) -> None:
    decision = law(bundle=bundle_without("section_115.cedar")).decide(
        subscription(power=Power.SECTION_115, lane=lane), record_class(), DAY
    )

    assert decision.outcome is Outcome.WITHHOLD
    assert decision.basis is None
    assert [condition.id for condition in decision.unmet] == ["no_permit"]
    assert "not built or not enabled" in decision.unmet[0].says


def test_a_refused_recipient_is_told_of_itself_and_its_request_and_of_no_record() -> None:
    told = law().standing(subscription(partner=UNIVERSITY, purpose=Purpose.ACADEMIC_RESEARCH), DAY)

    assert [condition.id for condition in told] == [
        "section_17a.recipient_is_relevant_authority",
        "section_17a.purpose_is_of_the_act",
        "everywhere.minimum_cell_is_enough",
    ]
    assert {condition.about for condition in told} <= {About.RECIPIENT, About.REQUEST}


def test_a_recipient_in_good_standing_is_told_nothing_even_where_records_stay() -> None:
    assert law().standing(subscription(), DAY) == ()


def test_the_standing_under_a_power_that_is_not_built_names_that() -> None:
    bare = law(bundle=bundle_without("section_115.cedar"))
    told = bare.standing(subscription(power=Power.SECTION_115), DAY)

    assert [condition.id for condition in told] == ["no_permit"]
