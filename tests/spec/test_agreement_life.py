"""The life of an agreement as the law asks for it: signatures, review, versions, policy documents, onward."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from policies import agreements as steps
from policies.agreements import StepRefused
from policies.allowance import allowance
from policies.keeping import keeping
from schemas.agreements import Agreement, AgreementState, Review
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    OFFICES,
    PARTNERS,
    POLICE,
    POLICY,
    agreement,
    feed,
    law_115,
    record_class,
    request_115,
    signed_by_all,
)
from tests.support.requirements import law

BY_ID = {one.id: one for one in PARTNERS}


def unmet(*agreements: Agreement, day: date = DAY, **asked: Any) -> set[str]:
    decision = law_115(*agreements).decide(request_115(**asked), record_class(), day)
    return {condition.id.removeprefix("section_115.") for condition in decision.unmet}


# ---------------------------------------------------------------------- review


@law("L20")
@pytest.mark.parametrize(
    ("days_left", "review"),
    [
        (91, Review.NOT_DUE),
        (90, Review.WITHIN_90),
        (31, Review.WITHIN_90),
        (30, Review.WITHIN_30),
        (1, Review.WITHIN_30),
        (0, Review.DUE),
        (-30, Review.DUE),
        (-31, Review.LAPSED),
    ],
)
def test_review_is_flagged_at_90_30_and_0_days_and_stops_at_the_end_of_the_grace(
    days_left: int, review: Review
) -> None:
    made = agreement(review_by=DAY + timedelta(days=days_left))

    assert made.review_on(DAY) is review
    stopped = review is Review.LAPSED
    assert made.state_on(DAY) is (AgreementState.EXPIRED if stopped else AgreementState.LIVE)
    assert unmet(made) == ({"agreement_is_live"} if stopped else set())


# ---------------------------------------------------------------------- versions


@law("L19")
def test_a_looser_version_does_not_speak_without_an_assessment_of_its_own() -> None:
    first = agreement()
    same = agreement(version=2, retention_days=366)
    other = agreement(version=2, retention_days=366, dpia="dpia-13")
    narrower = agreement(version=2, retention_days=364)

    assert unmet(first, same) == {"loosening_is_assessed"}
    assert unmet(first, other) == unmet(first, narrower) == set()
    assert unmet(first, other, agreement(version=3, dpia="dpia-13")) == set()


@law("L19")
def test_a_looser_version_is_refused_when_it_is_signed() -> None:
    first, second = agreement(), agreement(version=2, retention_days=366, signed=False)
    known = (first, second)

    def sign(made: Agreement, *versions: Agreement) -> Agreement:
        return steps.signed(made, BY_ID[POLICE], OFFICES[POLICE], DAY, versions)

    with pytest.raises(StepRefused) as caught:
        sign(second, *known)
    assert (caught.value.rule, caught.value.pointer) == (
        "agreement.loosening_unassessed",
        "/dpia",
    )
    assessed = second.model_copy(update={"dpia": "dpia-13"})
    assert len(sign(assessed, first, assessed).signatures) == 1
    third = agreement(version=3)
    with pytest.raises(StepRefused) as caught:
        sign(second, *known, third)
    assert caught.value.rule == "agreement.later_version_signed"


# ---------------------------------------------------------------------- two people


@law("L18", "L19")
def test_the_nominated_person_signs_and_is_written_as_on_the_register() -> None:
    draft = agreement(signed=False)
    half = steps.signed(draft, BY_ID[POLICE], OFFICES[POLICE].upper(), DAY)
    alike = OFFICES[COUNCIL].replace("o", "\u043e")

    assert half.signatures[0].office == OFFICES[POLICE]
    with pytest.raises(StepRefused) as caught:
        steps.signed(half, BY_ID[COUNCIL], alike, DAY)
    assert caught.value.rule == "agreement.nominated_person"


@law("L19")
def test_one_office_under_two_spellings_does_not_sign_for_two_parties() -> None:
    post = OFFICES[POLICE].replace("o", "\u043e")
    council = BY_ID[COUNCIL].model_copy(update={"nominated_person": post})
    half = steps.signed(agreement(signed=False), BY_ID[POLICE], OFFICES[POLICE], DAY)

    with pytest.raises(StepRefused) as caught:
        steps.signed(half, council, post, DAY)
    assert caught.value.rule == "agreement.same_office"
    made = agreement()
    forged = made.signatures[1].model_copy(update={"office": post})
    both = made.model_copy(update={"signatures": (made.signatures[0], forged)})
    assert unmet(both) == {"agreement_is_signed", "agreement_is_live"}


# ---------------------------------------------------------------------- the signed document


def test_a_document_belongs_to_one_signed_version() -> None:
    first, second = agreement(), agreement(version=2)
    digest = "ab" * 32
    with_it = steps.attached(first, digest, DAY)

    assert [one.sha256 for one in with_it.documents] == [digest]
    assert with_it.terms_sha256 == first.terms_sha256
    assert with_it.state_on(DAY) is AgreementState.LIVE
    assert steps.attached(with_it, digest, DAY, [with_it, second]) == with_it
    for made, rule in ((second, "document_elsewhere"), (agreement(signed=False), "unsigned")):
        with pytest.raises(StepRefused) as caught:
            steps.attached(made, digest, DAY, [with_it, second])
        assert caught.value.rule == f"agreement.{rule}"


# ---------------------------------------------------------------------- policy documents


@law("L22")
@pytest.mark.parametrize(
    ("tag", "field"), [("special_category", "hate_incident"), ("offence", "outcome_code")]
)
def test_without_a_policy_document_in_date_no_tagged_field_goes_and_the_others_flow(
    tag: str, field: str
) -> None:
    fields = (field, "address_text", "occurred_from")
    document = {**POLICY, "policy_version": "3", "valid_from": DAY, "valid_to": date(2026, 12, 1)}
    with_it, without = agreement(fields=fields, **{tag: document}), agreement(fields=fields)

    def go(made: Agreement, day: date) -> frozenset[str]:
        snapshot = law_115(made)
        assert snapshot.decide(request_115(), record_class(), day).releases
        allowed = allowance(snapshot, request_115(), record_class(), day)
        assert allowed is not None
        return allowed.fields

    others = {"address_text", "occurred_from"}
    assert go(with_it, DAY) == go(with_it, date(2026, 11, 30)) == {field, *others}
    assert go(with_it, date(2026, 12, 1)) == go(with_it, DAY - timedelta(1)) == others
    assert go(without, DAY) == others


# ---------------------------------------------------------------------- onward


@law("L59")
def test_a_record_of_another_holder_needs_an_agreement_with_that_holder() -> None:
    own = agreement(id="council-fire", holders=(COUNCIL,), recipients=(FIRE,))
    asked = request_115(partner=FIRE, agreement="council-fire")
    snapshot = law_115(agreement(), own)

    decision = snapshot.decide(asked, record_class(), DAY)
    assert {one.id for one in decision.unmet} == {"section_115.agreement_names_holder"}
    assert snapshot.decide(asked, record_class(controller=COUNCIL), DAY).releases


@law("L59")
@pytest.mark.parametrize(
    ("onward", "goes"),
    [
        ({"rule": "forbidden"}, False),
        ({"rule": "with_consent"}, False),
        ({"rule": "named", "to": ("another",)}, False),
        ({"rule": "named", "to": (FIRE,)}, True),
    ],
)
def test_what_was_received_is_passed_on_only_as_its_origin_allows(
    onward: dict[str, Any], *, goes: bool
) -> None:
    own = agreement(id="council-fire", holders=(COUNCIL,), recipients=(FIRE,))
    received = record_class(controller=COUNCIL, received_under="police-council")

    def go(day: date = DAY, lane: str = "personal", **more: Any) -> set[str]:
        snapshot = law_115(agreement(onward=onward, **more), own)
        asked = request_115(partner=FIRE, agreement="council-fire", lane=lane)
        return {one.id for one in snapshot.decide(asked, received, day).unmet}

    stopped = {"everywhere.onward_sharing_is_allowed"}
    assert go() == (set() if goes else stopped)
    assert go(lane="depersonalised") == set()
    assert go(valid_to=DAY) == stopped
    assert go(recipients=(FIRE,)) == stopped


@law("L59")
def test_what_was_received_may_go_back_to_its_origin_and_not_under_an_unknown_agreement() -> None:
    back = agreement(id="council-police", holders=(COUNCIL,), recipients=(POLICE,))
    snapshot = law_115(agreement(), back)
    asked = request_115(partner=POLICE, agreement="council-police")

    def go(under: str) -> bool:
        cls = record_class(controller=COUNCIL, received_under=under)
        return snapshot.decide(asked, cls, DAY).releases

    assert go("police-council")
    assert not go("unknown")


@law("L59")
def test_nothing_is_kept_to_be_passed_on_that_may_not_be() -> None:
    own = agreement(id="council-fire", holders=(COUNCIL,), recipients=(FIRE,))
    received = feed(controller=COUNCIL, received_under="police-council")

    def kept(onward: dict[str, Any]) -> frozenset[str]:
        return keeping(law_115(agreement(onward=onward), own), received, DAY).names

    assert kept({"rule": "forbidden"}) == frozenset()
    assert "people" in kept({"rule": "named", "to": (FIRE,)})


def test_who_takes_on_that_nothing_is_passed_on_may_not_name_anybody() -> None:
    taken = {"handling_conditions": ("no_onward_sharing",)}
    with pytest.raises(ValidationError):
        agreement(onward={"rule": "with_consent"}, **taken)
    assert agreement(**taken).onward.to == ()


@pytest.mark.parametrize(
    "rule", [{"rule": "named"}, {"rule": "forbidden", "to": (FIRE,)}, {"to": (FIRE,)}]
)
def test_partners_are_named_where_and_only_where_they_may_be_passed_to(rule: Any) -> None:
    with pytest.raises(ValidationError):
        agreement(onward=rule)
    assert signed_by_all(agreement(onward={"rule": "named", "to": (FIRE,)})).onward.to == (FIRE,)
