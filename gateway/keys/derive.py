"""Keys made from keys: HKDF-SHA256 (RFC 5869), and keyed hashes of several parts.

Written on ``hmac.digest`` because a version's two keys are derived for every row recorded, and the
object-based HKDF of ``cryptography`` costs several times as much.
"""

from __future__ import annotations

import hmac
import struct
from hashlib import sha256

_LENGTH = struct.Struct(">I").pack
SIZE = 32
"""Bytes in every secret, key and hash here."""

_COMMITMENT_SALT = b"gateway/commitment-salt\x01"
_SEALED_HALF = b"gateway/sealed-half\x01"
_PSEUDONYM = b"gateway/pseudonym"
_PLACE = b"gateway/place"
_RETURN = b"gateway/return"
_SUBJECT = b"gateway/subject-key"


def hkdf_extract(salt: bytes, material: bytes) -> bytes:
    """RFC 5869 §2.2: concentrate ``material`` into 32 bytes; an empty salt is 32 zero bytes."""
    return hmac.digest(salt or bytes(SIZE), material, sha256)


def hkdf_expand(key: bytes, info: bytes, length: int = SIZE) -> bytes:
    """RFC 5869 §2.3: stretch a 32-byte ``key`` into ``length`` bytes bound to ``info``.

    Raises:
        ValueError: ``length`` is not 1 to 8,160 (255 blocks).
    """
    if not 0 < length <= 255 * SIZE:
        raise ValueError("HKDF-Expand gives 1 to 8160 bytes")
    block, stretched, count = b"", b"", 0
    while len(stretched) < length:
        count += 1
        block = hmac.digest(key, block + info + bytes((count,)), sha256)
        stretched += block
    return stretched[:length]


def commitment_salt(secret: bytes) -> bytes:
    """The salt of one version's commitment: HKDF-Expand(secret, "gateway/commitment-salt")."""
    return hmac.digest(secret, _COMMITMENT_SALT, sha256)


def sealed_half_key(secret: bytes) -> bytes:
    """The AES-256 key of one version's sealed half: HKDF-Expand(secret, "gateway/sealed-half")."""
    return hmac.digest(secret, _SEALED_HALF, sha256)


def pseudonym_key(master: bytes, recipient: str, quarter: str) -> bytes:
    """The key of the ids that one recipient sees for incidents first reported in one quarter.

    Args:
        master: The pseudonym master of the key ring.
        recipient: The partner's id.
        quarter: The quarter's name, such as ``2026-Q4``.
    """
    return hkdf_expand(master, _PSEUDONYM + framed(recipient.encode(), quarter.encode()))


def return_key(master: bytes, recipient: str, quarter: str, paragraph: int) -> bytes:
    """The key of the ids and of the order of one paragraph's rows in a recipient's returns.

    Args:
        master: The pseudonym master of the key ring; no two kinds of key ever meet.
        recipient: The partner's id.
        quarter: The quarter of first report, such as ``2026Q4``.
        paragraph: Of the Schedule: what is told of one incident in two paragraphs has two names.
    """
    about = framed(recipient.encode(), quarter.encode(), str(paragraph).encode())
    return hkdf_expand(master, _RETURN + about)


def place_key(master: bytes, feed: str, quarter: str) -> bytes:
    """The key under which the places of one feed and quarter are counted without their names.

    Args:
        master: The pseudonym master of the key ring; the two kinds of key never meet.
        feed: The feed's name: what two feeds tell of one place is not added up.
        quarter: The quarter of first report, such as ``2026Q4``.
    """
    return hkdf_expand(master, _PLACE + framed(feed.encode(), quarter.encode()))


def unnamed_place(key: bytes, named: bytes) -> bytes:
    """Return 128 bits that stand for a place, under a key of ``place_key``."""
    return hmac.digest(key, named, sha256)[:16]


def subject_key(natural_key: bytes) -> bytes:
    """The key under which what names a person or a home is looked for: HKDF-Expand(natural key)."""
    return hkdf_expand(natural_key, _SUBJECT)


def subject_digest(key: bytes, kind: str, text: str) -> bytes:
    """Return 128 bits that stand for one thing that may be looked for, under ``subject_key``."""
    return keyed_hash(key, kind.encode(), text.encode())[:16]


def keyed_hash(key: bytes, *parts: bytes) -> bytes:
    """HMAC-SHA256 over parts, each framed by its length, so that no two lists of parts collide."""
    return hmac.digest(key, framed(*parts), sha256)


def framed(*parts: bytes) -> bytes:
    """Join parts, each after its length in 4 bytes, big endian."""
    framed_parts: list[bytes] = []
    for part in parts:
        framed_parts += (_LENGTH(len(part)), part)
    return b"".join(framed_parts)
