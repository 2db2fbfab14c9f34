"""Bad assertions, bad tokens, bad requests: none is accepted, and none is repeated in the answer."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.access.assertion import ASSERTION_TYPE
from gateway.access.clients import Client, Method, Scope, hash_secret
from gateway.access.server import Answer, TokenServer
from gateway.access.verify import TokenVerifier
from gateway.clock import FixedClock
from gateway.errors import NotAuthenticated
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

    def serve(self, **options: Any) -> TokenServer:
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


BAD_ASSERTIONS: dict[str, Callable[[], str]] = {
    # the signature
    "an unsigned assertion with alg none": lambda: (
        compact(HEADER | {"alg": "none"}, CLAIMS).rpartition(".")[0] + "."
    ),
    "alg none with a signature": lambda: with_header(alg="none"),
    "alg None spelt otherwise": lambda: with_header(alg="nOnE"),
    "HS256 keyed by the public key": hs256_with_the_public_key,
    "RS256 by a key of its own": lambda: by_another_algorithm("RS256", RSA),
    "PS256 by a key of its own": lambda: by_another_algorithm("PS256", RSA),
    "Ed25519 by a key of its own": lambda: by_another_algorithm("Ed25519", OKP),
    "ES384 by a key of its own": lambda: by_another_algorithm(
        "ES384", ECKey.import_key(ec.derive_private_key(9, ec.SECP384R1()))
    ),
    "ES256K over another curve": lambda: with_header(alg="ES256K"),
    "a signature by another client's key": lambda: compact(HEADER, CLAIMS, OTHER_KEY),
    "a signature by the second key under the first kid": lambda: compact(
        HEADER, CLAIMS, SECOND_KEY
    ),
    "claims changed after signing": changed_claims,
    "a signature of zeros": lambda: with_signature(bytes(64)),
    "a signature cut short": lambda: with_signature(bytes(63)),
    "a signature in DER": der_signed,
    "no signature": lambda: with_signature(b""),
    # the header
    "no alg": lambda: with_header("alg"),
    "no kid": lambda: with_header("kid"),
    "a kid that nobody registered": lambda: with_header(kid="four"),
    "another client's kid": lambda: with_header(kid="three"),
    "a kid that is a path": lambda: with_header(kid="../../dev/null"),
    "a kid that is a number": lambda: with_header(kid=1),
    "the key in the header": lambda: compact(
        HEADER | {"jwk": jwk_of(OTHER_KEY, "one")}, CLAIMS, OTHER_KEY
    ),
    "an address of keys in the header": lambda: with_header(jku="https://evil.example/jwks.json"),
    "an address of a certificate in the header": lambda: with_header(x5u="https://evil.example/c"),
    "a certificate chain in the header": lambda: with_header(x5c=["MIIB"]),
    "a critical header": lambda: with_header(crit=["exp"], exp=NOW),
    "an unencoded payload (RFC 7797)": lambda: with_header(b64=False, crit=["b64"]),
    "a header we do not know": lambda: with_header(zip="DEF"),
    "an access token's type": lambda: with_header(typ="at+jwt"),
    "a type that is a list": lambda: with_header(typ=["JWT"]),
    "a type that is null": lambda: with_header(typ=None),
    "an alg given twice": lambda: compact(
        '{"alg":"none","alg":"ES256","kid":"one"}', json.dumps(CLAIMS), raw=True
    ),
    # the form
    "a nested JWE": nested_in_jwe,
    "four parts": lambda: assertion() + ".x",
    "two parts": lambda: assertion().rpartition(".")[0],
    "padding": padded,
    "a blank inside": lambda: assertion().replace(".", ". ", 1),
    "a letter outside ASCII": lambda: assertion() + "é",
    "a megabyte": lambda: assertion(jti="x" * 1_000_000),
    "five kilobytes of a claim that nobody reads": lambda: assertion(note="x" * 5_000),
    "not a number in a claim that nobody reads": lambda: assertion(note=float("nan")),
    "a megabyte of header": lambda: with_header(kid="x" * 1_000_000),
    "nesting deeper than a parser's stack": lambda: compact(
        json.dumps(HEADER), "[" * 2_000, raw=True
    ),
    "claims that are a list": lambda: compact(HEADER, [CLAIMS]),
    "claims that are no JSON": lambda: compact(json.dumps(HEADER), "{", raw=True),
    "claims that are no UTF-8": lambda: (
        f"{b64(json.dumps(HEADER).encode())}.{b64(bytes((255,)))}.AAAA"
    ),
    "a claim given twice": lambda: compact(
        json.dumps(HEADER), json.dumps(CLAIMS)[:-1] + ',"sub":"police-rms"}', raw=True
    ),
    # who and for whom
    "no issuer": lambda: assertion(iss=None),
    "no subject": lambda: assertion(sub=None),
    "another issuer than subject": lambda: assertion(iss="fire-hub"),
    "another client's name on both": lambda: assertion(iss="fire-hub", sub="fire-hub"),
    "a client that does not exist": lambda: assertion(iss="nobody", sub="nobody"),
    "a client that was switched off": lambda: assertion(iss="gone", sub="gone"),
    "a client that has only a secret": lambda: assertion(iss="demo", sub="demo"),
    "a subject that is a list": lambda: assertion(iss=["police-rms"], sub=["police-rms"]),
    "no audience": lambda: assertion(aud=None),
    "another server as audience": lambda: assertion(aud="https://evil.example"),
    "the issuer with a slash as audience": lambda: assertion(aud=ISSUER + "/"),
    "the issuer in capitals as audience": lambda: assertion(aud=ISSUER.upper()),
    "the token endpoint as audience": lambda: assertion(aud=ISSUER + "/oauth/token"),
    "a list with the issuer alone as audience": lambda: assertion(aud=[ISSUER]),
    "a list with a foreign audience beside the issuer": lambda: assertion(
        aud=[ISSUER, "https://evil.example"]
    ),
    # when
    "no expiry": lambda: assertion(exp=None),
    "no time of issue": lambda: assertion(iat=None),
    "expired a second ago": lambda: assertion(iat=NOW - 100, exp=NOW - 1),
    "expiring this very second": lambda: assertion(iat=NOW - 100, exp=NOW),
    "living 301 seconds": lambda: assertion(exp=NOW + 301),
    "living 31 years": lambda: assertion(exp=NOW + 31 * 365 * 86_400),
    "issued 11 seconds ahead": lambda: assertion(iat=NOW + 11),
    "valid only from 11 seconds on": lambda: assertion(nbf=NOW + 11),
    "issued 11 seconds ahead but valid from now on": lambda: assertion(iat=NOW + 11, nbf=NOW),
    "a not-before that is a truth": lambda: assertion(nbf=True),
    "expired before it was issued": lambda: assertion(iat=NOW + 9, exp=NOW + 5),
    "an expiry that is a text": lambda: assertion(exp=str(NOW + 120)),
    "an expiry that is a truth": lambda: assertion(exp=True),
    "an expiry that is not a number": lambda: assertion(exp=float("nan")),
    "an expiry that is infinite": lambda: assertion(exp=float("inf")),
    "an expiry that overflows to infinity": lambda: compact(
        json.dumps(HEADER), json.dumps(CLAIMS).replace(f": {NOW + 120}", ": 1e999"), raw=True
    ),
    "a negative time of issue": lambda: assertion(iat=-1),
    "a not-before that is a text": lambda: assertion(nbf="now"),
    # once
    "no id": lambda: assertion(jti=None),
    "an empty id": lambda: assertion(jti=""),
    "an id that is a number": lambda: assertion(jti=7),
    "an id of 257 characters": lambda: assertion(jti="x" * 257),
}
RSA = RSAKey.import_key(rsa.generate_private_key(65537, 2048))
OKP = OKPKey.generate_key("Ed25519")


@pytest.mark.parametrize("name", BAD_ASSERTIONS)
def test_is_not_accepted_as_a_clients_proof(house: House, name: str) -> None:
    bad = BAD_ASSERTIONS[name]()

    status, headers, body = house.asks(bad)

    assert (status, body["error"]) == (401, "invalid_client")
    assert headers["Cache-Control"] == "no-store"
    assert "WWW-Authenticate" in headers
    assert CANARY not in json.dumps(body)
    assert house.replays.used == set(), "a bad assertion must not use up an id"


def test_a_good_assertion_gives_a_token_of_ten_minutes(house: House) -> None:
    status, headers, body = house.asks(assertion())

    assert status == 200
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 600
    assert body["scope"] == "feed:write records:read"
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert headers["Cache-Control"] == "no-store"
    access = house.verifier.verify_header("Bearer " + body["access_token"])
    assert (access.client_id, access.partner) == ("police-rms", "police")
    assert access.scopes == {Scope.FEED_WRITE, Scope.RECORDS_READ}
    assert access.expires_at == NOON + timedelta(seconds=600)


@pytest.mark.parametrize(
    "good",
    [
        assertion(iat=NOW + 10, exp=NOW + 310),
        assertion(iat=NOW - 299, exp=NOW + 1),
        assertion(nbf=NOW + 10),
        assertion(jti="x" * 256),
        with_header("typ"),
        with_header(typ="client-authentication+jwt"),
        compact(HEADER | {"kid": "two"}, CLAIMS, SECOND_KEY),
    ],
)
def test_an_assertion_at_the_edge_of_what_is_allowed_is_accepted(house: House, good: str) -> None:
    assert house.asks(good)[0] == 200


def test_an_assertion_is_accepted_once(house: House) -> None:
    assert house.asks(assertion())[0] == 200
    assert house.asks(assertion())[0] == 401
    assert house.asks(assertion(exp=NOW + 60))[0] == 401, "the id counts, not the bytes"
    assert house.asks(assertion(jti="another"))[0] == 200


def test_the_token_endpoint_is_an_audience_only_where_the_operator_says_so(house: House) -> None:
    house.server = house.serve(takes_endpoint_audience=True)
    assert house.asks(assertion(aud=ISSUER + "/oauth/token"))[0] == 200
    assert house.asks(assertion(jti="b"))[0] == 200
    assert house.asks(assertion(jti="c", aud=[ISSUER]))[0] == 401


def test_the_client_id_beside_an_assertion_must_be_its_subject(house: House) -> None:
    assert house.asks(assertion(), client_id="fire-hub")[0] == 401
    assert house.asks(assertion(jti="b"), client_id="police-rms")[0] == 200


# ---------------------------------------------------------------- access tokens

TOKEN_CLAIMS: dict[str, Any] = {
    "iss": ISSUER,
    "aud": ISSUER,
    "sub": "police-rms",
    "client_id": "police-rms",
    "iat": NOW,
    "exp": NOW + 600,
    "jti": "00" * 16,
    "scope": "feed:write",
}


def access_token(
    house: House,
    key: ec.EllipticCurvePrivateKey | None = None,
    header: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    claims = {n: v for n, v in (TOKEN_CLAIMS | changes).items() if v is not None}
    full = {"alg": "ES256", "typ": "at+jwt", "kid": house.ring.token_kid} | (header or {})
    full = {name: value for name, value in full.items() if value is not None}
    return compact(full, claims, key or house.ring.token_key)


def flipped(token: str) -> str:
    at = token.rindex(".") + 9
    return token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]


BAD_TOKENS: dict[str, Callable[[House], str]] = {
    "nothing": lambda _: "",
    "a word": lambda _: "token",
    "three dots": lambda _: "...",
    "a client's own assertion": lambda _: assertion(),
    "a token signed by a client": lambda h: access_token(h, CLIENT_KEY),
    "a token signed by a client under its own kid": lambda h: access_token(
        h, CLIENT_KEY, {"kid": "one"}
    ),
    "a token with one letter of its signature changed": lambda h: flipped(h.token()),
    "a token of alg none": lambda h: access_token(h, header={"alg": "none"}),
    "a token of alg HS256": lambda h: access_token(h, header={"alg": "HS256"}),
    "a token without a type": lambda h: access_token(h, header={"typ": None}),
    "a token of type JWT": lambda h: access_token(h, header={"typ": "JWT"}),
    "a token of the type in capitals": lambda h: access_token(h, header={"typ": "AT+JWT"}),
    "a token without a kid": lambda h: access_token(h, header={"kid": None}),
    "a token with a critical header": lambda h: access_token(h, header={"crit": ["exp"]}),
    "a token with an address of keys": lambda h: access_token(
        h, header={"jku": "https://e.example"}
    ),
    "a token with a key": lambda h: access_token(h, CLIENT_KEY, {"jwk": jwk_of(CLIENT_KEY, "k")}),
    "a token of another issuer": lambda h: access_token(h, iss="https://evil.example"),
    "a token for another server": lambda h: access_token(h, aud="https://evil.example"),
    "a token for a list of servers": lambda h: access_token(h, aud=[ISSUER]),
    "a token without an audience": lambda h: access_token(h, aud=None),
    "a token without an issuer": lambda h: access_token(h, iss=None),
    "a token that expired": lambda h: access_token(h, iat=NOW - 600, exp=NOW),
    "a token without an expiry": lambda h: access_token(h, exp=None),
    "a token that lives ten days": lambda h: access_token(h, exp=NOW + 864_000),
    "a token that lives 601 seconds": lambda h: access_token(h, exp=NOW + 601),
    "a token from the future": lambda h: access_token(h, iat=NOW + 11),
    "a token without a time of issue": lambda h: access_token(h, iat=None),
    "a token whose expiry is a fraction": lambda h: access_token(h, exp=NOW + 60.5),
    "a token without a client": lambda h: access_token(h, client_id=None),
    "a token of a client that does not exist": lambda h: access_token(
        h, client_id="nobody", sub="nobody"
    ),
    "a token of a client that was switched off": lambda h: access_token(
        h, client_id="gone", sub="gone"
    ),
    "a token whose subject is another": lambda h: access_token(h, sub="fire-hub"),
    "a token without an id": lambda h: access_token(h, jti=None),
    "a token without a scope": lambda h: access_token(h, scope=None),
    "a token of an unknown scope": lambda h: access_token(h, scope="feed:write everything"),
    "a token of a scope not granted": lambda h: access_token(h, scope="feed:write admin"),
    "a token whose scopes are a list": lambda h: access_token(h, scope=["feed:write"]),
    "a token with a line end behind": lambda h: h.token() + "\n",
    "a token with a blank before": lambda h: " " + h.token(),
    "a token of a megabyte": lambda h: access_token(h, jti="x" * 1_000_000),
    "a token outside ASCII": lambda h: h.token() + "é",
    "a token with a lone surrogate": lambda h: h.token() + "\ud800",
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_is_not_accepted_as_an_access_token(house: House, name: str) -> None:
    bad = BAD_TOKENS[name](house)

    for _ in range(2):  # nor the second time, when it might have been remembered
        with pytest.raises(NotAuthenticated):
            house.verifier.verify(bad)
        with pytest.raises(NotAuthenticated):
            house.verifier.verify_header("Bearer " + bad)


def test_the_bad_ones_are_many_and_differ_from_a_good_one_in_one_thing(house: House) -> None:
    assert len(BAD_ASSERTIONS) >= 40
    assert len(BAD_TOKENS) >= 40
    assert house.verifier.verify(access_token(house)).client_id == "police-rms"
    assert house.asks(assertion())[0] == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic abc", "Token x", "bearer: x"])
def test_a_header_without_a_bearer_token_is_not_accepted(house: House, header: str | None) -> None:
    with pytest.raises(NotAuthenticated):
        house.verifier.verify_header(header)


def test_a_token_stops_at_its_last_second_though_it_is_remembered(house: House) -> None:
    token = house.token()
    house.verifier.verify(token)

    house.clock.at = NOON + timedelta(seconds=599)
    assert house.verifier.verify(token).partner == "police"
    house.clock.at = NOON + timedelta(seconds=600)
    with pytest.raises(NotAuthenticated):
        house.verifier.verify(token)


def test_switching_a_client_off_or_taking_a_scope_stops_its_tokens_at_once(house: House) -> None:
    token = house.token()
    house.verifier.verify(token)
    client = house.clients["police-rms"]

    house.clients["police-rms"] = client.model_copy(update={"scopes": frozenset({Scope.ADMIN})})
    with pytest.raises(NotAuthenticated):
        house.verifier.verify(token)
    house.clients["police-rms"] = client.model_copy(update={"active": False})
    with pytest.raises(NotAuthenticated):
        house.verifier.verify(token)
    house.clients["police-rms"] = client
    assert house.verifier.verify(token).partner == "police"


def test_another_gateways_keys_do_not_verify(house: House, tmp_path: Path) -> None:
    other = KeyRing.create(tmp_path / "other", lambda size: hashlib.sha256(b"%d" % size).digest())
    stranger = TokenVerifier(ISSUER, other, house.clients, house.clock)
    with pytest.raises(NotAuthenticated):
        stranger.verify(house.token())


def test_bad_tokens_are_not_remembered_and_good_ones_within_bounds(house: House) -> None:
    verifier = TokenVerifier(ISSUER, house.ring, house.clients, house.clock, capacity=3)
    for number in range(9):
        verifier.verify(access_token(house, jti=f"good-{number}"))
        with pytest.raises(NotAuthenticated):
            verifier.verify(f"bad-{number}")
    assert len(verifier._read) == 3


# ---------------------------------------------------------------- requests


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()


GRANT = {"grant_type": "client_credentials"}
POST = GRANT | {"client_id": "demo-post", "client_secret": SECRET}
BAD_REQUESTS: dict[str, tuple[dict[str, str], str | None, str]] = {
    "no grant type": ({}, basic("demo", SECRET), "invalid_request"),
    "an empty grant type": ({"grant_type": ""}, basic("demo", SECRET), "invalid_request"),
    "a password grant": (
        {"grant_type": "password"},
        basic("demo", SECRET),
        "unsupported_grant_type",
    ),
    "a grant type outside ASCII": (
        {"grant_type": 'é"\\' + CANARY},
        basic("demo", SECRET),
        "unsupported_grant_type",
    ),
    "no proof": (GRANT, None, "invalid_client"),
    "a client id alone": (GRANT | {"client_id": "demo"}, None, "invalid_client"),
    "a wrong secret": (GRANT, basic("demo", CANARY), "invalid_client"),
    "an empty secret": (GRANT, basic("demo", ""), "invalid_client"),
    "the hash in place of the secret": (
        GRANT,
        basic("demo", hash_secret(SECRET)),
        "invalid_client",
    ),
    "an unknown client with a secret": (GRANT, basic(CANARY, SECRET), "invalid_client"),
    "a secret for a client that signs": (GRANT, basic("police-rms", SECRET), "invalid_client"),
    "a secret in the form for a client that uses the header": (
        POST | {"client_id": "demo"},
        None,
        "invalid_client",
    ),
    "a secret in the header for a client that uses the form": (
        GRANT,
        basic("demo-post", SECRET),
        "invalid_client",
    ),
    "two proofs at once": (POST, basic("demo", SECRET), "invalid_request"),
    "an assertion and a secret": (
        POST | {"client_assertion": assertion(), "client_assertion_type": ASSERTION_TYPE},
        None,
        "invalid_request",
    ),
    "an assertion without its type": (
        GRANT | {"client_assertion": assertion()},
        None,
        "invalid_request",
    ),
    "an assertion of SAML's type": (
        GRANT
        | {
            "client_assertion": assertion(),
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:saml2-bearer",
        },
        None,
        "invalid_request",
    ),
    "a type without an assertion": (
        GRANT | {"client_assertion_type": ASSERTION_TYPE},
        None,
        "invalid_request",
    ),
    "another client id in the form than in the header": (
        GRANT | {"client_id": "demo-post"},
        basic("demo", SECRET),
        "invalid_client",
    ),
    "a bearer token as proof": (GRANT, "Bearer " + CANARY, "invalid_client"),
    "a header that is no base64": (GRANT, "Basic !" + CANARY, "invalid_client"),
    "a header that is no UTF-8": (
        GRANT,
        "Basic " + base64.b64encode(b"demo:\xff").decode(),
        "invalid_client",
    ),
    "a header without a colon": (
        GRANT,
        "Basic " + base64.b64encode(b"demo").decode(),
        "invalid_client",
    ),
    "a secret with a lone surrogate": (
        POST | {"client_secret": "\ud800"},
        None,
        "invalid_client",
    ),
    "an unknown scope": (GRANT | {"scope": CANARY}, basic("demo", SECRET), "invalid_scope"),
    "a scope not granted": (
        GRANT | {"scope": "feed:write admin"},
        basic("demo", SECRET),
        "invalid_scope",
    ),
    "two blanks between scopes": (
        GRANT | {"scope": "feed:write  records:read"},
        basic("demo", SECRET),
        "invalid_scope",
    ),
    "a scope in capitals": (GRANT | {"scope": "ADMIN"}, basic("demo", SECRET), "invalid_scope"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_is_not_answered_with_a_token(house: House, name: str) -> None:
    form, authorization, error = BAD_REQUESTS[name]

    status, headers, body = house.server.token(form, authorization)

    assert body["error"] == error
    assert status == (401 if error == "invalid_client" else 400)
    assert set(body) == {"error", "error_description"}
    assert CANARY not in json.dumps([body, headers], ensure_ascii=False)


def test_a_secret_is_taken_only_in_the_registered_way(house: House) -> None:
    for form, authorization in ((GRANT, basic("demo", SECRET)), (POST, None)):
        status, _, body = house.server.token(form, authorization)
        assert status == 200
        assert house.verifier.verify(body["access_token"]).partner == "council"


def test_a_narrower_scope_may_be_asked_for(house: House) -> None:
    form = GRANT | {"scope": "records:read"}
    _, _, body = house.server.token(form, basic("demo", SECRET))
    assert body["scope"] == "records:read"
    assert house.verifier.verify(body["access_token"]).scopes == {Scope.RECORDS_READ}


FORM = "application/x-www-form-urlencoded"


def test_a_form_is_read_from_its_bytes(house: House) -> None:
    status, _, _ = house.server.answer(urlencode(POST).encode(), FORM + "; charset=UTF-8", None)
    assert status == 200


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        (urlencode(POST).encode() + b"&scope=admin&scope=feed%3Awrite", FORM),
        (urlencode(POST).encode() + b"&client_secret=x", FORM),
        (urlencode(POST).encode(), "application/json"),
        (urlencode(POST).encode(), ""),
        (b"\xff", FORM),
        (b"grant_type=%ff", FORM),
        (b"a=&" * 50, FORM),
        (b"a=" + b"x" * 10_000, FORM),
        (b"", FORM),
    ],
)
def test_a_form_that_repeats_a_name_or_is_none_is_refused(
    house: House, body: bytes, media_type: str
) -> None:
    status, _, answer = house.server.answer(body, media_type, None)
    assert (status, answer["error"]) == (400, "invalid_request")


def test_no_token_and_no_secret_reaches_a_log(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token = house.token()
    house.server.token(GRANT, basic("demo", SECRET))
    house.server.token(GRANT, basic("demo", CANARY))
    house.verifier.verify(token)

    for word in (token, SECRET, CANARY, token.rpartition(".")[2]):
        assert word not in caplog.text


@pytest.mark.parametrize(
    "issuer",
    [
        "http://gateway.example",
        "https://gateway.example/",
        "https://gateway.example/path",
        "https://gateway.example?q",
        "ftp://gateway.example",
        "gateway.example",
        "https://",
        "",
    ],
)
def test_an_issuer_that_is_not_safe_to_name_does_not_start(
    house: House, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    with pytest.raises(ValueError, match="an issuer is"):
        TokenServer(issuer, house.ring, house.clients, house.replays, house.clock, bytes)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8115", "http://localhost", "http://[::1]:1"])
def test_a_loopback_issuer_serves_the_demonstration(house: House, issuer: str) -> None:
    server = TokenServer(issuer, house.ring, house.clients, house.replays, house.clock, bytes)
    assert server.token(GRANT, basic("demo", SECRET))[0] == 200


def test_the_published_key_verifies_a_token_and_holds_no_private_part(house: House) -> None:
    (jwk,) = house.server.jwks()["keys"]
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}

    read = jwt.decode(house.token(), ECKey.import_key(jwk), algorithms=["ES256"])

    assert read.header == {"alg": "ES256", "typ": "at+jwt", "kid": jwk["kid"]}
    assert read.claims["exp"] - read.claims["iat"] == 600
    assert read.claims["jti"] == "00" * 16


def test_the_metadata_names_what_the_server_does(house: House) -> None:
    told = house.server.metadata()
    assert told["issuer"] == ISSUER
    assert told["token_endpoint"] == ISSUER + "/oauth/token"
    assert told["jwks_uri"] == ISSUER + "/.well-known/jwks.json"
    assert told["grant_types_supported"] == ["client_credentials"]
    assert told["token_endpoint_auth_signing_alg_values_supported"] == ["ES256"]
    assert told["scopes_supported"] == [scope.value for scope in Scope]
