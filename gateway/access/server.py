"""The token endpoint: OAuth 2.0 client credentials (RFC 6749 §4.4), ES256 access tokens (RFC 9068).

Framework-free: text in, (status, headers, body) out. Authlib runs the grant. What it would do by itself
and must not: tokens of ten days, answers that repeat the request, two proofs at once, tokens in the
debug log, plain HTTP wherever an environment variable says so.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Callable, Collection
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from authlib.oauth2.rfc6749 import (
    AuthorizationServer,
    ClientMixin,
    InvalidClientError,
    InvalidRequestError,
    OAuth2Error,
    OAuth2Request,
    UnsupportedGrantTypeError,
)
from authlib.oauth2.rfc6749.grants import ClientCredentialsGrant
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload
from authlib.oauth2.rfc6750.token import BearerTokenGenerator
from joserfc import jwt
from joserfc.jwk import ECKey

from gateway.access.assertion import ASSERTION_TYPE, AssertionCheck
from gateway.access.clients import Client, ClientRegistry, Method, ReplayStore, Scope
from gateway.access.signed import ALGORITHM, TokenRefused
from gateway.access.verify import LONGEST_LIFE, TYPE
from gateway.clock import Clock
from gateway.keys.ring import KeyRing
from gateway.keys.thumbprint import jwk_members
from gateway.keys.token_keys import TokenKeys

TOKEN_PATH = "/oauth/token"  # noqa: S105 - a path
JWKS_PATH = "/.well-known/jwks.json"
DOCUMENTATION_PATH = "/docs"
METADATA_PATH = "/.well-known/oauth-authorization-server"
GRANT = "client_credentials"
MAX_FORM = 8_192
"""Bytes in a form at most."""

_JTI_SIZE = 16
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})

Answer = tuple[int, dict[str, str], dict[str, Any]]
"""Status, headers, body (to be sent as JSON)."""

_SAYS = {
    "invalid_request": "The request is not a well-formed client credentials request.",
    "invalid_client": "The client did not prove itself in the way registered for it.",
    "unauthorized_client": "The client may not use this grant.",
    "unsupported_grant_type": "The grant type is not client_credentials.",
    "invalid_scope": "A scope is unknown or not granted to this client.",
}

# Authlib logs every token it gives at debug level.
logging.getLogger("authlib").setLevel(logging.WARNING)


class TokenServer:
    """Gives access tokens to registered clients.

    Args:
        issuer: The gateway's public address, without a path or a slash at its end: ``https``, or
            ``http`` on a loopback address.
        key_ring: Holds the signing key.
        clients: Who may ask.
        replay: Which assertions were used.
        clock: Judges times.
        random: Gives token ids.
        takes_endpoint_audience: Also take assertions whose audience is the token endpoint.
        takes_secrets: Also take a registered secret as proof: for demonstrations.
    """

    def __init__(
        self,
        issuer: str,
        key_ring: KeyRing,
        clients: ClientRegistry,
        replay: ReplayStore,
        clock: Clock,
        random: Callable[[int], bytes],
        *,
        takes_endpoint_audience: bool = False,
        takes_secrets: bool = False,
    ) -> None:
        _check_issuer(issuer)
        self.issuer = issuer
        self.token_endpoint = issuer + TOKEN_PATH
        audiences = {issuer} | ({self.token_endpoint} if takes_endpoint_audience else set())
        self._keys, self._clock = TokenKeys(key_ring), clock
        self._methods = tuple(Method) if takes_secrets else (Method.PRIVATE_KEY_JWT,)
        self._server = _Server(clients, self._methods)
        self._server.register_grant(_Grant)
        check = AssertionCheck(frozenset(audiences), clients, replay, clock)
        self._server.register_client_auth_method(Method.PRIVATE_KEY_JWT.value, _Assertion(check))
        generator = BearerTokenGenerator(
            _Signer(issuer, self._keys, clock, random), expires_generator=LONGEST_LIFE
        )
        self._server.register_token_generator("default", generator)

    def answer(self, body: bytes, media_type: str, authorization: str | None) -> Answer:
        """Answer a POST as it arrived: a form's bytes, Content-Type and Authorization headers."""
        kind = media_type.partition(";")[0].strip().lower()
        form = _form(body) if kind == "application/x-www-form-urlencoded" else None
        if form is None:
            return _refusal(InvalidRequestError())
        return self.token(form, authorization)

    def token(self, form: dict[str, str], authorization: str | None) -> Answer:
        """Answer a token request whose form holds every parameter once (RFC 6749 §3.2)."""
        try:
            # Parameters without a value count as left out (RFC 6749 §3.2).
            given = {name: value for name, value in form.items() if value}
            _check_request(given, authorization)
        except OAuth2Error as refused:
            return _refusal(refused)
        request = _Request(self.token_endpoint, given, authorization)
        made: Answer = self._server.create_token_response(request)
        return made

    def metadata(self) -> dict[str, Any]:
        """The server's description (RFC 8414 §2), served at ``METADATA_PATH``."""
        return {
            "issuer": self.issuer,
            "token_endpoint": self.token_endpoint,
            "jwks_uri": self.issuer + JWKS_PATH,
            "scopes_supported": [scope.value for scope in Scope],
            "response_types_supported": [],
            "grant_types_supported": [GRANT],
            "token_endpoint_auth_methods_supported": [method.value for method in self._methods],
            "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
            "service_documentation": self.issuer + DOCUMENTATION_PATH,
            "ui_locales_supported": ["en-GB"],
        }

    def jwks(self) -> dict[str, Any]:
        """The public keys whose tokens are good now (RFC 7517 §5), served at ``JWKS_PATH``.

        One, and for as long as tokens signed by it may be alive, the one before it.
        """
        accepted = self._keys.accepted(int(self._clock.now().timestamp()))
        return {
            "keys": [
                {**jwk_members(key), "kid": kid, "use": "sig", "alg": ALGORITHM}
                for kid, key in sorted(accepted.items())
            ]
        }


