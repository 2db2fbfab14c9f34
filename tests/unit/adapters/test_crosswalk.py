from __future__ import annotations

import pytest

from adapters.crosswalk import (
    crosswalk,
    scheme_rows,
    schemes,
)
from adapters.placing import normal_label
from tests.support.crosswalks import told

MET = crosswalk("met_cad")


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
