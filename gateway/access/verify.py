"""Reading access tokens (RFC 9068), and remembering those read: one signature check a token."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock

from joserfc.jwk import ECKey

from gateway.access.clients import Client, ClientRegistry, Scope
from gateway.access.signed import (
    MAX_TOKEN,
    TokenRefused,
    Unverified,
    check_signature,
    read,
    text,
    whole_number,
)
from gateway.clock import Clock
from gateway.errors import NotAuthenticated
from gateway.keys.ring import KeyRing
from gateway.keys.token_keys import TokenKeys

LONGEST_LIFE = 600
"""Seconds that an access token lives at most."""

SKEW = 10
"""Seconds by which the clock of another of our processes may be ahead."""

TYPE = "at+jwt"


@dataclass(frozen=True, slots=True)
class Access:
    """Who is calling, for which partner, and what the token allows."""

    client_id: str
    partner: str
    scopes: frozenset[Scope]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Known:
    """A token read before: what it allows while its client and its key stay as they were."""

    access: Access
    client: Client
    kid: str


class TokenVerifier:
    """Reads the tokens that this gateway gave.

    A token is remembered by its SHA-256 until it expires, at most ``capacity`` of them. The client is
    looked up every time: one that was switched off, or lost a scope, is stopped at once. So are, within
    a second, the tokens of a signing key that was withdrawn.
    """

    def __init__(
        self,
        issuer: str,
        key_ring: KeyRing,
        clients: ClientRegistry,
        clock: Clock,
        *,
        capacity: int = 4_096,
    ) -> None:
        self._issuer = issuer
        self._keys = TokenKeys(key_ring)
        self._clients = clients
        self._clock = clock
        self._capacity = capacity
        self._read: OrderedDict[bytes, _Known] = OrderedDict()
        self._lock = Lock()

    def verify_header(self, authorization: str | None) -> Access:
        """Read the value of an ``Authorization`` header (RFC 6750 §2.1).

        Raises:
            NotAuthenticated: it is missing, not a bearer token, or the token is not good.
        """
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated
        return self.verify(token)

    def verify(self, token: str) -> Access:
        """Read a token.

        Raises:
            NotAuthenticated: whatever is wrong with it; which, is not said.
        """
        if len(token) > MAX_TOKEN or not token.isascii():
            raise NotAuthenticated
        digest = hashlib.sha256(token.encode()).digest()
        with self._lock:
            known = self._read.get(digest)
            if known is not None:
                self._read.move_to_end(digest)
        if known is None:
            return self._first_time(digest, token)
        now = self._clock.now()
        is_current = self._clients.get(known.access.client_id) is known.client
        is_signed = known.kid in self._keys.accepted(int(now.timestamp()))
        if is_current and is_signed and now < known.access.expires_at:
            return known.access
        with self._lock:
            self._read.pop(digest, None)
        return self._first_time(digest, token)

    def _first_time(self, digest: bytes, token: str) -> Access:
        try:
            known = self._checked(read(token))
        except TokenRefused:
            # Without its cause: a traceback in a log must not lead to the token.
            raise NotAuthenticated from None
        with self._lock:
            self._read[digest] = known
            while len(self._read) > self._capacity:
                self._read.popitem(last=False)
        return known.access

    def _checked(self, token: Unverified) -> _Known:
        if token.typ != TYPE:
            raise TokenRefused("not an access token")
        now = int(self._clock.now().timestamp())
        key = self._keys.accepted(now, unless=token.kid).get(token.kid)
        check_signature(token, {} if key is None else {token.kid: ECKey.import_key(key)})
        claims = token.claims
        issued, expires = whole_number(claims, "iat"), whole_number(claims, "exp")
        if not now < expires or not 0 < expires - issued <= LONGEST_LIFE or issued > now + SKEW:
            raise TokenRefused("not now")
        if claims.get("iss") != self._issuer or claims.get("aud") != self._issuer:
            raise TokenRefused("of or for another server")
        client_id = text(claims, "client_id")
        text(claims, "jti")
        client = self._clients.get(client_id)
        if claims.get("sub") != client_id or client is None or not client.active:
            raise TokenRefused("no such client")
        scopes = _scopes(text(claims, "scope"))
        if not scopes <= client.scopes:
            raise TokenRefused("a scope that was taken away")
        until = datetime.fromtimestamp(expires, UTC)
        return _Known(Access(client_id, client.partner, scopes, until), client, token.kid)


def _scopes(said: str) -> frozenset[Scope]:
    try:
        return frozenset(Scope(name) for name in said.split(" "))
    except ValueError:
        raise TokenRefused("an unknown scope") from None