class _Signer:
    """Makes the token itself: Authlib's own generator asks the machine for time and randomness."""

    def __init__(
        self, issuer: str, keys: TokenKeys, clock: Clock, random: Callable[[int], bytes]
    ) -> None:
        self._issuer, self._keys, self._clock, self._random = issuer, keys, clock, random

    def __call__(self, client: _Registered, scope: str, **_: object) -> str:
        """Sign a token (RFC 9068 §2) that lives ``LONGEST_LIFE`` seconds."""
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._issuer,
            "aud": self._issuer,
            "sub": client.get_client_id(),
            "client_id": client.get_client_id(),
            "iat": now,
            "exp": now + LONGEST_LIFE,
            "jti": self._random(_JTI_SIZE).hex(),
            "scope": scope,
        }
        signing = self._keys.signing(now)
        header = {"alg": ALGORITHM, "typ": TYPE, "kid": signing.kid}
        key = ECKey.import_key(signing.private)
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])


class _Registered(ClientMixin):  # type: ignore[misc] # Authlib publishes no types
    """A client as Authlib asks for it."""

    def __init__(self, client: Client, methods: Collection[Method] = tuple(Method)) -> None:
        self._client, self._methods = client, methods

    def get_client_id(self) -> str:
        return self._client.client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        granted = {granted.value for granted in self._client.scopes}
        asked = set(scope.split(" ")) if scope else granted
        return " ".join(sorted(asked)) if asked and asked <= granted else None

    def check_client_secret(self, client_secret: str) -> bool:
        return self._client.has_secret(client_secret)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        registered = self._client.method
        return endpoint == "token" and method == registered.value and registered in self._methods

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type == GRANT


