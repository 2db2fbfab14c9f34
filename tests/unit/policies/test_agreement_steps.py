"""The steps of an agreement's life: who may take which, and what each leaves."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from policies import agreements as steps
from policies.agreements import StepRefused, bound_on
from policies.lists import packaged_lists
from schemas.agreements import Agreement, AgreementState, in_force
from schemas.partners import Partner
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    OFFICES,
    PARTNERS,
    POLICE,
    agreement,
    protocol,
    signed_by_all,
)

LISTS = packaged_lists()
BY_ID = {one.id: one for one in PARTNERS}


def refused(step: Callable[[], Any]) -> str:
    with pytest.raises(StepRefused) as caught:
        step()
    assert str(caught.value).startswith(f"{caught.value.rule}: ")
    return caught.value.rule.removeprefix("agreement.")


def add(made: Agreement, *before: Agreement) -> Agreement:
    return steps.added(made, before, LISTS, DAY)


def sign(made: Agreement, party: str, office: str | None = None, **more: Any) -> Agreement:
    partner: Partner = BY_ID[party].model_copy(update=more)
    return steps.signed(made, partner, office or OFFICES[party], DAY)


def test_a_first_version_enters_as_it_is_written() -> None:
    made = agreement(signed=False)

    assert add(made) == made


@pytest.mark.parametrize("provision", ["s1", "s4", "s17a", "s500"])
def test_a_provision_that_is_not_live_is_refused_at_the_door(provision: str) -> None:
    assert refused(lambda: add(agreement(provision=provision))) == "provision"


def test_versions_follow_upon_each_other_with_the_same_parties() -> None:
    first = agreement()

    assert refused(lambda: add(agreement(version=2))) == "version"
    assert refused(lambda: add(agreement(version=3), first)) == "version"
    assert refused(lambda: add(agreement(version=2, recipients=(FIRE,)), first)) == "parties"
    assert add(agreement(version=2), first).version == 2


def test_a_draft_is_changed_and_what_was_signed_is_not() -> None:
    draft, other = agreement(signed=False), agreement(signed=False, dpia="dpia-13")

    assert add(other, draft).dpia == "dpia-13"
    assert refused(lambda: add(other, signed_by_all(draft))) == "version_signed"


def test_adding_the_same_terms_again_takes_nothing_from_what_happened_since() -> None:
    signed = steps.suspended(agreement(), POLICE, "r", DAY)

    assert add(agreement(signed=False), signed) == signed


def test_both_parties_sign_and_it_is_live() -> None:
    half = sign(agreement(signed=False), POLICE)
    whole = sign(half, COUNCIL, "Community  Safety MANAGER")

    assert half.state_on(DAY) is AgreementState.DRAFT
    assert whole.state_on(DAY) is AgreementState.LIVE
    assert whole.state_on(DAY - timedelta(days=1)) is AgreementState.DRAFT


def test_a_signature_that_does_not_count_is_refused() -> None:
    made = agreement(signed=False)
    half = sign(made, POLICE)
    post = OFFICES[POLICE]

    assert refused(lambda: sign(made, FIRE)) == "no_party"
    assert refused(lambda: sign(half, POLICE)) == "signed_twice"
    assert refused(lambda: sign(half, COUNCIL, "somebody")) == "nominated_person"
    assert refused(lambda: sign(half, COUNCIL, nominated_person=None)) == "nominated_person"
    assert refused(lambda: sign(half, COUNCIL, post, nominated_person=post)) == "same_office"


def test_either_party_suspends_and_only_it_resumes() -> None:
    live = agreement()
    stopped = steps.suspended(live, COUNCIL, "r", DAY)
    both = steps.suspended(stopped, POLICE, "r", DAY)
    one = steps.resumed(both, COUNCIL, DAY)

    assert refused(lambda: steps.suspended(live, FIRE, "r", DAY)) == "no_party"
    assert refused(lambda: steps.suspended(stopped, COUNCIL, "r", DAY)) == "suspended_already"
    assert refused(lambda: steps.resumed(stopped, POLICE, DAY)) == "not_suspended"
    assert refused(lambda: steps.resumed(stopped, FIRE, DAY)) == "no_party"
    assert one.state_on(DAY) is AgreementState.SUSPENDED
    assert steps.resumed(one, POLICE, DAY).state_on(DAY) is AgreementState.LIVE


def test_termination_is_the_end() -> None:
    ended = steps.terminated(agreement(), COUNCIL, "r", DAY)

    assert ended.state_on(DAY) is AgreementState.TERMINATED
    assert refused(lambda: steps.terminated(ended, POLICE, "r", DAY)) == "terminated"
    assert refused(lambda: steps.suspended(ended, POLICE, "r", DAY)) == "terminated"
    assert refused(lambda: sign(ended, POLICE)) == "terminated"


def test_a_termination_that_has_not_come_stops_nothing_yet() -> None:
    tomorrow = DAY + timedelta(days=1)
    ending = agreement(terminated={"party": POLICE, "reason": "r", "on": tomorrow})

    assert ending.state_on(DAY) is AgreementState.LIVE
    assert steps.suspended(ending, COUNCIL, "r", DAY).state_on(DAY) is AgreementState.SUSPENDED


def test_how_it_stands_follows_from_version_protocol_and_day() -> None:
    first, second = agreement(), agreement(version=2, valid_from=date(2027, 1, 1))
    bound = bound_on([second, first], [protocol(id="other"), protocol()], LISTS, DAY)

    assert bound is not None
    assert (bound.agreement, bound.state) == (first, AgreementState.LIVE)
    assert bound.protocol_in_force
    assert bound.markings == ("OFFICIAL", "OFFICIAL-SENSITIVE")
    assert bound_on([], [], LISTS, DAY) is None
    assert in_force([], DAY) is None


def test_toml_reads_back_as_the_same_agreement() -> None:

    whole = agreement(
        title='He said "no" \\ and\x7f more',
        coverage={"sources": ("police-nsir",), "behaviours": ("noise",), "cases": ("ab" * 32,)},
        special_category={"condition": "c", "policy_document": "p", "valid_to": DAY},
        children="A reason.\nIn two lines.",
        valid_from=date(2026, 1, 1),
        suspensions=({"party": POLICE, "reason": "r", "valid_from": DAY, "valid_to": DAY},),
        terminated={"party": POLICE, "reason": "r", "on": DAY},
        document_sha256="cd" * 32,
    )

    assert Agreement.model_validate(tomllib.loads(whole.toml())) == whole
    assert whole.terms_sha256 == agreement(**whole.model_dump()).terms_sha256


@pytest.mark.parametrize(
    ("says", "pointer"),
    [("no sentence.", ""), ("No end", ""), ("LOUD.", ""), ("A sentence.", "version"), ("A.", "/X")],
)
def test_a_refusal_is_told_in_a_sentence_and_its_place_by_a_pointer(
    says: str, pointer: str
) -> None:
    with pytest.raises(TypeError, match="sentence"):
        StepRefused("agreement.version", says, pointer)
