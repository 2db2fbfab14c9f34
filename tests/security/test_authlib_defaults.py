"""Authlib's and joserfc's unsafe defaults: each shown in the installed library, and refused by us.

When an update changes one, its test fails here and the line goes from ``gateway.access.defaults``.
"""

from __future__ import annotations

import base64
import hmac
import inspect
import json
import logging
import time
from typing import Any

import pytest
from authlib.common.security import is_secure_transport
from authlib.oauth2.rfc6749 import AuthorizationServer, InvalidClientError, OAuth2Request
from authlib.oauth2.rfc6749.authenticate_client import ClientAuthentication
from authlib.oauth2.rfc6749.errors import UnsupportedGrantTypeError
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oauth2.rfc6750.token import BearerTokenGenerator
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7523.validator import JWTBearerToken
from authlib.oauth2.rfc9068.claims import JWTAccessTokenClaims
from joserfc import jws, jwt
from joserfc.errors import ExceededSizeError
from joserfc.jwk import ECKey, KeySet, OctKey
from pydantic import ValidationError

from gateway.access import clients
from gateway.access.assertion import ASSERTION_TYPE
from gateway.access.clients import Client, Jwks, Scope
from gateway.access.defaults import DEFAULTS
from gateway.access.signed import MAX_TOKEN, TokenRefused, read
from gateway.errors import NotAuthenticated
from tests.support.token_house import (
    CANARY,
    CLAIMS,
    CLIENT_KEY,
    HEADER,
    ISSUER,
    NOW,
    OTHER_KEY,
    SECRET,
    House,
    assertion,
    compact,
    jwk_of,
    with_header,
)

KEY = ECKey.import_key(CLIENT_KEY.public_key(), {"kid": "one"})


class Stock(JWTBearerClientAssertion):
    """Authlib's own check of assertions, with the least that it asks to be written."""

    def __init__(self) -> None:
        super().__init__(validate_jti=False)

    def resolve_client_public_key(self, client: object) -> ECKey:
        return KEY

    def get_audiences(self) -> list[str]:
        return [ISSUER]


class StockClient:
    """A client as Authlib's guide writes it."""

    client_secret = SECRET

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return True

    def check_client_secret(self, client_secret: str) -> bool:
        return self.client_secret == client_secret


def request(form: dict[str, str], authorization: str | None = None) -> Any:
    headers = {} if authorization is None else {"Authorization": authorization}
    made = OAuth2Request("POST", ISSUER + "/oauth/token", headers=headers)
    made._body = form
    made.payload = BasicOAuth2Payload(form)
    return made


def stock(token: str) -> bool:
    """Whether Authlib takes an assertion, its clock being the machine's."""
    form = {"client_assertion_type": ASSERTION_TYPE, "client_assertion": token}
    try:
        return Stock()(lambda _: StockClient(), request(form)) is not None
    except InvalidClientError:
        return False


def live(**changes: Any) -> str:
    """An assertion that is good by the machine's clock."""
    now = int(time.time())
    return assertion(**({"iat": now, "exp": now + 60} | changes))


def test_the_stock_check_takes_what_is_good_and_no_false_signature() -> None:
    assert stock(live())
    assert not stock(compact(HEADER, CLAIMS, OTHER_KEY))


def test_a_token_lives_ten_minutes_and_not_ten_days(house: House) -> None:
    assert BearerTokenGenerator.GRANT_TYPES_EXPIRES_IN["client_credentials"] == 864_000

    _, _, body = house.asks(assertion())
    read = jwt.decode(body["access_token"], ECKey.import_key(house.ring.token_key.public_key()))

    assert body["expires_in"] == read.claims["exp"] - read.claims["iat"] == 600


def test_an_assertion_of_31_years_is_refused(house: House) -> None:
    years = 31 * 365 * 86_400
    assert stock(live(exp=int(time.time()) + years))

    assert house.asks(assertion(exp=NOW + years))[0] == 401


def test_an_assertion_ends_when_it_says(house: House) -> None:
    now = int(time.time())
    assert stock(live(iat=now - 100, exp=now - 50))

    assert house.asks(assertion(iat=NOW - 100, exp=NOW - 50))[0] == 401
    assert house.asks(assertion(iat=NOW - 100, exp=NOW))[0] == 401


def test_a_list_with_a_foreign_audience_is_refused(house: House) -> None:
    audiences = [ISSUER, "https://evil.example"]
    assert stock(live(aud=audiences))

    assert house.asks(assertion(aud=audiences))[0] == 401


