"""Receipts: what they say comes back whole; nothing else passes for one."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    Signer,
    make_checkpoint,
    verifier_key,
    verify_checkpoint,
)
from gateway.ledger.receipt import (
    TITLE,
    Covers,
    Receipt,
    ReceiptRefused,
    answer_hash,
    make_receipt,
    request_hash,
    verify_receipt,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
ORIGIN = "charnwood-gateway"
SIGNER, PUBLIC = Signer.of(ORIGIN, KEY), verifier_key(ORIGIN, KEY)
HASHES = st.binary(min_size=32, max_size=32)
RECEIPTS = st.builds(
    Receipt,
    at=st.integers(0, 4_000_000_000),
    system=st.from_regex(r"[a-z0-9-]{1,40}", fullmatch=True),
    request=HASHES,
    answer=HASHES,
    whole=st.booleans(),
    covers=st.sampled_from(Covers),
    entry=st.none() | st.integers(0, 10**12),
    size=st.integers(0, 10**12),
    root=HASHES,
)
ONE = Receipt(1_764_126_605, "police-system", b"q" * 32, b"a" * 32, entry=7, size=5, root=b"r" * 32)


@given(RECEIPTS)
def test_what_a_receipt_says_comes_back(receipt: Receipt) -> None:
    assert verify_receipt(make_receipt(receipt, SIGNER), PUBLIC) == receipt


@given(st.data())
def test_no_changed_letter_passes(data: st.DataObject) -> None:
    note = make_receipt(ONE, SIGNER)
    at = data.draw(st.integers(0, len(note) - 1))
    other = data.draw(st.characters().filter(lambda letter: letter != note[at]))

    with pytest.raises(ReceiptRefused):
        verify_receipt(note[:at] + other + note[at + 1 :], PUBLIC)


def test_another_key_another_ledger_and_other_texts_do_not_pass() -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    for note in (
        make_receipt(ONE, Signer.of(ORIGIN, stranger)),
        make_receipt(ONE, Signer.of("another-gateway", KEY)),
        SIGNER.sign(ONE.text().replace("entry 7", "entry 07")),
        SIGNER.sign(ONE.text().replace("2025-", "2025-1")),
        SIGNER.sign(ONE.text().replace("2025-11-26", "2025-11-66")),
        SIGNER.sign(ONE.text() + "more\n"),
        "no note",
    ):
        with pytest.raises(ReceiptRefused):
            verify_receipt(note, PUBLIC)


def test_what_no_receipt_says_is_not_signed() -> None:
    for wrong in (
        replace(ONE, system="two words"),
        replace(ONE, system=""),
        replace(ONE, answer=b"short"),
        replace(ONE, entry=-1),
    ):
        with pytest.raises(ReceiptRefused):
            make_receipt(wrong, SIGNER)


def test_one_key_signs_both_and_neither_is_taken_for_the_other() -> None:
    with pytest.raises(CheckpointRefused):
        verify_checkpoint(make_receipt(ONE, SIGNER), PUBLIC)
    with pytest.raises(ReceiptRefused):
        verify_receipt(make_checkpoint(Checkpoint(ORIGIN, 5, b"r" * 32), KEY), PUBLIC)
    named_like_one = make_checkpoint(Checkpoint(TITLE, 5, b"r" * 32), KEY)
    with pytest.raises(ReceiptRefused):
        verify_receipt(named_like_one, verifier_key(TITLE, KEY))


@given(
    st.lists(
        st.text(st.characters(codec="ascii", exclude_characters="\n")),
        min_size=4,
        max_size=4,
        unique=True,
    )
)
def test_every_part_of_request_and_answer_is_in_its_hash(parts: list[str]) -> None:
    method, target, kind, other = parts
    body, another = sha256(b"body").digest(), sha256(b"other").digest()
    asked = request_hash(method, target, kind, body)

    assert asked == request_hash(method, target, kind, body)
    assert (
        len(
            {
                asked,
                request_hash(other, target, kind, body),
                request_hash(method, other, kind, body),
                request_hash(method, target, other, body),
                request_hash(method, target, kind, another),
            }
        )
        == 5
    )
    assert (
        len(
            {
                answer_hash(200, kind, body),
                answer_hash(201, kind, body),
                answer_hash(200, other, body),
                answer_hash(200, kind, another),
            }
        )
        == 4
    )
