"""Tokens over real HTTP: what is published, what is not read, keys that change while it runs."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from gateway.access.clients import Client, Jwks, Scope
from gateway.api.service import StoredReplay
from gateway.assembly import open_house
from gateway.keys.token_keys import rotate
from gateway.law.register import put_client
from tests.support.server import RunningGateway, running_gateway
from tests.support.token_house import SECOND_KEY, jwk_of, private_key

FORM = {"grant_type": "client_credentials"}
THEIR_KEY = private_key(21)


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[RunningGateway]:
    with running_gateway(tmp_path) as gateway:
        gateway.usual()
        keys = {"keys": [jwk_of(THEIR_KEY, "one"), jwk_of(SECOND_KEY, "two")]}
        client = Client(
            client_id="fire-hub",
            partner="llr-fire",
            scopes=frozenset({Scope.RECORDS_READ, Scope.LEDGER_READ}),
            jwks=Jwks.model_validate(keys),
        )
        gateway.house.writer.run(put_client(client, gateway.house.act("operator")))
        yield gateway


def authlibs_client(gateway: RunningGateway, kid: str = "one") -> OAuth2Client:
    """Authlib's own client, set as `gateway/access/README.md` says."""
    key = THEIR_KEY if kid == "one" else SECOND_KEY
    client = OAuth2Client(
        "fire-hub",
        ECKey.import_key(key),
        token_endpoint_auth_method="private_key_jwt",
        trust_env=False,
    )
    claims = {"exp": int(time.time()) + 60}
    client.register_client_auth_method(
        PrivateKeyJWT(gateway.url, headers={"kid": kid}, alg="ES256", claims=claims)
    )
    return client


@pytest.mark.parametrize("kid", ["one", "two"])
def test_authlibs_own_client_gets_a_token_by_private_key_jwt_and_pulls(
    gateway: RunningGateway, kid: str
) -> None:
    with authlibs_client(gateway, kid) as client:
        token = client.fetch_token(
            f"{gateway.url}/oauth/token", grant_type="client_credentials", scope="records:read"
        )
        listed = client.get(f"{gateway.url}/v1/subscriptions")

    assert (token["token_type"], token["expires_in"], token["scope"]) == (
        "Bearer",
        600,
        "records:read",
    )
    assert [one["id"] for one in listed.json()["subscriptions"]] == ["fire-17a"]


def test_a_client_finds_everything_by_the_metadata_alone(gateway: RunningGateway) -> None:
    path = "/.well-known/oauth-authorization-server"
    told = gateway.http.get(gateway.url + path).json()
    keys = KeySet.import_key_set(gateway.http.get(told["jwks_uri"]).json())
    with authlibs_client(gateway) as client:
        token = client.fetch_token(told["token_endpoint"], grant_type="client_credentials")

    assert told["issuer"] == gateway.url
    assert set(told) == {
        "issuer",
        "token_endpoint",
        "jwks_uri",
        "scopes_supported",
        "response_types_supported",
        "grant_types_supported",
        "token_endpoint_auth_methods_supported",
        "token_endpoint_auth_signing_alg_values_supported",
        "service_documentation",
        "ui_locales_supported",
    }
    read = jwt.decode(token["access_token"], keys, algorithms=["ES256"])
    assert read.claims["client_id"] == "fire-hub"


@pytest.mark.parametrize("name", ["oauth-authorization-server", "jwks.json"])
def test_what_is_published_may_be_kept_and_asked_about(gateway: RunningGateway, name: str) -> None:
    address = f"{gateway.url}/.well-known/{name}"
    first = gateway.http.get(address)
    tag = first.headers["etag"]
    known = [
        gateway.http.get(address, headers={"If-None-Match": said})
        for said in (tag, f"W/{tag}", f'"other", {tag}', "*")
    ]

    assert first.headers["cache-control"] == "public, max-age=300"
    assert {(answer.status_code, answer.content) for answer in known} == {(304, b"")}
    assert all(answer.headers["etag"] == tag for answer in known)
    assert gateway.http.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_credentials_in_a_query_are_not_read(gateway: RunningGateway) -> None:
    secret = gateway.secrets["fire-system"]
    query: dict[str, str] = {**FORM, "client_id": "fire-system", "client_secret": secret}
    url = f"{gateway.url}/oauth/token"
    posted = [
        gateway.http.post(url, params=query),
        gateway.http.post(url, params=query, data=FORM),
        gateway.http.post(url, params={"scope": "records:read"}, auth=("fire-system", secret)),
    ]

    assert [answer.status_code for answer in posted] == [400, 401, 400]
    assert secret not in "".join(answer.text for answer in posted)
    bearer = gateway.token("fire-system")
    in_query = gateway.http.get(f"{gateway.url}/v1/subscriptions?access_token={bearer}")
    assert in_query.status_code == 401


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH"])
def test_only_a_post_asks_for_a_token(gateway: RunningGateway, method: str) -> None:
    answer = gateway.http.request(method, f"{gateway.url}/oauth/token", params=FORM)

    assert answer.status_code == 405


def test_a_rotated_key_signs_at_once_and_the_old_one_is_good_until_its_tokens_end(
    gateway: RunningGateway,
) -> None:
    before = gateway.token("fire-system")
    now = int(time.time())
    old, new = rotate(gateway.house.keys.folder, _drawn, now, until=now + 610)
    after = gateway.token("fire-system")

    assert (_kid(before), _kid(after)) == (old, new)
    assert _published(gateway) == {old, new}
    assert [_listed(gateway, token) for token in (before, after)] == [200, 200]
    rotate(gateway.house.keys.folder, lambda _: bytes([9]) * 32, now, until=None)
    again = gateway.token("fire-system")
    _wait_a_second(int(time.time()))
    assert [_listed(gateway, token) for token in (before, after, again)] == [401, 401, 200]
    assert _published(gateway) == {_kid(again)}


def test_an_assertion_used_at_one_process_is_used_up_at_another(gateway: RunningGateway) -> None:
    expires = int(time.time()) + 60
    assert not StoredReplay(gateway.house).seen("fire-hub", "once", expires)
    with open_house(gateway.house.home) as other:
        assert StoredReplay(other).seen("fire-hub", "once", expires)
        assert not StoredReplay(other).seen("police-system", "once", expires)


def _published(gateway: RunningGateway) -> set[str]:
    """Ids of the published keys of tokens; those of webhooks stand beside them (EdDSA)."""
    keys = gateway.http.get(f"{gateway.url}/.well-known/jwks.json").json()["keys"]
    return {key["kid"] for key in keys if key["alg"] == "ES256"}


def _drawn(size: int) -> bytes:
    return bytes([7]) * size


def _kid(token: str) -> Any:
    return json.loads(_unpadded(token.partition(".")[0]))["kid"]


def _unpadded(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))


def _listed(gateway: RunningGateway, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return gateway.http.get(f"{gateway.url}/v1/subscriptions", headers=headers).status_code


def _wait_a_second(since: int) -> None:
    """Remembered tokens are looked at again once the second has changed."""
    while int(time.time()) <= since:
        time.sleep(0.01)