def test_the_type_is_required_and_exact(house: House) -> None:
    JWTAccessTokenClaims({}, {"alg": "ES256"}, {}).validate()
    assert stock(compact(HEADER | {"typ": "at+jwt"}, CLAIMS | {"exp": int(time.time()) + 60}))

    claims = {"iss": ISSUER, "aud": ISSUER, "sub": "police-rms", "client_id": "police-rms"}
    claims |= {"jti": "x", "scope": "feed:write"}
    header = {"alg": "ES256", "kid": house.ring.token_kid}
    times = {"iat": NOW, "exp": NOW + 60}
    with pytest.raises(NotAuthenticated):
        house.verifier.verify(compact(header, claims | times, house.ring.token_key))
    good = compact(header | {"typ": "at+jwt"}, claims | times, house.ring.token_key)
    assert house.verifier.verify(good)
    assert house.asks(with_header(typ="at+jwt"))[0] == 401


def test_only_es256_is_taken(house: House) -> None:
    shared = OctKey.generate_key(256)
    by_hmac = jwt.encode({"alg": "HS256", "kid": "one"}, CLAIMS, shared)
    assert jwt.decode(by_hmac, shared).claims == CLAIMS

    assert house.asks(by_hmac)[0] == 401
    with pytest.raises(TokenRefused):
        read(by_hmac)


