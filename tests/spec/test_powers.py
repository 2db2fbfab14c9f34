"""Powers as dated data: what is none, what is off, and what each asks for (law reference §1, §6)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from policies.agreements import StepRefused, added
from policies.bundle import packaged_bundle
from policies.explain import explain, rendered
from policies.law import Law
from policies.lists import packaged_lists
from schemas.agreements import Agreement
from schemas.decisions import Decision
from schemas.partners import Period
from schemas.powers import Power, Purpose
from schemas.sensitivity import Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    PARTNERS,
    POLICE,
    agreement,
    everything_enabled,
    law,
    law_115,
    partner,
    record_class,
    request_115,
    subscription,
)
from tests.support.requirements import law as requirement

REVIEW = "0" * 64
LANDLORD, BOARD, PROBATION, HOME_OFFICE = "a-landlord", "a-board", "a-service", "a-department"
MORE = (
    *PARTNERS,
    partner(LANDLORD, "profit_registered_provider", co_opted_for_case_reviews=(Period(),)),
    partner(BOARD, "integrated_care_board"),
    partner(PROBATION, "probation_service_secretary_of_state"),
    partner(HOME_OFFICE, "government_department"),
    partner("a-charity", "charity"),
)
PURPOSE = {
    Power.ASB_CASE_REVIEW: Purpose.ASB_CASE_REVIEW,
    Power.SERIOUS_VIOLENCE_DUTY: Purpose.PREVENTING_SERIOUS_VIOLENCE,
    Power.POLICE_COMMON_LAW: Purpose.POLICING,
    Power.OFFENDER_MANAGEMENT: Purpose.MANAGING_OFFENDERS,
}


def agreed(power: Power, recipient: str, **more: Any) -> Agreement:
    """An agreement under another power than section 115: it needs no protocol and no provision."""
    under = {"power": power, "purpose": PURPOSE[power], "recipients": (recipient,)}
    return agreement(**{**under, "protocol": None, "provision": None, **more})


def asked_under(
    power: Power, recipient: str, *, held: dict[str, Any] | None = None, **more: Any
) -> Decision:
    """What the law says of a police record, everything enabled."""
    made = agreed(power, recipient)
    snapshot = law(MORE, agreements=(made,), lists=everything_enabled())
    more.setdefault("case_review", REVIEW if power is Power.ASB_CASE_REVIEW else None)
    asked = request_115(partner=recipient, power=power, purpose=PURPOSE[power], **more)
    clear = {"patient_information": False, "health_or_social_care": False}
    return snapshot.decide(asked, record_class(**{**clear, **(held or {})}), DAY)


def unmet(decision: Decision) -> set[str]:
    return {one.id.rpartition(".")[2] for one in decision.unmet}


@requirement("L06")
@pytest.mark.parametrize("power", ["section_17", "s17", "sch_2_para_2", ""])
def test_section_17_and_an_exemption_are_no_powers(power: str) -> None:
    with pytest.raises(ValidationError):
        agreement(power=power)
    with pytest.raises(ValidationError):
        subscription(power=power)


@requirement("L57", "L58", "L03")
@pytest.mark.parametrize(
    ("power", "recipient"),
    [
        (Power.ASB_CASE_REVIEW, COUNCIL),
        (Power.ASB_CASE_REVIEW, BOARD),
        (Power.ASB_CASE_REVIEW, LANDLORD),
        (Power.SERIOUS_VIOLENCE_DUTY, COUNCIL),
        (Power.POLICE_COMMON_LAW, "a-charity"),
        (Power.OFFENDER_MANAGEMENT, PROBATION),
    ],
)
def test_each_power_reaches_whom_its_section_names(power: Power, recipient: str) -> None:
    decision = asked_under(power, recipient)

    assert decision.releases, decision.unmet
    assert decision.basis == power.value


@requirement("L57")
def test_a_case_review_needs_its_reference_and_a_review_body() -> None:
    review = Power.ASB_CASE_REVIEW

    assert unmet(asked_under(review, COUNCIL, case_review=None)) == {"case_review_is_named"}
    for stranger in ("a-charity", PROBATION):
        assert unmet(asked_under(review, stranger)) == {"recipient_is_review_body"}


@requirement("L58")
@pytest.mark.parametrize("told", [True, None])
def test_the_serious_violence_duty_carries_no_patient_and_nothing_personal_from_care(
    told: bool | None,
) -> None:
    duty = Power.SERIOUS_VIOLENCE_DUTY
    personal = "nothing_personal_from_health_or_social_care"

    assert unmet(asked_under(duty, COUNCIL, held={"patient_information": told})) == {
        "no_patient_information"
    }
    assert unmet(asked_under(duty, COUNCIL, held={"health_or_social_care": told})) == {personal}
    assert unmet(asked_under(duty, "a-charity")) == {"recipient_is_of_the_duty"}
    statistics = {"health_or_social_care": True}
    assert asked_under(duty, COUNCIL, held=statistics, lane=Lane.STATISTICS).releases
    from_board = asked_under(duty, COUNCIL, held={"controller": BOARD})
    assert unmet(from_board) == {personal, "agreement_names_holder"}
    assert "holder_is_of_the_duty" in unmet(
        asked_under(duty, COUNCIL, held={"controller": LANDLORD})
    )


def test_common_law_and_offender_management_are_held_to_their_own_bodies() -> None:
    by_landlord = {"controller": LANDLORD}
    police, offenders = Power.POLICE_COMMON_LAW, Power.OFFENDER_MANAGEMENT

    assert unmet(asked_under(police, COUNCIL, held=by_landlord)) == {
        "holder_is_police",
        "agreement_names_holder",
    }
    assert unmet(asked_under(offenders, COUNCIL)) == {"recipient_manages_offenders"}
    assert "holder_may_disclose" in unmet(asked_under(offenders, PROBATION, held=by_landlord))


@requirement("L03")
@pytest.mark.parametrize("power", [Power.POLICE_COMMON_LAW, Power.OFFENDER_MANAGEMENT])
def test_what_waits_for_a_lawyer_is_off_and_says_so(power: Power) -> None:
    made = agreed(power, PROBATION)
    asked = request_115(partner=PROBATION, power=power, purpose=PURPOSE[power])
    off, on = (
        law(MORE, agreements=(made,)),
        law(MORE, agreements=(made,), lists=everything_enabled()),
    )
    told = explain(off, asked, record_class(), DAY)

    assert unmet(told.decision) == {"power_in_force"}
    assert any("confirm" in flag for flag in told.flags)
    assert "not confirmed" in rendered(told)
    assert on.decide(asked, record_class(), DAY).releases


@requirement("L62")
@pytest.mark.parametrize(
    ("power", "first"),
    [
        (Power.SECTION_17A, date(2007, 8, 1)),
        (Power.ASB_CASE_REVIEW, date(2014, 10, 20)),
        (Power.SERIOUS_VIOLENCE_DUTY, date(2023, 1, 31)),
    ],
)
def test_a_power_is_in_force_from_its_day_on(power: Power, first: date) -> None:
    asked = subscription(power=power)
    for day, missing in ((first, False), (date.fromordinal(first.toordinal() - 1), True)):
        found = unmet(law().decide(asked, record_class(), day))
        assert ("power_in_force" in found) is missing


def test_the_data_return_is_never_personal_and_only_of_anti_social_behaviour() -> None:
    snapshot = law(MORE, lists=everything_enabled())

    def asked(held: dict[str, Any] | None = None, **more: Any) -> set[str]:
        request = {"partner": HOME_OFFICE, "power": Power.ASB_DATA_RETURN, "minimum_cell": 5}
        made = subscription(**{**request, "purpose": Purpose.ASB_DATA_RETURN, **more})
        return unmet(snapshot.decide(made, record_class(**(held or {})), DAY))

    assert asked() == set()
    assert asked(partner=COUNCIL) == {"recipient_is_government"}
    assert asked(purpose=Purpose.OTHER) == {"purpose_is_the_return"}
    assert asked(lane=Lane.PERSONAL, minimum_cell=0) == {
        "lane_is_not_personal",
        "personal_only_under_a_power_for_it",
    }
    assert asked({"kind": "crime"}) == {"kind_is_asb"}
    assert asked({"controller": "a-charity"}) == {"holder_gives_the_return"}
    assert asked({"mapping_status": "withheld"}) == {"not_withheld_by_crosswalk"}


def test_an_agreement_under_one_power_gives_nothing_under_another() -> None:
    review = law_115(agreed(Power.ASB_CASE_REVIEW, COUNCIL))
    decision = review.decide(request_115(), record_class(), DAY)

    assert "agreement_rests_on_power" in unmet(decision)
    with pytest.raises(ValidationError):
        agreement(provision=None)
    for power in (Power.SECTION_17A, Power.NON_PERSONAL, Power.ASB_DATA_RETURN):
        with pytest.raises(StepRefused, match="power"):
            added(agreement(power=power), (), packaged_lists(), DAY)


def _same(power: Power) -> dict[str, str]:
    """The conditions of a power by their short id, with the power's own name taken out."""
    texts = packaged_bundle().texts
    files = [text for text in texts.values() if f'@power("{power.value}")' in text]
    blocks = files[0].split("@id(")[1:]
    found = {}
    for block in blocks:
        name, _, rest = block.partition(")")
        clause = rest.partition("forbid (")[2].partition("\n//")[0].replace(power.value, "POWER")
        found[name.strip('"').removeprefix(power.value)] = clause.strip()
    return found


@pytest.mark.parametrize("power", list(PURPOSE))
def test_what_several_powers_ask_of_an_agreement_they_ask_in_the_same_words(power: Power) -> None:
    first, other = _same(Power.SECTION_115), _same(power)
    shared = {name for name in first.keys() & other.keys() if name and name != ".see"}

    assert len(shared) >= 20
    assert {name for name in shared if first[name] != other[name]} == set()


def test_a_law_is_rebuilt_with_the_powers_that_were_enabled() -> None:
    on = law(MORE, lists=everything_enabled())

    assert on.sha256 != law(MORE).sha256
    again = Law.from_parts(on.parts)
    assert again.lists.powers.by_code[Power.POLICE_COMMON_LAW].in_force(DAY)
    assert POLICE in {one.id for one in again.register.partners}
