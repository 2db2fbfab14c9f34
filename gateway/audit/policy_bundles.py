"""Policy bundles as a person looks at them: which there are, how each stands, its documents."""

from __future__ import annotations

from typing import Any

from gateway.errors import NotFound
from gateway.law.book import Edition
from gateway.law.bundles import BundleBroken, Shelf, shelf, texts_of
from gateway.store.reading import Reader
from policies.documents import Documents, packaged_documents
from policies.refusals import PolicyRefused
from schemas.bundles import PolicyBundle

PACKAGED, IN_FORCE = "packaged", "in-force"
"""Words that name a bundle without its hash."""
SHORTEST = 8
"""Digits of a hash that are enough to name a bundle, where they name one only."""


def overview(reader: Reader, edition: Edition) -> dict[str, Any]:
    """Return every policy bundle with its state, and which one is in use, as JSON."""
    kept, packaged = shelf(reader), packaged_documents().sha256
    listed = [_document(one, kept.active) for one in kept.bundles]
    if kept.get(packaged) is None:
        state = "in_force" if kept.active is None else "packaged"
        listed.append({"sha256": packaged, "state": state, "approvals": 0, "steps": []})
    return {
        "in_use": edition.documents,
        "approved": kept.active,
        "packaged": packaged,
        "refused": list(edition.refused),
        "bundles": listed,
    }


def shown(reader: Reader, named: str) -> dict[str, Any]:
    """Return one policy bundle with the names and hashes of its documents, as JSON.

    Raises:
        NotFound: There is none of that name, or several begin so.
    """
    kept = shelf(reader)
    sha256 = full_name(kept, named)
    bundle = kept.get(sha256)
    if bundle is not None:
        return {**_document(bundle, kept.active), "documents": bundle.documents}
    texts = packaged_documents().texts
    return {"sha256": sha256, "state": PACKAGED, "approvals": 0, "steps": [], "documents": [*texts]}


def full_name(kept: Shelf, named: str) -> str:
    """Return the hash of a bundle that is named by it, by its beginning, or by a word.

    Raises:
        NotFound: There is none of that name, or several begin so.
    """
    packaged = packaged_documents().sha256
    if named == PACKAGED or (named == IN_FORCE and kept.active is None):
        return packaged
    if named == IN_FORCE:
        return str(kept.active)
    known = {one.sha256 for one in kept.bundles} | {packaged}
    found = [one for one in known if len(named) >= SHORTEST and one.startswith(named)]
    if len(found) != 1:
        raise NotFound
    return found[0]


def documents_of(reader: Reader, named: str) -> Documents:
    """Return a stored or the packaged bundle, loaded.

    Raises:
        NotFound: There is none of that name, or several begin so.
        PolicyRefused: It is not what was stored, or this version cannot load it.
    """
    kept = shelf(reader)
    bundle = kept.get(full_name(kept, named))
    if bundle is None:
        return packaged_documents()
    try:
        return Documents.load(texts_of(reader, bundle), approved_before=True)
    except BundleBroken:
        says = "its documents are not what was stored"
        raise PolicyRefused("the bundle", "", says) from None


def _document(bundle: PolicyBundle, active: str | None) -> dict[str, Any]:
    return {
        "sha256": bundle.sha256,
        "state": bundle.state(active).value,
        "approvals": len(bundle.approvals),
        "in_force_since_epoch": bundle.in_force_since,
        "steps": [one.model_dump(mode="json", exclude_none=True) for one in bundle.steps],
    }
