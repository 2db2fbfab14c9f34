"""What was sealed opens only unchanged, in its own place and under its own key."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.sealing import SealBroken, decrypt, encrypt, position_bytes, unwrap, wrap

KEK = AESGCM(bytes(range(32)))
KEY = bytes(range(1, 33))
SECRET = b"s" * 32
NONCE = b"n" * 12
HERE = position_bytes(7)


def test_a_secret_and_a_body_come_back() -> None:
    wrapped = wrap(KEK, SECRET, HERE, NONCE)
    sealed = encrypt(KEY, b"body", HERE, NONCE)

    assert len(wrapped) == 60
    assert unwrap(KEK, wrapped, HERE) == SECRET
    assert decrypt(KEY, sealed, HERE) == b"body"
    assert decrypt(KEY, encrypt(KEY, b"", HERE, NONCE), HERE) == b""


def test_what_was_moved_to_another_position_does_not_open() -> None:
    for there in (position_bytes(8), b"", position_bytes(7 << 8)):
        with pytest.raises(SealBroken):
            unwrap(KEK, wrap(KEK, SECRET, HERE, NONCE), there)
        with pytest.raises(SealBroken):
            decrypt(KEY, encrypt(KEY, b"body", HERE, NONCE), there)


@given(st.integers(0, 59), st.integers(1, 255))
def test_no_changed_byte_opens(at: int, change: int) -> None:
    wrapped = bytearray(wrap(KEK, SECRET, HERE, NONCE))
    wrapped[at] ^= change
    with pytest.raises(SealBroken):
        unwrap(KEK, bytes(wrapped), HERE)

    sealed = bytearray(encrypt(KEY, b"x" * 32, HERE, NONCE))
    sealed[at] ^= change
    with pytest.raises(SealBroken):
        decrypt(KEY, bytes(sealed), HERE)


def test_another_key_does_not_open() -> None:
    with pytest.raises(SealBroken):
        unwrap(AESGCM(KEY), wrap(KEK, SECRET, HERE, NONCE), HERE)
    with pytest.raises(SealBroken):
        decrypt(SECRET, encrypt(KEY, b"body", HERE, NONCE), HERE)


@pytest.mark.parametrize("cut", [b"", b"x" * 11, b"x" * 27, b"x" * 59, b"x" * 61])
def test_bytes_of_the_wrong_length_do_not_open(cut: bytes) -> None:
    with pytest.raises(SealBroken):
        unwrap(KEK, cut, HERE)
    with pytest.raises(SealBroken):
        decrypt(KEY, cut, HERE)


def test_a_secret_of_another_length_is_not_wrapped() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        wrap(KEK, b"short", HERE, NONCE)


def test_a_position_is_eight_bytes_big_endian() -> None:
    assert position_bytes(258) == b"\0\0\0\0\0\0\x01\x02"
