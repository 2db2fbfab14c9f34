"""Markings, gradings, regimes and children: what a record says of itself is honoured, power by power."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pydantic import ValidationError

from policies.allowance import allowance
from policies.depersonalise import open_half
from policies.disclose import crosses, disclose
from policies.lists import Lists, packaged_lists
from policies.treatments import packaged_treatments
from schemas.codes import Regime
from schemas.grading import Grading, GradingScheme, HandlingCondition
from schemas.incident import Incident
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.released import DisclosedIncident
from schemas.sensitivity import Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    POLICE,
    agreement,
    incident,
    law,
    law_115,
    partner,
    protocol,
    record_class,
    request_115,
    signed_by_all,
    subscription,
)
from tests.support.requirements import law as proves

RELEASED_ID = "r1.2026Q4.AAAAAAAAAAAAAAAAAAAAAA"
TAKEN_ON = (HandlingCondition.NO_ONWARD_SHARING, HandlingCondition.CONSULT_ORIGINATOR)
UNDER = law_115(agreement(handling_conditions=TAKEN_ON))
FORCE = partner("another-force", "chief_officer_of_police", nominated_person="head of intelligence")


def graded(scheme: str, source: str, intelligence: str, handling: str, *conditions: str) -> Any:
    return record_class(
        grading_scheme=scheme,
        source_grading=source,
        intelligence_grading=intelligence,
        handling=handling,
        handling_conditions=conditions,
    )


def matrix(sources: str, grades: str, codes: str) -> Iterator[tuple[str, str, str]]:
    return product(sources, grades, codes)


def to_council(cls: RecordClass) -> bool:
    return UNDER.decide(request_115(), cls, DAY).releases


# ---------------------------------------------------------------------- 3x5x2, L54


@proves("L54")
@pytest.mark.parametrize(("source", "grade", "code"), list(matrix("123", "ABCDE", "PC")))
def test_3x5x2_goes_by_p_by_c_with_its_conditions_and_never_by_e(
    source: str, grade: str, code: str
) -> None:
    conditions = (TAKEN_ON[0].value,) if code == "C" else ()
    cls = graded("3x5x2", source, grade, code, *conditions)
    doubtful = source in "23" or grade == "D"

    assert to_council(cls) == (grade != "E")
    # under 17A nothing shows a grading and no agreement takes a condition on
    assert law().decide(subscription(), cls, DAY).releases == (
        grade != "E" and code == "P" and not doubtful
    )


@proves("L54")
@pytest.mark.parametrize(
    "conditions",
    [(), ("other",), ("not_in_proceedings",), ("no_onward_sharing", "named_posts_only")],
)
def test_a_condition_that_nobody_took_on_is_not_met(conditions: tuple[str, ...]) -> None:
    assert not to_council(graded("3x5x2", "1", "A", "C", *conditions))


@proves("L54")
def test_a_grading_without_a_handling_code_permits_nothing() -> None:
    assert not to_council(record_class(grading_scheme="3x5x2", source_grading="1"))
    assert not to_council(record_class(intelligence_grading="A"))
    assert not to_council(record_class(grading_scheme="3x5x2"))


def test_a_condition_in_other_words_cannot_be_taken_on() -> None:
    with pytest.raises(ValidationError):
        agreement(handling_conditions=("other",))


def test_an_agreement_signed_before_there_were_such_terms_stays_signed() -> None:
    before = agreement()
    terms = before.model_dump(mode="json", exclude={"signatures", "suspensions", "terminated"})

    assert terms["handling_conditions"] == []
    assert before.is_signed_on(DAY)
    assert agreement(handling_conditions=TAKEN_ON).terms_sha256 != before.terms_sha256


# ---------------------------------------------------------------------- 5x5x5, L55


@proves("L55")
@pytest.mark.parametrize(("source", "grade", "code"), list(matrix("ABCDE", "12345", "12345")))
def test_5x5x5_goes_to_the_council_by_2_and_by_5_with_its_conditions(
    source: str, grade: str, code: str
) -> None:
    conditions = (TAKEN_ON[0].value,) if code == "5" else ()
    cls = graded("5x5x5", source, grade, code, *conditions)

    assert to_council(cls) == (code in "25" and grade != "5")
    assert not law().decide(subscription(), cls, DAY).releases


@proves("L55")
def test_5x5x5_code_1_goes_to_a_police_force_and_3_and_4_to_nobody() -> None:
    parties = (POLICE, COUNCIL, FORCE.id)
    made = signed_by_all(agreement(recipients=(FORCE.id,), recipient_regime="law_enforcement"))
    snapshot = law_115(
        made,
        partners=[FORCE, *UNDER.register.partners],
        protocols=[protocol(parties=parties)],
    )

    def goes(code: str) -> bool:
        asked = request_115(partner=FORCE.id)
        return snapshot.decide(asked, graded("5x5x5", "A", "1", code), DAY).releases

    assert [code for code in "12345" if goes(code)] == ["1", "2"]


@proves("L55")
@pytest.mark.parametrize(
    "codes",
    [
        {"grading_scheme": "5x5x5", "handling": "P"},
        {"grading_scheme": "5x5x5", "source_grading": "1", "handling": "2"},
        {"grading_scheme": "5x5x5", "intelligence_grading": "A", "handling": "2"},
        {"grading_scheme": "3x5x2", "handling": "2"},
        {"grading_scheme": "3x5x2", "source_grading": "A", "handling": "P"},
        {"grading_scheme": "3x5x2", "intelligence_grading": "1", "handling": "P"},
        {"handling": "2"},
    ],
)
def test_a_code_of_the_other_scheme_is_not_read_as_one_of_this(codes: dict[str, str]) -> None:
    decision = UNDER.decide(request_115(), record_class(**codes), DAY)

    assert "everywhere.grading_is_of_one_scheme" in {one.id for one in decision.unmet}


@proves("L54", "L55")
def test_a_grading_names_its_scheme_and_has_codes_of_it_alone() -> None:
    for codes in (
        {"handling": "P"},
        {"scheme": "3x5x2", "handling": "1"},
        {"scheme": "5x5x5", "handling": "P"},
        {"scheme": "5x5x5", "source": "1"},
        {"scheme": "3x5x2", "intelligence": "1"},
    ):
        with pytest.raises(ValidationError):
            Grading.model_validate(codes)


# ---------------------------------------------------------------------- what travels with a record


def left(cls: RecordClass, whole: Incident, **terms: Any) -> DisclosedIncident:
    snapshot = law_115(agreement(handling_conditions=TAKEN_ON, **terms))
    allowed = allowance(snapshot, request_115(), cls, DAY)
    assert allowed is not None
    tables = packaged_treatments()
    half = open_half(whole, None, tables[Lane.DEPERSONALISED])
    return disclose(whole, half, cls, RELEASED_ID, 1, DAY, allowed, tables)


@proves("L54", "L26")
def test_what_is_doubtful_leaves_with_its_grading_beside_it() -> None:
    cls = graded("3x5x2", "2", "D", "C", "no_onward_sharing")

    grading = left(cls, incident()).grading

    assert to_council(cls)
    assert grading == Grading(
        scheme=GradingScheme.THREE_FIVE_TWO,
        source="2",
        intelligence="D",
        handling="C",
        conditions=(HandlingCondition.NO_ONWARD_SHARING,),
    )


@proves("L56")
def test_the_mopi_group_travels_and_no_rule_can_read_it() -> None:
    assert "mopi_group" not in RecordClass.model_fields
    kept = [left(record_class(), incident(mopi_group=group)) for group in (1, 4)]

    assert [one.mopi_group for one in kept] == [1, 4]
    # nothing else differs: how long it may be kept is the agreement's to say
    assert kept[0].model_copy(update={"mopi_group": 4}) == kept[1]


@proves("L21")
def test_the_crossing_from_law_enforcement_is_recorded_with_the_record() -> None:
    crossed = left(record_class(), incident())
    stayed = left(record_class(), incident(), recipient_regime="law_enforcement", crossing=None)

    assert (crossed.regime_source, crossed.regime_recipient) == (
        Regime.LAW_ENFORCEMENT,
        Regime.GENERAL,
    )
    assert crossed.crossing == agreement().crossing
    assert crossed.purpose is Purpose.PREVENTING_CRIME_AND_DISORDER
    assert (stayed.regime_recipient, stayed.crossing) == (Regime.LAW_ENFORCEMENT, None)
    assert left(record_class(regime="general"), incident()).crossing is None


@proves("L21")
def test_a_body_that_can_be_no_competent_authority_is_not_believed_to_enforce_the_law() -> None:
    landlord = partner("a-landlord", "non_profit_registered_provider")
    asked, parties = request_115(partner=landlord.id), (POLICE, COUNCIL, landlord.id)

    def regime(lists: Lists) -> tuple[bool, str, str | None]:
        made = agreement(recipients=(landlord.id,), recipient_regime="law_enforcement")
        bare = signed_by_all(made.model_copy(update={"crossing": None}))
        house = {
            "partners": [landlord, *UNDER.register.partners],
            "protocols": [protocol(parties=parties)],
            "lists": lists,
        }
        goes = law_115(bare, **house).decide(asked, record_class(), DAY).releases
        allowed = allowance(law_115(signed_by_all(made), **house), asked, record_class(), DAY)
        assert allowed is not None
        noted = allowed.crossing if crosses(record_class(), allowed) else None
        return goes, allowed.recipient_regime, noted

    known = packaged_lists()
    older = {n: text for n, text in known.texts.items() if n != "competent_authorities.toml"}

    assert regime(known) == (False, "general", agreement().crossing)
    # what was recorded under a snapshot older than the list is told as it was
    assert regime(Lists.load(older))[1:] == ("law_enforcement", None)


@proves("L21")
def test_police_records_cross_under_no_power_without_a_recorded_reason() -> None:
    snapshot = law_115(agreement(crossing=None))
    personal = record_class(field_groups=("identity",), open_data=True)
    without = {one.id for one in snapshot.decide(request_115(), personal, DAY).unmet}
    asked = subscription(partner=COUNCIL, power=Power.NON_PERSONAL, lane=Lane.PERSONAL)
    refused = {one.id for one in snapshot.decide(asked, personal, DAY).unmet}

    assert without == {"section_115.regime_crossing_is_authorised"}
    assert refused == {
        "everywhere.personal_only_under_a_power_for_it",
        "non_personal.lane_is_not_personal",
        "non_personal.nothing_sealed_is_held",
    }


@proves("L60")
def test_a_child_needs_a_recorded_reason_and_the_reason_travels() -> None:
    child = record_class(child=True)
    reason = "The family is offered support."
    without = law_115(agreement()).decide(request_115(), child, DAY)

    assert {one.id for one in without.unmet} == {"section_115.children_have_a_reason"}
    assert law_115(agreement(children=reason)).decide(request_115(), child, DAY).releases
    assert left(child, incident(), children=reason).children == reason
    assert left(record_class(), incident(), children=reason).children is None
