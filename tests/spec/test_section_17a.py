"""Section 17A of the Crime and Disorder Act 1998, condition by condition."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from schemas.decisions import Decision, Outcome
from schemas.partners import Agency, DatedKind, HolderDecision, PartnerKind
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from tests.support import requirements
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    PARTNERS,
    POLICE,
    UNIVERSITY,
    law,
    one_of_each_kind,
    partner,
    protocol,
    record_class,
    subscription,
)
from tests.support.oracle_lists import LISTED_IN_ENGLAND_AND_WALES, listed_on


def unmet(decision: Decision) -> set[str]:
    return {condition.id.removeprefix("section_17a.") for condition in decision.unmet}


def asked(**more: Any) -> set[str]:
    return unmet(law().decide(subscription(**more), record_class(), DAY))


def held(**more: Any) -> set[str]:
    return unmet(law().decide(subscription(), record_class(**more), DAY))


def test_a_fire_authority_receives_prescribed_police_incidents_without_any_agreement() -> None:
    decision = law().decide(subscription(), record_class(), DAY)

    assert decision.outcome is Outcome.RELEASE
    assert decision.basis == "section_17a"
    assert decision.unmet == ()
    assert {condition.power for condition in decision.met} == {Power.SECTION_17A}


@pytest.mark.parametrize("kind", list(PartnerKind))
def test_every_kind_of_section_115_2_in_england_and_wales_receives_and_no_other(
    kind: PartnerKind,
) -> None:
    recipient = one_of_each_kind()[kind]
    snapshot = law([*PARTNERS, recipient])

    decision = snapshot.decide(subscription(partner=recipient.id), record_class(), DAY)

    assert decision.releases == (
        kind.value in LISTED_IN_ENGLAND_AND_WALES and listed_on(kind.value, DAY)
    )


def test_a_university_is_told_every_reason_at_once() -> None:
    decision = law().decide(
        subscription(partner=UNIVERSITY, purpose=Purpose.ACADEMIC_RESEARCH), record_class(), DAY
    )

    assert unmet(decision) == {
        "recipient_is_relevant_authority",
        "purpose_is_of_the_act",
        "everywhere.minimum_cell_is_enough",
    }
    assert all(condition.cites and condition.says.endswith(".") for condition in decision.unmet)


def test_a_recipient_that_nobody_registered_is_refused_with_that_reason() -> None:
    assert "everywhere.recipient_on_register" in asked(partner="nobody-knows")


def test_a_recipient_off_the_register_since_yesterday_is_refused() -> None:
    gone = partner("gone", PartnerKind.PARISH_COUNCIL, valid_to=DAY)
    decision = law([*PARTNERS, gone]).decide(subscription(partner="gone"), record_class(), DAY)

    assert unmet(decision) == {
        "everywhere.recipient_on_register",
        "recipient_is_relevant_authority",
        "everywhere.minimum_cell_is_enough",
    }


def test_a_parish_council_is_owed_the_information_from_its_first_day() -> None:
    parish = partner("parish", PartnerKind.PARISH_COUNCIL, valid_from=DAY)
    request = subscription(partner="parish")
    snapshot = law([*PARTNERS, parish])

    assert snapshot.decide(request, record_class(), DAY).releases
    assert not snapshot.decide(request, record_class(), date(2026, 11, 22)).releases


def test_one_that_acts_on_behalf_of_a_council_does_not_become_a_relevant_authority() -> None:
    agent = partner(
        "cnh",
        PartnerKind.ARMS_LENGTH_MANAGEMENT_ORGANISATION,
        acts_on_behalf_of=(Agency(principal=COUNCIL),),
    )
    decision = law([*PARTNERS, agent]).decide(subscription(partner="cnh"), record_class(), DAY)

    assert "recipient_is_relevant_authority" in unmet(decision)


def test_fire_authorities_are_not_in_the_list_before_2007() -> None:
    decision = law().decide(subscription(), record_class(), date(2006, 1, 1))

    assert "recipient_is_relevant_authority" in unmet(decision)


def test_a_holder_that_is_no_relevant_authority_owes_nothing() -> None:
    assert held(controller=UNIVERSITY) == {"holder_is_relevant_authority"}


def test_a_holder_that_was_succeeded_is_answered_for_by_its_successor() -> None:
    ended = partner(
        "old-council", PartnerKind.DISTRICT_COUNCIL, valid_to=date(2026, 1, 1), succeeded_by=COUNCIL
    )
    snapshot = law([*PARTNERS, ended])
    cls = record_class(controller="old-council", si_paragraphs=(8,))

    assert snapshot.decide(subscription(), cls, DAY).releases
    assert unmet(snapshot.decide(subscription(partner=COUNCIL), cls, DAY)) == {
        "recipient_is_not_holder"
    }


def test_nobody_is_sent_its_own_records() -> None:
    assert asked(partner=POLICE) == {"recipient_is_not_holder"}


def test_what_is_not_prescribed_is_not_owed() -> None:
    assert held(si_paragraphs=()) == {"information_is_prescribed"}


@requirements.law("L12", "L16")
def test_a_record_that_is_prescribed_as_racial_alone_leaves_by_the_return_only() -> None:
    alone = {"racial_alone_by_return_only"}

    assert held(si_paragraphs=(7,)) == alone
    assert held(si_paragraphs=(7, 8)) == set()
    counted = law().decide(
        subscription(lane=Lane.STATISTICS), record_class(si_paragraphs=(7,)), DAY
    )
    assert counted.releases


def test_the_duty_never_compels_personal_information() -> None:
    assert asked(lane=Lane.PERSONAL) == {
        "lane_is_not_personal",
        "everywhere.personal_only_under_a_power_for_it",
    }


def test_statistics_may_be_asked_for() -> None:
    assert asked(lane=Lane.STATISTICS) == set()


@pytest.mark.parametrize("purpose", list(Purpose))
def test_only_purposes_of_the_act_count(purpose: Purpose) -> None:
    of_the_act = {
        Purpose.SECTION_17A_DUTY,
        Purpose.CRIME_AND_DISORDER_STRATEGY,
        Purpose.PREVENTING_CRIME_AND_DISORDER,
    }

    assert asked(purpose=purpose) == (set() if purpose in of_the_act else {"purpose_is_of_the_act"})


def test_what_the_crosswalk_withholds_stays() -> None:
    assert held(mapping_status="withheld") == {"not_withheld_by_crosswalk"}


@pytest.mark.parametrize(("code", "refused"), [(None, False), ("P", False), ("C", True)])
def test_handling_code_c_stays_because_its_conditions_cannot_be_met_by_machine(
    code: str | None, refused: bool
) -> None:
    assert held(handling=code) == ({"everywhere.handling_permits"} if refused else set())


@pytest.mark.parametrize("minimum", [0, 1, 4, 5, 20])
def test_an_authority_may_ask_for_cells_under_the_duty_and_needs_none(minimum: int) -> None:
    assert asked(minimum_cell=minimum) == set()


def test_a_minimum_cell_is_of_records_and_not_of_tables() -> None:
    assert asked(lane=Lane.STATISTICS) == set()
    assert asked(lane=Lane.STATISTICS, minimum_cell=5) == {"everywhere.cells_are_of_records"}


def test_a_recorded_decision_of_the_nominated_person_withholds_while_it_runs() -> None:
    decision = HolderDecision(
        reference="d-1",
        nominated_person="head of information",
        reason="under review",
        valid_from=date(2026, 11, 1),
        valid_to=date(2026, 12, 1),
    )
    police = partner(POLICE, PartnerKind.CHIEF_OFFICER_OF_POLICE, withholds_section_17a=(decision,))
    snapshot = law([police, *PARTNERS[1:]])

    assert unmet(snapshot.decide(subscription(), record_class(), DAY)) == {
        "holder_has_not_withheld"
    }
    assert snapshot.decide(subscription(), record_class(), date(2026, 12, 1)).releases


def test_a_missing_or_lapsed_protocol_is_flagged_and_stops_nothing() -> None:
    live, lapsed = protocol(), protocol(valid_to=date(2026, 11, 1))

    flags = [
        law(protocols=protocols).decide(subscription(), record_class(), DAY)
        for protocols in ([live], [lapsed], [])
    ]

    assert [decision.flags for decision in flags] == [
        (),
        ("protocol_not_live",),
        ("protocol_not_live",),
    ]
    assert all(decision.releases for decision in flags)


@pytest.mark.parametrize(
    "more", [{"signatures": ()}, {"covers_section_17a": False}, {"parties": (FIRE, COUNCIL)}]
)
def test_a_protocol_unsigned_or_silent_on_17a_or_without_the_holder_is_none(
    more: dict[str, Any],
) -> None:
    decision = law(protocols=[protocol(**more)]).decide(subscription(), record_class(), DAY)

    assert decision.flags == ("protocol_not_live",)


def test_a_marking_above_official_sensitive_never_leaves() -> None:
    secret = record_class().model_copy(update={"marking": "SECRET"})

    decision = law().decide(subscription(), secret, DAY)

    assert unmet(decision) == {"everywhere.marking_within_official"}


def test_a_registered_provider_that_turns_to_profit_loses_it_that_day() -> None:
    provider = partner(
        "homes",
        PartnerKind.NON_PROFIT_REGISTERED_PROVIDER,
    ).model_copy(
        update={
            "kinds": (
                DatedKind(kind=PartnerKind.NON_PROFIT_REGISTERED_PROVIDER, valid_to=DAY),
                DatedKind(kind=PartnerKind.PROFIT_REGISTERED_PROVIDER, valid_from=DAY),
            )
        }
    )
    snapshot = law([*PARTNERS, provider])
    request = subscription(partner="homes")

    assert snapshot.decide(request, record_class(), date(2026, 11, 22)).releases
    assert not snapshot.decide(request, record_class(), DAY).releases
