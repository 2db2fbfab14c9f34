"""Checkpoints: the ledger's size and root as a C2SP signed note, which partners keep and compare.

Formats: C2SP tlog-checkpoint (origin, size, base64 root) in a C2SP signed note (Ed25519, type 1).
Go's sumdb tools and public witnesses read it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.ledger.tree import HASH_SIZE

_ED25519 = b"\x01"
_SIGNATURE_SIZE = 64
_KEY_HASH_SIZE = 4
_MAX_NOTE = 4_096
_MAX_SIZE = 2**63
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]{1,200}")
_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE_LINE = re.compile(r"— (\S+) (\S+)")


class CheckpointRefused(ValueError):
    """A note that is malformed, of another ledger, or not signed by the key expected."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: whose ledger, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The text that is signed: three lines."""
        return f"{self.origin}\n{self.size}\n{_base64(self.root)}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """The public half that a partner holds: name and Ed25519 key."""

    name: str
    public: bytes

    @property
    def key_hash(self) -> bytes:
        """Four bytes that find the signature: SHA-256(name ‖ 0x0A ‖ 0x01 ‖ public key)[:4]."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_KEY_HASH_SIZE]

    def line(self) -> str:
        """The vkey of the signed-note format: ``name+hash+base64(0x01 ‖ public key)``."""
        return f"{self.name}+{self.key_hash.hex()}+{_base64(_ED25519 + self.public)}"

    @classmethod
    def parse(cls, text: str) -> VerifierKey:
        """Read a vkey line.

        Raises:
            CheckpointRefused: it is malformed, of another type, or its hash is not the key's.
        """
        parts = text.strip().split("+", 2)
        if len(parts) != 3:  # noqa: PLR2004 - name, hash, key
            raise CheckpointRefused("a verifier key has three parts")
        name, key_hash, encoded = parts
        raw = _unbase64(encoded)
        key = cls(_name(name), raw[1:])
        if raw[:1] != _ED25519 or len(key.public) != HASH_SIZE or key.key_hash.hex() != key_hash:
            raise CheckpointRefused("not an Ed25519 verifier key")
        return key


def verifier_key(origin: str, key: Ed25519PrivateKey) -> VerifierKey:
    """The public half of a ledger key, handed to partners; its name is the ledger's origin."""
    return VerifierKey(_name(origin), key.public_key().public_bytes_raw())


def make_checkpoint(checkpoint: Checkpoint, key: Ed25519PrivateKey) -> str:
    """Sign size and root; return the note's text.

    Raises:
        CheckpointRefused: the origin cannot name a key, or size or root are impossible.
    """
    if not 0 <= checkpoint.size < _MAX_SIZE or len(checkpoint.root) != HASH_SIZE:
        raise CheckpointRefused("no such size or root")
    return Signer.of(checkpoint.origin, key).sign(checkpoint.body())


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs notes in the name of a ledger; whoever calls it says what a text means."""

    holder: VerifierKey
    key_hash: bytes
    key: Ed25519PrivateKey

    @classmethod
    def of(cls, origin: str, key: Ed25519PrivateKey) -> Signer:
        """Make one; its public half is worked out once (raises ``CheckpointRefused``)."""
        holder = verifier_key(origin, key)
        return cls(holder, holder.key_hash, key)

    def sign(self, text: str) -> str:
        """Return the note of a text, which ends in a line break."""
        signed = _base64(self.key_hash + self.key.sign(text.encode()))
        return f"{text}\n— {self.holder.name} {signed}\n"


def parse_checkpoint(note: str) -> Checkpoint:
    """Read what a note says *without* checking who signed it; ``verify_checkpoint`` does both.

    Raises:
        CheckpointRefused: it is no checkpoint.
    """
    body, _ = _parts(note)
    lines = body.split("\n")
    if len(lines) < 4 or not _DECIMAL.fullmatch(lines[1]):  # noqa: PLR2004 - three lines and the end
        raise CheckpointRefused("a checkpoint has origin, size and root")
    if "" in lines[:-1]:
        raise CheckpointRefused("a checkpoint has no empty line")
    root = _unbase64(lines[2])
    size = int(lines[1])
    if len(root) != HASH_SIZE or size >= _MAX_SIZE:
        raise CheckpointRefused("no such size or root")
    return Checkpoint(lines[0], size, root)


def verify_checkpoint(note: str, key: VerifierKey) -> Checkpoint:
    """Read a note and check that ``key`` signed it for the ledger that bears its name.

    Raises:
        CheckpointRefused: malformed, of another ledger, unsigned by this key, or a false signature.
    """
    checkpoint = parse_checkpoint(note)
    if checkpoint.origin != key.name:
        raise CheckpointRefused("a checkpoint of another ledger")
    read_note(note, key)
    return checkpoint


def read_note(note: str, key: VerifierKey) -> str:
    """Return the text of a note that ``key`` signed, whatever it means.

    Raises:
        CheckpointRefused: Malformed, unsigned by this key, or a false signature.
    """
    body, signatures = _parts(note)
    ours = [
        raw[_KEY_HASH_SIZE:]
        for name, raw in signatures
        if name == key.name and raw[:_KEY_HASH_SIZE] == key.key_hash
    ]
    # The signed-note format refuses a known key that signed twice: which one counts would be open.
    if len(ours) != 1 or len(ours[0]) != _SIGNATURE_SIZE:
        raise CheckpointRefused("not signed by this key")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(ours[0], body.encode())
    except (InvalidSignature, ValueError) as false:
        raise CheckpointRefused("not signed by this key") from false
    return body


def to_header(note: str) -> str:
    """A note as the value of the header ``Ledger-Checkpoint``: its base64 on one line."""
    return _base64(note.encode())


def from_header(value: str) -> str:
    """The note in a ``Ledger-Checkpoint`` header.

    Raises:
        CheckpointRefused: not base64 of UTF-8 text.
    """
    try:
        return _unbase64(value.strip()).decode()
    except UnicodeDecodeError as bad:
        raise CheckpointRefused("not a note") from bad


def _parts(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The signed text and the signatures below it."""
    if len(note) > _MAX_NOTE or any(ord(c) < ord(" ") and c != "\n" for c in note):
        raise CheckpointRefused("not a note")
    text, separator, signatures = note.rpartition("\n\n")
    if not separator or not signatures.endswith("\n"):
        raise CheckpointRefused("a note ends in signatures after an empty line")
    return text + "\n", list(_signatures(signatures.removesuffix("\n").split("\n")))


def _signatures(lines: Iterable[str]) -> Iterable[tuple[str, bytes]]:
    for line in lines:
        found = _SIGNATURE_LINE.fullmatch(line)
        if found is None:
            raise CheckpointRefused("not a signature line")
        raw = _unbase64(found[2])
        if len(raw) <= _KEY_HASH_SIZE:
            raise CheckpointRefused("not a signature line")
        yield found[1], raw


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise CheckpointRefused("a key's name has no blanks and no plus")
    return name


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as bad:
        raise CheckpointRefused("not base64") from bad
    if _base64(raw) != text:  # other spellings of the same bytes would make two notes of one
        raise CheckpointRefused("not base64")
    return raw
