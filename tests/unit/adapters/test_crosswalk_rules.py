from __future__ import annotations

import csv

import pytest

from adapters.crosswalk import (
    ForceTable,
    crosswalk,
    readme_tables,
    rule_rows_csv,
    scheme_rows,
    schemes,
)
from adapters.rules import RULE_COLUMNS, CrosswalkRefused, RuleRow
from schemas.typology import TYPOLOGY
from tests.support.crosswalks import a_rule, made, told, why

MET = crosswalk("met_cad")


# --- what a rule may not say


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([a_rule(default="trespass")], "a candidate is not in the typology"),
        ([a_rule(candidates="noise|noise", relation="broad")], "a candidate stands twice"),
        (
            [a_rule(candidates="begging", relation="broad")],
            "the default is not among the candidates",
        ),
        (
            [a_rule(sub_behaviour="graffiti")],
            "the sub-behaviour does not belong to the default behaviour",
        ),
        (
            [a_rule(default="", sub_behaviour="graffiti")],
            "the sub-behaviour does not belong to the default behaviour",
        ),
        (
            [a_rule(candidates="noise|begging", relation="exact")],
            "exact and narrow mean exactly one behaviour",
        ),
        ([a_rule(relation="none")], "none has no candidates"),
        (
            [a_rule(relation="related", note="no owner")],
            "a related code is mapped only by a convention with note and owner",
        ),
        (
            [a_rule(candidates="noise|begging", relation="broad")],
            "across areas only a coded condition, or a convention with note and owner, decides",
        ),
        ([a_rule(status="unclassified")], "mapped needs a default, and nothing else has one"),
        (
            [a_rule(default="", status="mapped")],
            "mapped needs a default, and nothing else has one",
        ),
        (
            [a_rule(default="", status="excluded")],
            "excluded and out of scope need a reason, others have none",
        ),
        ([a_rule(reason="because")], "excluded and out of scope need a reason, others have none"),
        ([a_rule(role="anywhere")], "only an exclusion acts anywhere"),
        ([a_rule(role="class")], "a class code gives a class, and no other code does"),
        ([a_rule(gives_class="personal")], "a class code gives a class, and no other code does"),
        (
            [a_rule(when_class="loud")],
            "when_class names something that is not one of the three classes",
        ),
        ([a_rule(), a_rule()], "the rule id stands twice"),
        ([a_rule(rule_id="a"), a_rule(rule_id="b")], "an earlier rule of the code always wins"),
        (
            [
                a_rule(rule_id="a", when_class="personal|nuisance"),
                a_rule(rule_id="b", when_class="personal"),
                a_rule(rule_id="c"),
            ],
            "an earlier rule of the code always wins",
        ),
        ([a_rule(when_closing="N2")], "a condition names a code without a rule"),
        ([a_rule(when_class="personal")], "the last rule of a code has no condition"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(rows: list[dict[str, str]], reason: str) -> None:
    assert why(*rows) == reason


def test_a_refusal_names_the_rule() -> None:
    with pytest.raises(CrosswalkRefused, match=r"rule own\.N1: none has no candidates"):
        made(a_rule(relation="none"))


def test_what_a_rule_leaves_empty_is_derived() -> None:
    own = made(
        {"code": "A", "label": "Noise", "default": "noise"},
        {"code": "B", "label": "Both", "relation": "broad", "candidates": "noise|begging"},
        {
            "code": "C",
            "label": "Sex work",
            "relation": "broad",
            "candidates": "prostitution|begging",
        },
        {"code": "D", "label": "Dogs"},
        {"code": "E", "label": "Quiet", "status": "withheld"},
        a_rule(code="F", label="Fouling", relation="related", note="agreed", owner="ASB team"),
    )

    assert told(own.place((), ("A",))) == ("mapped", TYPOLOGY.area_of["noise"], "noise", "high")
    assert told(own.place((), ("B",))) == ("ambiguous", None, None, None)
    assert told(own.place((), ("C",))) == ("ambiguous", "misuse_of_public_space", None, None)
    assert told(own.place((), ("D",))) == ("unclassified", None, None, None)
    assert told(own.place((), ("E",))) == ("withheld", None, None, None)
    assert told(own.place((), ("F",)))[2:] == ("noise", "low")
    assert own.place((), ("A",)).fields["mapping_rule_id"] == "own.A"


def test_a_block_covers_the_numbers_without_a_row_and_labels_may_repeat() -> None:
    own = made(
        a_rule(code="01-03", label="Block"),
        a_rule(code="02", label="Twice"),
        a_rule(code="9", label="Twice"),
    )

    assert sorted(own.codes) == ["01", "02", "03", "9"]
    assert own.read("Twice") is None
    assert own.read("Block") is None
    assert (own.read("3") or own.codes["01"]).code == "03"


# --- a force's own table


def test_a_force_lists_its_own_codes_beside_a_packaged_list() -> None:
    force = ForceTable(name="example", version="2", rows=(RuleRow(**a_rule(code="213")),))

    own = crosswalk("met_cad", force)
    fields = own.place((), ("213",)).fields

    assert fields["typology_behaviour"] == "noise"
    assert fields["source_category_scheme"] == "force:example"
    assert fields["crosswalk_version"] == "example/2:met_cad/1"
    assert own.read("211") is not None


def test_a_force_may_replace_the_packaged_list() -> None:
    force = ForceTable(
        name="example", version="1", replaces=True, rows=(RuleRow(**a_rule(code="213")),)
    )

    assert list(crosswalk("nsir_2011", force).codes) == ["213"]


def test_a_list_that_is_not_packaged_is_not_found() -> None:
    with pytest.raises(KeyError):
        crosswalk("other")


# --- pages


def test_the_page_shows_every_rule() -> None:
    page = readme_tables()

    for scheme in schemes():
        assert all(f"| `{row.rule_id}` |" in page for row in scheme_rows(scheme))
    assert "excluded: domestic" in page
    assert "class personal" in page
    assert "nuisance_behaviour › fireworks" in page
    assert "ambiguous: litter_rubbish, drug_substance_misuse" in page


def test_codes_to_fill_in_come_as_crosswalk_rows() -> None:
    text = rule_rows_csv([("L77", "seen 3 times")])

    row = next(csv.DictReader(text.splitlines()))
    assert tuple(row) == RULE_COLUMNS
    assert RuleRow(**{**row, "label": "Fill me in"}).code == "L77"
