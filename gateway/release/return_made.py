"""Making a section 17A return, handing it out, and noting that it arrived: each is a leaf of the ledger."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gateway.keys.derive import framed
from gateway.ledger.leaf import Operation, leaf
from gateway.ledger.tree import batch_root
from gateway.release.disclosed import Stale, content_hash
from gateway.release.return_asked import asked_under_17a
from gateway.release.return_drafted import Piece, ReturnDraft
from gateway.store import tables as t
from gateway.store.releasing import corrected_since, states_of
from gateway.store.tx import Tx

PRESCRIBED, VOLUNTARY = "prescribed", "voluntary"
"""Forms of a file: what the Regulations name, or with what a holder adds."""

_NUMBERS = struct.Struct(">QQQQQ").pack


def row_entry(row: dict[str, Any]) -> bytes:
    """Return the bytes of one row that go into its file's batch root."""
    level = 0 if row["level"] is None else row["level"] + 1
    numbers = _NUMBERS(row["sequence"], row["incident"], row["version"], row["position"], level)
    return numbers + framed(*(row[name].encode() for name in ("row_id", "change", "period")))


def same_key(draft: ReturnDraft, paragraph: int) -> dict[str, Any]:
    """Return what tells one file from every other."""
    ask = draft.ask
    return {
        "holder": ask.holder,
        "recipient": ask.recipient,
        "quarter": ask.quarter.name,
        "paragraph": paragraph,
    }


@dataclass(frozen=True, slots=True)
class Making:
    """The job that commits a draft: one file and one leaf a paragraph."""

    draft: ReturnDraft
    actor: str
    nonces: Sequence[str]

    def __call__(self, tx: Tx) -> list[int]:
        """Commit what was not made before, and return the leaves' indices.

        Raises:
            Stale: Law or states moved; draft it anew.
        """
        draft = self.draft
        if tx.head.law_epoch != draft.edition.epoch or self._moved(tx):
            raise Stale
        made = []
        for piece, nonce in zip(draft.pieces, self.nonces, strict=True):
            if tx.one(t.RETURN_FILE, same_key(draft, piece.paragraph)) is None:
                made.append(self._make(tx, piece, nonce))
        return made

    def _moved(self, tx: Tx) -> bool:
        draft = self.draft
        if tx.head.log_size == draft.log_size:
            return False
        going = draft.going()
        states = states_of(tx.connection, sorted(going))
        if any(states[incident] != (version, "live") for incident, version in going.items()):
            return True
        return not corrected_since(tx.connection, draft.log_size).isdisjoint(going)

    def _make(self, tx: Tx, piece: Piece, nonce: str) -> int:
        draft, counts = self.draft, piece.counts()
        content = content_hash(piece.lines)
        form = VOLUNTARY if draft.ask.voluntary else PRESCRIBED
        key = same_key(draft, piece.paragraph)
        subscription = asked_under_17a(draft.ask.recipient, piece.paragraph)
        index = tx.seal(
            leaf(
                Operation.RETURN,
                at=draft.stamp,
                actor=self.actor,
                nonce=nonce,
                **(key | {"quarter": key["quarter"].lower()}),
                format=form,
                power=subscription.power.value,
                purpose=subscription.purpose.value,
                lane=subscription.lane.value,
                snapshot=draft.edition.law.sha256,
                law_epoch=draft.edition.epoch,
                day=draft.day.isoformat(),
                flags=draft.flags,
                log_size=draft.log_size,
                content_sha256=content.hex(),
                disclosures_root=batch_root(map(row_entry, piece.rows)).hex(),
                **counts,
            )
        )
        kept = {
            "leaf": index,
            **key,
            "form": form,
            "snapshot": draft.edition.law.sha256,
            "law_epoch": draft.edition.epoch,
            "day": draft.day.isoformat(),
            "log_size": draft.log_size,
            "at": draft.at,
            "counts": json.dumps(counts, sort_keys=True, separators=(",", ":")),
            "content_hash": content,
            "attempts": 0,
        }
        tx.add(t.RETURN_FILE, [kept])
        tx.add(t.RETURN_ROW, [{"leaf": index, **row} for row in piece.rows])
        return index


@dataclass(frozen=True, slots=True)
class Handing:
    """The job that notes, before anything leaves, that a file is handed out as it stands now."""

    file: dict[str, Any]
    content: bytes
    rows: int
    law_epoch: int
    at: int
    stamp: str
    actor: str
    nonce: str
    method: str

    def __call__(self, tx: Tx) -> int:
        """Seal one leaf and return its index (raises ``Stale`` where the law moved)."""
        about = {"leaf": self.file["leaf"]}
        row = tx.one(t.RETURN_FILE, about)
        if row is None or tx.head.law_epoch != self.law_epoch:
            raise Stale
        values = {
            "attempts": row["attempts"] + 1,
            "handed_at": self.at if row["handed_at"] is None else row["handed_at"],
            "handed_hash": self.content,
        }
        tx.change(t.RETURN_FILE, about, values)
        return tx.seal(
            leaf(
                Operation.RETURN_HANDED,
                at=self.stamp,
                actor=self.actor,
                nonce=self.nonce,
                **_about(self.file),
                rows=self.rows,
                content_sha256=self.content.hex(),
                method=self.method,
                law_epoch=self.law_epoch,
            )
        )


@dataclass(frozen=True, slots=True)
class Receiving:
    """The job that notes that the recipient has a file: from then on it is sent."""

    file: dict[str, Any]
    content: bytes
    at: int
    stamp: str
    actor: str
    nonce: str
    method: str

    def __call__(self, tx: Tx) -> bool | None:
        """Note it; return whether it was new, None where another content was handed out last."""
        about = {"leaf": self.file["leaf"]}
        row = tx.one(t.RETURN_FILE, about)
        if row is None or row["handed_hash"] is None or bytes(row["handed_hash"]) != self.content:
            return None
        if row["acknowledged_at"] is not None:
            return False
        tx.change(t.RETURN_FILE, about, {"acknowledged_at": self.at})
        tx.seal(
            leaf(
                Operation.RETURN_RECEIVED,
                at=self.stamp,
                actor=self.actor,
                nonce=self.nonce,
                **_about(self.file),
                content_sha256=self.content.hex(),
                method=self.method,
            )
        )
        return True


def _about(file: dict[str, Any]) -> dict[str, Any]:
    return {
        "holder": file["holder"],
        "recipient": file["recipient"],
        "quarter": file["quarter"].lower(),
        "paragraph": file["paragraph"],
        "return_entry": file["leaf"],
    }
