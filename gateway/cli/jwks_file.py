"""A file of public keys (RFC 7517 §5), read with a sentence for each thing that it must not hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.access.clients import Jwks
from gateway.cli.documents import DocumentRefused, content_of, json_of, refused, word_of
from schemas.receipts import FieldFault

_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k", "priv"})
"""Members that hold private or symmetric key material (RFC 7518 §6; draft AKP)."""

_SAYS_PRIVATE = (
    "This holds private key material. Give the public half only, and make a new pair: "
    "this one has been out of its system."
)


def public_keys(file: Path) -> Jwks:
    """Read a set of public P-256 keys, each with a kid.

    Raises:
        FileUnreadable: It cannot be read.
        DocumentRefused: It is something else; names each key by its place, never by its content.
    """
    if b"PRIVATE KEY-----" in content_of(file):
        raise refused("", "jwks.private", _SAYS_PRIVATE)
    document = json_of(file)
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list) or not keys:
        says = 'The file holds {"keys": [one public key or several]}.'
        raise refused("/keys", "jwks.form", says)
    faults = [fault for number, key in enumerate(keys) for fault in _faults(number, key)]
    if faults:
        raise DocumentRefused(faults)
    return word_of(Jwks, document)


def _faults(number: int, key: Any) -> Iterator[FieldFault]:  # noqa: ANN401 - any JSON value
    if not isinstance(key, dict):
        yield _fault(number, "", "jwks.form", "A key is a JSON object.")
        return
    if _PRIVATE & key.keys():
        yield _fault(number, "", "jwks.private", _SAYS_PRIVATE)
    if key.get("kty") != "EC" or key.get("crv") != "P-256":
        says = "Only keys of type EC on curve P-256 are taken: assertions are signed with ES256."
        yield _fault(number, "/crv", "jwks.curve", says)
    if not isinstance(key.get("kid"), str) or not key["kid"]:
        says = "Each key has a kid, by which an assertion names it."
        yield _fault(number, "/kid", "jwks.kid", says)


def _fault(number: int, place: str, rule: str, says: str) -> FieldFault:
    return FieldFault(pointer=f"/keys/{number}{place}", rule=rule, says=says)
