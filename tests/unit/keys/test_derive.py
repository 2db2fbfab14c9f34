"""Keys made from keys, held against RFC 5869 and a second implementation."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from hypothesis import given
from hypothesis import strategies as st

from gateway.keys.derive import (
    commitment_salt,
    hkdf_expand,
    hkdf_extract,
    keyed_hash,
    pseudonym_key,
    sealed_half_key,
)

SECRET = bytes(range(32))


def test_the_first_vector_of_rfc_5869() -> None:
    prk = hkdf_extract(bytes(range(13)), b"\x0b" * 22)
    assert prk.hex() == "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"
    assert hkdf_expand(prk, bytes(range(0xF0, 0xFA)), 42).hex() == (
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    )


def test_the_third_vector_of_rfc_5869_has_no_salt_and_no_info() -> None:
    prk = hkdf_extract(b"", b"\x0b" * 22)
    assert prk.hex() == "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"
    assert hkdf_expand(prk, b"", 42).hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=50), st.integers(1, 300))
def test_expanding_agrees_with_another_implementation(key: bytes, info: bytes, length: int) -> None:
    other = HKDFExpand(hashes.SHA256(), length, info).derive(key)
    assert hkdf_expand(key, info, length) == other


def test_a_versions_two_keys_are_expanded_under_their_names() -> None:
    assert commitment_salt(SECRET) == hkdf_expand(SECRET, b"gateway/commitment-salt")
    assert sealed_half_key(SECRET) == hkdf_expand(SECRET, b"gateway/sealed-half")


@pytest.mark.parametrize("length", [0, -1, 8161])
def test_a_length_that_hkdf_cannot_give_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="8160"):
        hkdf_expand(SECRET, b"", length)


def test_no_two_recipients_or_quarters_share_a_pseudonym_key() -> None:
    keys = {
        pseudonym_key(SECRET, recipient, quarter)
        for recipient in ("fire", "council", "fire2026", "")
        for quarter in ("2026-Q3", "2026-Q4", "-Q4", "")
    }
    assert len(keys) == 16


def test_moving_the_border_between_parts_changes_a_keyed_hash() -> None:
    assert keyed_hash(SECRET, b"ab", b"c") != keyed_hash(SECRET, b"a", b"bc")
    assert keyed_hash(SECRET, b"abc") != keyed_hash(SECRET, b"abc", b"")
