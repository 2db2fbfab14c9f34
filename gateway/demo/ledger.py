"""What a partner checks for itself, with public figures only: signature, inclusion, consistency, content."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from gateway.client.system import PartnerSystem
from gateway.ledger.checkpoint import Checkpoint, VerifierKey, verify_checkpoint
from gateway.ledger.tree import verify_consistency, verify_inclusion


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What the partner found."""

    index: int
    """The entry of its own release."""
    included: bool
    """The entry is in the tree that the checkpoint signs."""
    content_matches: bool
    """The entry names the hash of exactly the records that arrived."""
    older: int
    newer: int
    consistent: bool
    """The ledger of the newer checkpoint begins with that of the older one."""

    @property
    def holds(self) -> bool:
        """Whether everything that the partner could check was right."""
        return self.included and self.content_matches and self.consistent


def ledger_key(system: PartnerSystem) -> VerifierKey:
    """Take the ledger's public key, once, as a partner does when it joins."""
    return VerifierKey.parse(system.ledger("checkpoint").wanted().headers["Ledger-Key"])


def fetch_checkpoint(system: PartnerSystem, key: VerifierKey) -> Checkpoint:
    """Fetch the newest checkpoint and check its signature by the key that the partner keeps."""
    return verify_checkpoint(system.ledger("checkpoint").wanted().content.decode(), key)


def witness(
    system: PartnerSystem, index: int, lines: list[bytes], older: Checkpoint, newer: Checkpoint
) -> Witnessed:
    """Check one release of the partner against two checkpoints.

    Args:
        system: The partner's system.
        index: The release's entry in the ledger.
        lines: The notices and records of that release, byte by byte as they arrived.
        older: A checkpoint that the partner kept.
        newer: The one that it has just fetched.
    """
    entry = system.ledger(f"entries/{index}").wanted().document
    hashed = base64.b64decode(entry["hash"])
    proof = system.ledger("proof", index=index, size=newer.size).wanted().document
    extends = system.ledger("consistency", **{"from": older.size, "to": newer.size})
    content = hashlib.sha256(b"".join(line + b"\n" for line in lines)).hexdigest()
    return Witnessed(
        index=index,
        included=verify_inclusion(hashed, index, newer.size, _path(proof), newer.root),
        content_matches=entry["says"]["content_sha256"] == content,
        older=older.size,
        newer=newer.size,
        consistent=verify_consistency(
            older.size, newer.size, _path(extends.wanted().document), older.root, newer.root
        ),
    )


def _path(document: dict[str, list[str]]) -> list[bytes]:
    return [base64.b64decode(step) for step in document["path"]]
