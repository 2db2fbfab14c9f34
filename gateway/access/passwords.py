"""Passwords of local accounts: argon2id, and the same work for an account that does not exist.

Parameters: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB, two passes, one lane.
"""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 12, 128
"""Characters of a password. No rule of its make-up: length is what counts (NIST SP 800-63B §3.1.1)."""

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hashed(password: str) -> str:
    """Return what is kept of a password; salt and parameters stand in it."""
    return _HASHER.hash(password)


@cache
def _nobodys() -> str:
    return hashed("nobody has this password")


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one of which ``kept`` was made.

    Args:
        kept: What ``hashed`` gave; None: there is no such account. Then the same work is done for nothing.
        password: What was typed.
    """
    try:
        return _HASHER.verify(kept or _nobodys(), password) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def warm() -> None:
    """Make what an unknown account is measured against, before anybody asks."""
    _nobodys()
