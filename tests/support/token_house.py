"""A token server with its clock, registry and replay store, and proofs good and bad."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jwt
from joserfc.jwk import ECKey

from gateway.access.assertion import ASSERTION_TYPE
from gateway.access.clients import Client, Method, Scope, hash_secret
from gateway.access.server import Answer, TokenServer
from gateway.access.verify import TokenVerifier
from gateway.clock import FixedClock
from gateway.keys.ring import KeyRing

ISSUER = "https://gateway.example"
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
SECRET = "a-long-secret-that-was-handed-over-once"
CANARY = "canary-7f3a"


def private_key(number: int) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(number, ec.SECP256R1())


def jwk_of(key: ec.EllipticCurvePrivateKey, kid: str) -> dict[str, Any]:
    public = ECKey.import_key(key.public_key()).as_dict(private=False)
    return {name: public[name] for name in ("kty", "crv", "x", "y")} | {"kid": kid}


CLIENT_KEY, OTHER_KEY, SECOND_KEY = private_key(11), private_key(12), private_key(13)


@dataclass
class Replays:
    """Which assertions were used, in memory."""

    used: set[tuple[str, str]] = field(default_factory=set)

    def seen(self, client_id: str, jti: str, exp: int) -> bool:
        assert NOW < exp <= NOW + 310
        known = (client_id, jti) in self.used
        self.used.add((client_id, jti))
        return known


class House:
    """A token server with four clients, and its verifier."""

    def __init__(self, home: Path) -> None:
        self.clock = FixedClock(NOON)
        self.ring = KeyRing.create(home, lambda size: hashlib.sha256(self._next()).digest()[:size])
        self.replays = Replays()
        granted = frozenset({Scope.FEED_WRITE, Scope.RECORDS_READ})
        keys = {"keys": [jwk_of(CLIENT_KEY, "one"), jwk_of(SECOND_KEY, "two")]}
        other = {"keys": [jwk_of(OTHER_KEY, "three")]}
        self.clients = {
            c["client_id"]: Client.model_validate({"scopes": granted} | c)
            for c in (
                {"client_id": "police-rms", "partner": "police", "jwks": keys},
                {"client_id": "fire-hub", "partner": "fire", "jwks": other},
                {"client_id": "gone", "partner": "police", "jwks": keys, "active": False},
                {
                    "client_id": "demo",
                    "partner": "council",
                    "method": Method.CLIENT_SECRET_BASIC,
                    "secret_sha256": hash_secret(SECRET),
                },
                {
                    "client_id": "demo-post",
                    "partner": "council",
                    "method": Method.CLIENT_SECRET_POST,
                    "secret_sha256": hash_secret(SECRET),
                },
            )
        }
        self.server = self.serve()
        self.verifier = TokenVerifier(ISSUER, self.ring, self.clients, self.clock)

    _count = 0

    def _next(self) -> bytes:
        self._count += 1
        return str(self._count).encode()

    def serve(self, *, takes_secrets: bool = True, **options: Any) -> TokenServer:
        options["takes_secrets"] = takes_secrets
        return TokenServer(
            ISSUER, self.ring, self.clients, self.replays, self.clock, bytes, **options
        )

    def asks(self, assertion: str, **more: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        return self.server.token(form | more, None)

    def token(self) -> str:
        status, _, body = self.asks(assertion())
        assert status == 200
        self.replays.used.clear()
        token: str = body["access_token"]
        return token


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(
    header: Any, claims: Any, key: ec.EllipticCurvePrivateKey = CLIENT_KEY, *, raw: bool = False
) -> str:
    """Sign anything at all by hand: no library stands between the attacker and the wire."""
    parts = [part if raw else json.dumps(part) for part in (header, claims)]
    signing = ".".join(b64(part.encode()) for part in parts)
    return f"{signing}.{b64(sign(signing.encode(), key))}"


def sign(message: bytes, key: ec.EllipticCurvePrivateKey) -> bytes:
    r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


HEADER: dict[str, Any] = {"alg": "ES256", "kid": "one", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": "police-rms",
    "sub": "police-rms",
    "aud": ISSUER,
    "iat": NOW,
    "exp": NOW + 120,
    "jti": CANARY,
}


def assertion(**changes: Any) -> str:
    """A good assertion, but for the claims named; None takes a claim away."""
    claims = CLAIMS | changes
    return compact(HEADER, {name: value for name, value in claims.items() if value is not None})


def with_header(*without: str, **changes: Any) -> str:
    header = {name: value for name, value in (HEADER | changes).items() if name not in without}
    return compact(header, CLAIMS)


def hs256_with_the_public_key() -> str:
    pem = CLIENT_KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing = (
        f"{b64(json.dumps(HEADER | {'alg': 'HS256'}).encode())}.{b64(json.dumps(CLAIMS).encode())}"
    )
    return f"{signing}.{b64(hmac.digest(pem, signing.encode(), 'sha256'))}"


def by_another_algorithm(alg: str, key: Any) -> str:
    return jwt.encode(HEADER | {"alg": alg}, dict(CLAIMS), key, algorithms=[alg])


def nested_in_jwe() -> str:
    key = ECKey.import_key(CLIENT_KEY.public_key())
    header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": "one", "cty": "JWT"}
    return jwe.encrypt_compact(header, assertion().encode(), key)


def with_signature(signature: bytes) -> str:
    return assertion().rpartition(".")[0] + "." + b64(signature)


def der_signed() -> str:
    signing = assertion().rpartition(".")[0]
    return f"{signing}.{b64(CLIENT_KEY.sign(signing.encode(), ec.ECDSA(hashes.SHA256())))}"


def changed_claims() -> str:
    header, _, signature = assertion().split(".")
    return f"{header}.{b64(json.dumps(CLAIMS | {'sub': 'fire-hub'}).encode())}.{signature}"


def padded() -> str:
    header, claims, signature = assertion().split(".")
    return f"{header}.{claims}.{signature}=="
