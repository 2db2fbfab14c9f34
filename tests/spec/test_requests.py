"""Disclosure on request under section 115: who may ask, what a decision lets go, what existence tells."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from policies.allowance import NOT_DECIDED, allowance, fates
from policies.bundle import Bundle, packaged_bundle
from policies.existence import existence_may_be_told
from policies.law import Law
from policies.lists import Lists, packaged_lists
from policies.on_request import RECORDED_WITH_IT, as_if_released, request_on, working_days_after
from policies.vocabulary import SCHEMA
from schemas.codes import Kind, MappingStatus
from schemas.powers import Power, Purpose
from schemas.requests import Asking, Terms
from schemas.sensitivity import FieldGroup, Lane
from schemas.subscriptions import Subscription
from tests.support import requirements
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    POLICE,
    POLICY,
    UNIVERSITY,
    law,
    one_of_each_kind,
    protocol,
    record_class,
)

REQUEST = "request-bcdfghjklmnp"
WHOLE: dict[str, Any] = {
    "holder": POLICE,
    "provision": "s17",
    "necessity": "necessary",
    "positions": (1,),
    "fields": ("people.name", "address_text"),
    "roles": ("complainant",),
    "crossing": True,
    "delete_by": date(2027, 5, 1),
    "ends_on": date(2026, 12, 24),
}
ASKED = Asking.model_validate(
    {
        "holder": POLICE,
        "subject": {"kind": "person", "name": "A. Example"},
        "purpose": "preventing_crime_and_disorder",
        "provision": "s17",
        "necessity": "expedient",
        "why": "Two officers visit on Monday.",
    }
)


def decided(*, partner: str = COUNCIL, asked: dict[str, Any] | None = None, **terms: Any) -> Any:
    """One request of the council to the police, released, with nothing that the law could miss."""
    said = {
        "id": REQUEST,
        "partner": partner,
        "power": Power.SECTION_115_REQUEST,
        "purpose": Purpose.PREVENTING_CRIME_AND_DISORDER,
        "lane": Lane.PERSONAL,
        **(asked or {}),
    }
    return Subscription.model_validate(said | {"request": WHOLE | terms})


def unmet(subscription: Subscription, snapshot: Law | None = None, **cls: Any) -> set[str]:
    """What stands against it, without the power's own name."""
    known = snapshot or law(protocols=[protocol()])
    return {
        one.id.partition(".")[2]
        for one in known.decide(subscription, record_class(**cls), DAY).unmet
    }


@requirements.law("L04")
def test_one_decided_request_needs_no_agreement_and_every_other_condition() -> None:
    assert unmet(decided()) == set()
    assert unmet(decided(withdrawn=True)) == {"request_is_decided"}
    assert unmet(decided(ends_on=DAY)) == {"decision_runs"}
    assert unmet(decided(provision="s1")) == {"provision_is_live"}
    assert unmet(decided(provision=None)) == {"provision_is_live"}
    assert unmet(decided(holder=FIRE)) == {"request_names_holder"}
    assert unmet(decided(asked={"purpose": "other"})) == {"purpose_is_of_the_act"}
    assert unmet(decided(crossing=False)) == {"regime_crossing_is_authorised"}
    assert unmet(decided(), child=True) == {"children_have_a_reason"}
    assert unmet(decided(children=True), child=True) == set()
    assert unmet(decided(), mapping_status=MappingStatus.WITHHELD) == {"not_withheld_by_crosswalk"}
    lapsed = law(protocols=[protocol(valid_to=DAY)])
    assert unmet(decided(), lapsed) == {"protocol_is_in_force"}


def test_without_a_decision_nothing_goes() -> None:
    bare = decided().model_copy(update={"request": None})

    assert {"request_is_decided", "decision_runs", "request_names_recipient"} <= unmet(bare)


@requirements.law("L01")
def test_who_is_not_listed_may_not_ask_and_is_told_why_without_a_record() -> None:
    bodies = one_of_each_kind()
    partners = [POLICE_ONE, *(b for b in bodies.values())]
    parties = (POLICE, *(one.id for one in bodies.values()))
    snapshot = law(partners, protocols=[protocol(parties=parties)])
    listed = packaged_lists().listed
    for kind, body in bodies.items():
        asked = as_if_released(REQUEST, body.id, ASKED, DAY, None)
        told = {one.id.partition(".")[2] for one in snapshot.standing(asked, DAY)}
        may = kind in listed and listed[kind].covers(DAY)
        assert ("recipient_is_relevant_authority" in told) is not may, kind


POLICE_ONE = next(one for one in law().register.partners if one.id == POLICE)


@requirements.law("L57")
def test_a_case_review_may_ask_under_its_own_power_with_its_number() -> None:
    asked = {
        "power": Power.ASB_CASE_REVIEW_REQUEST,
        "purpose": Purpose.ASB_CASE_REVIEW,
        "case_review": "ca5e" * 16,
    }

    assert unmet(decided(asked=asked, provision=None)) == set()
    assert unmet(decided(asked=asked | {"case_review": None})) == {"case_review_is_named"}
    assert unmet(decided(asked=asked, partner=FIRE)) == {"recipient_is_review_body"}
    assert "recipient_is_review_body" in unmet(decided(asked=asked, partner=UNIVERSITY))


