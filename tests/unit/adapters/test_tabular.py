from __future__ import annotations

from typing import Any

import pytest

from adapters.crosswalk import crosswalk
from adapters.source import BodyUnreadable, CannotMap, Outcome, OutOfScope, Row
from adapters.tabular import Column, Dialect, TabularMapper

COLUMNS = (Column("URN", needed=True), Column("Code", needed=True, many=True), Column("Text"))


def mapper(delimiter: Any = ",", encoding: Any = "windows-1252") -> TabularMapper:
    def read(values: list[str], others: bool) -> Outcome:
        return OutOfScope("|".join(values) + ("|+" if others else ""))

    return TabularMapper(COLUMNS, Dialect(delimiter, encoding), crosswalk("nsir_2011"), read)


def outcomes(body: bytes, media_type: str = "text/csv", **dialect: Any) -> list[str]:
    made = mapper(**dialect)
    return [told(made.map(row)) for row in made.rows(body, media_type)]


def told(outcome: Outcome) -> str:
    if isinstance(outcome, CannotMap):
        return outcome.faults[0].rule
    assert isinstance(outcome, OutOfScope)
    return outcome.reason


def refusal(body: bytes, media_type: str = "text/csv") -> BodyUnreadable:
    with pytest.raises(BodyUnreadable) as refused:
        mapper().rows(body, media_type)
    return refused.value


def test_columns_are_found_whatever_their_order_case_and_blanks() -> None:
    assert outcomes(b" text , uRn,CODE\r\nhello,1,215\r\n") == ["1|215|hello"]


def test_a_column_that_is_not_there_is_empty_and_one_that_is_not_ours_is_noticed() -> None:
    assert outcomes(b"URN,Code,More,More\n1,215, ,\n2,216,x,\n") == ["1|215|", "2|216||+"]


def test_line_breaks_and_quotes_inside_quotes_stay() -> None:
    body = b'URN,Code,Text\r\n1,215,"one\r\ntwo ""three"""\r\n'

    assert outcomes(body) == ['1|215|one\r\ntwo "three"']


def test_blank_lines_and_any_kind_of_line_end_are_read() -> None:
    assert outcomes(b"\n \nURN,Code\r1,a\n\n  \r\n2,b") == ["1|a|", "2|b|"]


@pytest.mark.parametrize("delimiter", [";", "|", "\t"])
def test_the_delimiter_is_a_setting(delimiter: str) -> None:
    body = f"URN{delimiter}Code\n1{delimiter}a,b\n".encode()

    assert outcomes(body, delimiter=delimiter) == ["1|a,b|"]


@pytest.mark.parametrize(
    ("body", "media_type", "encoding"),
    [
        ("URN,Code,Text\n1,a,–é".encode("windows-1252"), "text/csv", "windows-1252"),
        ("URN,Code,Text\n1,a,–é".encode(), 'text/csv; charset="UTF-8"', "windows-1252"),
        ("URN,Code,Text\n1,a,–é".encode("windows-1252"), "text/csv;charset=latin1", "utf-8"),
        ("URN,Code,Text\n1,a,–é".encode("utf-8-sig"), "text/csv", "windows-1252"),
    ],
)
def test_the_encoding_is_the_marks_else_the_media_types_else_the_settings(
    body: bytes, media_type: str, encoding: str
) -> None:
    assert outcomes(body, media_type, encoding=encoding) == ["1|a|–é"]


def test_broken_rows_are_set_aside_and_the_others_kept() -> None:
    body = b"URN,Code,Text\n1,a\n2,b,c,d\n3,c,\n4,d,\x81\n5,e,%s\n6,f,g\n" % (b"x" * 10_001)

    assert outcomes(body) == [
        "row.too_few_fields",
        "row.too_many_fields",
        "3|c|",
        "row.not_in_encoding",
        "row.field_too_long",
        "6|f|g",
    ]


def test_a_field_far_beyond_the_limit_breaks_its_own_row_only() -> None:
    body = b'URN,Code,Text\n1,a,"%s\n"\n2,b,c\n' % (b"x" * 200_000)

    assert outcomes(body) == ["row.field_too_long", "2|b|c"]


def test_a_quotation_mark_that_never_closes_is_noticed_however_the_row_looks() -> None:
    assert outcomes(b'URN,Code,Text\n1,a,b\n2,b,"c\n3,d,e\n') == ["1|a|b", "row.quote_not_closed"]
    assert outcomes(b'URN,Code,Text\n1,a,"b') == ["row.quote_not_closed"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "body.empty"),
        (b"\r\n \r\n", "body.empty"),
        (b"URN,Code\n1,\0\n", "body.nul"),
        (b'URN,"Code\n1,2\n', "header.unreadable"),
        (b"URN,Code,\x81\n1,2,3\n", "header.unreadable"),
    ],
)
def test_a_body_that_cannot_be_read_at_all_is_refused_at_once(body: bytes, code: str) -> None:
    assert refusal(body).code == code


def test_an_unknown_charset_is_refused() -> None:
    assert refusal(b"URN,Code\n", "text/csv; charset=utf-16").code == "body.charset_unknown"


def test_a_missing_column_is_named_as_our_settings_name_it() -> None:
    refused = refusal(b"Reference,Text\n1,2\n")

    assert (refused.code, refused.columns) == ("header.column_missing", ("URN", "Code"))
    assert str(refused) == "header.column_missing: URN, Code"


def test_a_column_of_ours_may_stand_only_once() -> None:
    refused = refusal(b"URN,Code,urn\n1,2,3\n")

    assert (refused.code, refused.columns) == ("header.column_twice", ("URN",))


def test_a_row_of_a_file_reads_like_a_dictionary() -> None:
    row = next(mapper().rows(b"URN,Code,Other\n1,a,b\n", "text/csv"))

    assert dict(row) == {"URN": "1", "Code": "a", "Other": "b"}
    assert len(row) == 3


def test_a_json_document_is_an_object_or_a_list_of_them() -> None:
    made = mapper()
    row: Row = {"urn ": 1, "CODE": ["a", "b"], "x": None}

    rows = made.rows_of([row, "no row"])

    assert [told(made.map(one)) for one in made.rows_of(row)] == ["1|a;b|"]
    assert [told(made.map(one)) for one in rows] == ["1|a;b|", "row.not_an_object"]
    assert (len(rows[1]), dict(rows[1]), rows[1].get("urn")) == (0, {}, None)
    with pytest.raises(BodyUnreadable, match=r"json\.not_rows"):
        made.rows_of("no row")


def test_a_json_value_that_is_no_cell_is_a_fault_of_its_column() -> None:
    outcome = mapper().map({"URN": {"a": 1}, "Text": ["b"], "Code": "c", "other": "d"})

    assert isinstance(outcome, CannotMap)
    assert [(one.pointer, one.rule) for one in outcome.faults] == [
        ("/URN", "value.not_a_scalar"),
        ("/Text", "value.not_a_scalar"),
    ]
