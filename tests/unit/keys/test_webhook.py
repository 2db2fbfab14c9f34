"""Signatures that others' packages verify, in both versions."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from gateway.keys import webhook
from gateway.keys.webhook import WebhookRefused

SECRET, OTHER = bytes(range(32)), bytes(32)
MASTER = b"m" * 32
KEY, NEXT = webhook.signing_key(MASTER, 1), webhook.signing_key(MASTER, 2)
NOW = 1_795_000_000


def headers(body: bytes, **more: str) -> dict[str, str]:
    """Headers of a message signed with one secret and one key."""
    signed = webhook.signatures("rel_a", NOW, body, [SECRET], [KEY])
    return {
        "webhook-id": "rel_a",
        "webhook-timestamp": str(NOW),
        "webhook-signature": signed,
    } | more


@given(body=st.text().map(str.encode))
def test_the_package_makes_and_verifies_the_same_v1(body: bytes) -> None:
    theirs = Webhook(webhook.secret_text(SECRET))
    at = datetime.fromtimestamp(NOW, UTC)

    ours = webhook.signatures("rel_a", NOW, body, [SECRET], [])

    assert ours == theirs.sign("rel_a", at, body.decode())


@given(body=st.binary(), flipped=st.integers(0, 10_000))
def test_a_changed_byte_verifies_by_neither(body: bytes, flipped: int) -> None:
    changed = bytearray(body or b"x")
    changed[flipped % len(changed)] ^= 1
    signed = headers(body)

    assert webhook.verify(signed, body, NOW, [SECRET]) == "rel_a"
    assert webhook.verify(signed, body, NOW, keys=[KEY.public_key()]) == "rel_a"
    for by in ({"secrets": [SECRET]}, {"keys": [KEY.public_key()]}):
        with pytest.raises(WebhookRefused):
            webhook.verify(signed, bytes(changed), NOW, **by)  # type: ignore[arg-type] # by name


@pytest.mark.parametrize(
    "changed",
    [
        {"webhook-id": "rel_b"},
        {"webhook-timestamp": str(NOW + 1)},
        {"webhook-timestamp": "soon"},
        {"webhook-signature": ""},
        {"webhook-signature": "v1,%%%% v1a,AAAA v2,AAAA"},
        {"webhook-signature": "v1a," + base64.b64encode(bytes(64)).decode()},
    ],
)
def test_a_changed_header_does_not_verify(changed: dict[str, str]) -> None:
    with pytest.raises(WebhookRefused):
        webhook.verify(headers(b"{}", **changed), b"{}", NOW, [SECRET], [KEY.public_key()])


@pytest.mark.parametrize("late", [-301, 301])
def test_an_old_message_does_not_verify(late: int) -> None:
    with pytest.raises(WebhookRefused):
        webhook.verify(headers(b"{}"), b"{}", NOW + late, [SECRET])


def test_a_missing_header_does_not_verify() -> None:
    with pytest.raises(WebhookRefused):
        webhook.verify({}, b"{}", NOW, [SECRET])


def test_several_secrets_and_keys_sign_beside_each_other() -> None:
    signed = webhook.signatures("rel_a", NOW, b"{}", [SECRET, OTHER], [KEY, NEXT])
    got = headers(b"{}") | {"webhook-signature": signed}

    assert [one.split(",")[0] for one in signed.split(" ")] == ["v1", "v1", "v1a", "v1a"]
    for secret in (SECRET, OTHER):
        assert webhook.verify(got, b"{}", NOW, [secret])
    for key in (KEY, NEXT):
        assert webhook.verify(got, b"{}", NOW, keys=[key.public_key()])


def test_keys_and_secrets_are_written_and_read_in_their_usual_form() -> None:
    assert webhook.read_secret_text(webhook.secret_text(SECRET)) == SECRET
    text = webhook.public_text(KEY.public_key())
    assert text.startswith("whpk_")
    assert webhook.read_public_text(text) == KEY.public_key()
    for wrong in ("", "whpk_", "whpk_AAAA", "whsec_%", text.replace("whpk_", "whsec_")):
        with pytest.raises(WebhookRefused):
            webhook.read_public_text(wrong)


def test_each_number_gives_a_key_of_its_own_and_a_jwk_with_its_thumbprint() -> None:
    one, two = webhook.jwk(KEY.public_key()), webhook.jwk(NEXT.public_key())

    assert one["kid"] != two["kid"]
    assert (one["kty"], one["crv"], one["use"]) == ("OKP", "Ed25519", "sig")
    assert webhook.signing_key(MASTER, 1).private_bytes_raw() == KEY.private_bytes_raw()
