"""Checkpoints: signed notes that partners keep, and that nobody else can make."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    VerifierKey,
    from_header,
    make_checkpoint,
    parse_checkpoint,
    to_header,
    verifier_key,
    verify_checkpoint,
)
from gateway.ledger.tree import batch_root

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ORIGIN = "gateway.example/ledger"
SAID = Checkpoint(ORIGIN, 3, batch_root([b"one", b"two", b"three"]))
PUBLIC = verifier_key(ORIGIN, KEY)
NOTE = make_checkpoint(SAID, KEY)
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))

GOLDEN = """\
gateway.example/ledger
3
Wqx3HImawpLnS/Gv4ubjAvi1WIOy0b8Ze0amvqbavKk=

— gateway.example/ledger Qz7RLPxg8K2IRMmojCe5S454PgsXS7Q981+\
6w1aEepiLa32qZl2+ilAJbTTXFyZQsOAoWheOMcd9OkCwigCYbvUvggk=
"""


def test_the_golden_note() -> None:
    assert NOTE == GOLDEN
    assert (
        PUBLIC.line()
        == "gateway.example/ledger+433ed12c+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    )
    assert verify_checkpoint(GOLDEN, VerifierKey.parse(PUBLIC.line())) == SAID


def test_the_published_vkey_of_gos_signed_note_is_read() -> None:
    # golang.org/x/mod/sumdb/note, package documentation and tests: key, note, signature.
    key = VerifierKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")

    assert key.name == "PeterNeumann"
    assert key.key_hash.hex() == "c74f20a3"


def test_a_note_survives_the_header() -> None:
    value = to_header(NOTE)
    assert "\n" not in value
    assert from_header(value) == NOTE
    assert from_header(f" {value} ") == NOTE


def test_lines_after_the_root_are_read_past_and_signed() -> None:
    extended = NOTE.split("\n\n")[0] + "\nextension\n"
    signature = base64.b64encode(PUBLIC.key_hash + KEY.sign(extended.encode())).decode()
    note = f"{extended}\n— {ORIGIN} {signature}\n"

    assert verify_checkpoint(note, PUBLIC) == SAID
    with pytest.raises(CheckpointRefused):
        verify_checkpoint(note.replace("extension", "extensioN"), PUBLIC)


def test_a_witness_may_sign_as_well() -> None:
    witness = verifier_key("witness.example", OTHER)
    body = SAID.body()
    cosigned = base64.b64encode(witness.key_hash + OTHER.sign(body.encode())).decode()
    note = f"{NOTE}— witness.example {cosigned}\n"

    assert verify_checkpoint(note, PUBLIC) == SAID
    with pytest.raises(CheckpointRefused, match="another ledger"):
        verify_checkpoint(note, witness)


def test_another_key_of_the_same_name_does_not_verify() -> None:
    with pytest.raises(CheckpointRefused, match="not signed"):
        verify_checkpoint(NOTE, verifier_key(ORIGIN, OTHER))
    forged = make_checkpoint(SAID, OTHER)
    with pytest.raises(CheckpointRefused, match="not signed"):
        verify_checkpoint(forged, PUBLIC)


def test_a_false_signature_under_the_right_key_hash_does_not_verify() -> None:
    false = base64.b64encode(PUBLIC.key_hash + OTHER.sign(SAID.body().encode())).decode()
    note = f"{SAID.body()}\n— {ORIGIN} {false}\n"
    with pytest.raises(CheckpointRefused, match="not signed"):
        verify_checkpoint(note, PUBLIC)


def test_a_key_that_signed_twice_is_refused() -> None:
    with pytest.raises(CheckpointRefused, match="not signed"):
        verify_checkpoint(NOTE + NOTE.split("\n\n")[1], PUBLIC)


@given(st.integers(0, len(NOTE) - 1), st.characters(codec="utf-8"))
def test_no_changed_character_verifies(at: int, put: str) -> None:
    changed = NOTE[:at] + put + NOTE[at + 1 :]
    if changed == NOTE:
        return
    with pytest.raises(CheckpointRefused):
        verify_checkpoint(changed, PUBLIC)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "\n\n",
        SAID.body(),
        NOTE.removesuffix("\n"),
        NOTE.replace("—", "-"),
        NOTE.replace("\n3\n", "\n03\n"),
        NOTE.replace("\n3\n", "\n-3\n"),
        NOTE.replace("\n3\n", "\n3.0\n"),
        NOTE.replace("\n3\n", "\n9223372036854775808\n"),
        NOTE.replace("\n3\n", "\n٣\n"),
        NOTE.replace("\n3\n", "\n3\n\n"),
        NOTE.replace(ORIGIN + "\n3", "\n3"),
        NOTE.replace("\n3\n", "\r\n3\n"),
        NOTE + "— \n",
        NOTE + "— a b c\n",
        NOTE + "— name AAAA\n",
        NOTE + "— name !!!!\n",
        f"{ORIGIN}\n3\n{base64.b64encode(bytes(31)).decode()}\n\n" + NOTE.split("\n\n")[1],
        f"{ORIGIN}\n3\n\n" + NOTE.split("\n\n")[1],
        NOTE + "x" * 5_000,
    ],
)
def test_what_is_no_checkpoint_is_refused(note: str) -> None:
    with pytest.raises(CheckpointRefused):
        parse_checkpoint(note)


@pytest.mark.parametrize(
    "said",
    [
        Checkpoint(ORIGIN, -1, SAID.root),
        Checkpoint(ORIGIN, 2**63, SAID.root),
        Checkpoint(ORIGIN, 1, b"short"),
        Checkpoint("", 1, SAID.root),
        Checkpoint("a b", 1, SAID.root),
        Checkpoint("a+b", 1, SAID.root),
        Checkpoint("a\nb", 1, SAID.root),
    ],
)
def test_an_impossible_checkpoint_is_not_signed(said: Checkpoint) -> None:
    with pytest.raises(CheckpointRefused):
        make_checkpoint(said, KEY)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a+b",
        PUBLIC.line().replace("gateway", "gatewaY"),
        PUBLIC.line()[:-4],
        f"{ORIGIN}+{PUBLIC.key_hash.hex()}+{base64.b64encode(b'x02' + PUBLIC.public).decode()}",
        f"{ORIGIN}+{PUBLIC.key_hash.hex()}+AQ==",
        f"{ORIGIN}+{PUBLIC.key_hash.hex()}+!",
        "a b+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
    ],
)
def test_what_is_no_verifier_key_is_refused(line: str) -> None:
    with pytest.raises(CheckpointRefused):
        VerifierKey.parse(line)


@pytest.mark.parametrize("value", ["!", "gA==", "Z29v\nZA=="])
def test_what_is_no_header_is_refused(value: str) -> None:
    with pytest.raises(CheckpointRefused):
        from_header(value)
