"""The personal lane, pure: what may leave, what is kept, and the record that carries it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic_core import from_json

from policies.allowance import allowance, fates, group_of
from policies.classes import classify
from policies.depersonalise import depersonalise, open_half
from policies.disclose import disclose, left_fields
from policies.explain import explain, rendered
from policies.keeping import keeping
from policies.kept import EVERYTHING, NOTHING, Kept, concerns_a_child
from policies.law import Law
from policies.pseudonym import case_key
from policies.treatments import packaged_treatments
from schemas.agreements import Agreement
from schemas.partners import PartnerKind
from schemas.released import DisclosedIncident
from schemas.sensitivity import FieldGroup, Lane
from tests.support.law import (
    COUNCIL,
    DAY,
    NOON,
    PARTNERS,
    POLICY,
    agreement,
    feed,
    incident,
    law,
    law_115,
    open_class,
    protocol,
    record_class,
    request_115,
    subscription,
)

ID = "r1.2026Q4." + "x" * 22
TABLES = packaged_treatments()
KEY = b"k" * 32
PEOPLE = (
    {"role": "complainant", "name": "A. Example", "telephone": "07700 900001", "under_18": False},
    {"role": "victim", "name": "B. Example", "date_of_birth": date(1980, 2, 3)},
    {"role": "witness", "name": "C. Example", "address": "1 Example Road"},
    {"role": "convicted", "name": "D. Example"},
    {"role": "subject", "name": "E. Example"},
)
FACTS: dict[str, Any] = {
    "source_reference": "URN-1",
    "address_text": "12 Example Road",
    "people": PEOPLE,
    "contact": "07700 900002",
    "grounds": ("race",),
    "outcome_code": "charged",
    "description": "a text",
    "occurred_to": NOON,
}


def seen_by(made: Agreement, facts: dict[str, Any], **asked: Any) -> DisclosedIncident:
    """The record that the council gets, with everything sealed held."""
    whole, snapshot = incident(**facts), law_115(made)
    cls = classify(whole, feed(), PartnerKind.CHIEF_OFFICER_OF_POLICE, EVERYTHING)
    allowed = allowance(snapshot, request_115(**asked), cls, DAY)
    assert allowed is not None
    half = open_half(whole, None, TABLES[Lane.DEPERSONALISED])
    return disclose(whole, half, cls, ID, 1, DAY, allowed, TABLES)


def agreed(made: Agreement, **facts: Any) -> dict[str, Any]:
    record = seen_by(made, {**FACTS, **facts})
    return record.agreed.model_dump(mode="json", exclude_defaults=True)


def names(people: list[dict[str, Any]]) -> list[tuple[str, str | None]]:
    return [(person["role"], person.get("name")) for person in people]


def test_what_is_not_listed_never_leaves() -> None:
    assert agreed(agreement(fields=())) == {}
    assert agreed(agreement(fields=("address_text",))) == {"address_text": "12 Example Road"}


def test_people_leave_in_the_roles_and_with_the_parts_that_are_named() -> None:
    whole = agreed(agreement(fields=("people",)))["people"]
    parts = agreed(agreement(fields=("people.name",), roles=("witness",)))["people"]

    assert names(whole) == [("complainant", "A. Example"), ("victim", "B. Example")]
    assert whole[0]["telephone"] == "07700 900001"
    assert whole[1]["date_of_birth"] == "1980-02-03"
    assert parts == [{"role": "witness", "name": "C. Example"}]
    assert "people" not in agreed(agreement(fields=("people",), roles=()))


def test_marks_of_a_child_in_a_person_need_their_reason_too() -> None:
    bare = agreed(agreement(fields=("people",)))["people"]
    reasoned = agreed(agreement(fields=("people",), children="r"))["people"]

    assert "under_18" not in bare[0]
    assert reasoned[0]["under_18"] is False


def test_who_is_said_to_have_done_it_is_offence_data() -> None:
    roles = ("convicted", "subject")
    fields = ("people.name", "outcome_code")
    coverage = {"behaviours": ("noise",)}
    bare = agreement(fields=fields, roles=roles, coverage=coverage)
    named = agreement(fields=fields, roles=roles, coverage=coverage, offence=POLICY)

    assert names(agreed(bare)["people"]) == [("subject", "E. Example")]
    assert "people" not in agreed(bare, kind="crime")
    assert "outcome_code" not in agreed(bare)
    for kind in ("asb_incident", "crime"):
        left = agreed(named, kind=kind)
        assert names(left["people"]) == [("convicted", "D. Example"), ("subject", "E. Example")]
        assert left["outcome_code"] == "charged"


def test_tagged_fields_leave_under_their_condition() -> None:
    fields = ("grounds", "address_text")

    assert set(agreed(agreement(fields=fields))) == {"address_text"}
    assert agreed(agreement(fields=fields, special_category=POLICY))["grounds"] == ["race"]


def test_narratives_leave_masked_each_where_it_is_listed() -> None:
    log = [{"at": NOON, "operator": "J EXAMPLE", "text": "DARREN KOWALSKI RANG"}]
    facts: dict[str, Any] = {"description": "SEEN BY DARREN", "log_entries": log}
    masked = {"description": "SEEN BY [name]", "log_entries": [{"text": "[name] RANG"}]}

    assert agreed(agreement(fields=("description", "log_entries")), **facts) == masked
    assert set(agreed(agreement(fields=("description",)), **facts)) == {"description"}
    assert agreed(agreement(fields=("log_entries",))) == {}
    timed = agreed(agreement(fields=("log_entries", "occurred_from")), **facts)
    assert timed["log_entries"][0]["at"] == "2026-10-31T12:34+00:00"
    withheld = agreed(agreement(fields=("description",)), description="caf\ufffd")
    assert withheld == {"description_withheld": "undecodable"}
    record = seen_by(agreement(fields=("description",)), {**FACTS, "description": "caf\ufffd"})
    assert left_fields(record) == frozenset()


def test_media_have_no_field_to_leave_in() -> None:
    assert agreed(agreement(fields=("media_url",))) == {}


@pytest.mark.parametrize(
    ("precision", "said"),
    [
        ("minute", "2026-10-31T12:34+00:00"),
        ("hour", "2026-10-31T12:00+00:00"),
        ("day", "2026-10-31"),
        ("month", "2026-10"),
    ],
)
def test_an_exact_time_is_as_exact_as_the_source_knew(precision: str, said: str) -> None:
    left = agreed(agreement(fields=("occurred_from",)), time_precision=precision)

    assert left == {"occurred_from": said, "time_precision": precision}


def test_everything_else_is_as_in_the_depersonalised_lane() -> None:
    whole = incident(**FACTS)
    half = open_half(whole, None, TABLES[Lane.DEPERSONALISED])
    record = seen_by(agreement(fields=()), FACTS)
    other = depersonalise(half, record_class(), ID, 1, TABLES[Lane.DEPERSONALISED])

    left = record.model_dump(include=set(type(other).model_fields))
    assert left == other.model_dump()
    assert record.delete_by == date(2027, 11, 23)


def test_the_fields_that_left_are_named_with_their_groups() -> None:
    record = seen_by(agreement(fields=("people.name", "occurred_from")), FACTS)

    assert left_fields(record) == {"people.name", "occurred_from"}
    assert group_of("people.telephone") is FieldGroup.CONTACT
    assert group_of("occurred_from") is FieldGroup.EXACT_TIME


def test_nothing_sealed_held_leaves_the_open_half_alone() -> None:
    half = open_half(incident(), None, TABLES[Lane.DEPERSONALISED])
    allowed = allowance(law_115(), request_115(), record_class(), DAY)
    assert allowed is not None

    record = disclose(None, half, record_class(), ID, 1, DAY, allowed, TABLES)

    assert left_fields(record) == frozenset()


def test_no_agreement_or_no_table_allows_nothing() -> None:
    bare = Law(law().bundle, {}, PARTNERS, [protocol()], agreements=[agreement()])

    assert allowance(law_115(), request_115(agreement="unknown"), record_class(), DAY) is None
    assert allowance(law_115(), subscription(), record_class(), DAY) is None
    assert allowance(bare, request_115(), record_class(), DAY) is None


# ---------------------------------------------------------------------- each field's fate


def test_each_sealed_field_has_a_fate_and_a_reason() -> None:
    made = agreement(
        fields=("address_text", "grounds", "description", "people.name", "contact"),
        roles=("convicted",),
    )
    held = record_class(field_groups=("exact_place", "identity", "narrative", "special_category"))
    told = {one.field: one for one in fates(law_115(made), request_115(), held, DAY)}

    assert told["address_text"].leaves
    assert told["address_text"].why == ()
    assert told["officer"].why == ("The agreement does not list it.",)
    assert told["grounds"].why[0].startswith("Special category data")
    assert told["description"].leaves
    assert told["media_url"].why[-1].startswith("Pictures and recordings")
    assert told["people"].why == ("No person of the record may be named.",)
    assert told["contact"].why[0].startswith("It was not kept")
    assert {one.group for one in told.values()} == set(FieldGroup)


def test_without_an_agreement_every_fate_says_so() -> None:
    told = fates(law_115(), request_115(agreement=None), record_class(), DAY)

    assert not any(one.leaves for one in told)
    assert {one.why[0] for one in told} == {"No agreement speaks for it."}


def test_an_explanation_lists_the_fields_in_the_personal_lane_alone() -> None:
    held = record_class(field_groups=("exact_place",))
    text = rendered(explain(law_115(), request_115(), held, DAY))
    refused = rendered(explain(law_115(), request_115(), record_class(handling="C"), DAY))

    assert "Fields that leave: address_text" in text
    assert "  – officer: The agreement does not list it." in text
    assert "Fields that would leave: none" in refused
    assert "Fields" not in rendered(explain(law_115(), subscription(), held, DAY))


# ---------------------------------------------------------------------- what is kept


def kept_of(made: Agreement, day: date = DAY, **facts: Any) -> Kept:
    return keeping(law_115(made), feed(), day).of(incident(**{**FACTS, **facts}), KEY)


def sealed(made: Agreement, **facts: Any) -> dict[str, Any]:
    half = kept_of(made, **facts).sealed_half(incident(**{**FACTS, **facts}))
    document: dict[str, Any] = {} if half is None else from_json(half)
    return document


def test_nothing_is_kept_without_an_agreement_that_is_live() -> None:
    assert keeping(law(), feed(), DAY).of(incident(**FACTS), KEY) == NOTHING
    for made in (
        agreement(signed=False),
        agreement(valid_to=DAY),
        agreement(records_from=date(2027, 1, 1)),
        agreement(coverage={"sources": ("another-feed",), "kinds": ("asb_incident",)}),
        agreement(coverage={"kinds": ("crime",)}),
        agreement(coverage={}),
    ):
        assert kept_of(made) == NOTHING


def test_an_agreement_with_another_holder_keeps_nothing_of_this_feed() -> None:
    others = feed(controller=COUNCIL)

    assert keeping(law_115(), others, DAY).names == frozenset()


def test_of_open_data_nothing_sealed_is_kept_so_that_it_stays_open() -> None:
    published = feed(open_data_licence="OGL-UK-3.0")
    nothing = keeping(law_115(), published, DAY)
    cls = classify(incident(**FACTS), published, PartnerKind.CHIEF_OFFICER_OF_POLICE)

    assert (nothing.names, nothing.of(incident(**FACTS), KEY)) == (frozenset(), NOTHING)
    assert cls.field_groups == open_class().field_groups == ()


def test_the_allow_list_is_kept_of_the_records_that_are_covered_and_no_more() -> None:
    made = agreement(fields=("address_text", "people.name", "description", "grounds"))

    assert sealed(made) == {
        "address_text": "12 Example Road",
        "people": [
            {"role": "complainant", "name": "A. Example"},
            {"role": "victim", "name": "B. Example"},
        ],
        "description": "a text",
    }
    assert sealed(made, kind="crime") == {}
    kept = {"address_text", "people", "description"}
    assert keeping(law_115(made), feed(), DAY).names == kept


def test_two_agreements_keep_what_either_uses() -> None:
    first = agreement(fields=("address_text",))
    second = agreement(id="second", fields=("people.telephone",), roles=("complainant",))
    both = keeping(law_115(first, second), feed(), DAY).of(incident(**FACTS), KEY)
    third = agreement(id="third", fields=("contact", "people.name"), roles=("complainant",))

    assert both.fields == {"address_text"}
    assert keeping(law_115(second), feed(), DAY).names == frozenset()
    wide = keeping(law_115(second, third), feed(), DAY).of(incident(**FACTS), KEY)
    assert wide.fields == {"contact", "people"}


def test_the_exactness_of_a_time_is_kept_beside_it() -> None:
    made = agreement(fields=("occurred_from",))

    assert set(sealed(made, time_precision="hour")) == {"occurred_from", "time_precision"}
    assert set(sealed(made)) == {"occurred_from"}


def test_a_row_without_the_values_keeps_no_half() -> None:
    made = agreement(fields=("postcode", "people.name"), roles=("caller",))

    assert sealed(made) == {}


def test_records_about_a_child_are_kept_where_a_reason_is_recorded() -> None:
    bare, reasoned = agreement(), agreement(children="r")

    assert kept_of(bare, child_flag=True) == NOTHING
    assert kept_of(reasoned, child_flag=True).fields


@pytest.mark.parametrize(
    ("facts", "child"),
    [
        ({}, False),
        ({"child_flag": True}, True),
        ({"child_flag": False}, False),
        ({"people": ({"role": "victim", "under_18": True},)}, True),
        (
            {"people": ({"role": "victim", "under_18": False, "date_of_birth": date(2020, 1, 1)},)},
            False,
        ),
        ({"people": ({"role": "victim", "date_of_birth": date(2008, 11, 1)},)}, True),
        ({"people": ({"role": "victim", "date_of_birth": date(2008, 10, 31)},)}, False),
        ({"people": ({"role": "victim", "date_of_birth": date(1990, 1, 1)},)}, False),
        (
            {
                "people": ({"role": "victim", "date_of_birth": date(2020, 1, 1)},),
                "occurred_from": None,
                "reported_at": None,
            },
            False,
        ),
        ({"people": ({"role": "victim"},)}, False),
    ],
)
def test_who_is_a_child_is_told_by_the_flag_or_the_age_on_the_day(
    facts: dict[str, Any], child: bool
) -> None:
    assert concerns_a_child(incident(**facts)) is child


def test_the_class_says_that_a_child_is_concerned_only_where_something_is_held() -> None:
    whole = incident(child_flag=True, **FACTS)

    assert classify(whole, feed(), None, EVERYTHING).child
    assert not classify(whole, feed(), None).child


def test_a_case_is_known_by_its_keyed_hash_where_an_agreement_lists_it() -> None:
    case = case_key(KEY, "ASB 42")
    made = agreement(coverage={"cases": (case,)})
    listed, other = kept_of(made, case_reference="asb42"), kept_of(made, case_reference="ASB 43")

    assert (listed.case, other) == (case, NOTHING)
    assert kept_of(made, case_reference=None) == NOTHING
    whole = incident(case_reference="asb42", **FACTS)
    assert classify(whole, feed(), None, listed).case == case
    assert case_key(b"x" * 32, "ASB 42") != case


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policies.keeping.REMEMBERED", 2)
    kept = keeping(law_115(), feed(), DAY)

    for behaviour in ("noise", "begging", "street_drinking", "abandoned_cars"):
        kept.of(incident(typology_behaviour=behaviour), KEY)

    assert len(kept._known) <= 2
    assert kept.of(incident(), KEY) is kept.of(incident(), KEY)
