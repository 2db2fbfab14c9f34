"""Described records against a register, and facts that are left out one by one."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest

from policies.answered import answer
from policies.bundle import packaged_bundle
from policies.described import DescriptionRefused
from policies.description_form import EXAMPLES, DescriptionFaulty, description_of
from policies.law import Law
from policies.register import Register
from policies.succession import Succession, succession
from policies.treatments import packaged_treatments
from schemas.described import Answer
from schemas.powers import Power
from tests.support.law import (
    COUNCIL,
    DAY,
    FIRE,
    PARTNERS,
    POLICE,
    agreement,
    bundle_with,
    feed,
    law_115,
    partner,
    protocol,
    request_115,
    rule,
    subscription,
)

CASE, DUTY = EXAMPLES[0], EXAMPLES[1]
FEEDS = {"police-nsir": feed()}
BY_ID: dict[str, Any] = {
    "source": "police-nsir",
    "kind": "asb_incident",
    "subject_roles": ["victim"],
    "recipient": COUNCIL,
    "power": "section_115",
    "purpose": "preventing_crime_and_disorder",
    "agreement": "police-council",
}


@cache
def nobody_registered() -> Law:
    return Law(packaged_bundle(), packaged_treatments(), ())


def asked(document: dict[str, Any], law: Law | None = None) -> Answer:
    return answer(law or nobody_registered(), description_of(document), DAY, FEEDS)


def unmet(found: Answer) -> set[str]:
    return {one.id for one in found.unmet}


def test_ids_of_the_register_are_judged_as_a_stored_record_is() -> None:
    law = law_115()
    found = asked(BY_ID, law)

    assert (found.decision, found.place, found.time) == ("release", "exact", "minute")
    assert set(found.fields) >= {"people", "source_reference", "address_text", "occurred_from"}
    assert unmet(asked({**BY_ID, "protocol": {"in_force": False}}, law)) >= {
        "section_115.protocol_is_in_force"
    }
    assert asked({**BY_ID, "protocol": "charnwood"}, law).decision == "release"
    assert asked({**CASE, "protocol": "charnwood"}, law).decision == "withhold"
    assert asked({**DUTY, "recipient": FIRE, "source": "police-nsir"}, law).decision == "release"
    received = {"controller": POLICE, "received_from": FIRE}
    assert "described.may_be_passed_on" in unmet(asked({**BY_ID, "source": received}, law))


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": "nobody"}, "/source"),
        ({"source": {"controller": "nobody"}}, "/source/controller"),
        ({"source": {"controller": POLICE, "received_from": "nobody"}}, "/source/received_from"),
        ({"recipient": "nobody"}, "/recipient"),
        ({"agreement": "nothing"}, "/agreement"),
        ({"protocol": "nothing"}, "/protocol"),
    ],
)
def test_an_unknown_id_is_refused_with_its_place(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(DescriptionRefused) as refused:
        asked({**BY_ID, **changes}, law_115())

    assert refused.value.pointer == pointer


@pytest.mark.parametrize(
    ("text", "live"),
    [
        ("s17", True),
        ("s.17", True),
        ("Section 17", True),
        ("17", True),
        ("s1", False),
        ("17 CDA", True),
        ("s.17(1)(a)", True),
        ("s17 of the Crime and Disorder Act 1998", True),
        ("17 DPA", False),
        ("s17-s18", False),
        ("s.1(1)", False),
    ],
)
def test_a_section_is_read_as_lawyers_write_it(text: str, live: bool) -> None:
    document = copy.deepcopy(CASE)
    document["agreement"]["provision"] = text

    assert (asked(document).decision == "release") is live


def test_whoever_is_holder_and_recipient_gets_nothing() -> None:
    same = {**CASE, "source": {"controller": COUNCIL}, "recipient": COUNCIL}

    assert unmet(asked(same, law_115())) >= {
        "section_115.recipient_is_not_holder",
        "section_115.agreement_names_recipient",
    }


def test_patients_need_a_condition_and_a_condition_in_other_words_is_none() -> None:
    patients = copy.deepcopy(CASE)
    patients["source"]["patient_information"] = True
    other = copy.deepcopy(CASE) | {"handling": "C", "handling_conditions": ["other"]}
    other["agreement"]["handling_conditions"] = ["other"]

    assert unmet(asked(patients)) >= {"described.patient_information_has_condition"}
    patients["agreement"]["special_category"] = {"condition": "c", "policy_document": "p"}
    assert asked(patients).decision == "release"
    assert unmet(asked(other)) >= {
        "everywhere.handling_permits",
        "described.handling_conditions_can_be_checked",
    }


def test_a_condition_that_errs_withholds_and_is_named() -> None:
    overflow = rule("section_17a.errs", "9223372036854775807 + context.minimum_cell + 1 > 0")
    law = Law(bundle_with({"local.cedar": overflow}), packaged_treatments(), ())
    found = asked(DUTY, law)

    assert (found.decision, unmet(found)) == ("withhold", {"section_17a.errs"})


def test_media_and_parts_that_the_lane_cannot_carry_stay() -> None:
    document = copy.deepcopy(CASE) | {
        "fields": ["people.name", "people.email", "media_url", "people"]
    }
    document["agreement"]["fields"] = ["people.name", "media_url"]
    found = asked(document)

    assert found.fields == ("people.name", "people")
    assert unmet(found) >= {"described.agreement_lists.people.email"}
    assert any("media" in one for one in unmet(found))


def test_a_signed_agreement_begins_tomorrow_at_the_earliest_and_cells_are_coarse() -> None:
    signed = copy.deepcopy(CASE)
    signed["agreement"]["state"] = "signed"
    cells = copy.deepcopy(CASE) | {"lane": "depersonalised", "fields": ["kind", "place"]}
    found = asked(cells)

    assert "section_115.agreement_is_live" in unmet(asked(signed))
    assert (found.decision, found.place, found.time) == ("release", "msoa", "month")


def test_a_sub_behaviour_makes_the_place_coarser_and_an_unknown_one_is_refused() -> None:
    voyeur = {**DUTY, "behaviour": "intimidation_harassment", "sub_behaviour": "voyeurism"}

    assert asked(voyeur).place == "lsoa"
    with pytest.raises(DescriptionFaulty):
        description_of({"sub_behaviour": "rudeness"})


NEEDED = (
    *("source", "kind", "recipient", "power", "purpose", "agreement", "protocol"),
    *(f"agreement.{name}" for name in CASE["agreement"]),
    *("source.controller", "subject_roles"),
)
NOT_NEEDED = {
    "agreement.valid_from": "an agreement without a first day has begun",
    "agreement.onward": "the record is the holder's own",
    "agreement.marking": "the record is OFFICIAL",
    "agreement.recipient_regime": "a crossing is recorded",
}


@pytest.mark.parametrize("path", NEEDED)
def test_a_fact_that_is_left_out_never_counts_as_there(path: str) -> None:
    document = copy.deepcopy(CASE)
    whole = asked(CASE)
    above, _, last = path.rpartition(".")
    del (document[above] if above else document)[last]
    found = asked(document)

    assert set(found.fields) <= set(whole.fields)
    if path in NOT_NEEDED:
        assert found == whole
    else:
        assert len(found.unmet) > len(whole.unmet), path


@pytest.mark.prove
def test_leaving_out_more_never_releases_more(count: Callable[[int], int]) -> None:
    dice = Random(20261126)
    for example in EXAMPLES:
        for _ in range(count(3_000)):
            less, least = copy.deepcopy(example), None
            for name in dice.sample(sorted(less), dice.randint(1, 3)):
                if name not in {"fields", "day"}:
                    del less[name]
            least = copy.deepcopy(less)
            if isinstance(least.get("agreement"), dict):
                for name in dice.sample(sorted(least["agreement"]), 2):
                    del least["agreement"][name]
            first, second = asked(less), asked(least)
            assert first.decision == "release" or second.decision == "withhold"
            assert set(second.fields) <= set(first.fields)


def test_succession_looks_backwards_and_forwards() -> None:
    old = partner("old", "district_council", valid_to=DAY, succeeded_by="new")
    new = partner("new", "district_council")
    made = agreement(holders=("old",))
    over = agreement(
        id="over", holders=("old",), terminated={"party": "old", "reason": "r", "on": DAY}
    )
    standing = [subscription(id="s1", partner="old"), request_115()]
    register = Register([*PARTNERS, old, new])

    assert succession(register, "old", [made, over], standing, DAY) == Succession(
        successor="new",
        on=DAY,
        agreements_to_novate=("police-council",),
        subscriptions_to_novate=("s1",),
    )
    assert succession(register, "new", [made], standing, DAY).predecessors == ("old",)
    assert succession(register, "nobody", [], [], date(2020, 1, 1)) == Succession()


def test_no_power_is_answered_and_nothing_is_met_by_chance() -> None:
    found = asked({**CASE, "power": None})

    assert found.decision == "withhold"
    assert not {one.id for one in found.met if not one.id.startswith("described.")}
    assert Power.SECTION_115.value not in str(found.met)
    assert protocol().id == "charnwood"


@pytest.mark.parametrize(
    ("agreed", "stated", "refused"),
    [
        ({}, {}, set()),
        ({"minimum_cell": 10}, {}, set()),
        ({"minimum_cell": 10}, {"minimum_cell": 5}, {"everywhere.minimum_cell_is_agreed"}),
        ({"cells": {"place": "district", "time": "quarter"}}, {}, set()),
        ({"cells": {"place": "district"}}, {"cells": {}}, {"everywhere.cells_are_agreed"}),
    ],
)
def test_cells_are_as_stated_or_as_agreed(
    agreed: dict[str, object], stated: dict[str, object], refused: set[str]
) -> None:
    document = copy.deepcopy(CASE) | {"lane": "depersonalised"} | stated
    document["agreement"] |= agreed

    found = asked(document)

    assert unmet(found) == refused
    if not refused:
        district = "cells" in agreed
        assert (found.place, found.time) == (
            ("district", "quarter") if district else ("msoa", "month")
        )
