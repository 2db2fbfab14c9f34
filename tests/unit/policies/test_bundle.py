"""A bundle that is not whole does not load, and says which file and which rule."""

from __future__ import annotations

import pytest

from policies.bundle import Bundle, packaged_bundle
from policies.refusals import PolicyRefused
from schemas.powers import Power
from tests.support.law import bundle_with, rule

EVERYWHERE = packaged_bundle().texts["everywhere.cedar"]
PERMIT_115 = rule("section_115", "", power="section_115", about="request", effect="permit")


def refused(name: str, text: str) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        bundle_with({name: text})
    return caught.value


def test_the_packaged_bundle_permits_two_powers_and_names_its_conditions_for_each() -> None:
    bundle = packaged_bundle()

    assert set(bundle.permits) == {Power.SECTION_17A, Power.NON_PERSONAL}
    assert [one.id for one in bundle.conditions(Power.SECTION_115)] == [
        one.id for one in bundle.conditions(Power.SECTION_17A) if one.id.startswith("everywhere.")
    ]
    assert all(one.power is Power.NON_PERSONAL for one in bundle.conditions(Power.NON_PERSONAL))


def test_a_bundle_loads_again_from_its_own_texts() -> None:
    again = Bundle.load(packaged_bundle().texts)

    assert again.rules == packaged_bundle().rules


def test_a_name_that_the_schema_does_not_know_does_not_load() -> None:
    fault = refused("local.cedar", rule("section_17a.odd", 'resource.postcode == "x"'))

    assert (fault.file, fault.rule) == ("local.cedar", "section_17a.odd")
    assert "postcode" in fault.says


def test_an_optional_attribute_that_nobody_guards_does_not_load() -> None:
    assert (
        "handling"
        in refused("local.cedar", rule("section_17a.odd", 'resource.handling == "P"')).says
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("forbid (", "does not parse"),
        (
            rule("a.b", "true").replace("principal", "principal == ?principal"),
            "template",
        ),
        (rule("a.b", "true").replace('@cites("a section") ', ""), "@id @power @cites"),
        (rule("a.b", "true").replace('"A sentence."', '""'), "@id @power @cites"),
        (rule("a.b", "true").replace('@id("a.b")', '@id("a.b") @more("x")'), "@id @power @cites"),
        (rule("a.b", "true").replace('@id("a.b") ', ""), "@id @power @cites"),
        (rule("A b", "true"), "lower case"),
        (rule("a.b", "true", power="section_17"), "names no power"),
        (rule("a.b", "true", about="weather"), "@about"),
        (rule("section_17a", "true"), "stands in local.cedar too"),
        (rule("a.b", "true").replace("(principal,", '(principal == Partner::"x",'), "its head"),
        (rule("a.b", "true").replace("resource)", 'resource == RecordClass::"x")'), "its head"),
        (rule("a.b", "true").replace('action == Action::"receive"', "action"), "its head"),
        (
            rule("a.b", "", power="everywhere", about="request", effect="permit"),
            "its one power",
        ),
        (PERMIT_115.replace("when {", "when { true ||"), "its one power"),
        (rule("a.b", "true").replace("unless", "when"), "one unless"),
        (rule("a.b", "true").replace('"section_17a" }', '"non_personal" }'), "one unless"),
        (rule("a.b", "true", power="everywhere").replace("unless { true }", ""), "one unless"),
        (rule("a.b", "resource.sensitive", about="request"), "reads the record"),
        (rule("a.b", "resource.sensitive", about="recipient"), "reads the record"),
        (PERMIT_115, "at least one condition"),
        (rule("section_115.x", "true", power="section_115"), "exactly one permit"),
        (
            rule("second", "", about="request", effect="permit"),
            "exactly one permit",
        ),
    ],
)
def test_a_rule_that_is_not_whole_is_refused_by_name(text: str, says: str) -> None:
    fault = refused("local.cedar", text)

    assert says in fault.says
    assert str(fault).startswith(f"{fault.file}: ")


def test_a_bundle_that_permits_nothing_is_none() -> None:
    with pytest.raises(PolicyRefused, match="permits nothing"):
        Bundle.load({"everywhere.cedar": EVERYWHERE})


def test_a_schema_that_does_not_parse_is_refused() -> None:
    assert refused("schema.cedarschema", "entity").file == "schema.cedarschema"


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("on_register: Bool,", "on_register: Bool, more: Bool,"),
        ("minimum_cell: Long,", "minimum_cell: Long, more: Bool,"),
    ],
)
def test_a_schema_that_describes_other_requests_is_refused(was: str, is_now: str) -> None:
    text = packaged_bundle().texts["schema.cedarschema"].replace(was, is_now)

    assert "what the gateway asks" in refused("schema.cedarschema", text).says


def test_a_condition_about_the_holder_may_read_the_record() -> None:
    bundle = bundle_with(
        {"local.cedar": rule("section_17a.more", "!resource.sensitive", about="holder")}
    )

    assert "section_17a.more" in {one.id for one in bundle.conditions(Power.SECTION_17A)}
    assert "section_17a.more" not in {one.id for one in bundle.conditions(Power.NON_PERSONAL)}
