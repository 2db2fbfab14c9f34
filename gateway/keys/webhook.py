"""Signing what is pushed: Standard Webhooks ``v1`` (HMAC-SHA256) and ``v1a`` (Ed25519).

Source: the Standard Webhooks specification, 2026-08 (github.com/standard-webhooks/standard-webhooks). Signed
is ``id.timestamp.body``; a header may hold several signatures, so that keys can be changed without a gap.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from gateway.keys.derive import framed, hkdf_expand

ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"
"""Names of the headers."""

TOLERANCE_SECONDS = 300
"""How old or how far ahead a receiver takes a timestamp."""

_SECRET, _PUBLIC = "whsec_", "whpk_"
_KEY = b"gateway/webhook-key"


class WebhookRefused(ValueError):
    """A webhook that does not verify; says which rule, never a value."""


def signing_key(master: bytes, number: int) -> Ed25519PrivateKey:
    """Return the key pair of one number, derived from the key ring's webhook secret."""
    return Ed25519PrivateKey.from_private_bytes(
        hkdf_expand(master, _KEY + framed(number.to_bytes(4, "big")))
    )


def secret_text(secret: bytes) -> str:
    """A secret as receivers are given it: ``whsec_…``."""
    return _SECRET + base64.b64encode(secret).decode()


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as receivers are given it: ``whpk_…``."""
    return _PUBLIC + base64.b64encode(key.public_bytes_raw()).decode()


def read_secret_text(text: str) -> bytes:
    """Read ``whsec_…`` (raises ``WebhookRefused``)."""
    return _read(text, _SECRET)


def read_public_text(text: str) -> Ed25519PublicKey:
    """Read ``whpk_…`` (raises ``WebhookRefused``)."""
    try:
        return Ed25519PublicKey.from_public_bytes(_read(text, _PUBLIC))
    except ValueError:
        raise WebhookRefused("not a public key in the form whpk_…") from None


def jwk(key: Ed25519PublicKey) -> dict[str, str]:
    """A public key as a JWK (RFC 8037), its id its thumbprint (RFC 7638)."""
    x = base64.urlsafe_b64encode(key.public_bytes_raw()).rstrip(b"=").decode()
    members = {"crv": "Ed25519", "kty": "OKP", "x": x}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
    return {**members, "kid": digest, "use": "sig", "alg": "EdDSA"}


def signatures(
    webhook_id: str,
    timestamp: int,
    body: bytes,
    secrets: Iterable[bytes],
    keys: Iterable[Ed25519PrivateKey],
) -> str:
    """Return the signature header: one signature for each secret and key, newest first.

    Args:
        webhook_id: The message's id; stays over tries.
        timestamp: Of this try, seconds since 1970.
        body: As it is sent.
        secrets: The subscriber's secrets that are in use.
        keys: The gateway's keys that are in use.
    """
    content = _content(webhook_id, str(timestamp), body)
    made = [f"v1,{_base64(hmac.digest(secret, content, hashlib.sha256))}" for secret in secrets]
    made += [f"v1a,{_base64(key.sign(content))}" for key in keys]
    return " ".join(made)


def verify(
    headers: Mapping[str, str],
    body: bytes,
    now: int,
    secrets: Sequence[bytes] = (),
    keys: Sequence[Ed25519PublicKey] = (),
) -> str:
    """Verify a webhook as its receiver; return its id.

    Args:
        headers: Of the request, names in lower case.
        body: As it came.
        now: Seconds since 1970.
        secrets: Those that may have signed it.
        keys: Those that may have signed it.

    Raises:
        WebhookRefused: A header is missing, the timestamp is not of now, or no signature fits.
    """
    try:
        webhook_id, timestamp, signed = (headers[name] for name in (ID, TIMESTAMP, SIGNATURE))
    except KeyError:
        raise WebhookRefused("a header is missing") from None
    if not timestamp.isdecimal() or abs(int(timestamp) - now) > TOLERANCE_SECONDS:
        raise WebhookRefused("the timestamp is not of now")
    content = _content(webhook_id, timestamp, body)
    for one in signed.split(" "):
        version, _, text = one.partition(",")
        try:
            given = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            continue
        if version == "v1" and _is_ours(given, content, secrets):
            return webhook_id
        if version == "v1a" and any(_fits(key, given, content) for key in keys):
            return webhook_id
    raise WebhookRefused("no signature fits")


def _is_ours(given: bytes, content: bytes, secrets: Sequence[bytes]) -> bool:
    made = (hmac.digest(secret, content, hashlib.sha256) for secret in secrets)
    return any(hmac.compare_digest(given, one) for one in made)


def _fits(key: Ed25519PublicKey, given: bytes, content: bytes) -> bool:
    try:
        key.verify(given, content)
    except InvalidSignature:
        return False
    return True


def _content(webhook_id: str, timestamp: str, body: bytes) -> bytes:
    return f"{webhook_id}.{timestamp}.".encode() + body


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _read(text: str, prefix: str) -> bytes:
    try:
        if not text.startswith(prefix):
            raise WebhookRefused(f"not in the form {prefix}…")
        return base64.b64decode(text.removeprefix(prefix), validate=True)
    except binascii.Error:
        raise WebhookRefused(f"not in the form {prefix}…") from None
