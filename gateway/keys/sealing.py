"""Locking bytes: AES-256-GCM (NIST SP 800-38D) with the row's position as associated data.

Sealed bytes are ``nonce (12) ‖ ciphertext ‖ tag (16)``. The nonce is an argument: an edge passes
``os.urandom``. One nonce must not serve twice under one key.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import GatewayError
from gateway.keys.derive import SIZE

NONCE_SIZE = 12
"""Bytes in a nonce."""

TAG_SIZE = 16
"""Bytes in a tag."""


class SealBroken(GatewayError):
    """500: sealed bytes were changed, moved to another position, or sealed under another key."""

    code, status = "keys.seal_broken", 500
    title = "A sealed value does not open: it was changed, moved, or sealed under another key."
    remedy = "Run `gateway verify`; if keys were replaced, restore the right ones from the backup."


def position_bytes(position: int) -> bytes:
    """A log position as associated data: 8 bytes, big endian."""
    return position.to_bytes(8, "big")


def wrap(kek: AESGCM, secret: bytes, associated: bytes, nonce: bytes) -> bytes:
    """Lock a version's secret under the key-encryption key (``KeyRing.wrapping``): 60 bytes."""
    if len(secret) != SIZE:
        raise ValueError("a version's secret has 32 bytes")
    return nonce + kek.encrypt(nonce, secret, associated)


def unwrap(kek: AESGCM, wrapped: bytes, associated: bytes) -> bytes:
    """Open a version's secret.

    Raises:
        SealBroken: the bytes, the position or the key are not those it was locked with.
    """
    if len(wrapped) != NONCE_SIZE + SIZE + TAG_SIZE:
        raise SealBroken
    try:
        return kek.decrypt(wrapped[:NONCE_SIZE], wrapped[NONCE_SIZE:], associated)
    except InvalidTag as broken:
        raise SealBroken from broken


def encrypt(key: bytes, plaintext: bytes, associated: bytes, nonce: bytes) -> bytes:
    """Lock a sealed half under its version's own key (``derive.sealed_half_key``)."""
    return nonce + AESGCM(key).encrypt(nonce, plaintext, associated)


def decrypt(key: bytes, sealed: bytes, associated: bytes) -> bytes:
    """Open a sealed half.

    Raises:
        SealBroken: the bytes, the position or the key are not those it was locked with.
    """
    if len(sealed) < NONCE_SIZE + TAG_SIZE:
        raise SealBroken
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_SIZE], sealed[NONCE_SIZE:], associated)
    except InvalidTag as broken:
        raise SealBroken from broken
