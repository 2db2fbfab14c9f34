"""The id of a public P-256 key: its JWK thumbprint (RFC 7638), and the members it is made of."""

from __future__ import annotations

import base64
import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

COORDINATE = 32
"""Bytes of one coordinate of a point on P-256."""


def jwk_members(key: EllipticCurvePublicKey) -> dict[str, str]:
    """Return the required members of the key as a JWK (RFC 7518 §6.2.1)."""
    point = key.public_numbers()
    return {"crv": "P-256", "kty": "EC", "x": _coordinate(point.x), "y": _coordinate(point.y)}


def thumbprint(key: EllipticCurvePublicKey) -> str:
    """Return SHA-256 over those members in canonical JSON, base64url without padding."""
    text = json.dumps(jwk_members(key), sort_keys=True, separators=(",", ":"))
    return _base64url(hashlib.sha256(text.encode()).digest())


def _coordinate(number: int) -> str:
    return _base64url(number.to_bytes(COORDINATE, "big"))


def _base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
