"""A partner as witness: no checkpoint is believed that does not extend the one it kept (RFC 9162 §2.1).

A gateway that rewrote its past, or shows two partners two ledgers, cannot prove that; then the old
checkpoint stays, and whatever came with the new one is not taken.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from gateway.client.answers import Answer, ClientError, Unexpected
from gateway.client.state import StateStore
from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    VerifierKey,
    from_header,
    verify_checkpoint,
)
from gateway.ledger.tree import verify_consistency, verify_inclusion
from schemas.receipts import PushResult

HEADER = "ledger-checkpoint"
_KEY, _NOTE = "ledger.key", "ledger.checkpoint"
_FORBIDDEN, _NOT_FOUND = 403, 404

Ask = Callable[..., Answer]
"""``ask("proof", index=…, size=…)``: one GET below ``/v1/ledger/``."""


class LedgerNotBelieved(ClientError):
    """What the gateway says of its ledger does not hold; the checkpoint kept before still stands."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The gateway's ledger is not believed: {what}.",
            "Keep the state file, take nothing more, and tell the partnership's information-governance "
            "lead: compare checkpoints with another partner.",
        )


class NotWitnessed(ClientError):
    """The system may not read the ledger, and so cannot check it."""

    def __init__(self) -> None:
        super().__init__(
            "This system may not read the ledger, so it cannot check what it is told.",
            "Ask the operator for the scope ledger:read, or give up checking by witnessing=False.",
        )


class NotYetSigned(ClientError):
    """The entry is newer than the newest checkpoint."""

    def __init__(self) -> None:
        super().__init__(
            "No checkpoint covers this entry yet.",
            "Ask again when the next one is signed: after a minute, unless the operator set another time.",
        )


@dataclass(frozen=True, slots=True)
class Proved:
    """An entry that is in the ledger."""

    index: int
    size: int
    """Of the checkpoint that it was proved against."""
    says: dict[str, Any]
    """What the entry says, as far as this partner is told."""


@dataclass(slots=True)
class Witness:
    """Keeps one checkpoint, and believes only what extends it.

    ``key`` is the ledger's verifier key, handed over when the partner joined (``gateway keys show``).
    Where it is absent, the first one that the gateway shows is kept and is the only one from then on.
    """

    ask: Ask
    state: StateStore
    key: str | None = None

    def look(self, answer: Answer) -> None:
        """Look at the checkpoint that came with an answer, if one did (raises as ``see``)."""
        value = answer.headers.get(HEADER)
        if value is not None:
            try:
                self.see(from_header(value))
            except CheckpointRefused as refused:
                raise LedgerNotBelieved(str(refused)) from None

    def kept(self) -> Checkpoint | None:
        """Return the newest checkpoint that was believed."""
        note = self.state.load(_NOTE)
        return None if note is None else verify_checkpoint(note, self.verifier_key())

    def newest(self) -> Checkpoint:
        """Fetch the newest checkpoint, and see it (raises as ``see``)."""
        return self.see(self._asked("checkpoint").content.decode("utf-8", "replace"))

    def see(self, note: str) -> Checkpoint:
        """Take a checkpoint: check its signature, and that it and the one kept are one history.

        Returns:
            The checkpoint seen. The larger of the two is kept.

        Raises:
            LedgerNotBelieved: The signature is false, or the two are not one history.
            NotWitnessed: The system may not ask for the proof.
        """
        key = self.verifier_key()
        try:
            seen = verify_checkpoint(note, key)
            kept = self.kept()
        except CheckpointRefused as refused:
            raise LedgerNotBelieved(str(refused)) from None
        if kept is None:
            self.state.save(_NOTE, note)
            return seen
        older, newer = sorted((kept, seen), key=lambda one: one.size)
        if not self._is_one_history(older, newer):
            raise LedgerNotBelieved(
                f"its {newer.size} entries do not begin with the {older.size} known before"
            )
        if seen.size > kept.size:
            self.state.save(_NOTE, note)
        return seen

    def verifier_key(self) -> VerifierKey:
        """Return the key that checkpoints are checked by.

        Raises:
            LedgerNotBelieved: The key given is malformed, or is not the one that was kept.
        """
        kept = self.state.load(_KEY)
        line = self.key or kept
        if line is None:
            line = str(self._asked("key").document["key"])
        try:
            key = VerifierKey.parse(line)
        except CheckpointRefused as refused:
            raise LedgerNotBelieved(str(refused)) from None
        if kept is None:
            self.state.save(_KEY, key.line())
        elif kept != key.line():
            raise LedgerNotBelieved("the key is not the one that was kept")
        return key

    # ------------------------------------------------------------------ proofs
    def prove(self, index: int) -> Proved:
        """Prove that an entry of this partner is in the ledger that the newest checkpoint signs.

        Raises:
            LedgerNotBelieved: The proof does not hold.
            NotYetSigned: No checkpoint covers the entry yet.
            Unexpected: 404 where the entry is not this partner's.
        """
        kept = self.kept()
        if kept is None or kept.size <= index:
            kept = self.newest()
        if kept.size <= index:
            raise NotYetSigned
        entry = self._asked(f"entries/{index}").document
        proof = self._asked("proof", index=index, size=kept.size).document
        path = [_bytes(step) for step in proof["path"]]
        if not verify_inclusion(_bytes(entry["hash"]), index, kept.size, path, kept.root):
            raise LedgerNotBelieved(f"entry {index} is not in it")
        return Proved(index, kept.size, entry["says"])

    def prove_receipt(self, result: PushResult) -> Proved:
        """Prove that the entry of a push is in the ledger and names exactly this receipt.

        Raises:
            LedgerNotBelieved: It does not.
        """
        proved = self.prove(result.leaf)
        document = result.receipt.model_dump(mode="json")
        # sorted keys, no blanks: what the entry holds the hash of (gateway.log.recording.canonical)
        canonical = json.dumps(document, sort_keys=True, separators=(",", ":"))
        if proved.says.get("receipt_sha256") != sha256(canonical.encode()).hexdigest():
            raise LedgerNotBelieved(f"entry {result.leaf} names another receipt")
        return proved

    def prove_content(self, index: int, lines: list[bytes]) -> Proved:
        """Prove that a release's entry is in the ledger and names exactly what arrived.

        Args:
            index: The release's entry.
            lines: Its notices and records, byte by byte (``Page.lines``).

        Raises:
            LedgerNotBelieved: It does not.
        """
        proved = self.prove(index)
        content = sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
        if proved.says.get("content_sha256") != content:
            raise LedgerNotBelieved(f"entry {index} names other content")
        return proved

    # ------------------------------------------------------------------ steps
    def _is_one_history(self, older: Checkpoint, newer: Checkpoint) -> bool:
        if older.size == newer.size:
            return older.root == newer.root
        try:
            told = self._asked("consistency", **{"from": older.size, "to": newer.size}).document
        except Unexpected as refused:
            if refused.status != _NOT_FOUND:
                raise
            return False  # it has no such past
        path = [_bytes(step) for step in told["path"]]
        return verify_consistency(older.size, newer.size, path, older.root, newer.root)

    def _asked(self, what: str, **params: int) -> Answer:
        answer = self.ask(what, **params)
        if answer.status == _FORBIDDEN:
            raise NotWitnessed
        return answer.wanted()


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise LedgerNotBelieved("a proof that is no proof") from None
