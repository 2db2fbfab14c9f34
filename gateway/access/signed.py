"""Reading a signed token (JWS compact, RFC 7515) strictly: ES256 only, and only what we expect in it.

joserfc alone would take x5c, jku, jwk, b64 and crit headers, repeated JSON keys and NaN, and would
pick the only key of a set when there is no kid. Each is refused here before any signature is looked at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.util import urlsafe_b64decode

ALGORITHM = "ES256"
MAX_TOKEN = 4_096
"""Characters in a token at most."""

_HEADER = frozenset({"alg", "kid", "typ"})
_PARTS = 3


class TokenRefused(ValueError):
    """A token that is not what it should be; never says more to the one who sent it."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A well-formed token whose signature nobody has checked yet."""

    text: str
    kid: str
    typ: str | None
    claims: Mapping[str, Any]


def read(token: object) -> Unverified:
    """Take a token apart.

    Raises:
        TokenRefused: too long, not three parts, not strict JSON, or a header other than alg (ES256),
            kid and typ.
    """
    if not isinstance(token, str) or not token.isascii() or len(token) > MAX_TOKEN:
        raise TokenRefused("not a token")
    parts = token.encode().split(b".")
    if len(parts) != _PARTS or not all(parts):
        raise TokenRefused("not three parts")
    header, claims = _object(parts[0]), _object(parts[1])
    if not header.keys() <= _HEADER or header.get("alg") != ALGORITHM:
        raise TokenRefused("a header that is not taken")
    kid, typ = header.get("kid"), header.get("typ")
    if not isinstance(kid, str) or ("typ" in header and not isinstance(typ, str)):
        raise TokenRefused("a header that is not taken")
    return Unverified(token, kid, typ, claims)


def check_signature(token: Unverified, keys: Mapping[str, ECKey]) -> None:
    """Check the signature by the key that bears the token's kid.

    Raises:
        TokenRefused: there is no such key, or it did not sign this.
    """
    key = keys.get(token.kid)
    if key is None:
        raise TokenRefused("no such key")
    try:
        jws.deserialize_compact(token.text, key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as false:
        raise TokenRefused("a false signature") from false


def whole_number(claims: Mapping[str, Any], name: str) -> int:
    """A claim that must be a whole number of seconds since 1970 (NumericDate without a fraction).

    Raises:
        TokenRefused: it is missing or anything else.
    """
    value = claims.get(name)
    if type(value) is not int or not 0 <= value < 2**53:
        raise TokenRefused("a claim that is not a time")
    return value


def text(claims: Mapping[str, Any], name: str, longest: int = 256) -> str:
    """A claim that must be a text of 1 to ``longest`` characters.

    Raises:
        TokenRefused: it is missing or anything else.
    """
    value = claims.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise TokenRefused("a claim that is not a text")
    return value


def _object(segment: bytes) -> dict[str, Any]:
    try:
        document = json.loads(  # noqa: TID251 - strict below; the ground floor cannot import intake
            urlsafe_b64decode(segment).decode(),
            object_pairs_hook=_without_repeats,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError) as bad:
        raise TokenRefused("not strict JSON") from bad
    if not isinstance(document, dict):
        raise TokenRefused("not an object")
    return document


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise TokenRefused("a repeated key")
    return document


def _no_constant(_: str) -> float:
    raise TokenRefused("NaN or infinity")