class _Request(OAuth2Request):  # type: ignore[misc] # Authlib publishes no types
    def __init__(self, uri: str, form: dict[str, str], authorization: str | None) -> None:
        headers = {} if authorization is None else {"Authorization": authorization}
        super().__init__("POST", uri, headers=headers)
        self._form = form
        self.payload = BasicOAuth2Payload(form)

    @property
    def form(self) -> dict[str, str]:
        return self._form


class _Grant(ClientCredentialsGrant):  # type: ignore[misc] # Authlib publishes no types
    TOKEN_ENDPOINT_AUTH_METHODS = tuple(method.value for method in Method)


class _Assertion:
    """``private_key_jwt`` as Authlib calls it; its own check is replaced whole (``assertion``)."""

    def __init__(self, check: AssertionCheck) -> None:
        self._check = check

    def __call__(self, _: object, request: _Request) -> _Registered | None:
        assertion = request.form.get("client_assertion")
        if assertion is None:
            return None
        try:
            client = self._check(assertion)
        except TokenRefused:
            raise InvalidClientError from None
        if request.form.get("client_id", client.client_id) != client.client_id:
            raise InvalidClientError
        return _Registered(client)


class _Server(AuthorizationServer):  # type: ignore[misc] # Authlib publishes no types
    def __init__(self, clients: ClientRegistry, methods: Collection[Method]) -> None:
        super().__init__(scopes_supported=[scope.value for scope in Scope])
        self._clients, self._methods = clients, methods

    def query_client(self, client_id: str) -> _Registered | None:
        client = self._clients.get(client_id)
        if client is None or not client.active:
            return None
        return _Registered(client, self._methods)

    def save_token(self, token: object, request: object) -> None:
        """Tokens are signed and short-lived: none is kept."""

    def send_signal(self, name: str, *_: object, **__: object) -> None:
        """Nobody listens."""

    def create_oauth2_request(self, request: _Request) -> _Request:
        return request

    def handle_response(
        self, status: int, body: dict[str, Any], headers: list[tuple[str, str]]
    ) -> Answer:
        return status, dict(headers), body

    def handle_error_response(self, _: object, error: OAuth2Error) -> Answer:
        return _refusal(error)


def _refusal(error: OAuth2Error) -> Answer:
    """RFC 6749 §5.2, in our words: Authlib's descriptions repeat what was sent."""
    code = error.error if error.error in _SAYS else "invalid_request"
    headers = {
        "Content-Type": "application/json",
        "Cache-Control": "no-store",
        "Pragma": "no-cache",
    }
    body = {"error": code, "error_description": _SAYS[code]}
    if code != "invalid_client":
        return 400, headers, body
    return 401, headers | {"WWW-Authenticate": 'Basic realm="gateway"'}, body


def _check_request(form: dict[str, str], authorization: str | None) -> None:
    """Refuse what Authlib would read leniently.

    Raises:
        OAuth2Error: no or another grant, no or several proofs, a malformed Basic header.
    """
    if "grant_type" not in form:
        raise InvalidRequestError
    if form["grant_type"] != GRANT:
        raise UnsupportedGrantTypeError(None)
    signs = "client_assertion" in form
    if signs != (form.get("client_assertion_type") == ASSERTION_TYPE):
        raise InvalidRequestError
    proofs = signs + ("client_secret" in form) + (authorization is not None)
    if proofs > 1:
        raise InvalidRequestError  # RFC 6749 §2.3: one method a request
    if authorization is not None:
        user = _basic_user(authorization)
        if user is None or form.get("client_id", user) != user:
            raise InvalidClientError


def _basic_user(authorization: str) -> str | None:
    """The user of a well-formed Basic header (RFC 7617 §2), or None."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic" or len(encoded) > MAX_FORM:
        return None
    try:
        user, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return user if user and colon and secret else None


def _form(body: bytes) -> dict[str, str] | None:
    """A form in which every name stands once, or None."""
    if len(body) > MAX_FORM:
        return None
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=20
        )
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def _check_issuer(issuer: str) -> None:
    parts = urlsplit(issuer)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or issuer != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("an issuer is https://host without a path, or http on a loopback address")
