"""How a partner's system proves itself: a short-lived assertion under its own key (RFC 7523).

Signed with `cryptography` alone, so that the gateway's reading of assertions is tried by another hand.
"""

from __future__ import annotations

import base64
import json
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gateway.client.answers import ClientError
from gateway.clock import Clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LIFE_SECONDS = 60
_COORDINATE = 32
"""Bytes of one coordinate, and of one half of a signature, on P-256."""


class KeyRefused(ClientError):
    """A key file that cannot be used."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The key file is not used: {what}.",
            "Make one with `gateway client key`, and give the gateway's operator its public half.",
        )


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

    @classmethod
    def load(
        cls, client_id: str, kid: str, file: Path, clock: Clock, random: Callable[[int], bytes]
    ) -> SigningKey:
        """Read a private key from a PEM file that has no password.

        Raises:
            KeyRefused: It is no P-256 key, or others than its owner may read it.
        """
        try:
            if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
                raise KeyRefused("it must have mode 0600")
            private = load_pem_private_key(file.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm):
            raise KeyRefused("it cannot be read as a private key") from None
        if not isinstance(private, EllipticCurvePrivateKey) or private.curve.name != "secp256r1":
            raise KeyRefused("it is no EC key on curve P-256")
        return cls(client_id, kid, clock, random, private)

    def pem(self) -> bytes:
        """Return the private half, to be written where only its owner reads it."""
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

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
