"""The key ring: nine secrets in ``GATEWAY_HOME/keys``, a small file each, for one user only.

Beside them lies the list of quarters (``quarters``), which changes while they stand.
"""

from __future__ import annotations

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
from gateway.keys.derive import SIZE, subject_key
from gateway.keys.files import (
    OTHERS_MAY,
    KeysUnavailable,
    read_secret,
    sync_folder,
    write_secret,
)
from gateway.keys.quarters import QuarterKeys, adopt, begin
from gateway.keys.thumbprint import thumbprint

__all__ = [
    "P256_ORDER",
    "KeyRing",
    "KeysExist",
    "KeysUnavailable",
    "RandomSource",
    "p256_scalar",
]

P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the curve P-256 (NIST SP 800-186 §3.2.1.3): a private key is 1 to this minus 1."""

RandomSource = Callable[[int], bytes]
"""Gives so many unpredictable bytes; ``os.urandom`` outside tests."""


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
    webhook: bytes


class KeyRing:
    """Every secret of one gateway. Its ``repr`` shows none of them.

    Attributes:
        natural_key: HMAC key of (feed, source reference).
        subject: HMAC key of what names a person or a home, derived from the natural key.
        content: HMAC key of a version's content.
        cursor: HMAC key of the cursors that pullers hold.
        pseudonym_master: Master of the recipients' pseudonym keys, as it was when it was read.
        quarters: The keys of recipients' ids, by quarter, as they stand (``quarters``).
        idempotency: HMAC key of idempotency keys and body fingerprints.
        webhook: Master of the keys that sign what is pushed (``webhook.signing_key``).
        folder: Where the files lie; the key of tokens may be rotated there (``token_keys``).
    """

    def __init__(self, secrets: _Secrets, folder: Path) -> None:
        self._secrets = secrets
        self.folder = folder
        self.natural_key = secrets.natural_key
        self.subject = subject_key(secrets.natural_key)
        self.content = secrets.content
        self.cursor = secrets.cursor
        self.pseudonym_master = secrets.pseudonym_master
        self.quarters = QuarterKeys(folder)
        self.idempotency = secrets.idempotency
        self.webhook = secrets.webhook

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
            token=p256_scalar(random),
        )
        ring = cls(secrets, folder)
        try:
            home.mkdir(mode=0o700, parents=True, exist_ok=True)
            part = Path(tempfile.mkdtemp(prefix=".keys-", dir=home))  # 0700 by contract
        except OSError as failed:
            raise KeysUnavailable("the folder for the keys cannot be made") from failed
        try:
            for field in fields(_Secrets):
                write_secret(part / _file_name(field.name), getattr(secrets, field.name))
            begin(part)
            sync_folder(part)
            part.rename(folder)  # fails where another process was first
            sync_folder(home)
        except OSError as failed:
            shutil.rmtree(part, ignore_errors=True)
            if folder.exists():
                raise KeysExist from failed
            raise KeysUnavailable("the keys cannot be written") from failed
        return ring

    @staticmethod
    def complete(home: Path, random: RandomSource, quarter: str) -> bool:
        """Add what keys of an earlier version lack; return whether anything was missing.

        That is the webhook secret, and secrets of their own for the quarters after ``quarter``.

        Raises:
            KeysUnavailable: It cannot be written.
        """
        try:
            adopted = adopt(home / "keys", random, quarter)
        except OSError as failed:
            raise KeysUnavailable("the keys cannot be written") from failed
        path = home / "keys" / _file_name("webhook")
        if path.exists() or not path.with_name(_file_name("token")).exists():
            return adopted
        try:
            write_secret(path, random(SIZE))
            sync_folder(path.parent)
        except FileExistsError:  # another process was first
            return False
        except OSError as failed:
            raise KeysUnavailable("the keys cannot be written") from failed
        return True

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
        if not stat.S_ISDIR(mode) or mode & OTHERS_MAY:
            raise KeysUnavailable("the folder `keys` must be a folder with mode 0700")
        secrets = _Secrets(
            **{
                field.name: read_secret(folder / _file_name(field.name))
                for field in fields(_Secrets)
            }
        )
        if len({getattr(secrets, field.name) for field in fields(_Secrets)}) != len(
            fields(_Secrets)
        ):
            raise KeysUnavailable("two key files hold the same key")
        if not 0 < int.from_bytes(secrets.token, "big") < P256_ORDER:
            raise KeysUnavailable("the key file `token.key` holds no P-256 key")
        return cls(secrets, folder)

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
        return thumbprint(self.token_key.public_key())


def _file_name(field: str) -> str:
    return field.replace("_", "-") + ".key"


def p256_scalar(random: RandomSource) -> bytes:
    """Draw a private key of the curve (raises ``KeysUnavailable`` where the source is no source)."""
    # Rejection keeps every key equally likely; a second draw is needed once in 2³² times.
    for _ in range(64):
        drawn = random(SIZE)
        if 0 < int.from_bytes(drawn, "big") < P256_ORDER:
            return drawn
    raise KeysUnavailable("the random source does not give usable bytes")
