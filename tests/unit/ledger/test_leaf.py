"""A leaf says what its operation may say, in one spelling, and never anything personal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.catalogue import CATALOGUE, FORMS, Form, Statutory, statutory
from gateway.ledger.leaf import (
    MAX_LEAF,
    LeafRefused,
    Operation,
    canonical,
    leaf,
    read_leaf,
    stamp,
)
from tests.support.requirements import law

AT = "2026-11-23T03:00:00.250000Z"
NONCE = "0f" * 16
HASH = "ab" * 32
GOOD: dict[Form, Any] = {
    Form.ID: "0192f3a0-1111-7222-8333-0123456789ab",
    Form.CODE: "section_17a",
    Form.HASH: HASH,
    Form.NONCE: NONCE,
    Form.INSTANT: AT,
    Form.DAY: "2026-11-23",
    Form.COUNT: 7,
    Form.FLAG: True,
    Form.CODES: ["asb_incident", "crime"],
    Form.HASHES: [HASH],
    Form.COUNTS: {"asb_incident": 4, "17a.not-live": 3},
}


def a_push(**changes: Any) -> bytes:
    said: dict[str, Any] = {
        "at": AT,
        "actor": "police-rms",
        "nonce": NONCE,
        "partner": "leicestershire-police",
        "feed": "police-nsir",
        "receipt": "0192f3a0-1111-7222-8333-0123456789ab",
        "first": 1,
        "count": 3,
        "root": HASH,
    }
    return leaf(Operation.PUSH, **(said | changes))


def test_a_push_has_one_spelling() -> None:
    assert a_push() == (
        b'{"actor":"police-rms","at":"2026-11-23T03:00:00.250000Z","count":3,"feed":"police-nsir",'
        b'"first":1,"nonce":"0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f","operation":"push",'
        b'"partner":"leicestershire-police","receipt":"0192f3a0-1111-7222-8333-0123456789ab",'
        b'"root":"' + HASH.encode() + b'","v":1}'
    )


@pytest.mark.parametrize("operation", Operation)
def test_every_operation_can_say_all_its_keys_and_be_read_back(operation: Operation) -> None:
    entry = CATALOGUE[operation]
    keys = entry.required | entry.optional
    content = {key: GOOD[FORMS[key]] for key in keys}

    made = leaf(operation, at=AT, actor="police-rms", nonce=NONCE, **content)

    assert len(made) < MAX_LEAF
    assert read_leaf(made)["operation"] == operation.value
    assert json.loads(made) == read_leaf(made)


@law("L32")
@pytest.mark.parametrize("operation", Operation)
def test_every_operation_lacking_a_needed_key_is_refused(operation: Operation) -> None:
    entry = CATALOGUE[operation]
    for absent in entry.required:
        content = {key: GOOD[FORMS[key]] for key in entry.required if key != absent}
        with pytest.raises(LeafRefused, match=absent):
            leaf(operation, at=AT, actor="police-rms", nonce=NONCE, **content)


def test_every_statutory_operation_of_section_62_has_a_ledger_operation() -> None:
    assert {kind for operation in Operation for kind in statutory(operation)} == set(Statutory)
    assert statutory(Operation.PUSH) == (Statutory.COLLECTION, Statutory.ALTERATION)
    assert statutory(Operation.RELEASE) == (Statutory.DISCLOSURE,)
    assert statutory(Operation.ERASURE) == (Statutory.ERASURE,)
    assert statutory(Operation.CONSULTATION) == (Statutory.CONSULTATION,)
    assert statutory(Operation.MATCHING) == (Statutory.COMBINATION,)
    assert statutory(Operation.REFUSAL) == ()


PERSONAL = (
    "John Smith",
    "john.smith@example.org",
    "LE11 3TT",
    "07700 900123",
    "07700900123",
    "ref-10012345678",
    "Ürsula",
    "a\nb",
    "a\x00b",
    "reported by neighbour at no 4",
    "UPPER",
    "",
    "-",
    "a" * 81,
    "x\u202ey",
)


@law("L36")
@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("key", ["partner", "receipt", "root", "count", "feed", "reason"])
def test_nothing_that_looks_personal_fits_any_key(key: str, value: str) -> None:
    with pytest.raises(LeafRefused) as refused:
        a_push(**{key: value})

    assert not value or value not in str(refused.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("count", 1.0),
        ("count", float("nan")),
        ("count", float("inf")),
        ("count", -1),
        ("count", True),
        ("count", 2**53),
        ("count", [1]),
        ("partner", ["a"]),
        ("partner", b"leicestershire-police"),
        ("kinds", "asb_incident"),
        ("kinds", [["asb_incident"]]),
        ("kinds", ["asb incident"]),
        ("kinds", [1.5]),
        ("kinds", ["a"] * 257),
        ("recorded_by_kind", {"asb_incident": {"deep": 1}}),
        ("recorded_by_kind", {"asb_incident": 1.5}),
        ("recorded_by_kind", {"John Smith": 1}),
        ("recorded_by_kind", {1: 1}),
        ("recorded_by_kind", [1]),
        ("at", "2026-11-23"),
        ("at", "2026-13-23T00:00:00Z"),
        ("at", "2026-11-23T00:00:00+01:00"),
        ("at", "2026-11-23T00:00:00"),
        ("nonce", "0f"),
        ("nonce", "0F" * 16),
        ("actor", "Sgt Smith"),
        ("root", "ab" * 31),
        ("root", "AB" * 32),
    ],
)
def test_a_value_of_another_form_is_refused(key: str, value: Any) -> None:
    with pytest.raises(LeafRefused, match=key):
        a_push(**{key: value})


def test_a_key_that_the_catalogue_does_not_know_is_refused() -> None:
    for key in ("name", "postcode", "narrative", "subscription"):
        with pytest.raises(LeafRefused, match=key):
            a_push(**{key: "x"})
    with pytest.raises(LeafRefused, match="unreadable"):
        a_push(**{"John Smith": "x"})


def test_a_day_that_is_not_in_the_calendar_is_refused() -> None:
    with pytest.raises(LeafRefused, match="valid_from"):
        leaf(
            Operation.PARTNER,
            at=AT,
            actor="operator",
            nonce=NONCE,
            partner="council",
            valid_from="2026-02-30",
        )


def test_a_value_of_none_is_left_out() -> None:
    assert a_push(crosswalk=None) == a_push()
    with pytest.raises(LeafRefused, match="root"):
        a_push(root=None)


def test_a_leaf_longer_than_a_leaf_may_be_is_refused() -> None:
    with pytest.raises(LeafRefused, match="longer"):
        a_push(kinds=["a" * 80] * 256)


@pytest.mark.parametrize(
    "document",
    [
        {"a": 1.5},
        {"a": None},
        {"a": 2**53},
        {"a": b"x"},
        {"a": "é"},
        {"a": "\x7f"},
        {"a": {"b": {"c": {"d": 1}}}},
        {"a": [[[["x"]]]]},
        {"a": {"B c": 1}},
        {"A": 1},
        {1: 1},
    ],
)
def test_canonical_json_refuses_what_has_no_single_spelling(document: Any) -> None:
    with pytest.raises(LeafRefused):
        canonical(document)


JSON = st.recursive(
    st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126)),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.from_regex(r"[a-z]{1,6}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=5,
)


@given(st.dictionaries(st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True), JSON, max_size=5))
def test_canonical_json_is_a_fixed_point_and_does_not_see_the_order(document: Any) -> None:
    try:
        made = canonical(document)
    except LeafRefused:
        return
    assert canonical(json.loads(made)) == made
    assert canonical(dict(reversed(document.items()))) == made


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"[]",
        b"{}",
        b"1",
        b"\xff",
        b'{"v":1,"v":1}',
        b'{"operation":"push","v":1}',
        b"[" * 100_000,
        a_push() + b" ",
        a_push().replace(b'"count":3', b'"count":3.0'),
        a_push().replace(b'"count":3', b'"count":NaN'),
        a_push().replace(b'"count":3', b'"count":3,"count":3'),
        a_push().replace(b"police-rms", b"police\\u002drms"),
    ],
)
def test_bytes_that_are_no_canonical_leaf_are_not_read(stored: bytes) -> None:
    with pytest.raises(LeafRefused):
        read_leaf(stored)


def test_an_instant_is_stamped_in_utc() -> None:
    summer = timezone(timedelta(hours=1))
    assert stamp(datetime(2026, 6, 1, 10, tzinfo=summer)) == "2026-06-01T09:00:00Z"
    assert stamp(datetime(2026, 6, 1, 10, 0, 0, 5, tzinfo=UTC)) == "2026-06-01T10:00:00.000005Z"
    with pytest.raises(LeafRefused):
        stamp(datetime(2026, 6, 1))  # noqa: DTZ001 - the fault tested
