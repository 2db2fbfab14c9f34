"""A client is registered with keys or a secret, never both, and never with a key that could sign."""

from __future__ import annotations

from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from joserfc.jwk import ECKey
from pydantic import ValidationError

from gateway.access.clients import Client, Method, Scope, hash_secret, new_secret

KEY = ECKey.import_key(ec.derive_private_key(11, ec.SECP256R1()))
PUBLIC = {name: KEY.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")} | {
    "kid": "one"
}
BASE: dict[str, Any] = {"client_id": "police-rms", "partner": "police", "scopes": ["feed:write"]}
SIGNS = BASE | {"jwks": {"keys": [PUBLIC]}}


def test_a_client_survives_being_stored() -> None:
    client = Client.model_validate(SIGNS)
    again = Client.model_validate_json(client.model_dump_json())

    assert again == client
    both = Client.model_validate(SIGNS | {"scopes": ["records:read", "feed:write", "admin"]})
    assert both.model_dump(mode="json")["scopes"] == ["admin", "feed:write", "records:read"]
    assert again.scopes == {Scope.FEED_WRITE}
    assert again.jwks is not None
    assert again.jwks.by_kid.keys() == {"one"}


@pytest.mark.parametrize(
    "key",
    [
        PUBLIC | {"d": KEY.as_dict(private=True)["d"]},
        {"kty": "oct", "k": "c2VjcmV0", "kid": "one"},
        PUBLIC | {"crv": "P-384"},
        PUBLIC | {"crv": "secp256k1"},
        PUBLIC | {"x": "A" * 43},
        PUBLIC | {"x": "A"},
        PUBLIC | {"alg": "RS256"},
        PUBLIC | {"use": "enc"},
        PUBLIC | {"kid": ""},
        PUBLIC | {"kid": "../x"},
        PUBLIC | {"x5u": "https://evil.example"},
        {name: value for name, value in PUBLIC.items() if name != "kid"},
    ],
)
def test_a_key_that_is_not_a_public_p256_key_is_not_registered(key: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        Client.model_validate(BASE | {"jwks": {"keys": [key]}})
    assert str(KEY.as_dict(private=True)["d"]) not in str(refused.value)


@pytest.mark.parametrize(
    "client",
    [
        BASE,
        BASE | {"jwks": {"keys": []}},
        BASE | {"jwks": {"keys": [PUBLIC, PUBLIC]}},
        BASE | {"jwks": {"keys": [PUBLIC | {"kid": str(n)} for n in range(9)]}},
        BASE | {"secret_sha256": hash_secret("x")},
        BASE | {"method": "client_secret_basic"},
        SIGNS | {"secret_sha256": hash_secret("x")},
        SIGNS | {"method": "client_secret_post", "secret_sha256": hash_secret("x")},
        BASE | {"method": "client_secret_basic", "secret_sha256": "a secret in clear"},
        SIGNS | {"method": "none"},
        SIGNS | {"scopes": ["everything"]},
        SIGNS | {"client_id": "Police RMS"},
    ],
)
def test_a_client_that_proves_itself_in_no_way_or_two_is_not_registered(
    client: dict[str, Any],
) -> None:
    with pytest.raises(ValidationError):
        Client.model_validate(client)


def test_a_new_secret_is_shown_once_and_kept_as_a_hash() -> None:
    secret, kept = new_secret(lambda size: b"\x01" * size)
    client = Client.model_validate(
        BASE | {"method": Method.CLIENT_SECRET_BASIC, "secret_sha256": kept}
    )

    assert len(secret) == 43
    assert secret not in client.model_dump_json()
    assert client.has_secret(secret)
    assert not client.has_secret(secret + "x")
    assert not client.has_secret(kept)
    assert not client.has_secret("\ud800")
    assert not Client.model_validate(SIGNS).has_secret("")
