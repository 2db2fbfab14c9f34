"""The organisation's own sign-in: its description, read strictly, and Authlib's client over our one way out.

What Authlib 1.9 does by itself, and what stands in its place here:
- it takes client settings (``verify``, ``headers``, ``transport``) out of the issuer's description: only the
  members that are needed are handed on;
- it takes every signature that the description lists, ``none`` included: only ``ALGORITHMS``;
- it takes another's audience where ``azp`` names this client: ``aud`` and ``iss`` are demanded;
- an answer without an id token signs somebody in silently: it is refused (``organisation``).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.httpx_client._compat import httpx2
from authlib.integrations.starlette_client import StarletteIntegration, StarletteOAuth2App
from typing_extensions import override

from gateway.intake.wire import NotJson, strict_json
from gateway.net.egress import EgressClient
from gateway.net.fetching import FetchFailed, fetch

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures of an id token that are believed: public keys only, so nobody but the issuer can make one."""
LEEWAY_SECONDS = 30
_WELL_KNOWN = "/.well-known/openid-configuration"
_OK = 200


class _Transport(httpx2.AsyncBaseTransport):  # type: ignore[misc] # untyped there
    """Authlib's requests, by the one egress client, to the issuer's host alone."""

    def __init__(self, client: EgressClient, host: str) -> None:
        self._client, self._host = client, host

    @override
    async def handle_async_request(self, request: Any) -> Any:
        url = str(request.url)
        if urlsplit(url).netloc != self._host:
            raise FetchFailed
        kept = ("accept", "authorization", "content-type")
        headers = {name: request.headers[name] for name in kept if name in request.headers}
        answer = await fetch(self._client, request.method, url, headers, await request.aread())
        return httpx2.Response(answer.status, headers=list(answer.headers), content=answer.body)


@dataclass(slots=True)
class Issuer:
    """Whom people prove themselves to."""

    url: str
    client_id: str
    secret_file: Path | None
    client: EgressClient
    _app: Any = field(default=None, init=False)

    async def app(self) -> Any:  # noqa: ANN401 - Authlib has no types
        """Return Authlib's client, made of the issuer's description; read once.

        Raises:
            FetchFailed: The issuer cannot be reached, or describes another than itself.
        """
        if self._app is None:
            self._app = self._made(await self._described())
        return self._app

    def claims(self) -> dict[str, Any]:
        """What an id token must say."""
        return {
            "iss": {"essential": True, "values": [self.url]},
            "aud": {"essential": True, "value": self.client_id},
        }

    async def _described(self) -> dict[str, Any]:
        address = self.url.rstrip("/") + _WELL_KNOWN
        answer = await fetch(self.client, "GET", address, {"Accept": "application/json"})
        if answer.status != _OK:
            raise FetchFailed
        try:
            told = strict_json(answer.body)
        except NotJson:
            raise FetchFailed from None
        if not isinstance(told, dict) or told.get("issuer") != self.url:
            raise FetchFailed
        return told

    def _made(self, told: dict[str, Any]) -> Any:  # noqa: ANN401 - Authlib has no types
        host = urlsplit(self.url).netloc
        token, keys, begin = (
            told.get(name) for name in ("token_endpoint", "jwks_uri", "authorization_endpoint")
        )
        if not all(isinstance(one, str) for one in (token, keys, begin)):
            raise FetchFailed
        if {urlsplit(str(token)).netloc, urlsplit(str(keys)).netloc} != {host}:
            raise FetchFailed
        secret = self.secret_file.read_text(encoding="utf-8").strip() if self.secret_file else None
        return StarletteOAuth2App(
            StarletteIntegration("organisation"),
            name="organisation",
            client_id=self.client_id,
            client_secret=secret,
            authorize_url=begin,
            access_token_url=token,
            client_kwargs={
                "scope": "openid profile",
                "code_challenge_method": "S256",
                "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
                "transport": _Transport(self.client, host),
            },
            issuer=self.url,
            jwks_uri=keys,
            id_token_signing_alg_values_supported=_believed(told),
        )


def _believed(told: dict[str, Any]) -> list[str]:
    offered = told.get("id_token_signing_alg_values_supported") or ["RS256"]
    found = [name for name in ALGORITHMS if name in offered]
    if not found:
        raise FetchFailed
    return found
