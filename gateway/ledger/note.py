"""Signed notes of any text: certificates and bundles, in the same form as checkpoints (C2SP signed note).

The first line names the ledger and the kind, such as ``charnwood-gateway/bundle``; a checkpoint's is the
ledger alone, so that none of them can pass for another.
"""

from __future__ import annotations

import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from gateway.ledger.checkpoint import VerifierKey, verifier_key

_SIGNATURE = "\n— "
_HASH = 4


class NoteRefused(ValueError):
    """A note that is malformed, of another kind or ledger, or not signed by the key expected."""


def sign_note(origin: str, kind: str, lines: list[str], key: Ed25519PrivateKey) -> str:
    """Sign a text of lines; return the note.

    Raises:
        NoteRefused: A line holds a line break or is empty.
    """
    text = "".join(f"{line}\n" for line in (f"{origin}/{kind}", *lines))
    if any(not line or not line.isprintable() for line in lines):
        raise NoteRefused("a line is empty or holds a line break")
    holder = verifier_key(origin, key)
    signed = base64.b64encode(holder.key_hash + key.sign(text.encode())).decode()
    return f"{text}{_SIGNATURE}{holder.name} {signed}\n"


def verify_note(note: str, kind: str, key: VerifierKey) -> list[str]:
    """Check that a key signed a note of a kind; return its lines after the first.

    Raises:
        NoteRefused: It is anything else.
    """
    text, separator, signature = note.partition(_SIGNATURE)
    name, _, encoded = signature.removesuffix("\n").partition(" ")
    try:
        raw = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise NoteRefused("the signature is not base64") from None
    exact = f"{text}{_SIGNATURE}{key.name} {base64.b64encode(raw).decode()}\n"
    if not separator or name != key.name or note != exact or raw[:_HASH] != key.key_hash:
        raise NoteRefused("not signed by this key")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(raw[_HASH:], text.encode())
    except (InvalidSignature, ValueError):
        raise NoteRefused("not signed by this key") from None
    lines = text.split("\n")
    if lines[0] != f"{key.name}/{kind}" or lines[-1]:
        raise NoteRefused("a note of another kind")
    return lines[1:-1]
