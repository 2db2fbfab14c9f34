"""Token requests by secret, their form, and what the server publishes."""

from __future__ import annotations

import base64
import json
import logging
from urllib.parse import urlencode

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.access.assertion import ASSERTION_TYPE
from gateway.access.clients import Scope, hash_secret
from gateway.access.server import TokenServer
from tests.support.token_house import CANARY, ISSUER, SECRET, House, assertion


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
    server = TokenServer(
        issuer, house.ring, house.clients, house.replays, house.clock, bytes, takes_secrets=True
    )
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
