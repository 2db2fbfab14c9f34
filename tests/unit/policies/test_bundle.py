"""A bundle that is not whole does not load, and says which file and which rule."""

from __future__ import annotations

import pytest

from policies.bundle import Bundle, packaged_bundle
from policies.lists import packaged_lists
from policies.refusals import PolicyRefused
from schemas.powers import Power
from tests.support.law import bundle_with, bundle_without, rule

EVERYWHERE = packaged_bundle().texts["everywhere.cedar"]
PERMIT_115 = rule("section_115.second", "", power="section_115", about="request", effect="permit")


def refused(name: str, text: str) -> PolicyRefused:
    with pytest.raises(PolicyRefused) as caught:
        bundle_with({name: text})
    return caught.value


def test_the_packaged_bundle_permits_every_power_and_names_its_conditions_for_each() -> None:
    bundle = packaged_bundle()
    sees = bundle.conditions_to_see(Power.SECTION_115)

    assert set(bundle.permits) == set(Power)
    assert set(bundle.sees) == {
        power for power, entry in packaged_lists().powers.by_code.items() if entry.carries_personal
    }
    assert all(one.id.startswith("section_115.see.") for one in sees)
    assert not {one.id for one in sees} & {one.id for one in bundle.conditions(Power.SECTION_115)}
    assert bundle.conditions_to_see(Power.SECTION_17A) == ()
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


def test_a_power_that_lets_groups_be_seen_has_one_permit_and_one_condition_for_that() -> None:
    permit = rule("section_17a.see", "", about="request", effect="permit")
    condition = rule("section_17a.see.x", 'context.group == "identity"', about="request")
    see = 'action == Action::"see"'
    both = (permit + condition).replace('action == Action::"receive"', see)
    alone = permit.replace('action == Action::"receive"', see)

    before = set(packaged_bundle().sees)
    assert set(bundle_with({"local.cedar": both}).sees) == before | {Power.SECTION_17A}
    assert "at least one condition" in refused("local.cedar", alone).says
    assert "exactly one permit" in refused("local.cedar", condition.replace("receive", "see")).says


def test_a_bundle_that_permits_nothing_is_none() -> None:
    with pytest.raises(PolicyRefused, match="permits nothing"):
        Bundle.load({"everywhere.cedar": EVERYWHERE})


def test_a_power_with_a_permit_alone_or_conditions_alone_is_refused() -> None:
    texts = bundle_without("section_115.cedar").texts
    permit = rule("section_115", "", power="section_115", about="request", effect="permit")
    condition = rule("section_115.x", "true", power="section_115")

    for text, says in ((permit, "at least one condition"), (condition, "exactly one permit")):
        with pytest.raises(PolicyRefused, match=says):
            Bundle.load({**texts, "local.cedar": text})


def test_a_schema_that_does_not_parse_is_refused() -> None:
    assert refused("schema.cedarschema", "entity").file == "schema.cedarschema"


@pytest.mark.parametrize(
    ("was", "is_now"),
    [
        ("on_register: Bool,", "on_register: Bool, more: Bool,"),
        ("minimum_cell: Long,", "minimum_cell: Long, more: Bool,"),
        ("is_narrow: Bool,", "is_narrow: Bool, more: Bool,"),
        ("group: String,", "group: String, more: Bool,"),
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
