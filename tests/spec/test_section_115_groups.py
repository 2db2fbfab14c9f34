"""Section 115: which groups of sealed fields may be seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from schemas.agreements import Agreement
from schemas.powers import Power
from schemas.sensitivity import FieldGroup, Lane
from tests.support.law import (
    DAY,
    POLICY,
    agreement,
    law_115,
    record_class,
    request_115,
    subscription,
)

YESTERDAY = DAY - timedelta(days=1)


def seen(made: Agreement, day: date = DAY, **more: Any) -> frozenset[FieldGroup]:
    return law_115(made).see(request_115(), record_class(**more), day).groups


def test_a_group_is_seen_where_a_field_of_it_is_listed() -> None:
    assert seen(agreement(fields=("address_text", "occurred_from"))) == {
        FieldGroup.EXACT_PLACE,
        FieldGroup.EXACT_TIME,
    }
    assert seen(agreement(fields=())) == frozenset()


@pytest.mark.parametrize(
    ("field", "tag", "group"),
    [
        ("grounds", "special_category", FieldGroup.SPECIAL_CATEGORY),
        ("outcome_code", "offence", FieldGroup.OFFENCE),
    ],
)
def test_tagged_fields_need_a_condition_and_a_policy_document_in_date_and_others_flow(
    field: str, tag: str, group: FieldGroup
) -> None:
    fields = (field, "address_text")
    bare = agreement(fields=fields)
    named = agreement(fields=fields, **{tag: POLICY})
    lapsed = agreement(fields=fields, **{tag: {**POLICY, "valid_to": DAY}})

    assert seen(bare) == seen(lapsed) == {FieldGroup.EXACT_PLACE}
    assert seen(named) == seen(lapsed, YESTERDAY) == {FieldGroup.EXACT_PLACE, group}
    assert law_115(lapsed).decide(request_115(), record_class(), DAY).releases


def test_marks_of_a_child_need_a_reason() -> None:
    assert seen(agreement(fields=("child_flag",))) == frozenset()
    assert seen(agreement(fields=("child_flag",), children="r")) == {FieldGroup.CHILD}


def test_people_are_seen_in_the_roles_that_are_named_and_otherwise_nobody_is() -> None:
    assert FieldGroup.IDENTITY in seen(agreement(fields=("people.name",)))
    assert seen(agreement(fields=("people.name",), roles=())) == frozenset()


def test_a_narrative_is_seen_where_it_is_listed_and_media_are_withheld() -> None:
    made = agreement(fields=("description", "log_entries", "media_url"))
    decided = {
        one.group: [condition.id for condition in one.unmet]
        for one in law_115(made).see(request_115(), record_class(), DAY).decided
    }

    assert seen(made) == {FieldGroup.NARRATIVE}
    assert seen(agreement(fields=("address_text",))) == {FieldGroup.EXACT_PLACE}
    assert decided[FieldGroup.MEDIA] == ["section_115.see.media_is_reviewed"]


def test_nothing_sealed_is_seen_in_another_lane_or_under_another_power() -> None:
    snapshot = law_115()

    for asked in (request_115(lane=Lane.DEPERSONALISED), request_115(agreement=None)):
        assert snapshot.see(asked, record_class(), DAY).groups == frozenset()
    duty = snapshot.see(subscription(power=Power.SECTION_17A), record_class(), DAY)
    assert (duty.basis, duty.groups) == (None, frozenset())
