"""A policy bundle loads whole, under one hash, or not at all; two people approve it, none of them twice."""

from __future__ import annotations

import pytest

from policies.agreements import StepRefused
from policies.approvals import approved, in_force, proposed, withdrawn
from policies.differences import difference
from policies.documents import LONGEST, Documents, packaged_documents, sha256_of
from policies.refusals import PolicyRefused
from schemas.bundles import BundleChange, BundleState, BundleStep, PolicyBundle
from tests.support.law import DAY, PARTNERS, record_class, rule, subscription

WHOLE = packaged_documents()
LOCAL = "cedar/local.cedar"
SHA = "a" * 64


def refused(texts: dict[str, str]) -> tuple[str, str]:
    with pytest.raises(PolicyRefused) as caught:
        Documents.load(texts)
    return caught.value.file, caught.value.rule


def test_the_packaged_bundle_is_whole_and_its_hash_is_that_of_names_and_texts() -> None:
    again = Documents.load(WHOLE.texts)

    assert again.sha256 == WHOLE.sha256 == sha256_of(WHOLE.texts)
    assert sha256_of({**WHOLE.texts, LOCAL: ""}) != WHOLE.sha256
    law = again.law(PARTNERS, (), ())
    assert law.decide(subscription(), record_class(), DAY).releases
    assert law.parts.items() >= WHOLE.texts.items()


@pytest.mark.parametrize("name", sorted(WHOLE.texts))
def test_no_document_may_be_missing(name: str) -> None:
    less = {other: text for other, text in WHOLE.texts.items() if other != name}
    if name.startswith("cedar/") and "schema" not in name:
        assert Documents.load(less).sha256 != WHOLE.sha256  # a power less: that is a law too
    else:
        assert refused(less) == (name, "")


@pytest.mark.parametrize(
    "name",
    ["cedar/a.txt", "cedar/more/a.cedar", "data/other.toml", "treatments/x.toml", "readme", "x/y"],
)
def test_no_document_is_there_that_nobody_reads(name: str) -> None:
    assert refused({**WHOLE.texts, name: ""}) == (name, "")


def test_what_is_broken_is_refused_with_document_and_rule() -> None:
    table = "treatments/personal.toml"
    less = "\n".join(one for one in WHOLE.texts[table].splitlines() if not one.startswith("kind "))
    unknown = rule("section_17a.x", "resource.name_of_the_victim")

    assert refused({**WHOLE.texts, table: less}) == ("personal.toml", "kind")
    assert refused({**WHOLE.texts, LOCAL: unknown}) == ("local.cedar", "section_17a.x")
    assert refused({**WHOLE.texts, "data/powers.toml": "["}) == ("powers.toml", "")
    assert refused({**WHOLE.texts, LOCAL: " " * (LONGEST + 1)}) == (LOCAL, "")


def test_a_list_that_recording_reads_as_packaged_cannot_be_changed_without_effect() -> None:
    for name in ("data/prescribed.toml", "data/sensitive.toml"):
        other = {**WHOLE.texts, name: WHOLE.texts[name] + "# other\n"}
        assert refused(other) == (name, "")
        assert Documents.load(other, approved_before=True).sha256 == sha256_of(other)


def test_what_was_approved_under_an_earlier_version_may_lack_what_came_since() -> None:
    less = {name: text for name, text in WHOLE.texts.items() if name != "data/powers.toml"}

    assert Documents.load(less, approved_before=True).sha256 == sha256_of(less)


# ------------------------------------------------------------------ approvals


def step(change: str = "approved", office: str = "Officer", reason: str | None = "r") -> BundleStep:
    return BundleStep(
        change=BundleChange(change), office=office, reason=reason, at="2026-11-26T00:00:00Z"
    )


def rule_of(take: object, *arguments: object) -> str:
    with pytest.raises(StepRefused) as caught:
        take(*arguments)  # type: ignore[operator]
    return caught.value.rule.removeprefix("policies.")


def a_proposal() -> PolicyBundle:
    return proposed(None, SHA, {LOCAL: "b" * 64}, step("proposed"))


