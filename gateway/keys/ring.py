"""The key ring: eight secrets in ``GATEWAY_HOME/keys``, a small file each, for one user only."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    derive_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.errors import GatewayError
from gateway.keys.derive import SIZE

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the curve P-256 (NIST SP 800-186 §3.2.1.3): a private key is 1 to this minus 1."""

_HEX_LINE = re.compile(rb"[0-9a-f]{64}\n?")
_OTHERS_MAY = stat.S_IRWXG | stat.S_IRWXO

RandomSource = Callable[[int], bytes]
"""Gives so many unpredictable bytes; ``os.urandom`` outside tests."""


class KeysUnavailable(GatewayError):
    """503: keys missing, open to other users, or unreadable; ``reason`` is for the operator."""

    code, status = "keys.unavailable", 503
    title = "The gateway's keys are not available, so it does not start."
    remedy = (
        "Make them once with `gateway keys create`, or restore GATEWAY_HOME/keys from the backup."
    )

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason
        self.args = (reason,)


class KeysExist(GatewayError):
    """409: there are keys already; without them, what they sealed stays shut for ever."""

    code, status = "keys.exist", 409
    title = "There are keys here already; they are never overwritten."
    remedy = "Use the keys that are there, or set GATEWAY_HOME to an empty folder."


@dataclass(frozen=True, slots=True, repr=False)
class _Secrets:
    """What is written: one file a field, 32 bytes each, in hex."""

    key_encryption: bytes
    natural_key: bytes
    content: bytes
    cursor: bytes
    pseudonym_master: bytes
    idempotency: bytes
    ledger: bytes
    token: bytes


class KeyRing:
    """Every secret of one gateway. Its ``repr`` shows none of them.

    Attributes:
        natural_key: HMAC key of (feed, source reference).
        content: HMAC key of a version's content.
        cursor: HMAC key of the cursors that pullers hold.
        pseudonym_master: Master of the recipients' pseudonym keys (``derive.pseudonym_key``).
        idempotency: HMAC key of idempotency keys and body fingerprints.
    """

    def __init__(self, secrets: _Secrets) -> None:
        self._secrets = secrets
        self.natural_key = secrets.natural_key
        self.content = secrets.content
        self.cursor = secrets.cursor
        self.pseudonym_master = secrets.pseudonym_master
        self.idempotency = secrets.idempotency

    @classmethod
    def create(cls, home: Path, random: RandomSource) -> KeyRing:
        """Make all keys and write them to ``home/keys`` as a whole or not at all.

        Raises:
            KeysExist: ``home/keys`` is there already.
            KeysUnavailable: the folder cannot be written.
        """
        folder = home / "keys"
        if folder.exists():
            raise KeysExist
        secrets = _Secrets(
            **{field.name: random(SIZE) for field in fields(_Secrets) if field.name != "token"},
            token=_p256_scalar(random),
        )
        ring = cls(secrets)
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(prefix=".keys-", dir=home))  # 0700 by contract
        except OSError as failed:
            raise KeysUnavailable("the folder for the keys cannot be made") from failed
        try:
            for field in fields(_Secrets):
                _write(part / _file_name(field.name), getattr(secrets, field.name))
            _sync(part)
            part.rename(folder)  # fails where another process was first
            _sync(home)
        except OSError as failed:
            shutil.rmtree(part, ignore_errors=True)
            if folder.exists():
                raise KeysExist from failed
            raise KeysUnavailable("the keys cannot be written") from failed
        return ring

    @classmethod
    def open(cls, home: Path) -> KeyRing:
        """Read the keys of ``home/keys``.

        Raises:
            KeysUnavailable: missing, open to other users, or malformed; it says which.
        """
        folder = home / "keys"
        try:
            mode = folder.stat().st_mode
        except OSError as failed:
            raise KeysUnavailable("there is no folder `keys` in GATEWAY_HOME") from failed
        if not stat.S_ISDIR(mode) or mode & _OTHERS_MAY:
            raise KeysUnavailable("the folder `keys` must be a folder with mode 0700")
        secrets = _Secrets(
            **{field.name: _read(folder / _file_name(field.name)) for field in fields(_Secrets)}
        )
        if len({getattr(secrets, field.name) for field in fields(_Secrets)}) != len(
            fields(_Secrets)
        ):
            raise KeysUnavailable("two key files hold the same key")
        if not 0 < int.from_bytes(secrets.token, "big") < P256_ORDER:
            raise KeysUnavailable("the key file `token.key` holds no P-256 key")
        return cls(secrets)

    @cached_property
    def wrapping(self) -> AESGCM:
        """The key-encryption key, ready to wrap secrets (``sealing.wrap``)."""
        return AESGCM(self._secrets.key_encryption)

    @cached_property
    def ledger_key(self) -> Ed25519PrivateKey:
        """Signs checkpoints (``gateway.ledger.checkpoint``)."""
        return Ed25519PrivateKey.from_private_bytes(self._secrets.ledger)

    @cached_property
    def token_key(self) -> EllipticCurvePrivateKey:
        """Signs access tokens (ES256)."""
        return derive_private_key(int.from_bytes(self._secrets.token, "big"), SECP256R1())

    @cached_property
    def token_kid(self) -> str:
        """The token key's id: its RFC 7638 thumbprint."""
        numbers = self.token_key.public_key().public_numbers()
        thumb = {"crv": "P-256", "kty": "EC", "x": _b64u(numbers.x), "y": _b64u(numbers.y)}
        text = json.dumps(thumb, sort_keys=True, separators=(",", ":"))
        return (
            base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        )


def _file_name(field: str) -> str:
    return field.replace("_", "-") + ".key"


def _p256_scalar(random: RandomSource) -> bytes:
    # Rejection keeps every key equally likely; a second draw is needed once in 2³² times.
    for _ in range(64):
        drawn = random(SIZE)
        if 0 < int.from_bytes(drawn, "big") < P256_ORDER:
            return drawn
    raise KeysUnavailable("the random source does not give usable bytes")


def _b64u(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(SIZE, "big")).rstrip(b"=").decode()


def _write(path: Path, secret: bytes) -> None:
    if len(secret) != SIZE:
        raise KeysUnavailable("the random source does not give usable bytes")
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(2 * SIZE + 2)
    except OSError as failed:
        raise KeysUnavailable(f"the key file `{path.name}` is missing or unreadable") from failed
    if not stat.S_ISREG(mode) or mode & _OTHERS_MAY:
        raise KeysUnavailable(f"the key file `{path.name}` must be a file with mode 0600")
    if not _HEX_LINE.fullmatch(text):
        raise KeysUnavailable(f"the key file `{path.name}` does not hold 64 hexadecimal digits")
    return bytes.fromhex(text.decode())
