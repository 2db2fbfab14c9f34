"""The ledger's part of the demonstration: signed more than once, and a partner's auditor has taken proof."""

from __future__ import annotations

from gateway.assembly import House
from gateway.audit.anchoring import Anchoring
from gateway.audit.checkpoints import Publisher, ledger_verifier_key
from gateway.audit.proofs import Taking, proof_of, verify_proof
from gateway.ledger.checkpoint import verify_checkpoint
from gateway.ledger.leaf import read_leaf

AUDITOR = "fire-auditor"
PARTNER = "llr-fire"


def tell(house: House) -> dict[str, str]:
    """Publish, let the fire service's auditor take a checkpoint and a proof of its newest release, publish.

    Args:
        house: The demonstration's, with something released.

    Returns:
        Path of a page with parts → the same filled; the ledger's pages have none.
    """
    folder = house.home / "checkpoints"
    publisher = Publisher(house.reader, house.writer, house.keys, folder)
    anchoring = Anchoring(publisher, house.clock, house.act)
    published = anchoring.publish()
    entry = _newest_release(house)
    if published is not None and entry is not None:
        key = ledger_verifier_key(house.keys)
        house.writer.run(Taking("checkpoint", PARTNER, None, house.act(AUDITOR)))
        kept = verify_checkpoint(published[1], key)
        proof = proof_of(house.reader, house.keys, entry, with_leaf=False, since=kept.size)
        if proof is not None:
            verify_proof(proof, key, kept)
            house.writer.run(Taking("proof", PARTNER, entry, house.act(AUDITOR)))
    anchoring.publish()
    return {}


def _newest_release(house: House) -> int | None:
    """Return the newest release to the fire service."""
    for index in reversed(range(house.reader.head().ledger_size)):
        leaf = house.reader.leaf(index)
        if leaf is None:
            continue
        said = read_leaf(leaf[0])
        if said["operation"] == "release" and said.get("recipient") == PARTNER:
            return index
    return None
