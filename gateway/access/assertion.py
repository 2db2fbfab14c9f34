"""A client's signed proof of itself: ``private_key_jwt`` (RFC 7521 §4.2, RFC 7523 §3, rfc7523bis)."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.access.clients import Client, ClientRegistry, ReplayStore
from gateway.access.signed import TokenRefused, check_signature, read, text, whole_number
from gateway.clock import Clock

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE = 300
"""Seconds between iat and exp at most: what a replay store must remember."""

SKEW = 10
"""Seconds by which a client's clock may be ahead (FAPI 2.0 §5.3.2.1 asks for at least this)."""

_TYPES = frozenset({None, "JWT", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True)
class AssertionCheck:
    """Checks assertions for one issuer.

    ``audiences`` is the issuer alone unless the operator also takes the token endpoint's address; a
    list as audience is never taken, or another server's assertion could be used here (rfc7523bis).
    """

    audiences: frozenset[str]
    clients: ClientRegistry
    replay: ReplayStore
    clock: Clock

    def __call__(self, assertion: str) -> Client:
        """Return the client that made the assertion, and use the assertion up.

        Raises:
            TokenRefused: anything about it is not as it should be.
        """
        token = read(assertion)
        if token.typ not in _TYPES:
            raise TokenRefused("a token of another type")
        claims = token.claims
        client_id = text(claims, "sub")
        client = self.clients.get(client_id)
        if client is None or not client.active or client.jwks is None:
            raise TokenRefused("no such client, or one without keys")
        check_signature(token, client.jwks.by_kid)
        if claims.get("iss") != client_id or text(claims, "aud", 2048) not in self.audiences:
            raise TokenRefused("not made by the client for this server")
        now = int(self.clock.now().timestamp())
        issued, expires = whole_number(claims, "iat"), whole_number(claims, "exp")
        begins = whole_number(claims, "nbf") if "nbf" in claims else issued
        if not now < expires or not 0 < expires - issued <= LONGEST_LIFE:
            raise TokenRefused("expired, or made to live too long")
        if max(issued, begins) > now + SKEW:
            raise TokenRefused("from the future")
        # Last, so that only a good assertion is remembered.
        if self.replay.seen(client_id, text(claims, "jti"), expires):
            raise TokenRefused("used before")
        return client
