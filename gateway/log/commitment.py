"""What a log row's hash covers, and in which order of bytes.

``inner`` covers everything that erasure takes away (natural key, content, open columns, sealed half),
salted by the version's secret; ``commitment`` covers what stays (position, incident, version, kind of
entry, record class) and ``inner``. After erasure ``inner`` stays, so class and row still verify.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from hashlib import sha256
from typing import Any

from pydantic_core import to_json

from gateway.keys.derive import framed
from policies.recorder import OPEN_ORDER

OPEN_COLUMNS = ("recorded_at", *OPEN_ORDER, "detail", "reason", "repeat_at_place")
"""The log's open columns, in the order in which they are hashed and stored."""


class EntryKind(StrEnum):
    """What a log entry says about an incident."""

    RECORDED = "recorded"
    RETRACTED = "retracted"
    RESTRICTED = "restricted"
    LIFTED = "lifted"
    ERASED = "erased"


class State(StrEnum):
    """Where an incident stands."""

    LIVE = "live"
    RETRACTED = "retracted"
    RESTRICTED = "restricted"
    ERASED = "erased"


def open_bytes(columns: Sequence[Any]) -> bytes:
    """Return the canonical bytes of the open columns, ordered as ``OPEN_COLUMNS``.

    A JSON array of whole numbers, texts and nulls; a coordinate stands as its exact hexadecimal form
    (C99 ``%a``), because JSON has no one spelling of a fraction. The last column, ``repeat_at_place``,
    stands only where there is one: rows written before there was such a column verify as they did.
    """
    stated = columns if columns[-1] is not None else columns[:-1]
    return to_json([c.hex() if c.__class__ is float else c for c in stated])


def with_repeat(columns: bytes, repeat: str | None) -> bytes:
    """Return the bytes of open columns that had no ``repeat_at_place`` with one."""
    return columns if repeat is None else columns[:-1] + b',"' + repeat.encode() + b'"]'


def inner_hash(
    salt: bytes, natural_key: bytes, content_hmac: bytes, columns: bytes, ciphertext: bytes | None
) -> bytes:
    """Return the salted hash of all that erasure would take away."""
    body = b"" if ciphertext is None else sha256(ciphertext).digest()
    return inner_hash_over(salt, natural_key, content_hmac, columns, body)


def inner_hash_over(
    salt: bytes, natural_key: bytes, content_hmac: bytes, columns: bytes, body: bytes
) -> bytes:
    """Return the same, by the SHA-256 of the ciphertext; empty where there never was one."""
    return sha256(salt + framed(natural_key, content_hmac, columns, body)).digest()


def commitment(
    position: int, incident: int, version: int, kind: str, class_sha256: bytes, inner: bytes
) -> bytes:
    """Return the hash of one log row: an entry of its push's batch root."""
    numbers = b"".join(number.to_bytes(8, "big") for number in (position, incident, version))
    return sha256(b"gateway/log" + numbers + framed(kind.encode(), class_sha256, inner)).digest()
