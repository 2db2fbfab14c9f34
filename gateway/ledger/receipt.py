"""Receipts: what a partner keeps of one exchange, signed by the ledger's key, checked without us.

A receipt is a C2SP signed note, as a checkpoint is, with another text: when, whose system, a hash of the
request, a hash of the answer, the ledger's entry of what was done, and the checkpoint last published. It
binds the answer to its request (as X-Road's request hash does) and both to a ledger that others witness.
It holds hashes only: it stays good when what it is about is erased.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

from gateway.ledger.checkpoint import CheckpointRefused, Signer, VerifierKey, read_note
from gateway.ledger.tree import EMPTY_ROOT, HASH_SIZE

HEADER = "Gateway-Receipt"
TITLE = "gateway-receipt/1"
"""The first line of a receipt's text. No ledger has it as its origin, so no receipt is a checkpoint."""

_SIZE = r"0|[1-9][0-9]{0,17}"
_HASH = r"[A-Za-z0-9+/]{43}="
_TEXT = re.compile(
    rf"{re.escape(TITLE)}\n"
    r"at (?P<at>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)\n"
    r"to (?P<system>[!-~]{1,200})\n"
    rf"request (?P<read>whole|head) (?P<request>{_HASH})\n"
    rf"answer (?P<covers>body|content) (?P<answer>{_HASH})\n"
    rf"entry (?P<entry>none|{_SIZE})\n"
    rf"checkpoint (?P<size>{_SIZE}) (?P<root>{_HASH})\n"
)


class ReceiptRefused(ValueError):
    """What is malformed, not signed by the key expected, or not about what is shown."""


class Covers(StrEnum):
    """What the hash of an answer covers."""

    BODY = "body"
    """Status, media type and every byte: ``answer_hash``."""
    CONTENT = "content"
    """A page of a release, whose cursor is written last: its notices and records alone, a line each. It
    is the ``content_sha256`` of the release's entry."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What one receipt says."""

    at: int
    """Seconds since 1970."""
    system: str
    """Id of the partner's system that asked."""
    request: bytes
    """``request_hash``; over the head alone where ``whole`` is not set."""
    answer: bytes
    whole: bool = True
    """Whether the request's body was read to its end before it was answered."""
    covers: Covers = Covers.BODY
    entry: int | None = None
    """Index in the ledger of what was done; None where nothing of it stands there."""
    size: int = 0
    """Of the last published checkpoint; 0 before the first."""
    root: bytes = EMPTY_ROOT

    def text(self) -> str:
        """The text that is signed."""
        at = datetime.fromtimestamp(self.at, tz=UTC)
        return (
            f"{TITLE}\nat {at:%Y-%m-%dT%H:%M:%SZ}\nto {self.system}\n"
            f"request {'whole' if self.whole else 'head'} {_base64(self.request)}\n"
            f"answer {self.covers.value} {_base64(self.answer)}\n"
            f"entry {'none' if self.entry is None else self.entry}\n"
            f"checkpoint {self.size} {_base64(self.root)}\n"
        )


def request_hash(method: str, target: str, media_type: str, body_sha256: bytes) -> bytes:
    """Return the hash of a request.

    Args:
        method: ``POST``.
        target: Path and query as they were sent: ``/v1/feeds/police-nsir/records``.
        media_type: The whole Content-Type header; empty where there was none.
        body_sha256: Of the body; of nothing where there was none.
    """
    head = f"{method}\n{target}\n{media_type}\n".encode("utf-8", "surrogateescape")
    return sha256(sha256(head).digest() + body_sha256).digest()


def answer_hash(status: int, media_type: str, body_sha256: bytes) -> bytes:
    """Return the hash of an answer: HTTP status, the whole Content-Type header, body."""
    head = f"{status}\n{media_type}\n".encode("utf-8", "surrogateescape")
    return sha256(sha256(head).digest() + body_sha256).digest()


def make_receipt(receipt: Receipt, signer: Signer) -> str:
    """Sign a receipt by the ledger's key; return the note's text.

    Raises:
        ReceiptRefused: It says what no receipt can say, such as a system without a name.
    """
    text = receipt.text()
    if _TEXT.fullmatch(text) is None:
        raise ReceiptRefused("it says what no receipt says")
    return signer.sign(text)


def verify_receipt(note: str, key: VerifierKey) -> Receipt:
    """Read a receipt and check that ``key`` signed it.

    Raises:
        ReceiptRefused: It is none, or the signature is not that key's.
    """
    try:
        text = read_note(note, key)
    except CheckpointRefused as refused:
        raise ReceiptRefused(str(refused)) from None
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ReceiptRefused("it is no receipt")
    entry = found["entry"]
    try:
        at = datetime.strptime(found["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise ReceiptRefused("it is no receipt") from None
    return Receipt(
        at=int(at.timestamp()),
        system=found["system"],
        request=_unbase64(found["request"]),
        answer=_unbase64(found["answer"]),
        whole=found["read"] == "whole",
        covers=Covers(found["covers"]),
        entry=None if entry == "none" else int(entry),
        size=int(found["size"]),
        root=_unbase64(found["root"]),
    )


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _unbase64(text: str) -> bytes:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ReceiptRefused("it is no receipt") from None
    if len(raw) != HASH_SIZE or _base64(raw) != text:
        raise ReceiptRefused("it is no receipt")
    return raw
