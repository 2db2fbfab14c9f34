from __future__ import annotations

import csv
from typing import Any

import pytest

from adapters.crosswalk import (
    ForceTable,
    crosswalk,
    readme_tables,
    rule_rows_csv,
    scheme_rows,
    schemes,
)
from adapters.placing import Crosswalk, Placement, normal_label
from adapters.rules import RULE_COLUMNS, CrosswalkRefused, RuleRow
from schemas.codes import Kind
from schemas.typology import TYPOLOGY

MET = crosswalk("met_cad")


def made(*rows: dict[str, Any]) -> Crosswalk:
    return Crosswalk("own", "own/1", (RuleRow(**row) for row in rows), Kind.CRIME)


def why(*rows: dict[str, Any]) -> str:
    with pytest.raises(CrosswalkRefused) as refused:
        made(*rows)
    return refused.value.why


def told(placement: Placement) -> tuple[object, ...]:
    fields = placement.fields
    return (
        fields["mapping_status"].value,
        fields["typology_area"],
        fields["typology_behaviour"],
        fields["mapping_confidence"],
    )


def a_rule(**cells: str) -> dict[str, str]:
    return {"code": "N1", "label": "Noise", "default": "noise", **cells}


# --- what the packaged lists say


@pytest.mark.parametrize("scheme", schemes())
def test_a_packaged_list_has_the_columns_of_a_rule_and_stable_ids(scheme: str) -> None:
    rows = scheme_rows(scheme)

    assert all(row.rule_id for row in rows)
    assert crosswalk(scheme).version == f"{scheme}/{schemes()[scheme].version}"


def test_all_fourteen_categories_of_police_uk_are_placed_and_only_one_is_asb() -> None:
    kinds = {row.code: row.kind or "asb_incident" for row in scheme_rows("police_uk")}

    assert len(kinds) == 14
    assert [code for code, kind in kinds.items() if kind == "asb_incident"] == [
        "anti-social-behaviour"
    ]
    assert not any(row.default for row in scheme_rows("police_uk"))


@pytest.mark.parametrize(
    ("opening", "closing", "expected"),
    [
        ("215", "213", ("mapped", "disregard_for_community", "nuisance_behaviour", "high")),
        ("215", "202", ("mapped", "disregard_for_community", "rowdy_behaviour", "medium")),
        ("214", "202", ("mapped", "disregard_for_community", "rowdy_behaviour", "low")),
        ("214", "204", ("mapped", "acts_directed_at_people", "intimidation_harassment", "medium")),
        ("211", "204", ("mapped", "disregard_for_community", "noise", "medium")),
        ("215", "204", ("ambiguous", None, None, None)),
        ("216", "205", ("ambiguous", None, None, None)),
        ("011", "205", ("mapped", "misuse_of_public_space", "drug_substance_misuse", "medium")),
        ("215", "207", ("unclassified", None, None, None)),
        ("215", "210", ("mapped", "misuse_of_public_space", "prostitution", "medium")),
        ("215", "212", ("mapped", "misuse_of_public_space", "begging", "medium")),
        ("325", "217", ("mapped", "disregard_for_community", "hoax_calls", "medium")),
        ("214", "217", ("mapped", "acts_directed_at_people", "intimidation_harassment", "medium")),
        ("215", "217", ("ambiguous", None, None, None)),
        ("215", "215", ("unclassified", None, None, None)),
        ("215", "203", ("unclassified", None, None, None)),
    ],
)
def test_the_closing_code_is_placed_and_a_coded_field_may_decide(
    opening: str, closing: str, expected: tuple[object, ...]
) -> None:
    assert told(MET.place((opening,), (closing,))) == expected


@pytest.mark.parametrize(
    ("opening", "closing", "qualifiers", "left_out", "reason"),
    [
        (("215",), ("506",), (), "excluded", "duplicate"),
        (("215",), ("213", "506"), (), "excluded", "duplicate"),
        (("215",), ("505",), (), "excluded", "error"),
        (("215",), ("509",), (), "excluded", "test"),
        (("304",), ("213",), (), "excluded", "domestic"),
        (("215",), ("213", "304"), (), "excluded", "domestic"),
        (("215",), ("213",), ("304",), "excluded", "domestic"),
        (("215",), ("213",), ("402",), "excluded", "duplicate"),
        (("506",), (), (), "excluded", "duplicate"),
        (("215",), ("305",), (), "excluded", "not_shared"),
        (("215",), ("311",), (), "excluded", "missing_person"),
        (("500",), ("501",), (), "out_of_scope", "administration"),
    ],
)
def test_rows_that_are_not_kept_are_counted_by_reason(
    opening: tuple[str, ...],
    closing: tuple[str, ...],
    qualifiers: tuple[str, ...],
    left_out: str,
    reason: str,
) -> None:
    placement = MET.place(opening, closing, qualifiers)

    assert (placement.left_out, placement.reason) == (left_out, reason)
    assert placement.fields == {}


