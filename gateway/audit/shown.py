"""The ledger for whoever looks at the first page: how one release is proved, and how this ledger stands.

The example's ledger is a tree of its own over the example's releases; this gateway's is shown by size,
root, signature and the hash of its last entry only: what an entry says is for those whom it concerns.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, time
from hashlib import sha256
from typing import Any

from gateway.audit.checkpoints import ledger_verifier_key
from gateway.audit.example import POLICE
from gateway.audit.followed import Asked, Followed
from gateway.keys.ring import KeyRing
from gateway.ledger.checkpoint import verify_checkpoint
from gateway.ledger.leaf import Operation, leaf, read_leaf, stamp
from gateway.ledger.tree import MemoryNodes, inclusion_proof, leaf_hash, verify_inclusion
from gateway.release.disclosed import content_hash
from gateway.store.reading import Reader


@dataclass(frozen=True, slots=True)
class Proof:
    """That one entry is in a ledger of a size and root."""

    index: int
    size: int
    leaf_hash: bytes
    path: tuple[bytes, ...]
    root: bytes

    @property
    def holds(self) -> bool:
        """Whether the path leads from the entry to the root (RFC 9162 §2.1.3.2)."""
        return self.holds_for(self.leaf_hash)

    def holds_for(self, hashed: bytes) -> bool:
        """Whether it would prove another entry."""
        return verify_inclusion(hashed, self.index, self.size, list(self.path), self.root)


@dataclass(frozen=True, slots=True)
class ExampleProof:
    """The proof of what one of the example's recipients got."""

    asked: Asked
    says: dict[str, Any]
    """The entry, as the ledger would keep it."""
    content_sha256: str
    proof: Proof
    altered_sha256: str
    """The content's hash with one blank added to the record."""
    altered_holds: bool
    """Whether the same proof would pass for the altered content; it must not."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How this gateway's own ledger stands at its last signed checkpoint."""

    note: str
    """The signed note; its signature is that of the ledger's key."""
    proof: Proof
    """That the last entry is in it."""


def example_proof(followed: Followed) -> ExampleProof | None:
    """Make the ledger of the example and prove one release in it; None where nobody gets anything.

    It is the fire authority's, whose record is the ordinary one, unless the law in force gives it none.
    """
    asked = [one for one in followed.asked if one.record is not None]
    if not asked:
        return None
    proven = followed.fire if followed.fire in asked else asked[0]
    entries = [_entry(followed, one, _content(one)) for one in asked]
    hashes = [leaf_hash(entry) for entry in entries]
    nodes = MemoryNodes(hashes)
    index = asked.index(proven)
    proof = Proof(
        index=index,
        size=len(hashes),
        leaf_hash=hashes[index],
        path=tuple(inclusion_proof(nodes, index, len(hashes))),
        root=nodes.frontier.root(),
    )
    altered = _content(proven) + b" "
    return ExampleProof(
        asked=proven,
        says=read_leaf(entries[index]),
        content_sha256=content_hash([_content(proven)]).hex(),
        proof=proof,
        altered_sha256=content_hash([altered]).hex(),
        altered_holds=proof.holds_for(leaf_hash(_entry(followed, proven, altered))),
    )


def _content(asked: Asked) -> bytes:
    return json.dumps(asked.record, separators=(",", ":")).encode()


def _entry(followed: Followed, asked: Asked, content: bytes) -> bytes:
    decision = asked.decision
    return leaf(
        Operation.RELEASE,
        at=stamp(datetime.combine(followed.day, time(9), UTC)),
        actor=f"{asked.recipient.id}-system",
        nonce=sha256(asked.subscription.id.encode()).hexdigest()[:32],
        subscription=asked.subscription.id,
        recipient=asked.recipient.id,
        controller=POLICE,
        number=1,
        power=decision.power.value,
        purpose=asked.subscription.purpose.value,
        lane=decision.lane.value,
        snapshot=followed.snapshot,
        content_sha256=content_hash([content]).hex(),
    )


def standing(reader: Reader, keys: KeyRing) -> Standing | None:
    """Return how the ledger stands; None where no checkpoint was signed yet by the ledger's key."""
    published = reader.newest_checkpoint()
    if published is None:
        return None
    size, note, _ = published
    try:
        checkpoint = verify_checkpoint(note, ledger_verifier_key(keys))
    except ValueError:
        return None
    found = reader.leaf(size - 1)
    if found is None:
        return None
    path = inclusion_proof(reader.node, size - 1, size)
    proof = Proof(size - 1, size, leaf_hash(found[0]), tuple(path), checkpoint.root)
    return Standing(note, proof)
