"""How a partner's system proves itself: a short-lived assertion under its own key (RFC 7523).

Signed with `cryptography` alone, so that the gateway's reading of assertions is tried by another hand.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gateway.clock import Clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_SECONDS = 60
_COORDINATE = 32
"""Bytes of one coordinate, and of one half of a signature, on P-256."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A shared secret: for the demonstration only."""

    client_id: str
    text: str

    def form(self, issuer: str) -> dict[str, str]:  # noqa: ARG002 - a secret is the same for all
        """Return what the token request carries."""
        return {"client_id": self.client_id, "client_secret": self.text}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A P-256 key of one system; its private half never leaves this object."""

    client_id: str
    kid: str
    clock: Clock
    random: Callable[[int], bytes]
    _private: EllipticCurvePrivateKey = field(
        default_factory=lambda: generate_private_key(SECP256R1()), repr=False
    )

    def public_jwk(self) -> dict[str, str]:
        """Return the half that the gateway registers (RFC 7517)."""
        point = self._private.public_key().public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "kid": self.kid,
            "x": _url64(point.x.to_bytes(_COORDINATE, "big")),
            "y": _url64(point.y.to_bytes(_COORDINATE, "big")),
        }

    def form(self, issuer: str) -> dict[str, str]:
        """Return what the token request carries: a new assertion for this issuer."""
        return {
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self._assertion(issuer),
        }

    def _assertion(self, issuer: str) -> str:
        now = int(self.clock.now().timestamp())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": now,
            "exp": now + LIFE_SECONDS,
            "jti": self.random(16).hex(),
        }
        header = {"alg": "ES256", "kid": self.kid}
        text = ".".join(_url64(json.dumps(part).encode()) for part in (header, claims))
        halves = decode_dss_signature(self._private.sign(text.encode(), ECDSA(SHA256())))
        signature = b"".join(half.to_bytes(_COORDINATE, "big") for half in halves)
        return f"{text}.{_url64(signature)}"


Proof = Secret | SigningKey
"""Either way for a system to prove itself."""


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
