"""The keys of access tokens over time: one signs, those it followed verify until their tokens are over.

Rotation replaces ``token.key`` and keeps of the old key the public half only, in ``token-retired.txt``,
with the second after which no token signed by it can be alive. Every process looks at the two files again:
before it signs, when it meets a key that it does not know, and once a second besides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.keys.files import KeysUnavailable, read_private, read_secret, replace_private
from gateway.keys.ring import P256_ORDER, KeyRing, RandomSource, p256_scalar
from gateway.keys.thumbprint import thumbprint

CURRENT, RETIRED = "token.key", "token-retired.txt"
MOST_RETIRED = 8
"""Retired keys kept at most; the oldest go first."""

_LINE = re.compile(r"[0-9]{1,15} [0-9a-f]{130}")
_LONGEST_FILE = MOST_RETIRED * 160


@dataclass(frozen=True, slots=True)
class SigningKey:
    """The key that signs now."""

    kid: str
    private: EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class _Retired:
    until: int
    """Seconds since 1970; from then on it is not accepted."""
    public: EllipticCurvePublicKey

    def line(self) -> str:
        point = self.public.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return f"{self.until} {point.hex()}\n"


class TokenKeys:
    """What one process knows of the token keys; safe to ask from any thread."""

    def __init__(self, ring: KeyRing) -> None:
        self._folder = ring.folder
        self._signing = SigningKey(ring.token_kid, ring.token_key)
        self._retired: tuple[_Retired, ...] = ()
        self._seen: tuple[object, ...] = ()
        self._looked_at: int | None = None
        self._accepted: Mapping[str, EllipticCurvePublicKey] = {}
        self._lock = Lock()

    def signing(self, now: int) -> SigningKey:
        """Return the key that signs; ``now`` in seconds since 1970."""
        with self._lock:
            self._look(now)
            return self._signing

    def accepted(self, now: int, unless: str | None = None) -> Mapping[str, EllipticCurvePublicKey]:
        """Return the public keys whose tokens are good now, by their kid.

        Args:
            now: Seconds since 1970.
            unless: A kid; where it is not among them, the files are looked at again first.
        """
        with self._lock:
            if now != self._looked_at or (unless is not None and unless not in self._accepted):
                self._look(now)
            return self._accepted

    def _look(self, now: int) -> None:
        self._looked_at = now
        seen = tuple(_stamp(self._folder / name) for name in (CURRENT, RETIRED))
        if seen != self._seen:
            try:
                self._signing, self._retired = _signing(self._folder), _retired(self._folder)
                self._seen = seen
            except KeysUnavailable:
                # a file that is being restored must not stop what runs on good keys
                self._seen = ()
        known = {thumbprint(key.public): key.public for key in self._retired if now < key.until}
        current = self._signing
        self._accepted = known | {current.kid: current.private.public_key()}


def rotate(folder: Path, random: RandomSource, now: int, until: int | None) -> tuple[str, str]:
    """Replace the key that signs tokens; return the kids of the old and the new one.

    Args:
        folder: ``GATEWAY_HOME/keys``.
        random: Source of random bytes.
        now: Seconds since 1970.
        until: When the last token signed by the old key is over; None where no token signed by it,
            or by any retired before it, is to be accepted any more (a key that leaked).

    Raises:
        KeysUnavailable: The keys are missing, malformed, or cannot be written.
    """
    old = _signing(folder)
    kept: list[_Retired] = []
    if until is not None:
        kept = [key for key in _retired(folder) if now < key.until]
        kept.append(_Retired(until, old.private.public_key()))
    fresh = p256_scalar(random)
    new = _as_key(fresh)
    if new.kid == old.kid:
        raise KeysUnavailable("the random source gave the key that is there already")
    retired = "".join(key.line() for key in kept[-MOST_RETIRED:])
    try:
        # This order: between the two steps the old key is both current and retired, and verifies.
        replace_private(folder / RETIRED, retired.encode())
        replace_private(folder / CURRENT, fresh.hex().encode() + b"\n")
    except OSError as failed:
        raise KeysUnavailable("the keys cannot be written") from failed
    return old.kid, new.kid


def _signing(folder: Path) -> SigningKey:
    return _as_key(read_secret(folder / CURRENT))


def _as_key(secret: bytes) -> SigningKey:
    number = int.from_bytes(secret, "big")
    if not 0 < number < P256_ORDER:
        raise KeysUnavailable(f"the key file `{CURRENT}` holds no P-256 key")
    private = derive_private_key(number, SECP256R1())
    return SigningKey(thumbprint(private.public_key()), private)


def _retired(folder: Path) -> tuple[_Retired, ...]:
    path = folder / RETIRED
    if not path.exists():
        return ()
    lines = read_private(path, _LONGEST_FILE).decode("ascii", "replace").splitlines()
    return tuple(_as_retired(line) for line in lines)


def _as_retired(line: str) -> _Retired:
    until, _, point = line.partition(" ") if _LINE.fullmatch(line) else ("0", "", "")
    try:
        public = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), bytes.fromhex(point))
    except ValueError:
        raise KeysUnavailable(f"the key file `{RETIRED}` is malformed") from None
    return _Retired(int(until), public)


def _stamp(path: Path) -> object:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
