"""That a document was made into a file: one leaf with its kind, what it is about, and the hash of the file.

It is an export of metadata, no disclosure (decision 0034): a document names offices, terms and counts that
are published, and nobody's record. The leaf lets anybody say later whether a file is one of ours.
"""

from __future__ import annotations

from dataclasses import dataclass

from gateway.audit.documents.html import whole
from gateway.audit.documents.model import Document, sha256_of
from gateway.law.register import Act
from gateway.ledger.leaf import Operation, leaf
from gateway.store.tx import Tx

FORMATS = ("html", "json")
MEDIA_TYPES = {"html": "text/html; charset=utf-8", "json": "application/json"}


def content_of(document: Document, form: str) -> bytes:
    """Return a document as the bytes of a file, ``html`` or ``json``."""
    return whole(document) if form == "html" else document.json()


def file_name(document: Document, form: str) -> str:
    """Return what its file is called."""
    return f"{document.kind}-{document.about.lower()}-{document.day.isoformat()}.{form}"


@dataclass(frozen=True, slots=True)
class LogDocument:
    """The job that seals one leaf about a file that is about to be handed out."""

    document: Document
    form: str
    content: bytes
    act: Act

    def __call__(self, tx: Tx) -> int:
        """Seal the leaf; return its index."""
        made = self.document
        return tx.seal(
            leaf(
                Operation.DOCUMENT,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                kind=made.kind,
                content_sha256=sha256_of(self.content),
                document=made.about.replace(".", "-v").lower(),
                format=self.form,
                snapshot=made.snapshot,
                day=made.day.isoformat(),
            )
        )
