"""Clients: the partners' systems that may ask for tokens, how each proves itself, and what it may do."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Literal, Protocol, Self

from joserfc.jwk import ECKey
from pydantic import Field, StringConstraints, field_serializer, model_validator

from schemas.base import Word
from schemas.codes import Slug

SECRET_SIZE = 32
"""Bytes of randomness in a client secret, so that a plain SHA-256 of it cannot be searched."""

Coordinate = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._~-]{1,64}$")]


class Scope(StrEnum):
    """What a token allows."""

    FEED_WRITE = "feed:write"
    RECORDS_READ = "records:read"
    ANALYSIS_READ = "analysis:read"
    LEDGER_READ = "ledger:read"
    ADMIN = "admin"


class Method(StrEnum):
    """How a client proves itself at the token endpoint (names of RFC 7591 §2 and OpenID)."""

    PRIVATE_KEY_JWT = "private_key_jwt"
    CLIENT_SECRET_BASIC = "client_secret_basic"  # noqa: S105 - a method's name
    CLIENT_SECRET_POST = "client_secret_post"  # noqa: S105 - a method's name


class Jwk(Word):
    """One public P-256 key. Closed: no private part, no key of another type, no address of a key."""

    kty: Literal["EC"]
    crv: Literal["P-256"]
    x: Coordinate
    y: Coordinate
    kid: KeyId
    use: Literal["sig"] | None = None
    alg: Literal["ES256"] | None = None


class Jwks(Word):
    """A client's registered public keys (RFC 7517 §5); two or more while keys are being changed."""

    keys: Annotated[tuple[Jwk, ...], Field(min_length=1, max_length=8)]

    @model_validator(mode="after")
    def _usable(self) -> Self:
        if len(self.by_kid) != len(self.keys):
            raise ValueError("two keys have the same kid")
        return self

    @cached_property
    def by_kid(self) -> dict[str, ECKey]:
        """The keys by their kid; ValueError where a point is not on the curve."""
        found: dict[str, ECKey] = {}
        for jwk in self.keys:
            members: dict[str, str | list[str]] = {
                "kty": "EC",
                "crv": jwk.crv,
                "x": jwk.x,
                "y": jwk.y,
                "kid": jwk.kid,
            }
            found[jwk.kid] = ECKey.import_key(members)
        return found


class Client(Word):
    """One system of one partner."""

    client_id: Slug
    partner: Slug
    scopes: frozenset[Scope]
    method: Method = Method.PRIVATE_KEY_JWT
    secret_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """SHA-256 of the secret's text, in hex; only where ``method`` is a secret's."""
    jwks: Jwks | None = None
    """Registered keys; only where ``method`` is ``private_key_jwt``."""
    active: bool = True
    """False stops new tokens and those already given."""

    @field_serializer("scopes")
    def _in_order(self, scopes: frozenset[Scope]) -> list[str]:
        return sorted(scopes)  # a set's own order differs between processes

    @model_validator(mode="after")
    def _proves_itself_one_way(self) -> Self:
        signs = self.method is Method.PRIVATE_KEY_JWT
        if signs != (self.jwks is not None) or signs != (self.secret_sha256 is None):
            raise ValueError("a client has keys or a secret, as its method says, and not both")
        return self

    def has_secret(self, secret: str) -> bool:
        """Whether this is the client's secret; compared in constant time."""
        return hmac.compare_digest(hash_secret(secret), self.secret_sha256 or "")


class ClientRegistry(Protocol):
    """Where clients are looked up: in memory, synchronous, as of now."""

    def get(self, client_id: str) -> Client | None:
        """Return the client, or None where there is none of that id."""
        ...


class ReplayStore(Protocol):
    """Remembers which assertions were used."""

    def seen(self, client_id: str, jti: str, exp: int) -> bool:
        """Whether the id was used before by this client; if not, keep it until ``exp``.

        One atomic step: of two callers with the same id exactly one is told False.
        ``exp`` is in seconds since 1970; after it the id may be forgotten.
        """
        ...


def new_secret(random: Callable[[int], bytes]) -> tuple[str, str]:
    """Make a client secret: the text to hand over once, and the hash to keep."""
    secret = base64.urlsafe_b64encode(random(SECRET_SIZE)).rstrip(b"=").decode()
    return secret, hash_secret(secret)


def hash_secret(secret: str) -> str:
    """SHA-256 of a secret's text, in hex."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
