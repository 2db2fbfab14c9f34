"""What each power asks of its agreement, condition by condition: one fact broken, one condition unmet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from policies.law import Law
from schemas.powers import Power, Purpose
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    POLICE,
    POLICY,
    agreement,
    everything_enabled,
    law,
    partner,
    record_class,
    request_115,
)

PURPOSE = {
    Power.ASB_CASE_REVIEW: Purpose.ASB_CASE_REVIEW,
    Power.SERIOUS_VIOLENCE_DUTY: Purpose.PREVENTING_SERIOUS_VIOLENCE,
    Power.POLICE_COMMON_LAW: Purpose.POLICING,
    Power.OFFENDER_MANAGEMENT: Purpose.MANAGING_OFFENDERS,
}
RECIPIENT = {Power.OFFENDER_MANAGEMENT: "a-provider"}
PARTNERS = (
    partner(POLICE, "chief_officer_of_police"),
    partner(COUNCIL, "district_council"),
    partner("a-provider", "probation_provider"),
)
STOPPED = {"party": POLICE, "reason": "r", "valid_from": DAY}
BROKEN: tuple[tuple[str, dict[str, Any], dict[str, Any], dict[str, Any]], ...] = (
    ("agreement_is_known", {}, {"agreement": "unknown"}, {}),
    ("agreement_names_recipient", {"recipients": (FIRE,)}, {}, {}),
    ("agreement_names_holder", {"holders": (FIRE,)}, {}, {}),
    ("agreement_is_signed", {"signatures": ()}, {}, {}),
    ("agreement_is_live", {"suspensions": (STOPPED,)}, {}, {}),
    ("agreement_is_live", {"review_by": DAY - timedelta(31)}, {}, {}),
    ("purpose_is_agreed", {}, {"purpose": Purpose.OTHER}, {}),
    ("purpose_is_agreed", {"purpose": Purpose.OTHER}, {"purpose": Purpose.OTHER}, {}),
    ("necessity_is_stated", {"necessity": None}, {}, {}),
    ("dpia_is_named", {"dpia": None}, {}, {}),
    ("narrower_than_all", {"coverage": {}}, {}, {}),
    ("recipient_is_not_holder", {}, {}, {"controller": "the recipient"}),
    ("agreement_covers_record", {}, {}, {"kind": "crime"}),
    ("agreement_covers_record", {"coverage": {"behaviours": ("noise",)}}, {}, {}),
    ("agreement_covers_record", {"coverage": {"cases": ("a" * 64,)}}, {}, {}),
    (
        "agreement_covers_record",
        {"coverage": {"kinds": ("asb_incident",), "sources": ("x",)}},
        {},
        {},
    ),
    ("regime_crossing_is_authorised", {"crossing": None}, {}, {}),
    ("children_have_a_reason", {}, {}, {"child": True}),
    ("marking_is_agreed", {"marking": "OFFICIAL"}, {}, {"marking": "OFFICIAL-SENSITIVE"}),
    ("not_withheld_by_crosswalk", {}, {}, {"mapping_status": "withheld"}),
)
IMPLIED = {
    "agreement_is_signed": {"agreement_is_live"},
    "recipient_is_not_holder": {"agreement_names_holder", "holder_is_police"},
}
"""What cannot be broken alone."""


def whole(
    power: Power, terms: dict[str, Any], asked: dict[str, Any], held: dict[str, Any]
) -> tuple[Law, Subscription, RecordClass]:
    """A request that the power lets go, but for what is broken."""
    recipient = RECIPIENT.get(power, COUNCIL)
    under = {"power": power, "purpose": PURPOSE[power], "recipients": (recipient,)}
    made = agreement(**{**under, "protocol": None, "provision": None, **terms})
    request = {"partner": recipient, "power": power, "purpose": PURPOSE[power]}
    review = {"case_review": "0" * 64 if power is Power.ASB_CASE_REVIEW else None}
    if held.get("controller") == "the recipient":
        held = {**held, "controller": recipient}
    clear = {"patient_information": False, "health_or_social_care": False}
    snapshot = law(PARTNERS, agreements=(made,), lists=everything_enabled())
    return (
        snapshot,
        request_115(**{**request, **review, **asked}),
        record_class(**{**clear, **held}),
    )


@pytest.mark.parametrize("power", list(PURPOSE))
@pytest.mark.parametrize(("condition", "terms", "asked", "held"), BROKEN)
def test_each_condition_stands_alone(
    power: Power,
    condition: str,
    terms: dict[str, Any],
    asked: dict[str, Any],
    held: dict[str, Any],
) -> None:
    snapshot, request, cls = whole(power, terms, asked, held)
    found = {one.id for one in snapshot.decide(request, cls, DAY).unmet}
    wanted = f"{power.value}.{condition}"

    assert wanted in found
    if condition != "agreement_is_known":
        allowed = {f"{power.value}.{one}" for one in IMPLIED.get(condition, ())}
        assert found - {wanted} <= allowed | {f"{power.value}.holder_is_of_the_duty"}


@pytest.mark.parametrize("power", list(PURPOSE))
def test_law_enforcement_is_believed_of_those_alone_that_can_be_competent(power: Power) -> None:
    terms = {"crossing": None, "recipient_regime": "law_enforcement"}
    snapshot, request, cls = whole(power, terms, {}, {})
    crossing = f"{power.value}.regime_crossing_is_authorised"
    before_part_3 = date(2018, 5, 24)

    assert crossing not in {one.id for one in snapshot.decide(request, cls, DAY).unmet}
    assert crossing in {one.id for one in snapshot.decide(request, cls, before_part_3).unmet}


@pytest.mark.parametrize("power", list(PURPOSE))
def test_groups_of_fields_are_seen_as_the_agreement_says(power: Power) -> None:
    everything = {
        "fields": ("people", "occurred_from", "grounds", "outcome_code", "child_flag", "media_url"),
        "special_category": POLICY,
        "offence": POLICY,
        "children": "A reason.",
    }

    def seen(asked: dict[str, Any] | None = None, **changes: Any) -> set[FieldGroup]:
        snapshot, request, cls = whole(power, {**everything, **changes}, asked or {}, {})
        return set(snapshot.see(request, cls, DAY).groups)

    all_seen = seen()
    assert all_seen == {
        *(FieldGroup.IDENTITY, FieldGroup.CONTACT, FieldGroup.REFERENCE, FieldGroup.CHILD),
        *(FieldGroup.EXACT_TIME, FieldGroup.SPECIAL_CATEGORY, FieldGroup.OFFENCE),
    }
    assert seen(special_category=None) == all_seen - {FieldGroup.SPECIAL_CATEGORY}
    assert seen(offence=None) == all_seen - {FieldGroup.OFFENCE}
    assert seen(children=None) == all_seen - {FieldGroup.CHILD}
    assert seen(roles=()) == all_seen - {FieldGroup.IDENTITY}
    assert seen(fields=("occurred_from",)) == {FieldGroup.EXACT_TIME}
    assert seen({"lane": Lane.DEPERSONALISED}) == set()
