"""Access tokens (RFC 9068): every bad one refused."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.access.clients import Scope
from gateway.access.verify import TokenVerifier
from gateway.errors import NotAuthenticated
from gateway.keys.ring import KeyRing
from tests.support.token_house import (
    CLIENT_KEY,
    ISSUER,
    NOON,
    NOW,
    House,
    assertion,
    compact,
    jwk_of,
)

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
    assert len(BAD_TOKENS) >= 40
    assert house.verifier.verify(access_token(house)).client_id == "police-rms"


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