def test_a_symmetric_key_is_not_registered() -> None:
    oct_key = {"kty": "oct", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQ", "kid": "one"}
    published = KeySet.import_key_set({"keys": [oct_key]})  # type: ignore[arg-type, misc, list-item]
    forged = jwt.encode({"alg": "HS256", "kid": "one"}, CLAIMS, published.keys[0])
    assert jwt.decode(forged, published).claims == CLAIMS

    with pytest.raises(ValidationError):
        Jwks.model_validate({"keys": [oct_key]})


def test_a_missing_kid_finds_no_key(house: House) -> None:
    signed = with_header("kid")
    assert jwt.decode(signed, KeySet([KEY])).claims == CLAIMS

    assert house.asks(signed)[0] == 401


@pytest.mark.parametrize(
    "brought",
    [
        {"jku": "https://evil.example/jwks.json"},
        {"jwk": jwk_of(OTHER_KEY, "one")},
        {"x5u": "https://evil.example/certificate"},
        {"x5c": ["MIIB"]},
    ],
    ids=lambda brought: next(iter(brought)),
)
def test_a_header_that_brings_its_own_key_is_refused(house: House, brought: dict[str, Any]) -> None:
    assert jws.deserialize_compact(with_header(**brought), KEY).payload

    assert house.asks(with_header(**brought))[0] == 401


def test_a_critical_header_is_refused(house: House) -> None:
    assert jws.deserialize_compact(with_header(crit=["kid"]), KEY).payload

    assert house.asks(with_header(crit=["kid"]))[0] == 401
    assert house.asks(with_header(crit=["b64"], b64=False))[0] == 401


def test_a_claim_given_twice_is_refused(house: House) -> None:
    twice = json.dumps({**CLAIMS, "sub": "fire-hub"})[:-1] + ',"sub":"police-rms"}'
    token = compact(json.dumps(HEADER), twice, raw=True)
    assert jwt.decode(token, KEY).claims["sub"] == "police-rms"

    assert house.asks(token)[0] == 401


def test_not_a_number_is_no_claim(house: House) -> None:
    token = assertion(note=float("nan"), nbf=None)
    assert jwt.decode(token, KEY).claims["note"] != 0

    assert house.asks(token)[0] == 401


def test_a_long_token_is_not_even_read(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    long = assertion(note="x" * 90_000)
    assert jwt.decode(long, KEY).claims["note"]
    with pytest.raises(ExceededSizeError):
        jwt.decode(assertion(note="x" * 130_000), KEY)

    monkeypatch.setattr("gateway.access.signed.json.loads", lambda *_, **__: pytest.fail("read"))
    assert len(long) > MAX_TOKEN
    assert house.asks(long)[0] == 401


def test_an_assertion_is_used_up_for_every_process(house: House) -> None:
    with pytest.raises(NotImplementedError):
        JWTBearerClientAssertion().validate_jti({}, "x")
    once = live()
    assert stock(once)
    assert stock(once)

    other_process = house.serve()
    assert house.asks(assertion())[0] == 200
    house.server = other_process
    assert house.asks(assertion())[0] == 401  # tests/security/test_access_over_http.py: stored


def test_an_answer_does_not_tell_who_is_registered(house: House) -> None:
    authenticate = ClientAuthentication(lambda _: None)
    asked = request({"client_id": "nobody", "client_secret": "x"})
    with pytest.raises(InvalidClientError) as told:
        authenticate(asked, ["client_secret_post"])
    assert "does not exist" in str(told.value.description)

    unknown = house.asks(assertion(iss="nobody", sub="nobody"))
    known = house.asks(compact(HEADER, CLAIMS, OTHER_KEY))
    assert unknown == known


def test_an_error_repeats_nothing_that_was_sent(house: House) -> None:
    assert CANARY in UnsupportedGrantTypeError(CANARY).get_error_description()

    for form in (
        {"grant_type": CANARY},
        {"grant_type": "client_credentials", "scope": CANARY},
        {"grant_type": "client_credentials", "client_id": CANARY, "client_secret": CANARY},
        {"grant_type": "client_credentials", "client_assertion_type": CANARY},
    ):
        assert CANARY not in json.dumps(house.server.token(form, None))


def test_two_proofs_at_once_are_none(house: House) -> None:
    both = {"client_id": "demo-post", "client_secret": SECRET}
    authenticate = ClientAuthentication(lambda _: StockClient())
    methods = ["client_secret_basic", "client_secret_post"]
    assert authenticate(request(both, basic("someone", "else")), methods)

    form = {"grant_type": "client_credentials", **both}
    assert house.server.token(form, None)[0] == 200
    assert house.server.token(form, basic("demo", SECRET))[0] == 400


def test_an_id_alone_proves_nothing(house: House) -> None:
    authenticate = ClientAuthentication(lambda _: StockClient())
    assert authenticate(request({"client_id": "demo"}), ["none"])

    form = {"grant_type": "client_credentials", "client_id": "demo"}
    assert house.server.token(form, None)[0] == 401
    with pytest.raises(ValidationError):
        Client.model_validate(
            {"client_id": "a", "partner": "b", "scopes": [Scope.ADMIN], "method": "none"}
        )


def test_a_malformed_basic_header_is_an_answer(house: House) -> None:
    # a stray character inside the base64 is passed over
    assert extract_basic_authorization({"Authorization": "Basic ZGVt!bzp4"}) == ("demo", "x")
    with pytest.raises(UnicodeDecodeError):
        extract_basic_authorization({"Authorization": "Basic /w=="})

    for header in ("Basic ZGVt!bzp4", "Basic /w=="):
        assert house.server.token({"grant_type": "client_credentials"}, header)[0] == 401


def test_a_parameter_given_twice_is_refused(house: House) -> None:
    assert not hasattr(ClientCredentialsGrant, "validate_no_multiple_request_parameter")

    body = b"grant_type=client_credentials&scope=admin&scope=feed%3Awrite"
    form = "application/x-www-form-urlencoded"
    answer = house.server.answer(body, form, basic("demo", SECRET))
    assert (answer[0], answer[2]["error"]) == (400, "invalid_request")


def test_a_scope_that_was_not_granted_is_not_given(house: House) -> None:
    server = AuthorizationServer(scopes_supported=["admin"])
    server.validate_requested_scope("admin")  # supported by the server: all that it looks at

    asked = {"grant_type": "client_credentials", "scope": "admin"}
    assert house.server.token(asked, basic("demo", SECRET))[2]["error"] == "invalid_scope"


def test_a_secret_is_compared_in_constant_time_and_only_where_it_is_enabled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[tuple[str, str]] = []

    def compare(one: str, other: str) -> bool:
        compared.append((one, other))
        return hmac.compare_digest(one, other)

    class Watched:
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(clients, "hmac", Watched)
    grant = {"grant_type": "client_credentials"}
    assert house.server.token(grant, basic("demo", SECRET))[0] == 200
    assert [len(one) for one in compared[0]] == [64, 64]

    without = house.serve(takes_secrets=False)
    assert without.token(grant, basic("demo", SECRET))[0] == 401
    told = without.metadata()["token_endpoint_auth_methods_supported"]
    assert told == ["private_key_jwt"]


def test_an_environment_variable_does_not_turn_https_off(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_secure_transport("http://gateway.example")
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")
    assert is_secure_transport("http://gateway.example")

    house_issuer = "http://gateway.example"
    with pytest.raises(ValueError, match="an issuer is"):
        type(house.server)(
            house_issuer, house.ring, house.clients, house.replays, house.clock, bytes
        )


def test_no_token_is_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    source = inspect.getsource(ClientCredentialsGrant)
    assert 'log.debug("Issue token %r to %r", token' in source

    caplog.set_level(logging.DEBUG)
    token = house.token()
    assert token not in caplog.text


def test_a_token_stops_with_its_client(house: House) -> None:
    assert JWTBearerToken({}).is_revoked() is False

    token = house.token()
    house.verifier.verify(token)
    gone = house.clients["police-rms"].model_copy(update={"active": False})
    house.clients["police-rms"] = gone
    with pytest.raises(NotAuthenticated):
        house.verifier.verify(token)


def test_every_default_of_the_table_has_its_test() -> None:
    here = set(globals())
    elsewhere = {"credentials_in_a_query_are_not_read"}  # test_access_over_http.py
    assert len({d.test for d in DEFAULTS}) == len(DEFAULTS) >= 25
    assert {d.test for d in DEFAULTS if f"test_{d.test}" not in here} == elsewhere


def basic(user: str, secret: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