@requirements.law("L23")
def test_a_decision_lists_fields_and_the_law_still_has_a_say() -> None:
    snapshot, cls = law(protocols=[protocol()]), record_class()
    listed = decided(fields=("people.name", "grounds", "outcome_code", "media_url", "child_flag"))
    allowed = allowance(snapshot, listed, cls, DAY)

    assert allowed is not None
    assert allowed.fields == frozenset()
    assert allowed.person_parts == {"name"}
    assert (allowed.agreement, allowed.version, allowed.provision) == (REQUEST, 1, "s17")
    assert (allowed.delete_by, allowed.crossing) == (date(2027, 5, 1), RECORDED_WITH_IT)
    with_all = decided(
        fields=("grounds", "outcome_code", "child_flag"),
        special_category=POLICY,
        offence=POLICY,
        children=True,
        roles=("subject",),
    )
    seen = snapshot.see(with_all, cls, DAY).groups
    assert seen == {FieldGroup.SPECIAL_CATEGORY, FieldGroup.OFFENCE, FieldGroup.CHILD}
    told = {one.field: one.why for one in fates(snapshot, decided(), cls, DAY)}
    assert NOT_DECIDED in told["postcode"]


def test_who_is_said_to_have_done_a_crime_is_named_only_under_a_condition() -> None:
    snapshot, crime = law(protocols=[protocol()]), record_class(kind=Kind.CRIME)
    asked = decided(roles=("subject", "victim", "convicted"))
    plain = allowance(snapshot, asked, crime, DAY)
    with_condition = decided(
        roles=("subject", "victim", "convicted"), offence=POLICY, fields=("people.name",)
    )
    full = allowance(snapshot, with_condition, crime, DAY)

    assert plain is not None
    assert full is not None
    assert plain.roles == {"victim"}
    assert full.roles == {"subject", "victim", "convicted"}


def test_existence_is_told_of_what_could_lawfully_go_and_of_nothing_sensitive() -> None:
    snapshot = law(protocols=[protocol()])
    supposed = as_if_released(REQUEST, COUNCIL, ASKED, DAY, None)
    plain, domestic = record_class(), record_class(mapping_status=MappingStatus.WITHHELD)
    sensitive, elsewhere = record_class(sensitive=True), record_class(controller=FIRE)

    assert existence_may_be_told(snapshot, supposed, [domestic, plain], DAY)
    assert not existence_may_be_told(snapshot, supposed, [], DAY)
    assert not existence_may_be_told(snapshot, supposed, [domestic, sensitive, elsewhere], DAY)


def test_working_days_skip_weekends_and_bank_holidays() -> None:
    friday = date(2026, 12, 24)

    assert working_days_after(friday, 1) == date(2026, 12, 29)
    assert working_days_after(friday, 0) == friday
    assert working_days_after(DAY, 5) == DAY + timedelta(days=7)


@pytest.mark.parametrize(
    "change",
    [
        {"subject": {"kind": "person"}},
        {"subject": {"kind": "address", "name": "A. Example"}},
        {"subject": {"kind": "case", "name": "A. Example"}},
        {"why": "  "},
        {"why": "--"},
        {"provision": None},
        {"power": "section_115"},
        {"case_review": "CR-1"},
        {"power": "asb_case_review_request", "purpose": "asb_case_review"},
    ],
)
@requirements.law("L04")
def test_a_request_that_says_too_little_does_not_fit(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Asking.model_validate(ASKED.model_dump() | change)


def test_a_standing_request_is_none_of_these() -> None:
    plain = decided().model_copy(update={"request": None})

    assert request_on(plain, (), packaged_lists(), DAY) is None
    assert law().may_end(decided())
    assert isinstance(decided().request, Terms)


def test_lists_of_an_older_snapshot_have_the_two_powers_off() -> None:
    text = packaged_lists().texts["powers.toml"]
    older = text[: text.index('[[power]]\ncode = "section_115_request"')]
    lists = Lists.load(packaged_lists().texts | {"powers.toml": older})

    assert not lists.powers.by_code[Power.SECTION_115_REQUEST].in_force(DAY)


def test_a_schema_of_before_decides_without_requests() -> None:
    texts = dict(packaged_bundle().texts)
    schema = texts[SCHEMA]
    begin, end = (
        schema.index("// One request for disclosure"),
        schema.index("// Everything about a"),
    )
    texts[SCHEMA] = "\n".join(
        line
        for line in (schema[:begin] + schema[end:]).splitlines()
        if "request?: Request" not in line
    )
    del texts["section_115_request.cedar"], texts["asb_case_review_request.cedar"]
    older = law(protocols=[protocol()], bundle=Bundle.load(texts))

    assert unmet(decided(), older) == {""}