def test_two_people_put_a_bundle_in_force_and_none_counts_twice() -> None:
    one = approved(a_proposal(), None, step(), 7)

    assert one.state(None) is BundleState.PROPOSED
    assert one.in_force_since is None
    for alike in ("Officer", " OFFICER ", "0fficer", "Оfficer", "off icer", "officer\u200b"):
        assert rule_of(approved, one, None, step(office=alike), 7) == "same_person"
    both = approved(one, None, step(office="Manager"), 7)
    assert both.in_force_since == 7
    assert both.approvals == ()
    assert both.state(SHA) is BundleState.IN_FORCE
    assert both.state("c" * 64) is BundleState.FORMER
    assert rule_of(approved, both, SHA, step(), 8) == "in_force"
    assert rule_of(withdrawn, both, SHA, step("withdrawn")) == "in_force"


def test_an_approval_of_before_does_not_count_again() -> None:
    one = approved(a_proposal(), None, step(), 7)
    gone = withdrawn(one, None, step("withdrawn"))

    assert gone.state(None) is BundleState.WITHDRAWN
    assert rule_of(approved, gone, None, step(office="Manager"), 7) == "withdrawn"
    assert rule_of(withdrawn, gone, None, step("withdrawn")) == "withdrawn"
    again = proposed(gone, SHA, {}, step("proposed"))
    assert approved(again, None, step(office="Manager"), 7).in_force_since is None


def test_the_newest_in_force_comes_first() -> None:
    first = approved(approved(a_proposal(), None, step(), 1), None, step(office="Manager"), 1)
    other = first.model_copy(update={"sha256": "b" * 64})
    later = approved(approved(other, SHA, step(), 2), SHA, step(office="Manager"), 2)

    assert in_force([first, later, a_proposal()]) == (later, first)


def test_a_proposal_says_why_by_an_office_and_is_made_once() -> None:
    assert rule_of(proposed, None, SHA, {}, step("proposed", reason=None)) == "reason"
    assert rule_of(proposed, a_proposal(), SHA, {}, step("proposed")) == "proposed_already"
    for nobody in (".", "\u200b"):
        assert rule_of(proposed, None, SHA, {}, step("proposed", nobody)) == "office"
        assert rule_of(approved, a_proposal(), None, step(office=nobody), 1) == "office"
        assert rule_of(withdrawn, a_proposal(), None, step("withdrawn", nobody)) == "office"


# ------------------------------------------------------------------ differences


def test_bundles_differ_by_rules_and_by_lines() -> None:
    file = "cedar/non_personal.cedar"
    other = Documents.load(
        {
            **{name: text for name, text in WHOLE.texts.items() if name != file},
            LOCAL: rule("section_17a.local", "true"),
            "cedar/everywhere.cedar": WHOLE.texts["cedar/everywhere.cedar"].replace(
                "principal.on_register", "principal.on_register && true"
            ),
            "data/provisions.toml": WHOLE.texts["data/provisions.toml"] + "# a note\n",
        }
    )

    told = difference(WHOLE, other)

    changes = {one.id: one.change for one in told.rules}
    assert changes["section_17a.local"] == "added"
    assert changes["everywhere.recipient_on_register"] == "changed"
    assert changes["non_personal"] == "removed"
    documents = {one.name: one for one in told.documents}
    assert {name: one.change for name, one in documents.items()} == {
        file: "removed",
        LOCAL: "added",
        "cedar/everywhere.cedar": "changed",
        "data/provisions.toml": "changed",
    }
    assert documents["data/provisions.toml"].lines[-1] == "+# a note"
    assert difference(WHOLE, WHOLE).documents == difference(WHOLE, WHOLE).rules == ()


def test_blanks_and_comments_change_no_rule() -> None:
    name = "cedar/everywhere.cedar"
    other = Documents.load({**WHOLE.texts, name: "// a comment\n" + WHOLE.texts[name]})

    told = difference(WHOLE, other)
    assert told.rules == ()
    assert [one.name for one in told.documents] == [name]
