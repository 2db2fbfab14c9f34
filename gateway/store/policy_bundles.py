"""Reading policy bundles and the documents that they consist of, inside or outside a transaction."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from gateway.store import tables as t


def bundle_rows(connection: Connection) -> list[tuple[str, str, int]]:
    """Return (hash, JSON body, index of the leaf of its last step) of every policy bundle."""
    p = t.POLICY_BUNDLE.c
    rows = connection.execute(select(p.sha256, p.body, p.leaf).order_by(p.sha256))
    return [(row[0], row[1], row[2]) for row in rows]


def document_texts(connection: Connection, digests: Iterable[str]) -> dict[str, str]:
    """Return the texts of documents of the law by their SHA-256; those not kept are left out."""
    p = t.SNAPSHOT_PART.c
    statement = select(p.sha256, p.text).where(p.sha256.in_(sorted(digests)))
    return {row[0]: row[1] for row in connection.execute(statement)}
