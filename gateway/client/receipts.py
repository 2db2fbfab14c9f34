"""Receipts as a partner keeps them: checked when they arrive, and again by anyone, years later.

What is kept of an exchange is the receipt, the checkpoint that came with it, and the hashes that it is
bound to; no body. ``gateway receipt verify`` reads the same lines.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from pydantic_core import from_json

from gateway.client.answers import Answer, PageBroken
from gateway.client.pages import read_page
from gateway.ledger.checkpoint import CheckpointRefused, VerifierKey, from_header, verify_checkpoint
from gateway.ledger.receipt import (
    HEADER,
    Covers,
    Receipt,
    ReceiptRefused,
    answer_hash,
    request_hash,
    verify_receipt,
)
from gateway.ledger.tree import EMPTY_ROOT

CHECKPOINT = "Ledger-Checkpoint"


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it was sent."""

    method: str
    target: str
    """Path and query."""
    media_type: str
    body_sha256: str

    def hashed(self, *, whole: bool) -> bytes:
        """Return its hash; of the head alone where the gateway did not read the body."""
        body = bytes.fromhex(self.body_sha256) if whole else sha256().digest()
        return request_hash(self.method, self.target, self.media_type, body)


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as it came."""

    status: int
    media_type: str
    body_sha256: str
    content_sha256: str | None = None
    """Of a page: its notices and records, a line each."""

    def hashed(self, covers: Covers) -> bytes:
        """Return its hash, or of a page that of its content."""
        if covers is Covers.CONTENT:
            return b"" if self.content_sha256 is None else bytes.fromhex(self.content_sha256)
        return answer_hash(self.status, self.media_type, bytes.fromhex(self.body_sha256))


@dataclass(frozen=True, slots=True)
class Kept:
    """What a partner keeps of one exchange."""

    receipt: str
    checkpoint: str | None
    request: Asked
    answer: Answered

    @property
    def is_cut(self) -> bool:
        """Whether it is of a page that did not come whole."""
        is_page = f"\nanswer {Covers.CONTENT.value} " in self.receipt
        return is_page and self.answer.content_sha256 is None

    def line(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), separators=(",", ":"))

    @classmethod
    def read(cls, line: str) -> Kept:
        """Read a line.

        Raises:
            ReceiptRefused: It is none.
        """
        try:
            found = from_json(line, allow_inf_nan=False)
            parts = {"request": Asked(**found["request"]), "answer": Answered(**found["answer"])}
            return cls(**{**found, **parts})
        except (ValueError, TypeError, KeyError):
            raise ReceiptRefused("it is no line of kept receipts") from None

    def verify(self, key: VerifierKey) -> Receipt:
        """Check everything that can be checked without the gateway.

        Raises:
            ReceiptRefused: Something does not hold.
        """
        receipt = verify_receipt(self.receipt, key)
        if self.request.hashed(whole=receipt.whole) != receipt.request:
            raise ReceiptRefused("it is about another request")
        if self.answer.hashed(receipt.covers) != receipt.answer:
            raise ReceiptRefused("it is about another answer")
        self._verify_checkpoint(receipt, key)
        return receipt

    def _verify_checkpoint(self, receipt: Receipt, key: VerifierKey) -> None:
        size, root = 0, EMPTY_ROOT
        if self.checkpoint is not None:
            try:
                checkpoint = verify_checkpoint(self.checkpoint, key)
            except CheckpointRefused as refused:
                raise ReceiptRefused(f"its checkpoint: {refused}") from None
            size, root = checkpoint.size, checkpoint.root
        if (size, root) != (receipt.size, receipt.root):
            raise ReceiptRefused("it came with another checkpoint")


def kept_of(answer: Answer) -> Kept | None:
    """Return what is to be kept of an answer, or None where no receipt came with it.

    Raises:
        ReceiptRefused: What came is no receipt.
    """
    note = answer.headers.get(HEADER.lower())
    if note is None or answer.asked is None:
        return None
    checkpoint = answer.headers.get(CHECKPOINT.lower())
    media_type = answer.headers.get("content-type", "")
    body = sha256(answer.content).hexdigest()
    try:
        receipt = from_header(note)
        is_page = f"\nanswer {Covers.CONTENT.value} " in receipt
        content = content_of(answer.content, media_type) if is_page else None
        return Kept(
            receipt=receipt,
            checkpoint=None if checkpoint is None else from_header(checkpoint),
            request=Asked(*answer.asked),
            answer=Answered(answer.status, media_type, body, content),
        )
    except CheckpointRefused as refused:
        raise ReceiptRefused(str(refused)) from None


def content_of(content: bytes, media_type: str) -> str | None:
    """Return the hash of a page's notices and records; None where it is no page, or no whole one.

    The receipt of a page that was broken off names all that was to come; the page comes again.
    """
    try:
        page = read_page(content, media_type)
    except (PageBroken, IndexError):
        return None
    if not page.complete:
        return None
    return sha256(b"".join(line + b"\n" for line in page.lines)).hexdigest()


class ReceiptStore(Protocol):
    """Where a system keeps its receipts."""

    def keep(self, kept: Kept, receipt: Receipt) -> None:
        """Keep one; when this returns it is kept, or it raises."""
        ...


@dataclass(slots=True)
class MemoryReceipts:
    """The newest few, for a run that keeps none."""

    most: int = 100
    kept: list[Kept] = field(default_factory=list)

    def keep(self, kept: Kept, receipt: Receipt) -> None:  # noqa: ARG002 - a folder sorts by it
        """Keep one, and forget the oldest."""
        self.kept.append(kept)
        del self.kept[: -self.most]


@dataclass(frozen=True, slots=True)
class ReceiptFolder:
    """A file a day, a receipt a line, appended and synced. For one process at a time."""

    folder: Path

    def keep(self, kept: Kept, receipt: Receipt) -> None:
        """Append one (raises OSError)."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        day = next(line[3:13] for line in receipt.text().splitlines() if line.startswith("at "))
        with (self.folder / f"receipts-{day}.jsonl").open("a", encoding="utf-8") as file:
            file.write(kept.line() + "\n")
            file.flush()
            os.fsync(file.fileno())
