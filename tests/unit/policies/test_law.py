"""The snapshot: immutable, replayable, remembering, and never raising for who asks."""

from __future__ import annotations

from datetime import date

import pytest

from policies import law as module
from policies.bundle import packaged_bundle
from policies.explain import explain, rendered
from policies.law import Law
from policies.operations import OPERATIONS
from policies.refusals import PolicyRefused
from schemas.codes import SubjectRole
from schemas.powers import Power
from schemas.record_class import RecordClass
from schemas.sensitivity import FieldGroup, Lane
from tests.support.law import (
    DAY,
    PARTNERS,
    POLICE,
    UNIVERSITY,
    agreement,
    bundle_with,
    bundle_without,
    law,
    law_115,
    partner,
    protocol,
    record_class,
    request_115,
    rule,
    subscription,
)


def test_a_snapshot_is_rebuilt_from_its_parts_and_decides_the_same() -> None:
    first = law_115()
    again = Law.from_parts(first.parts)

    assert again.sha256 == first.sha256
    assert dict(again.parts) == dict(first.parts)
    for asked in (subscription(), request_115()):
        assert again.decide(asked, record_class(), DAY).releases
        assert again.decide(asked, record_class(), DAY) == first.decide(asked, record_class(), DAY)
        assert again.see(asked, record_class(), DAY) == first.see(asked, record_class(), DAY)


def test_every_part_counts_for_the_digest() -> None:
    plain = law()
    stricter = bundle_with({"local.cedar": rule("section_17a.more", "true")})
    others = [
        law(protocols=[protocol()]),
        law(agreements=[agreement()]),
        law([*PARTNERS, partner("more", "charity")]),
        law(bundle=stricter),
        Law(packaged_bundle(), {}, PARTNERS),
    ]

    assert len({plain.sha256, *(other.sha256 for other in others)}) == 6
    assert law(reversed(PARTNERS)).sha256 == plain.sha256


def test_a_snapshot_without_a_part_is_refused() -> None:
    parts = dict(law().parts)
    for missing in ("register/partners.json", "register/agreements.json", "data/sensitive.toml"):
        with pytest.raises(PolicyRefused):
            Law.from_parts({name: text for name, text in parts.items() if name != missing})


def test_a_decision_is_remembered_by_value_and_for_its_own_day() -> None:
    snapshot, asked, cls = law(), subscription(), record_class()
    tomorrow = date(2026, 11, 24)
    decision = snapshot.decide(asked, cls, DAY)

    assert snapshot.decide(asked, cls, DAY) is decision
    assert snapshot.decide(subscription(), record_class(), DAY) is decision
    assert snapshot.decide(asked, cls, tomorrow).day == tomorrow
    assert snapshot.decide(subscription(version=2), cls, DAY) is not decision


def test_a_remembered_release_does_not_outlive_the_recipients_last_day() -> None:
    last = date(2026, 11, 24)
    leaving = partner("parish", "parish_council", valid_to=last)
    snapshot, asked, cls = law([*PARTNERS, leaving]), subscription(partner="parish"), record_class()

    assert snapshot.decide(asked, cls, DAY).releases
    assert not snapshot.decide(asked, cls, last).releases


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 4)
    snapshot = law()
    for number in range(20):
        for recipient in (f"nobody-{number}", UNIVERSITY):
            asked = subscription(partner=recipient)
            snapshot.decide(asked, record_class(source=f"s-{number}"), DAY)
            snapshot.see(request_115(partner=recipient), record_class(), DAY)
            snapshot.bound(recipient, DAY)

    assert len(snapshot._decided) <= 4
    assert len(snapshot._recent) <= 4
    assert len(snapshot._pairs) <= 4
    assert len(snapshot._seen) <= 4
    assert len(snapshot._bound) <= 4


def test_a_class_with_everything_in_it_is_decided() -> None:
    full = RecordClass.model_validate(
        {
            **record_class().model_dump(),
            "typology_area": "acts_directed_at_people",
            "typology_behaviour": "intimidation_harassment",
            "handling": "P",
            "roles": tuple(SubjectRole),
            "field_groups": tuple(FieldGroup),
            "grounds": ("race",),
            "sensitive": True,
        }
    )

    assert law().decide(subscription(), full, DAY).releases


def test_a_request_that_the_engine_cannot_read_withholds() -> None:
    absurd = subscription().model_copy(update={"minimum_cell": 2**70})

    decision = law().decide(absurd, record_class(), DAY)

    assert not decision.releases
    assert decision.errors == ("request",)


def test_only_the_personal_lane_reads_a_field_at_rest() -> None:
    found = {one.name: one.lanes for one in OPERATIONS.values() if one.reads_at_rest}

    assert set(found) == {"sealed", "persons", "masked"}
    assert set(found.values()) == {frozenset({Lane.PERSONAL})}


def test_an_explanation_says_each_condition_with_its_section() -> None:
    explanation = explain(law(), subscription(partner=UNIVERSITY), record_class(), DAY)
    text = rendered(explanation)

    assert text.startswith("WITHHOLD · section_17a · depersonalised lane · 2026-11-23\n")
    assert "✗ The recipient is a relevant authority on the day. [Crime and Disorder Act" in text
    assert "✓ The holder is a relevant authority on the day." in text
    assert "Flag: The holder has no signed information-sharing protocol" in text
    assert explanation.decision.snapshot in text


def test_an_explanation_of_a_power_that_is_not_built_has_no_basis() -> None:
    asked = subscription(power=Power.SECTION_115)
    bare = law(bundle=bundle_without("section_115.cedar"))
    text = rendered(explain(bare, asked, record_class(), DAY))

    assert "Basis: none" in text
    assert "not built or not enabled" in text


def test_an_explanation_names_a_policy_that_erred() -> None:
    overflow = rule("section_17a.errs", "9223372036854775807 + context.minimum_cell + 1 > 0")
    snapshot = law(bundle=bundle_with({"local.cedar": overflow}), protocols=[protocol()])
    text = rendered(explain(snapshot, subscription(), record_class(), DAY))

    assert "! section_17a.errs: the policy could not be evaluated" in text
    assert "Unmet" not in text
    assert POLICE not in text