def test_an_exclusion_that_did_not_close_the_row_does_not_exclude_it() -> None:
    assert MET.place(("506",), ("213",)).left_out is None


@pytest.mark.parametrize(
    ("opening", "closing", "kind"),
    [
        ("215", "010", "crime"),
        ("215", "001", "crime"),
        ("100", "100", "other_prescribed"),
        ("309", "309", "other_prescribed"),
        ("325", "325", "other_prescribed"),
        ("215", "208", "asb_incident"),
        ("215", "L77", "asb_incident"),
        ("010", "L77", "crime"),
        ("506", "L77", "other_prescribed"),
        ("L78", "L77", "other_prescribed"),
    ],
)
def test_the_kind_is_the_codes_the_classs_the_opening_codes_or_the_lists(
    opening: str, closing: str, kind: str
) -> None:
    assert MET.place((opening,), (closing,)).fields["kind"] == kind


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("010", "010"),
        ("10", "010"),
        ("Nuisance – Opening Code", "215"),
        ("NUISANCE", "215"),
        ("215 nuisance", "215"),
        ("ASB - Personal", "214"),
        ("rowdy/nuisance neighbours", "204"),
    ],
)
def test_a_code_is_known_by_its_spellings(text: str, code: str) -> None:
    read = MET.read(text)

    assert read is not None
    assert read.code == code


@pytest.mark.parametrize("text", ["", "-", "opening code", "neighbours"])
def test_other_words_are_no_code(text: str) -> None:
    assert MET.read(text) is None


@pytest.mark.parametrize("text", ["P", "214", "ASB Personal", "Personal"])
def test_the_three_classes_are_known_by_letter_number_and_word(text: str) -> None:
    placement = crosswalk("nsir_2011").place((text,), ())

    assert placement.fields["nsir_class"] == "personal"
    assert placement.fields["mapping_status"] == "unclassified"


def test_dashes_case_and_the_suffix_do_not_count_in_a_label() -> None:
    assert normal_label(" Environmental — OPENING  CODE ") == "environmental"


# --- which code decides, and what is kept beside it


def test_a_class_column_decides_where_no_code_stands_and_a_qualifier_last() -> None:
    assert MET.place((), (), ("638",), ("216",)).fields["source_category_code"] == "216"
    assert MET.place((), (), ("638",)).fields["source_category_code"] == "638"
    assert MET.place((), ("214", "211")).fields["source_category_code"] == "211"


def test_further_closing_codes_are_other_behaviours_and_all_codes_stay() -> None:
    fields = MET.place(("214",), ("211", "213", "211"), ("638",)).fields

    assert fields["typology_behaviour"] == "noise"
    assert fields["other_behaviours"] == ("nuisance_behaviour",)
    assert fields["opening_code"] == "214"
    assert fields["closing_codes"] == ("211", "213", "211")
    assert fields["qualifier_codes"] == ("638",)


def test_an_unknown_closing_code_decides_nothing_and_guesses_nothing() -> None:
    placement = MET.place(("213",), ("220", "211"))

    assert placement.fields["mapping_status"] == "unclassified"
    assert placement.fields["source_category_code"] == "220"
    assert placement.fields["other_behaviours"] == ("noise",)
    assert placement.unlisted == ("220",)


@pytest.mark.parametrize("text", ["L77", "EXAMPLE", "01632960441", "0163"])
def test_what_has_not_the_shape_of_the_lists_codes_is_told_and_not_kept(text: str) -> None:
    placement = MET.place(("213",), (text,), (text,))

    assert placement.unlisted == (text, text)
    assert placement.unread == ("closing", "qualifier")
    assert text not in repr(placement.fields)


def test_a_published_list_of_words_keeps_new_words_joined_by_hyphens() -> None:
    words = crosswalk("police_uk")

    assert words.could_list("hate-crime")
    assert not words.could_list("Example")


def test_text_in_a_column_for_codes_is_not_kept() -> None:
    placement = MET.place(("see the log",), ("ring Mr Example",), ("638", "and more"))

    assert placement.fields["source_category_code"] is None
    assert placement.fields["opening_code"] is None
    assert placement.fields["qualifier_codes"] == ("638",)
    assert placement.unread == ("opening", "closing", "qualifier")


def test_only_short_rows_of_known_codes_are_remembered_and_not_without_end() -> None:
    own = crosswalk("met_cad")
    first = own.place(("215",), ("213",))

    own.place(("A N Example",), ())
    own.place(("EXAMPLE",), ())
    own.place(("213",) * 13, ())

    assert own.place(("215",), ("213",)) is first
    assert list(own._remembered) == [(("215",), ("213",), (), ())]
    for opening in list(own.codes)[:66]:
        for closing in list(own.codes)[:66]:
            own.place((opening,), (closing,))
    assert len(own._remembered) == 4096


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
