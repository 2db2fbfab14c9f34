"""Bodies beside the log that hold personal values: each under a secret of its own, to be destroyed alone.

As a version's sealed half: a random secret, wrapped by the key-encryption key, opens one body; deleting the
wrapped secret destroys the body in every copy of the database that is made afterwards, and no other.
"""

from __future__ import annotations

from typing import NamedTuple

from gateway.keys.derive import SIZE, sealed_half_key
from gateway.keys.ring import KeyRing, RandomSource
from gateway.keys.sealing import NONCE_SIZE, decrypt, encrypt, unwrap, wrap


class LockedBody(NamedTuple):
    """A body and its secret, both locked; names of the columns that keep them."""

    wrapped_secret: bytes
    ciphertext: bytes


def lock_body(keys: KeyRing, random: RandomSource, plain: bytes, about: bytes) -> LockedBody:
    """Lock a body under a new secret, bound to what it is about."""
    secret = random(SIZE)
    wrapped = wrap(keys.wrapping, secret, about, random(NONCE_SIZE))
    return LockedBody(wrapped, encrypt(sealed_half_key(secret), plain, about, random(NONCE_SIZE)))


def open_body(keys: KeyRing, locked: LockedBody, about: bytes) -> bytes:
    """Open a body (raises ``SealBroken``)."""
    secret = unwrap(keys.wrapping, locked.wrapped_secret, about)
    return decrypt(sealed_half_key(secret), locked.ciphertext, about)
