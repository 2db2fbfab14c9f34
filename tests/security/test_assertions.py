"""Client assertions (RFC 7523): every bad one refused, a good one once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.access.clients import Scope
from tests.support.token_house import (
    CANARY,
    CLAIMS,
    HEADER,
    ISSUER,
    NOON,
    NOW,
    OTHER_KEY,
    SECOND_KEY,
    House,
    assertion,
    b64,
    by_another_algorithm,
    changed_claims,
    compact,
    der_signed,
    hs256_with_the_public_key,
    jwk_of,
    nested_in_jwe,
    padded,
    with_header,
    with_signature,
)

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


def test_the_bad_assertions_are_many_and_the_good_one_is_good(house: House) -> None:
    assert len(BAD_ASSERTIONS) >= 40
    assert house.asks(assertion())[0] == 200
