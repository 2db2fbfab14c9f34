"""One file that proves one entry of the ledger: checkpoint, leaf hash, audit path; checked without us."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.keys.ring import KeyRing
from gateway.law.register import Act
from gateway.ledger.checkpoint import (
    Checkpoint,
    CheckpointRefused,
    VerifierKey,
    parse_checkpoint,
    verify_checkpoint,
)
from gateway.ledger.leaf import LeafRefused, Operation, leaf, read_leaf
from gateway.ledger.tree import (
    EMPTY_ROOT,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from gateway.store.reading import Reader, newest_kept
from gateway.store.tx import Tx

FORM = "gateway-proof/1"


class ProofRefused(ValueError):
    """A proof that is malformed or does not hold."""


@dataclass(frozen=True, slots=True)
class Proven:
    """What a proof shows."""

    index: int
    checkpoint: Checkpoint
    says: dict[str, Any] | None
    """The entry itself, where the file holds it."""
    extends: Checkpoint | None
    """The older checkpoint that the ledger was shown to extend."""


@dataclass(frozen=True, slots=True)
class Taking:
    """The job that says in the ledger that somebody took evidence of it away."""

    method: str
    """``proof`` or ``checkpoint``."""
    partner: str | None
    """For whom; None: for the gateway's operator."""
    entry: int | None
    """Which entry was proven."""
    act: Act

    def __call__(self, tx: Tx) -> int:
        """Seal it; return its index."""
        newest = newest_kept(tx.connection)
        size, note = (0, None) if newest is None else (newest[0], newest[1])
        root = EMPTY_ROOT if note is None else parse_checkpoint(note).root
        return tx.seal(
            leaf(
                Operation.CHECKPOINT,
                at=self.act.stamp,
                actor=self.act.actor,
                nonce=self.act.nonce,
                size=size,
                checkpoint_root=root.hex(),
                recipient=self.partner,
                count=self.entry,
                method=self.method,
            )
        )


def proof_of(
    reader: Reader, keys: KeyRing, index: int, *, with_leaf: bool, since: int | None = None
) -> str | None:
    """Return the file that proves an entry, or None where no published checkpoint covers it.

    Args:
        reader: The database.
        keys: For the public key, which the file names for convenience only.
        index: Which entry.
        with_leaf: Put the entry itself in: it says what was withheld, and where in the log of all.
        since: Size of an older checkpoint that the newest is to be shown to extend.
    """
    newest = reader.newest_checkpoint()
    found = reader.leaf(index)
    if newest is None or found is None or newest[0] <= index:
        return None
    size, note, _ = newest
    document: dict[str, Any] = {
        "form": FORM,
        "index": index,
        "checkpoint": note,
        "key": ledger_verifier_key(keys).line(),
        "leaf_hash": _base64(found[1]),
        "path": [_base64(one) for one in inclusion_proof(reader.node, index, size)],
    }
    if with_leaf:
        document["leaf"] = _base64(found[0])
    if since is not None and 0 < since <= size:
        steps = consistency_proof(reader.node, since, size)
        document["since"] = {"size": since, "path": [_base64(one) for one in steps]}
    return json.dumps(document, indent=1) + "\n"


def verify_proof(text: str, key: VerifierKey, older: Checkpoint | None = None) -> Proven:
    """Check a proof file by a public key alone.

    Args:
        text: The file.
        key: The ledger's public key, which was handed over otherwise.
        older: A checkpoint kept before; the file must show that its own extends it, or be of its size.

    Raises:
        ProofRefused: It does not hold.
    """
    try:
        found = from_json(text, allow_inf_nan=False)
        index, note = int(found["index"]), str(found["checkpoint"])
        hashed, path = _raw(found["leaf_hash"]), [_raw(one) for one in found["path"]]
        stored = None if found.get("leaf") is None else _raw(found["leaf"])
        since = found.get("since")
        checkpoint = verify_checkpoint(note, key)
        if found["form"] != FORM:
            raise ProofRefused("it is no proof of an entry")
        extends = _extends(older, checkpoint, since)
    except CheckpointRefused as refused:
        raise ProofRefused(f"its checkpoint: {refused}") from None
    except (ValueError, TypeError, KeyError, AttributeError) as malformed:
        if isinstance(malformed, ProofRefused):
            raise
        raise ProofRefused("it is no proof of an entry") from None
    if not verify_inclusion(hashed, index, checkpoint.size, path, checkpoint.root):
        raise ProofRefused("the entry is not in the ledger that its checkpoint signs")
    return Proven(index, checkpoint, _said(stored, hashed), extends)


def _said(stored: bytes | None, hashed: bytes) -> dict[str, Any] | None:
    if stored is None:
        return None
    if leaf_hash(stored) != hashed:
        raise ProofRefused("the entry shown is not the one that is proven")
    try:
        return read_leaf(stored)
    except LeafRefused:
        raise ProofRefused("the entry shown is none of this gateway's") from None


def _extends(
    older: Checkpoint | None, newer: Checkpoint, since: dict[str, Any] | None
) -> Checkpoint | None:
    if older is None:
        return None
    if older.origin != newer.origin:
        raise ProofRefused("the checkpoint is of another ledger")
    if older.size == newer.size:
        if older.root != newer.root:
            raise ProofRefused("two ledgers of one size: its past was rewritten")
        return older
    if since is None or since["size"] != older.size:
        raise ProofRefused("it does not show that the ledger extends the checkpoint given")
    path = [_raw(one) for one in since["path"]]
    if not verify_consistency(older.size, newer.size, path, older.root, newer.root):
        raise ProofRefused("the ledger does not extend the checkpoint: its past was rewritten")
    return older


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _raw(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ProofRefused("it is no proof of an entry") from None
